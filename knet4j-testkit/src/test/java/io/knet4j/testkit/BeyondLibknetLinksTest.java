package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatus;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Each test holds one row of {@code docs/beyond-libknet.md}, whose number it carries: links between
 * whole nodes. They are looked at from node 1.
 */
class BeyondLibknetLinksTest {
    private static final InetSocketAddress ONE = SimCluster.address(1, 0);
    private static final InetSocketAddress TWO = SimCluster.address(2, 0);
    private static final Duration INTERVAL = ms(100);
    private static final Duration TIMEOUT = ms(400);

    private static LinkConfig withTimers(LinkConfig config) {
        return config.withPing(INTERVAL, TIMEOUT).withPongCount(2);
    }

    /** A test on two nodes. */
    @FunctionalInterface
    private interface Scenario {
        void run(SimNetwork network, SimCluster cluster) throws Exception;
    }

    private static void run(int links, Scenario scenario) {
        SimNetwork.simulate(
                Rig.SEED,
                network ->
                        scenario.run(
                                network,
                                SimCluster.builder(network)
                                        .links(links)
                                        .link(BeyondLibknetLinksTest::withTimers)
                                        .build()));
    }

    private static void runConnected(int links, Scenario scenario) {
        run(
                links,
                (network, cluster) -> {
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    scenario.run(network, cluster);
                });
    }

    private static Link link(SimCluster cluster, int node, int id) {
        return cluster.host(node, 3 - node).link(id).orElseThrow();
    }

    private static LinkStatus status(SimCluster cluster, int node) {
        return link(cluster, node, 0).status();
    }

    private static List<KnetEvent> events(Knet node) {
        List<KnetEvent> events = new ArrayList<>();
        node.onEvent(events::add);
        return events;
    }

    /** Lets time pass until the link of node 1 is down; returns how long no pong had come. */
    private static Duration silenceUntilDown(SimNetwork network, SimCluster cluster) {
        List<KnetEvent> events = events(cluster.node(1));
        network.runUntil(() -> !Rig.of(LinkDown.class, events).isEmpty(), Duration.ofSeconds(30));
        return Rig.of(LinkDown.class, events).getFirst().silence();
    }

    @Test
    @DisplayName("L0: control packets need full length, a configured link and its remote address")
    void controlPacketsAreChecked() {
        runConnected(
                1,
                (network, cluster) -> {
                    cluster.path(2, 1, 0).cut();
                    network.advance(ms(50));
                    List<Datagram> answers =
                            RawPackets.record(
                                    network,
                                    datagram ->
                                            datagram.from().equals(ONE)
                                                    && RawPackets.type(datagram)
                                                            != RawPackets.PING);
                    for (int link : new int[] {1, 7, 8, 16, 248, 255}) {
                        network.inject(TWO, ONE, RawPackets.ping(2, link, 1, 0));
                        network.inject(TWO, ONE, RawPackets.probe(2, link, 100));
                    }
                    InetSocketAddress stranger = SimCluster.address(3, 0);
                    network.inject(stranger, ONE, RawPackets.ping(2, 0, 1, 0));
                    network.inject(stranger, ONE, RawPackets.probe(2, 0, 100));
                    network.inject(
                            TWO, ONE, java.util.Arrays.copyOf(RawPackets.ping(2, 0, 1, 0), 25));
                    network.inject(TWO, ONE, RawPackets.ping(3, 0, 1, 0));
                    network.advance(ms(5));
                    assertThat(answers).isEmpty();
                    assertThat(cluster.node(1).statistics().drops())
                            .containsEntry(DropCause.WRONG_LINK, 12L)
                            .containsEntry(DropCause.ACCESS_DENIED, 2L)
                            .containsEntry(DropCause.UNKNOWN_HOST, 1L)
                            .containsEntry(DropCause.TOO_SHORT, 1L);
                    network.inject(TWO, ONE, RawPackets.ping(2, 0, 1, 0));
                    network.advance(ms(5));
                    assertThat(answers).hasSize(1);
                });
    }

    @Test
    @DisplayName("L1: every link has its own timers, and failures are noticed to the millisecond")
    void timersAreExact() {
        runConnected(
                2,
                (network, cluster) -> {
                    link(cluster, 1, 1).setPingTimers(ms(37), ms(111), 2048);
                    network.advance(ms(500));
                    List<Datagram> slow = RawPackets.record(network, RawPackets.PING, 1, 0);
                    List<Datagram> fast = RawPackets.record(network, RawPackets.PING, 1, 1);
                    network.advance(Duration.ofSeconds(10));
                    requireGaps(slow, 100_000_000);
                    requireGaps(fast, 37_000_000);

                    Duration latency = status(cluster, 1).latency().orElseThrow();
                    cluster.cut(1, 2, 0);
                    assertThat(silenceUntilDown(network, cluster))
                            .isBetween(
                                    TIMEOUT.plus(latency),
                                    TIMEOUT.plus(latency.multipliedBy(3)).plus(ms(1)));
                    assertThat(link(cluster, 1, 1).status().connected()).isTrue();
                });
    }

    /** Pings may come an eighth of the interval early, to go out with others, and never late. */
    private static void requireGaps(List<Datagram> pings, long interval) {
        assertThat(pings).hasSizeGreaterThan((int) (9_900_000_000L / interval));
        for (int i = 1; i < pings.size(); i++) {
            assertThat(pings.get(i).sentAt().minus(pings.get(i - 1).sentAt()).toNanos())
                    .isBetween(interval * 7 / 8, interval + 1_000_000);
        }
    }

    @Test
    @DisplayName("L2: a link comes up with pong number pong count + 1")
    void aLinkComesUpAfterOneMorePongThanCounted() {
        for (int pongCount : new int[] {1, 2, 5, 9}) {
            SimNetwork.simulate(
                    Rig.SEED,
                    network -> {
                        List<Datagram> pongs = RawPackets.record(network, RawPackets.PONG, 2, 0);
                        SimCluster cluster =
                                SimCluster.builder(network)
                                        .link(config ->
                                                config.withPing(INTERVAL, TIMEOUT)
                                                        .withPongCount(pongCount))
                                        .build();
                        assertThat(
                                        network.runUntil(
                                                () -> status(cluster, 1).connected(),
                                                Duration.ofSeconds(5)))
                                .isTrue();
                        // The first two pings of a link are sent at once, and count as one.
                        assertThat(pongs).hasSize(1 + pongCount + 1);
                        assertThat(pongs.get(0).sentAt()).isEqualTo(pongs.get(1).sentAt());
                    });
        }
    }

    @Test
    @DisplayName("L3: a link that just came up is watched closely, new timers apply at once")
    void earlyFailuresAreSeenEarly() {
        runConnected(
                1,
                (network, cluster) -> {
                    assertThat(network.now()).isLessThan(Duration.ofSeconds(2));
                    cluster.cut(1, 2, 0);
                    assertThat(silenceUntilDown(network, cluster)).isLessThan(TIMEOUT.plus(ms(10)));

                    cluster.heal(1, 2, 0);
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    network.advance(ms(50));
                    cluster.cut(1, 2, 0);
                    link(cluster, 1, 0).setPingTimers(ms(10), ms(120), 2048);
                    assertThat(silenceUntilDown(network, cluster)).isLessThan(ms(130));

                    // As long as it is down, patience helps it: pongs a second apart still count.
                    link(cluster, 1, 0).setPingTimers(ms(900), ms(120), 2048);
                    cluster.heal(1, 2, 0);
                    assertThat(
                                    network.runUntil(
                                            () -> status(cluster, 1).connected(),
                                            Duration.ofSeconds(4)))
                            .isTrue();
                });
    }

    @Test
    @DisplayName("L5: each end decides by its own pongs")
    void eachEndDecidesByItsOwnPongs() {
        runConnected(
                1,
                (network, cluster) -> {
                    // One direction carries the pings of one end and the pongs of the other.
                    cluster.path(1, 2, 0).cut();
                    network.advance(ms(1000));
                    assertThat(status(cluster, 1).connected()).isFalse();
                    assertThat(status(cluster, 2).connected()).isFalse();
                    cluster.path(1, 2, 0).heal();
                    cluster.awaitConnected(Duration.ofSeconds(5));

                    link(cluster, 2, 0).setEnabled(false);
                    network.advance(Duration.ofSeconds(5));
                    assertThat(status(cluster, 1).connected()).as("it is still answered").isTrue();
                    assertThat(status(cluster, 2).connected()).isFalse();
                });
    }

    @Test
    @DisplayName("L6: ups and downs are counted when they happen, the mean latency is not biased")
    void countersAndMeanAreRight() {
        run(
                1,
                (network, cluster) -> {
                    requireUpsAndDowns(cluster, 0, 0);
                    link(cluster, 1, 0).setEnabled(false);
                    link(cluster, 1, 0).setEnabled(true);
                    requireUpsAndDowns(cluster, 0, 0);
                    assertThat(status(cluster, 1).statistics().latencyMin()).isEmpty();
                    assertThat(status(cluster, 1).latency()).isEmpty();
                    cluster.awaitConnected(Duration.ofSeconds(5));
                    requireUpsAndDowns(cluster, 1, 0);
                    link(cluster, 1, 0).setEnabled(false);
                    requireUpsAndDowns(cluster, 1, 1);
                    network.advance(Duration.ofSeconds(1));
                    requireUpsAndDowns(cluster, 1, 1);
                    link(cluster, 1, 0).setEnabled(true);
                    requireUpsAndDowns(cluster, 1, 1);
                    cluster.awaitConnected(Duration.ofSeconds(5));
                    requireUpsAndDowns(cluster, 2, 1);
                });
        run(
                1,
                (network, cluster) -> {
                    cluster.change(0, now -> now.withDelay(ms(5)));
                    List<Long> trips = new ArrayList<>();
                    long[] samples = {0};
                    for (int i = 0; i < 400; i++) {
                        Duration oneWay = ms(i % 4 == 0 ? 30 : 5);
                        cluster.change(0, now -> now.withDelay(oneWay));
                        network.advance(INTERVAL);
                        if (status(cluster, 1).statistics().latencySamples() > samples[0]) {
                            samples[0]++;
                            trips.add(2 * oneWay.toMillis());
                        }
                    }
                    double mean = trips.stream().mapToLong(Long::longValue).average().orElseThrow();
                    assertThat(mean).isBetween(20.0, 25.0);
                    assertThat(status(cluster, 1).latency().orElseThrow().toNanos() / 1e6)
                            .isBetween(mean - 1.5, mean + 1.5);
                });
    }

    private static void requireUpsAndDowns(SimCluster cluster, long ups, long downs) {
        LinkStatus status = status(cluster, 1);
        assertThat(status.statistics().upCount()).as("ups").isEqualTo(ups);
        assertThat(status.statistics().downCount()).as("downs").isEqualTo(downs);
    }

    @Test
    @DisplayName("L7: copied and forged pongs do not bring a link up or keep it up")
    void pongsCountOnceAndForThePingTheyAnswer() {
        run(
                1,
                (network, cluster) -> {
                    List<Datagram> pongs = RawPackets.record(network, RawPackets.PONG, 2, 0);
                    cluster.path(2, 1, 0).cut();
                    network.runUntil(() -> pongs.size() == 3, Duration.ofSeconds(1));
                    Datagram pong = pongs.getLast();
                    for (int i = 0; i < 20; i++) {
                        network.replay(pong);
                        byte[] forged = pong.payload().clone();
                        forged[RawPackets.TOKEN_AT + i % 16]++;
                        network.inject(TWO, ONE, forged);
                    }
                    network.advance(ms(1));
                    assertThat(status(cluster, 1).connected()).isFalse();
                    assertThat(status(cluster, 1).statistics().latencySamples()).isEqualTo(1);
                    assertThat(cluster.node(1).statistics().drops())
                            .containsEntry(DropCause.DUPLICATE_PONG, 19L)
                            .containsEntry(DropCause.UNSOLICITED_PONG, 20L);

                    cluster.path(2, 1, 0).heal();
                    cluster.awaitConnected(Duration.ofSeconds(5));
                    network.advance(ms(500));
                    Datagram last = pongs.getLast();
                    List<KnetEvent> events = events(cluster.node(1));
                    cluster.path(2, 1, 0).cut();
                    for (int i = 0; i < 50; i++) {
                        network.replay(last);
                        network.advance(ms(20));
                    }
                    assertThat(Rig.of(LinkDown.class, events)).hasSize(1);
                    assertThat(Rig.of(LinkUp.class, events)).isEmpty();
                });
    }

    @Test
    @DisplayName("L25: pings and probes are answered on disabled links, too")
    void disabledLinksAnswer() {
        runConnected(
                1,
                (network, cluster) -> {
                    link(cluster, 1, 0).setEnabled(false);
                    network.advance(ms(500));
                    List<Datagram> pings = RawPackets.record(network, RawPackets.PING, 1, 0);
                    List<Datagram> pongs = RawPackets.record(network, RawPackets.PONG, 1, 0);
                    List<Datagram> replies =
                            RawPackets.record(network, RawPackets.PROBE_REPLY, 1, 0);
                    network.inject(TWO, ONE, RawPackets.probe(2, 0, 1400));
                    network.advance(ms(1000));
                    assertThat(pings).isEmpty();
                    assertThat(pongs).hasSizeBetween(9, 12);
                    assertThat(replies)
                            .singleElement()
                            .satisfies(reply -> {
                                assertThat(reply.payload()).hasSize(9);
                                assertThat(ByteBuffer.wrap(reply.payload()).getShort(7))
                                        .isEqualTo((short) 1428);
                            });
                });
    }

    @Test
    @DisplayName("L30: nothing is taken from an address that no link of the host has")
    void foreignAddressesAreRefused() {
        runConnected(
                2,
                (network, cluster) -> {
                    Channel channel = cluster.node(1).channel(0);
                    List<Datagram> pongs = RawPackets.record(network, RawPackets.PONG, 1, 0);
                    int before = pongs.size();
                    InetSocketAddress stranger = SimCluster.address(3, 0);
                    InetSocketAddress otherLink = SimCluster.address(2, 1);
                    network.inject(stranger, ONE, RawPackets.data(2, 1, 0, (byte) 1));
                    network.inject(stranger, ONE, RawPackets.ping(2, 0, 1, 0));
                    network.inject(otherLink, ONE, RawPackets.ping(2, 0, 1, 0));
                    network.advance(ms(1));
                    assertThat(channel.receive(Duration.ZERO)).isEmpty();
                    assertThat(pongs).hasSize(before);
                    assertThat(cluster.node(1).statistics().drops())
                            .containsEntry(DropCause.ACCESS_DENIED, 2L)
                            .containsEntry(DropCause.WRONG_ADDRESS, 1L);
                    network.inject(TWO, ONE, RawPackets.data(2, 1, 0, (byte) 1));
                    network.advance(ms(1));
                    assertThat(channel.receive(Duration.ZERO)).isPresent();
                });
    }

    @Test
    @DisplayName("L31: links of one host may share both addresses and differ in ports")
    void linksMayShareAddresses() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    Knet one = fourPorts(network, 1, 2);
                    Knet two = fourPorts(network, 2, 1);
                    network.advance(Duration.ofSeconds(1));
                    Channel in = two.channel(0);
                    for (int best = 0; best < 4; best++) {
                        List<Link> links = one.host(2).orElseThrow().links();
                        assertThat(links)
                                .as("link %d failed", best - 1)
                                .filteredOn(link -> link.status().connected())
                                .extracting(Link::id)
                                .containsExactlyElementsOf(
                                        java.util.stream.IntStream.range(best, 4).boxed().toList());
                        one.channel(0).send(ByteBuffer.allocate(5), Destination.host(2));
                        network.advance(ms(10));
                        assertThat(in.receive(Duration.ZERO)).isPresent();
                        assertThat(
                                        two.host(1)
                                                .orElseThrow()
                                                .link(best)
                                                .orElseThrow()
                                                .status()
                                                .statistics()
                                                .rxData()
                                                .packets())
                                .isEqualTo(1);
                        network.path(at(1, best), at(2, best)).cut();
                        network.advance(Duration.ofSeconds(1));
                    }
                    assertThat(one.host(2).orElseThrow().status().reachable()).isFalse();
                });
    }

    private static InetSocketAddress at(int node, int link) {
        return new InetSocketAddress("10.9.9." + node, 6000 + link);
    }

    private static Knet fourPorts(SimNetwork network, int id, int other) {
        Knet node = network.open(Knet.builder(id).build());
        Host host = node.addHost(other);
        host.setPolicy(LinkPolicy.PASSIVE);
        for (int link = 0; link < 4; link++) {
            host.addLink(link, withTimers(LinkConfig.udp(at(id, link), at(other, link))));
        }
        node.startForwarding();
        return node;
    }
}
