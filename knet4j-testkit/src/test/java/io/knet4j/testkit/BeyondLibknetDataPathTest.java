package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.ms;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetConfig;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.HandlerFailed;
import io.knet4j.KnetEvent.HostRestarted;
import io.knet4j.KnetEvent.ReceiveQueueFull;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatistics.Traffic;
import io.knet4j.Reason;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Each test holds one row of {@code docs/beyond-libknet.md}, whose number it carries: the data path
 * between whole nodes. Node 2 is looked at, node 1 or somebody in its name sends.
 */
class BeyondLibknetDataPathTest {
    private static final Destination TO_TWO = Destination.host(2);
    private static final InetSocketAddress ONE = SimCluster.address(1, 0);
    private static final InetSocketAddress TWO = SimCluster.address(2, 0);

    /** A test on two connected nodes. */
    @FunctionalInterface
    private interface Scenario {
        void run(Two two) throws Exception;
    }

    /** Two connected nodes. */
    private record Two(SimNetwork network, SimCluster cluster) {
        Knet one() {
            return cluster.node(1);
        }

        Knet node() {
            return cluster.node(2);
        }

        void inject(byte[] packet) {
            network.inject(ONE, TWO, packet);
            network.advance(Duration.ofNanos(1000));
        }

        List<KnetEvent> events(Knet node) {
            List<KnetEvent> events = new ArrayList<>();
            node.onEvent(events::add);
            return events;
        }

        long drops(DropCause cause) {
            return node().statistics().drops(cause);
        }

        List<String> texts(Channel channel) throws InterruptedException {
            List<String> texts = new ArrayList<>();
            for (ReceivedMessage message : drain(channel)) {
                texts.add(new String(message.payload(), US_ASCII));
            }
            return texts;
        }
    }

    private static void run(LinkPolicy policy, int links, Scenario scenario) {
        run(policy, links, id -> Knet.builder(id).build(), scenario);
    }

    private static void run(
            LinkPolicy policy, int links, IntFunction<KnetConfig> config, Scenario scenario) {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .links(links)
                                    .policy(policy)
                                    .config(config)
                                    .build();
                    for (int link = 0; link < links; link++) {
                        cluster.change(link, now -> now.withLocalMaxPayload(Rig.SMALLEST_PAYLOAD));
                    }
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    scenario.run(new Two(network, cluster));
                });
    }

    private static List<ReceivedMessage> drain(Channel channel) throws InterruptedException {
        List<ReceivedMessage> all = new ArrayList<>();
        Optional<ReceivedMessage> next = channel.receive(Duration.ZERO);
        while (next.isPresent()) {
            all.add(next.get());
            next = channel.receive(Duration.ZERO);
        }
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(bytes(text));
    }

    @Test
    @DisplayName("D2: far-behind data and replayed pings do not reset the window")
    void nothingRecordedMakesOldMessagesNew() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    List<Datagram> recorded =
                            RawPackets.record(network, datagram -> datagram.from().equals(ONE));
                    SimCluster cluster = SimCluster.builder(network).build();
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    Two two = new Two(network, cluster);
                    List<KnetEvent> events = two.events(two.node());
                    Channel channel = two.node().channel(0);
                    Channel out = two.one().channel(0);
                    for (int i = 0; i < 9000; i++) {
                        out.send(text("m" + i), TO_TWO);
                        if (i % 50 == 0) {
                            network.advance(ms(1));
                        }
                    }
                    // Late enough that nothing sent before the last message can still be under way.
                    network.advance(Duration.ofSeconds(2));
                    assertThat(drain(channel)).hasSize(9000);
                    List<Datagram> early = List.copyOf(recorded);
                    for (Datagram datagram : early) {
                        network.replay(datagram);
                        network.advance(Duration.ofNanos(10_000));
                    }
                    assertThat(drain(channel)).isEmpty();
                    assertThat(two.drops(DropCause.STALE)).isEqualTo(9000 - 4096);
                    assertThat(Rig.of(HostRestarted.class, events)).isEmpty();

                    // Nor when so many pings came since that these are not remembered any more.
                    network.advance(Duration.ofMinutes(30));
                    early.forEach(network::replay);
                    network.advance(ms(1));
                    assertThat(drain(channel)).isEmpty();
                    assertThat(Rig.of(HostRestarted.class, events)).isEmpty();

                    // A ping that was never seen counts, but one is not enough.
                    two.inject(RawPackets.ping(1, 0, 1, 0));
                    network.advance(ms(500));
                    two.inject(RawPackets.ping(1, 0, 2, 0));
                    two.inject(RawPackets.ping(1, 0, 2, 0));
                    two.inject(RawPackets.ping(1, 0, 1, 0));
                    assertThat(Rig.of(HostRestarted.class, events)).isEmpty();

                    // A real restart shows by itself.
                    cluster.restart(1);
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    network.advance(ms(500));
                    assertThat(Rig.of(HostRestarted.class, events)).hasSize(1);
                    two.one().channel(0).send(text("again"), TO_TWO);
                    network.advance(ms(10));
                    assertThat(two.texts(channel)).containsExactly("again");
                });
    }

    @Test
    @DisplayName("D3: nothing is compressed unless asked for, and what cannot be read is dropped")
    void nothingIsCompressedUnlessAskedFor() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    List<Datagram> sent = RawPackets.record(two.network(), RawPackets.DATA, 1, 0);
                    Channel channel = two.node().channel(0);
                    for (int length : new int[] {1, 100, 1000, 65_536}) {
                        two.one().channel(0).send(ByteBuffer.allocate(length), TO_TWO);
                        two.network().advance(ms(10));
                    }
                    assertThat(drain(channel)).hasSize(4);
                    assertThat(sent)
                            .hasSizeGreaterThan(136)
                            .allSatisfy(datagram ->
                                    assertThat(datagram.payload()[RawPackets.COMPRESSION_AT])
                                            .isZero());
                    for (int method = 1; method < 256; method++) {
                        byte[] compressed = RawPackets.data(1, 5, 0, bytes("compressed"));
                        compressed[RawPackets.COMPRESSION_AT] = (byte) method;
                        two.inject(compressed);
                    }
                    assertThat(two.drops(DropCause.UNKNOWN_COMPRESSION)).isEqualTo(254);
                    assertThat(two.drops(DropCause.BAD_COMPRESSION)).isEqualTo(1);
                    two.inject(RawPackets.data(1, 5, 0, bytes("as it is")));
                    assertThat(two.texts(channel)).containsExactly("as it is");
                });
    }

    @Test
    @DisplayName("D5: short pings and probes get no answer, long pings one of 26 bytes")
    void shortPingsAndProbesGetNoAnswer() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    // Of node 1 there is only what is injected.
                    two.cluster().path(1, 2, 0).cut();
                    two.network().advance(ms(100));
                    List<Datagram> answers =
                            RawPackets.record(
                                    two.network(),
                                    datagram ->
                                            datagram.from().equals(TWO)
                                                    && RawPackets.type(datagram)
                                                            != RawPackets.PING);
                    byte[] ping = RawPackets.ping(1, 0, 42, 0);
                    byte[] probe = RawPackets.probe(1, 0, 9);
                    long before = two.drops(DropCause.TOO_SHORT);
                    for (int length = 0; length < 26; length++) {
                        two.inject(java.util.Arrays.copyOf(ping, length));
                    }
                    for (int length = 0; length < 9; length++) {
                        two.inject(java.util.Arrays.copyOf(probe, length));
                    }
                    assertThat(answers).isEmpty();
                    assertThat(two.drops(DropCause.TOO_SHORT) - before).isEqualTo(26 + 9);
                    two.inject(ping);
                    two.inject(java.util.Arrays.copyOf(ping, 100));
                    two.inject(probe);
                    two.inject(java.util.Arrays.copyOf(probe, 1400));
                    assertThat(answers)
                            .extracting(datagram -> datagram.payload().length)
                            .containsExactly(26, 26, 9, 9);
                    ping[1] = (byte) RawPackets.PONG;
                    ping[3] = 2;
                    assertThat(answers.getFirst().payload()).isEqualTo(ping);
                });
    }

    @Test
    @DisplayName("D8: channels outside 0 to 31 are refused, from the wire and from filters")
    void channelsAreChecked() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    int wrong = 0;
                    for (int channel = 32; channel < 256; channel++) {
                        two.inject(RawPackets.data(1, 1, channel, bytes("x")));
                        two.inject(RawPackets.fragment(1, 2, channel, 2, 1, bytes("x")));
                        wrong += 2;
                    }
                    assertThat(two.drops(DropCause.BAD_CHANNEL)).isEqualTo(wrong);

                    int[] named = {32, -1, 127, Integer.MAX_VALUE};
                    for (int channel : named) {
                        two.one()
                                .setFilter(message -> {
                                    message.setChannel(channel);
                                    return TO_TWO;
                                });
                        two.one().channel(0).send(text("out"));
                        two.network().advance(ms(1));
                    }
                    assertThat(two.one().statistics().sendFailures())
                            .containsEntry(Reason.FILTER_FAILED, 4L);
                    two.one().setFilter(null);
                    for (int channel : named) {
                        two.node()
                                .setFilter(message -> {
                                    message.setChannel(channel);
                                    return TO_TWO;
                                });
                        two.one().channel(0).send(text("in"), TO_TWO);
                        two.network().advance(ms(1));
                    }
                    assertThat(two.drops(DropCause.FILTER_FAILED)).isEqualTo(4);
                    assertThat(two.node().statistics().messagesDelivered()).isZero();

                    Channel last = two.node().channel(31);
                    two.node().setFilter(null);
                    two.inject(RawPackets.data(1, 100, 31, bytes("31")));
                    assertThat(two.texts(last)).containsExactly("31");
                });
    }

    private static InetSocketAddress at(int node, int port) {
        return new InetSocketAddress("10.1.1." + node, port);
    }

    @Test
    @DisplayName("D9: links with the same addresses are told apart by port")
    void linksAreToldApartByPort() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    Knet one = twoPorts(network, 1, 2);
                    Knet two = twoPorts(network, 2, 1);
                    network.advance(ms(1000));
                    Host host = one.host(2).orElseThrow();
                    Channel out = one.channel(0);
                    Channel in = two.channel(0);
                    out.send(text("on link 0"), TO_TWO);
                    network.advance(ms(5));
                    assertThat(rxData(two)).containsExactly(1L, 0L);
                    host.link(1).orElseThrow().setPriority(1);
                    out.send(text("on link 1"), TO_TWO);
                    network.advance(ms(5));
                    assertThat(rxData(two)).containsExactly(1L, 1L);
                    // From a port that NAT made up: the address decides.
                    network.inject(at(1, 9), at(2, 7000), RawPackets.data(1, 3, 0, bytes("nat")));
                    network.advance(ms(5));
                    assertThat(rxData(two)).containsExactly(2L, 1L);
                    assertThat(drain(in)).hasSize(3);

                    List<Datagram> pongs =
                            RawPackets.record(
                                    network,
                                    datagram ->
                                            datagram.from()
                                                            .getAddress()
                                                            .equals(at(2, 1).getAddress())
                                                    && RawPackets.type(datagram) == RawPackets.PONG
                                                    && datagram.payload()[RawPackets.TOKEN_AT]
                                                            == 77);
                    long token = 77L << 56;
                    network.inject(at(1, 7001), at(2, 7001), RawPackets.ping(1, 0, token, 3));
                    network.advance(ms(5));
                    assertThat(pongs).isEmpty();
                    assertThat(two.statistics().drops(DropCause.WRONG_LINK)).isEqualTo(1);
                    network.inject(at(1, 7001), at(2, 7001), RawPackets.ping(1, 1, token, 3));
                    network.inject(at(1, 9), at(2, 7000), RawPackets.ping(1, 0, token, 3));
                    network.advance(ms(5));
                    assertThat(pongs)
                            .extracting(Datagram::to)
                            .containsExactly(at(1, 7001), at(1, 7000));
                });
    }

    private static Knet twoPorts(SimNetwork network, int id, int other) {
        Knet node = network.open(Knet.builder(id).build());
        Host host = node.addHost(other);
        for (int link = 0; link < 2; link++) {
            host.addLink(
                    link,
                    LinkConfig.udp(at(id, 7000 + link), at(other, 7000 + link))
                            .withPing(ms(50), ms(200)));
        }
        node.startForwarding();
        return node;
    }

    private static List<Long> rxData(Knet node) {
        return node.host(1).orElseThrow().links().stream()
                .map(link -> link.status().statistics().rxData().packets())
                .toList();
    }

    @Test
    @DisplayName("D13: a datagram that is too large for a link is counted and reported")
    void datagramsThatAreTooLargeAreReported() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    Channel in = two.node().channel(0);
                    Channel out = two.one().channel(0);
                    two.cluster().path(1, 2, 0).change(now -> now.withLocalMaxPayload(300));
                    List<KnetEvent> events = two.events(two.one());
                    assertThatExceptionOfType(SendException.class)
                            .isThrownBy(() -> out.sendSync(ByteBuffer.allocate(400), TO_TWO))
                            .extracting(SendException::reason)
                            .isEqualTo(Reason.DATAGRAM_TOO_LARGE);
                    out.send(ByteBuffer.allocate(400), TO_TWO);
                    out.sendSync(ByteBuffer.allocate(200), TO_TWO);
                    two.network().advance(ms(5));
                    assertThat(two.one().statistics().sendFailures())
                            .containsEntry(Reason.DATAGRAM_TOO_LARGE, 2L);
                    assertThat(Rig.of(SendFailed.class, events))
                            .containsExactly(new SendFailed(Reason.DATAGRAM_TOO_LARGE, 0, 1));
                    assertThat(
                                    two.cluster()
                                            .host(1, 2)
                                            .link(0)
                                            .orElseThrow()
                                            .status()
                                            .statistics()
                                            .txErrors())
                            .isEqualTo(2);
                    assertThat(drain(in)).hasSize(1);
                });
    }

    @Test
    @DisplayName("D14: a channel keeps megabytes of messages, and tells what it had no room for")
    void channelsKeepManyMessages() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    List<KnetEvent> events = two.events(two.node());
                    Channel small = two.node().channel(0);
                    Channel large = two.node().channel(1);
                    for (int i = 0; i < 32_768 + 10; i++) {
                        two.network().inject(ONE, TWO, RawPackets.data(1, 1 + i, 0, (byte) i));
                        if (i % 1000 == 0) {
                            two.network().advance(ms(1));
                        }
                    }
                    two.network().advance(ms(10));
                    assertThat(two.drops(DropCause.RECEIVE_QUEUE_FULL)).isEqualTo(10);
                    assertThat(Rig.of(ReceiveQueueFull.class, events))
                            .first()
                            .isEqualTo(new ReceiveQueueFull(0, 1));
                    assertThat(drain(small)).hasSize(32_768);
                    byte[] message = new byte[60_000];
                    for (int i = 0; i < 8_388_608 / 60_000 + 5; i++) {
                        two.inject(RawPackets.data(1, 33_000 + i, 1, message));
                    }
                    two.network().advance(ms(10));
                    assertThat(drain(large)).hasSize(139);
                    assertThat(two.drops(DropCause.RECEIVE_QUEUE_FULL)).isEqualTo(10 + 5);
                    two.inject(RawPackets.data(1, 34_000, 0, bytes("room again")));
                    assertThat(two.texts(small)).containsExactly("room again");
                });
    }

    @Test
    @DisplayName("D15: a message is delivered whole or not at all")
    void messagesAreDeliveredWholeOrNotAtAll() {
        run(
                LinkPolicy.PASSIVE,
                1,
                id -> Knet.builder(id).receiveQueueBytes(131_072).build(),
                two -> {
                    Channel channel = two.node().channel(0);
                    Random random = new Random(two.network().seed());
                    int sequence = 0;
                    long delivered = 0;
                    for (int round = 0; round < 20; round++) {
                        List<byte[]> sent = new ArrayList<>();
                        for (int i = 0; i < 20; i++) {
                            byte[] message = new byte[1 + random.nextInt(20_000)];
                            random.nextBytes(message);
                            sent.add(message);
                            two.inject(RawPackets.data(1, ++sequence, 0, message));
                        }
                        int next = 0;
                        for (ReceivedMessage received : drain(channel)) {
                            while (!java.util.Arrays.equals(sent.get(next), received.payload())) {
                                next++; // runs out of bounds for what was never sent
                            }
                            next++;
                            delivered++;
                        }
                    }
                    long lost = two.drops(DropCause.RECEIVE_QUEUE_FULL);
                    assertThat(lost).isPositive();
                    assertThat(delivered).isGreaterThan(100).isEqualTo(sequence - lost);
                });
    }

    @Test
    @DisplayName("D16: messages over active links are delivered once, with their source")
    void activeLinksDeliverOnceAndTellTheSource() {
        run(
                LinkPolicy.ACTIVE,
                3,
                two -> {
                    Channel channel = two.node().channel(0);
                    for (int i = 0; i < 500; i++) {
                        two.one().channel(0).send(ByteBuffer.allocate(1 + i * 10), TO_TWO);
                        two.network().advance(ms(1));
                    }
                    two.network().advance(ms(100));
                    List<ReceivedMessage> received = drain(channel);
                    assertThat(received)
                            .hasSize(500)
                            .allSatisfy(message -> assertThat(message.source()).isEqualTo(1));
                    assertThat(
                                    received.stream()
                                            .map(message -> message.payload().length)
                                            .distinct())
                            .hasSize(500);
                    assertThat(two.drops(DropCause.DUPLICATE)).isGreaterThanOrEqualTo(2 * 49);
                    assertThat(two.node().statistics().messagesDelivered()).isEqualTo(500);
                });
    }

    @Test
    @DisplayName("D20: what is refused is not delivered locally, what is only local succeeds")
    void localDeliveryComesAfterTheChecks() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster = SimCluster.builder(network).build();
                    Knet one = cluster.node(1);
                    one.addHost(1).addLink(0, LinkConfig.loopback());
                    Channel channel = one.channel(0);
                    // Nobody else is reachable yet.
                    channel.sendSync(text("sync"), Destination.host(1));
                    channel.send(text("queued"), Destination.host(1));
                    channel.send(text("to all"), Destination.broadcast());
                    network.advance(ms(1));
                    assertThat(drain(channel))
                            .extracting(message -> new String(message.payload(), US_ASCII))
                            .containsExactly("sync", "queued", "to all");
                    assertThat(one.statistics().sendFailures()).isEmpty();
                    assertThat(one.statistics().messagesSent()).isEqualTo(3);

                    cluster.awaitConnected(Duration.ofSeconds(10));
                    for (Destination destination :
                            List.of(Destination.broadcast(), Destination.hosts(1, 2))) {
                        assertThatExceptionOfType(SendException.class)
                                .isThrownBy(() -> channel.sendSync(text("refused"), destination))
                                .extracting(SendException::reason)
                                .isEqualTo(Reason.TOO_MANY_DESTINATIONS);
                    }
                    one.stopForwarding();
                    assertThatExceptionOfType(SendException.class)
                            .isThrownBy(() -> channel.sendSync(text("off"), Destination.host(1)));
                    network.advance(ms(10));
                    assertThat(drain(channel)).isEmpty();
                    assertThat(one.statistics().messagesSent()).isEqualTo(3);
                });
    }

    @Test
    @DisplayName("D22: statistics have units, count answers, and no minimum before a sample")
    void statisticsAreRight() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    network.path(TWO, ONE).change(now -> now.withDelay(ms(5)));
                    network.path(ONE, TWO).change(now -> now.withDelay(ms(5)));
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .config(id -> Knet.builder(id).interfaceMtu(1500).build())
                                    .build();
                    LinkStatistics before = statistics(cluster);
                    assertThat(before.latencyMin()).isEmpty();
                    assertThat(before.latencyMax()).isEmpty();
                    assertThat(before.latencySamples()).isZero();

                    cluster.awaitConnected(Duration.ofSeconds(10));
                    cluster.change(0, now -> now.withDelay(ms(10)));
                    network.advance(ms(500));
                    LinkStatistics after = statistics(cluster);
                    assertThat(after.latencyMin()).contains(ms(10));
                    assertThat(after.latencyMax()).contains(ms(20));
                    // The first two pings are sent at once, and their pongs are one sample.
                    assertThat(after.latencySamples()).isEqualTo(after.rxPong().packets() - 1);
                    assertThat(after.rxPong().bytes()).isEqualTo(26 * after.rxPong().packets());

                    network.inject(ONE, TWO, RawPackets.probe(1, 0, 500));
                    network.inject(ONE, TWO, RawPackets.probe(1, 0, 900));
                    network.advance(ms(1));
                    LinkStatistics probed = statistics(cluster);
                    assertThat(probed.rxPmtud()).isEqualTo(new Traffic(2, 1400));
                    assertThat(probed.txPmtud()).isEqualTo(new Traffic(2, 18));
                });
    }

    private static LinkStatistics statistics(SimCluster cluster) {
        return cluster.host(2, 1).link(0).orElseThrow().status().statistics();
    }

    @Test
    @DisplayName("D27: a pong with another timestamp than its ping had is dropped")
    void timestampsInPongsAreSealed() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    SimNetwork network = two.network();
                    List<Datagram> pongs = RawPackets.record(network, RawPackets.PONG, 1, 0);
                    two.cluster().path(1, 2, 0).cut();
                    network.runUntil(() -> !pongs.isEmpty(), ms(1000));
                    Datagram pong = pongs.getFirst();
                    LinkStatistics before = statistics(two.cluster());
                    for (int at = RawPackets.TOKEN_AT; at < RawPackets.TOKEN_AT + 16; at++) {
                        byte[] forged = pong.payload().clone();
                        forged[at] ^= 1;
                        two.inject(forged);
                    }
                    LinkStatistics after = statistics(two.cluster());
                    assertThat(two.drops(DropCause.UNSOLICITED_PONG)).isEqualTo(16);
                    assertThat(after.latencySamples()).isEqualTo(before.latencySamples());
                    assertThat(after.latencyMax()).isEqualTo(before.latencyMax());
                    two.inject(pong.payload());
                    assertThat(statistics(two.cluster()).latencySamples())
                            .isEqualTo(before.latencySamples() + 1);
                });
    }

    @Test
    @DisplayName("D29: a closed channel calls nothing any more")
    void aClosedChannelIsSilent() {
        run(
                LinkPolicy.PASSIVE,
                1,
                two -> {
                    List<KnetEvent> events = two.events(two.node());
                    List<Integer> sources = new ArrayList<>();
                    Channel handled = two.node().channel(0);
                    handled.onMessage(message -> {
                        sources.add(message.source());
                        throw new IllegalStateException("wanted");
                    });
                    two.inject(RawPackets.data(1, 1, 0, bytes("one")));
                    assertThat(sources).hasSize(1);
                    assertThat(events).singleElement().isInstanceOf(HandlerFailed.class);
                    two.network().inject(ONE, TWO, RawPackets.data(1, 2, 0, bytes("two")));
                    handled.close();
                    handled.close();
                    for (int i = 3; i < 100; i++) {
                        two.inject(RawPackets.data(1, i, 0, bytes("late")));
                    }
                    two.network().advance(Duration.ofSeconds(10));
                    assertThat(sources).hasSize(1);
                    // The true host 1 has sent nothing, and its pings say so.
                    assertThat(events)
                            .filteredOn(event -> !(event instanceof HostRestarted))
                            .hasSize(1);
                    assertThat(two.drops(DropCause.CHANNEL_NOT_OPEN)).isEqualTo(98);
                    assertThatExceptionOfType(KnetClosedException.class)
                            .isThrownBy(handled::receive);
                });
    }
}
