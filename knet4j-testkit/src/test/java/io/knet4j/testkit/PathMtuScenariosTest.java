package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.DataMtuChanged;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.KnetEvent.PathMtuChanged;
import io.knet4j.KnetEvent.PathMtuDiffers;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatus;
import io.knet4j.MtuLimit;
import io.knet4j.PathMtu;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.SharedKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Path MTU discovery between nodes, as the network changes. Even links are IPv4, odd ones IPv6. */
class PathMtuScenariosTest {
    private static final Duration FOUND_WITHIN = Duration.ofSeconds(2);
    private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(7);
    private static final int PROBE = 0x83;

    /** A connected pair. */
    private record Pair(SimNetwork network, SimCluster cluster) {
        Knet one() {
            return cluster.node(1);
        }

        PathMtu mtu(int from, int to, int link) {
            return status(from, to, link).pathMtu();
        }

        LinkStatus status(int from, int to, int link) {
            return cluster.host(from, to).link(link).orElseThrow().status();
        }

        void awaitPacket(int link, int bytes, Duration limit) {
            boolean found =
                    network.runUntil(
                            () ->
                                    mtu(1, 2, link).packetBytes() == bytes
                                            && !mtu(1, 2, link).searching(),
                            limit);
            assertThat(found)
                    .as("%s bytes within %s; is %s", bytes, limit, mtu(1, 2, link))
                    .isTrue();
        }

        void away(int link, UnaryOperator<PathConditions> change) {
            cluster.path(1, 2, link).change(change);
        }

        List<KnetEvent> events(int node) {
            List<KnetEvent> events = new ArrayList<>();
            cluster.node(node).onEvent(events::add);
            return events;
        }
    }

    /** What a test does. */
    @FunctionalInterface
    private interface Scenario {
        void run(Pair pair) throws Exception;
    }

    private static void run(
            int links,
            @Nullable CryptoConfig crypto,
            UnaryOperator<PathConditions> conditions,
            Scenario scenario) {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .links(links)
                                    .config(id -> {
                                        Knet.Builder builder = Knet.builder(id);
                                        return (crypto == null ? builder : builder.crypto(crypto))
                                                .build();
                                    })
                                    .build();
                    for (int link = 0; link < links; link++) {
                        cluster.change(link, conditions);
                    }
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    scenario.run(new Pair(network, cluster));
                });
    }

    private static void run(UnaryOperator<PathConditions> conditions, Scenario scenario) {
        run(1, null, conditions, scenario);
    }

    private static CryptoConfig suite(CryptoCipher cipher, CryptoHash hash, int seed) {
        byte[] key = new byte[SharedKey.MIN_BYTES];
        new SplittableRandom(seed).nextBytes(key);
        return new CryptoConfig(cipher, hash, SharedKey.of(key));
    }

    /** What is left of an IP packet without the headers of IP and UDP. */
    private static int payload(int packet, int link) {
        return packet - (link % 2 == 0 ? 28 : 48);
    }

    // ---- what is found

    @ParameterizedTest
    @CsvSource({
        "576,  '',         '',     522,  502",
        "1280, '',         '',     1226, 1206",
        "1437, '',         '',     1383, 1363",
        "1500, '',         '',     1446, 1426",
        "9000, '',         '',     8946, 8926",
        "576,  AES256_CBC, SHA256, 469,  453",
        "1280, AES256_CBC, SHA256, 1173, 1157",
        "1500, AES256_CBC, SHA256, 1397, 1365",
        "1500, AES128_CBC, SHA1,   1397, 1381",
        "1500, NONE,       SHA256, 1414, 1394",
        "1500, AES256_CTR, SHA256, 1398, 1378",
        "9000, AES256_CBC, SHA256, 8885, 8869",
        "9000, AES256_CBC, SHA512, 8853, 8837"
    })
    @DisplayName("L19: no link waits for the discovery of another")
    void isFoundWithinTwoSecondsOfLinkUpWhoeverLimitsIt(
            int mtu, String cipher, String hash, int ofIpv4, int ofIpv6) {
        CryptoConfig crypto =
                cipher.isEmpty()
                        ? null
                        : suite(CryptoCipher.valueOf(cipher), CryptoHash.valueOf(hash), 1);
        for (MtuLimit limit : new MtuLimit[] {MtuLimit.INTERFACE, MtuLimit.PATH}) {
            SimNetwork.simulate(
                    Rig.SEED,
                    network -> {
                        SimCluster cluster =
                                SimCluster.builder(network)
                                        .links(2)
                                        .config(id -> {
                                            Knet.Builder builder = Knet.builder(id);
                                            return (crypto == null
                                                            ? builder
                                                            : builder.crypto(crypto))
                                                    .build();
                                        })
                                        .build();
                        for (int link = 0; link < 2; link++) {
                            int most = payload(mtu, link);
                            cluster.change(
                                    link,
                                    now ->
                                            limit == MtuLimit.PATH
                                                    ? now.withMaxPayload(most)
                                                    : now.withLocalMaxPayload(most));
                        }
                        Map<Integer, Duration> up = new HashMap<>();
                        Map<Integer, Duration> found = new HashMap<>();
                        cluster.node(1)
                                .onEvent(event -> {
                                    switch (event) {
                                        case LinkUp e -> up.put(e.link(), network.now());
                                        case PathMtuChanged e -> {
                                            if (e.pathMtu().limit() == limit) {
                                                found.put(e.link(), network.now());
                                            }
                                        }
                                        default -> {}
                                    }
                                });
                        network.advance(Duration.ofSeconds(4));
                        for (int link = 0; link < 2; link++) {
                            PathMtu result =
                                    cluster.host(1, 2).link(link).orElseThrow().status().pathMtu();
                            assertThat(result.dataMtu()).isEqualTo(link == 0 ? ofIpv4 : ofIpv6);
                            assertThat(result.fragmentBytes()).isEqualTo(result.dataMtu() + 12);
                            assertThat(result.limit()).isEqualTo(limit);
                            assertThat(result.searching()).isFalse();
                            Duration time = found.get(link).minus(up.get(link));
                            assertThat(time)
                                    .isLessThan(limit == MtuLimit.PATH ? FOUND_WITHIN : ms(50));
                        }
                    });
        }
    }

    @Test
    void theLargestPacketThereIsIsFound() {
        run(
                2,
                null,
                now -> now,
                pair -> {
                    pair.awaitPacket(0, 65_535, FOUND_WITHIN);
                    pair.awaitPacket(1, 65_535, FOUND_WITHIN);
                    assertThat(pair.mtu(1, 2, 0).dataMtu()).isEqualTo(65_481);
                    assertThat(pair.mtu(1, 2, 1).dataMtu()).isEqualTo(65_461);
                    assertThat(pair.mtu(1, 2, 0).limit()).isEqualTo(MtuLimit.PROTOCOL);
                });
    }

    @Test
    void everyLinkHasItsOwnAndTheSmallestInUseCutsMessages() {
        run(
                3,
                null,
                now -> now,
                pair -> {
                    int[] mtus = {9000, 1500, 1280};
                    for (int link = 0; link < 3; link++) {
                        int most = payload(mtus[link], link);
                        pair.cluster().change(link, now -> now.withMaxPayload(most));
                    }
                    pair.one().discoverPathMtu();
                    for (int link = 0; link < 3; link++) {
                        pair.awaitPacket(link, mtus[link], FOUND_WITHIN);
                    }
                    Host host = pair.cluster().host(1, 2);
                    assertThat(host.status().dataMtu()).isEqualTo(8946);
                    assertThat(pair.one().dataMtu()).isEqualTo(8946);
                    host.setPolicy(LinkPolicy.ACTIVE);
                    assertThat(host.status().dataMtu()).isEqualTo(1226);
                    host.link(2).orElseThrow().setEnabled(false);
                    assertThat(host.status().dataMtu()).isEqualTo(1426);
                });
    }

    // ---- paths that change

    @Test
    void aPathThatShrinksSilentlyIsFoundByItsConfirmation() {
        run(
                now -> now.withMaxPayload(8972),
                pair -> {
                    pair.awaitPacket(0, 9000, FOUND_WITHIN);
                    List<KnetEvent> events = pair.events(1);
                    pair.away(0, now -> now.withMaxPayload(1372));
                    pair.awaitPacket(0, 1400, CONFIRMED_WITHIN);
                    pair.network().advance(ms(1));
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                    assertThat(Rig.of(DataMtuChanged.class, events))
                            .first()
                            .isEqualTo(new DataMtuChanged(2, 482));
                    assertThat(Rig.of(PathMtuChanged.class, events).getLast())
                            .isEqualTo(new PathMtuChanged(2, 0, pair.mtu(1, 2, 0)));
                    assertThat(pair.mtu(1, 2, 0).limit()).isEqualTo(MtuLimit.PATH);
                    assertThat(pair.mtu(1, 2, 0).failedPacketBytes()).hasValue(1401);
                });
    }

    @Test
    void aPathThatGrowsIsFoundByItsConfirmation() {
        run(
                now -> now.withMaxPayload(1372),
                pair -> {
                    pair.awaitPacket(0, 1400, FOUND_WITHIN);
                    pair.away(0, now -> now.withMaxPayload(8972));
                    pair.awaitPacket(0, 9000, CONFIRMED_WITHIN);
                });
    }

    @Test
    void trafficGoesOnWithinMillisecondsAfterTheInterfacesMtuWasLowered() {
        run(
                now -> now.withLocalMaxPayload(8972),
                pair -> {
                    pair.awaitPacket(0, 9000, FOUND_WITHIN);
                    pair.cluster().node(2).channel(0);
                    pair.away(0, now -> now.withLocalMaxPayload(1472));
                    ByteBuffer message = ByteBuffer.allocate(20_000);
                    Destination two = Destination.host(2);
                    Reason reason = null;
                    try {
                        pair.one().channel(0).sendSync(message, two);
                    } catch (SendException e) {
                        reason = e.reason();
                    }
                    assertThat(reason).isEqualTo(Reason.DATAGRAM_TOO_LARGE);
                    pair.network().advance(Duration.ofNanos(100_000));
                    pair.one().channel(0).sendSync(message, two);
                    pair.awaitPacket(0, 1500, ms(20));
                    pair.one().channel(0).sendSync(message, two);
                    pair.network().advance(ms(1));
                    assertThat(pair.cluster().node(2).channel(0).receive(Duration.ZERO))
                            .isPresent();
                    assertThat(pair.cluster().node(2).channel(0).receive(Duration.ZERO))
                            .isPresent();
                    assertThat(pair.mtu(1, 2, 0).limit()).isEqualTo(MtuLimit.INTERFACE);
                    pair.away(0, now -> now.withLocalMaxPayload(8972));
                    pair.awaitPacket(0, 9000, CONFIRMED_WITHIN);
                });
    }

    @Test
    void alsoTheQueueGoesOnWithoutLosingMoreThanWhatWasUnderWay() {
        run(
                now -> now.withLocalMaxPayload(8972),
                pair -> {
                    pair.awaitPacket(0, 9000, FOUND_WITHIN);
                    List<Integer> received = new ArrayList<>();
                    pair.cluster()
                            .node(2)
                            .channel(0)
                            .onMessage(message -> received.add(message.payload().getInt(0)));
                    pair.away(0, now -> now.withLocalMaxPayload(1472));
                    for (int i = 0; i < 200; i++) {
                        pair.one()
                                .channel(0)
                                .send(ByteBuffer.allocate(5000).putInt(0, i), Destination.host(2));
                        pair.network().advance(Duration.ofNanos(50_000));
                    }
                    pair.network().advance(ms(10));
                    assertThat(received).hasSizeGreaterThan(190).endsWith(198, 199);
                });
    }

    @Test
    void aLinkThatComesUpAgainFindsItsPathWithoutHarmToOthers() {
        run(
                2,
                null,
                now -> now.withMaxPayload(1452),
                pair -> {
                    pair.network().advance(Duration.ofSeconds(3));
                    List<KnetEvent> events = pair.events(1);
                    pair.cluster().cut(1, 2, 1);
                    pair.network().advance(Duration.ofSeconds(1));
                    assertThat(pair.mtu(1, 2, 1).dataMtu()).isEqualTo(482);
                    assertThat(pair.mtu(1, 2, 1).limit()).isEqualTo(MtuLimit.NOT_PROBED_YET);
                    pair.cluster().change(1, now -> now.withMaxPayload(1300));
                    pair.cluster().heal(1, 2, 1);
                    pair.network().advance(Duration.ofSeconds(3));
                    assertThat(pair.mtu(1, 2, 1).packetBytes()).isEqualTo(1348);
                    assertThat(Rig.of(DataMtuChanged.class, events)).isEmpty();
                    pair.network().advance(Duration.ofSeconds(30));
                    assertThat(pair.mtu(1, 2, 1).receivedPacketBytes()).hasValue(1348);
                    assertThat(Rig.of(PathMtuDiffers.class, events)).isEmpty();
                });
    }

    // ---- directions

    @Test
    void bothDirectionsAreFoundAndTheirDifferenceIsToldOnceOnBothSides() {
        run(
                now -> now.withMaxPayload(1472),
                pair -> {
                    List<KnetEvent> ofOne = pair.events(1);
                    List<KnetEvent> ofTwo = pair.events(2);
                    pair.network().advance(Duration.ofSeconds(20));
                    assertThat(pair.mtu(1, 2, 0).receivedPacketBytes()).hasValue(1500);
                    assertThat(pair.mtu(2, 1, 0).receivedPacketBytes()).hasValue(1500);
                    assertThat(Rig.of(PathMtuDiffers.class, ofOne)).isEmpty();
                    pair.away(0, now -> now.withMaxPayload(1372));
                    pair.network().advance(Duration.ofSeconds(60));
                    assertThat(pair.mtu(1, 2, 0).packetBytes()).isEqualTo(1400);
                    assertThat(pair.mtu(1, 2, 0).receivedPacketBytes()).hasValue(1500);
                    assertThat(pair.mtu(2, 1, 0).packetBytes()).isEqualTo(1500);
                    assertThat(pair.mtu(2, 1, 0).receivedPacketBytes()).hasValue(1400);
                    assertThat(Rig.of(PathMtuDiffers.class, ofOne))
                            .containsExactly(new PathMtuDiffers(2, 0, 1400, 1500));
                    assertThat(Rig.of(PathMtuDiffers.class, ofTwo))
                            .containsExactly(new PathMtuDiffers(1, 0, 1500, 1400));
                });
    }

    // ---- bad networks and peers

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.2, 0.3})
    void lossDelaysTheResultButDoesNotChangeIt(double loss) {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .links(4)
                                    .link(link -> link.withPing(ms(50), ms(1000)).withPongCount(1))
                                    .build();
                    int[] mtus = {1500, 1437, 9000, 3000};
                    for (int link = 0; link < 4; link++) {
                        int most = payload(mtus[link], link);
                        cluster.change(
                                link,
                                now -> now.withMaxPayload(most).withLoss(loss).withJitter(ms(3)));
                    }
                    cluster.awaitConnected(Duration.ofSeconds(20));
                    Pair pair = new Pair(network, cluster);
                    int right = 0;
                    for (int second = 0; second < 120; second++) {
                        network.advance(Duration.ofSeconds(1));
                        for (int link = 0; link < 4; link++) {
                            int found = pair.mtu(1, 2, link).packetBytes();
                            assertThat(found).isLessThanOrEqualTo(mtus[link]);
                            right += found == mtus[link] ? 1 : 0;
                        }
                    }
                    assertThat(right).as("of 480").isGreaterThan(loss < 0.3 ? 440 : 360);
                });
    }

    @Test
    @DisplayName("L18: a discovery that fails leaves the link in use")
    void aPeerWhoseAnswersDoNotComeKeepsItsLink() {
        run(
                now -> now.withMaxPayload(1472),
                pair -> {
                    pair.network().advance(Duration.ofSeconds(3));
                    List<KnetEvent> events = pair.events(1);
                    pair.away(0, now -> now.withMaxPayload(100)); // pings pass
                    pair.network().advance(Duration.ofSeconds(20));
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                    assertThat(pair.status(1, 2, 0).active()).isTrue();
                    assertThat(pair.mtu(1, 2, 0).dataMtu()).isEqualTo(482);
                    assertThat(pair.mtu(1, 2, 0).limit()).isEqualTo(MtuLimit.PEER);
                    pair.away(0, now -> now.withMaxPayload(1472));
                    pair.awaitPacket(0, 1500, CONFIRMED_WITHIN);
                });
    }

    @Test
    void aPeerThatIsHeldUpDoesNotLookLikeASmallPath() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .link(link -> link.withPing(ms(50), ms(3000)).withPongCount(1))
                                    .build();
                    cluster.change(0, now -> now.withMaxPayload(1472));
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    Pair pair = new Pair(network, cluster);
                    pair.awaitPacket(0, 1500, FOUND_WITHIN);
                    network.advance(ms(1));
                    List<KnetEvent> events = pair.events(1);
                    for (int i = 0; i < 20; i++) {
                        network.pause(cluster.node(2), ms(1500));
                        network.advance(ms(2700));
                    }
                    assertThat(Rig.of(PathMtuChanged.class, events)).isEmpty();
                });
    }

    @Test
    void noPingIsLateBecauseAHundredHostsOnFourLinksAreProbed() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    Duration interval = ms(100);
                    Knet one = network.open(Knet.builder(1).build());
                    for (int id = 2; id <= 101; id++) {
                        Knet peer = network.open(Knet.builder(id).build());
                        join(network, one, peer, interval);
                    }
                    Map<Object, Duration> lastPing = new HashMap<>();
                    Duration[] longest = {Duration.ZERO};
                    Map<Long, Integer> probes = new HashMap<>();
                    network.tap(datagram -> {
                        int type = datagram.payload()[1] & 0xff;
                        boolean ofOne = datagram.payload()[3] == 1;
                        if (ofOne && type == 0x81) {
                            Duration last = lastPing.put(datagram.to(), datagram.sentAt());
                            if (last != null
                                    && datagram.sentAt().minus(last).compareTo(longest[0]) > 0) {
                                longest[0] = datagram.sentAt().minus(last);
                            }
                        } else if (ofOne && type == PROBE) {
                            probes.merge(
                                    datagram.sentAt().toMillis(),
                                    datagram.payload().length,
                                    Integer::sum);
                        }
                    });
                    List<KnetEvent> events = new ArrayList<>();
                    one.onEvent(events::add);
                    network.advance(Duration.ofSeconds(8));
                    assertThat(Rig.of(LinkUp.class, events)).hasSize(400);
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                    assertThat(longest[0]).isLessThanOrEqualTo(interval.plus(ms(5)));
                    assertThat(probes.values()).allMatch(bytes -> bytes <= 2 * (8192 + 1472));
                    for (Host host : one.hosts()) {
                        host.links()
                                .forEach(link -> {
                                    LinkStatus status = link.status();
                                    assertThat(status.pathMtu().packetBytes()).isEqualTo(1500);
                                    // 12 MB/s for each, that is 1500 bytes in 0.12 ms
                                    assertThat(status.statistics().latencyMax().orElseThrow())
                                            .isLessThan(ms(5));
                                });
                    }
                });
    }

    private static void join(SimNetwork network, Knet one, Knet peer, Duration interval) {
        UnaryOperator<LinkConfig> timers =
                link -> link.withPing(interval, interval.multipliedBy(5)).withPongCount(1);
        Host there = one.addHost(peer.nodeId());
        Host here = peer.addHost(1);
        for (int link = 0; link < 4; link++) {
            var ofOne = SimCluster.address(1, link);
            var ofPeer = SimCluster.address(peer.nodeId(), link);
            int most = payload(1500, link);
            UnaryOperator<PathConditions> conditions =
                    now -> now.withLocalMaxPayload(most).withBandwidth(12_000_000, 200_000);
            network.path(ofOne, ofPeer).change(conditions);
            network.path(ofPeer, ofOne).change(conditions);
            there.addLink(link, timers.apply(LinkConfig.udp(ofOne, ofPeer)));
            here.addLink(link, timers.apply(LinkConfig.udp(ofPeer, ofOne)));
        }
    }

    // ---- what the application changes

    @Test
    void aDiscoveryCanBeAskedForAndItsIntervalSet() {
        run(
                now -> now.withMaxPayload(1472),
                pair -> {
                    pair.awaitPacket(0, 1500, FOUND_WITHIN);
                    pair.away(0, now -> now.withMaxPayload(1200));
                    pair.one().discoverPathMtu();
                    assertThat(pair.mtu(1, 2, 0).searching()).isTrue();
                    pair.awaitPacket(0, 1228, FOUND_WITHIN);
                    pair.one().setPathMtuInterval(Duration.ofSeconds(1));
                    assertThat(pair.one().pathMtuInterval()).isEqualTo(Duration.ofSeconds(1));
                    pair.away(0, now -> now.withMaxPayload(1472));
                    pair.awaitPacket(0, 1500, Duration.ofSeconds(2));
                });
    }

    @Test
    void anMtuSetByHandIsTakenAsItIsAndTakenBack() {
        run(
                now -> now.withMaxPayload(1472),
                pair -> {
                    pair.awaitPacket(0, 1500, FOUND_WITHIN);
                    List<Datagram> sent = new ArrayList<>();
                    pair.one().setInterfaceMtu(OptionalInt.of(1300));
                    try (Knet.Registration _ =
                            pair.network()
                                    .tap(datagram -> {
                                        boolean ofOne = datagram.payload()[3] == 1;
                                        if (ofOne && (datagram.payload()[1] & 0xff) == PROBE) {
                                            sent.add(datagram);
                                        }
                                    })) {
                        pair.network().advance(Duration.ofSeconds(130));
                    }
                    assertThat(sent).isEmpty();
                    assertThat(pair.mtu(1, 2, 0).dataMtu()).isEqualTo(1246);
                    assertThat(pair.mtu(1, 2, 0).limit()).isEqualTo(MtuLimit.MANUAL);
                    pair.one().setInterfaceMtu(OptionalInt.empty());
                    assertThat(pair.mtu(1, 2, 0).dataMtu()).isEqualTo(482);
                    pair.awaitPacket(0, 1500, FOUND_WITHIN);
                });
    }

    @Test
    void packetsStayWithinThePathWhenTheirCryptoChangesUnderTraffic() {
        CryptoConfig[] suites = {
            suite(CryptoCipher.AES256_CBC, CryptoHash.SHA1, 1),
            suite(CryptoCipher.AES256_CBC, CryptoHash.SHA512, 2),
            suite(CryptoCipher.NONE, CryptoHash.MD5, 3),
            suite(CryptoCipher.AES128_CTR, CryptoHash.SHA256, 4),
            suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 5)
        };
        int[] dataMtus = {1397, 1365, 1430, 1398, 1397};
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                rig -> {
                    rig.cluster().change(0, now -> now.withMaxPayload(1472));
                    rig.network().advance(Duration.ofSeconds(6));
                    List<KnetEvent> events = rig.events(1);
                    Pair pair = new Pair(rig.network(), rig.cluster());
                    for (int i = 0; i < suites.length; i++) {
                        int slot = 1 + i % 2;
                        for (int node = 1; node <= 2; node++) {
                            rig.node(node).crypto().set(slot, suites[i]);
                        }
                        for (int node = 1; node <= 2; node++) {
                            rig.node(node).crypto().use(slot);
                            rig.stream(1, 2, 20, ms(1), 10_000);
                            rig.stream(2, 1, 20, ms(1), 10_000);
                        }
                        pair.network().advance(Duration.ofSeconds(2));
                        assertThat(pair.mtu(1, 2, 0).dataMtu()).isEqualTo(dataMtus[i]);
                        assertThat(pair.mtu(2, 1, 0).dataMtu()).isEqualTo(dataMtus[i]);
                    }
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                });
    }

    @Test
    @DisplayName("D23: fragments fill the packets that pass")
    void messagesOfEverySizeFitIntoWhatWasFound() {
        run(
                2,
                suite(CryptoCipher.AES192_CBC, CryptoHash.SHA384, 1),
                now -> now.withMaxPayload(1452),
                pair -> {
                    pair.cluster().host(1, 2).setPolicy(LinkPolicy.ACTIVE);
                    pair.network().advance(Duration.ofSeconds(3));
                    var channel = pair.cluster().node(2).channel(0);
                    for (int size = 1; size <= 65_536; size += size < 3000 ? 1 : 997) {
                        ByteBuffer message = ByteBuffer.allocate(size);
                        pair.one().channel(0).sendSync(message, Destination.host(2));
                        pair.network().advance(ms(1));
                        Optional<?> received = channel.receive(Duration.ZERO);
                        assertThat(received).as("%s bytes", size).isPresent();
                    }
                });
    }
}
