package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.knet4j.ClearTraffic;
import io.knet4j.Crypto;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoStatus;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.CryptoMismatch;
import io.knet4j.LinkPolicy;
import io.knet4j.SharedKey;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clusters that encrypt, and that change how they do. */
class CryptoScenariosTest {
    private static final CryptoConfig OLD = config(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1);
    private static final CryptoConfig NEW = config(CryptoCipher.AES128_CTR, CryptoHash.SHA512, 2);

    private static CryptoConfig config(CryptoCipher cipher, CryptoHash hash, int keySeed) {
        byte[] key = new byte[1024];
        new SplittableRandom(keySeed).nextBytes(key);
        return new CryptoConfig(cipher, hash, SharedKey.of(key));
    }

    private static SimCluster.Builder encrypted(SimCluster.Builder builder) {
        return builder.config(id -> Knet.builder(id).crypto(OLD).build());
    }

    /** From now on, nothing is sent that is not signed as one of these demands. */
    private static void requireSigned(Rig rig, CryptoConfig... configs) {
        List<Mac> macs = Stream.of(configs).map(CryptoScenariosTest::mac).toList();
        rig.network()
                .tap(datagram ->
                        assertThat(macs).anyMatch(mac -> isSigned(mac, datagram.payload())));
    }

    private static Mac mac(CryptoConfig config) {
        try {
            Mac mac = Mac.getInstance("Hmac" + config.hash().name());
            mac.init(new SecretKeySpec(config.key().toByteArray(), "any"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isSigned(Mac mac, byte[] datagram) {
        int signed = datagram.length - mac.getMacLength();
        if (signed <= 0) {
            return false;
        }
        mac.update(datagram, 0, signed);
        return Arrays.equals(mac.doFinal(), Arrays.copyOfRange(datagram, signed, datagram.length));
    }

    private static Crypto crypto(Rig rig, int node) {
        return rig.node(node).crypto();
    }

    private static long opened(Rig rig, int node, int slot) {
        return crypto(rig, node).status().slots().stream()
                .filter(one -> one.number() == slot)
                .mapToLong(CryptoStatus.Slot::packets)
                .sum();
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, MD5",
        "AES128_CBC, SHA1",
        "AES192_CBC, SHA384",
        "AES256_CBC, SHA256",
        "AES256_CTR, SHA512"
    })
    void anEncryptedClusterKeepsItsPromisesOnABadNetwork(CryptoCipher cipher, CryptoHash hash) {
        CryptoConfig config = config(cipher, hash, 3);
        Rig.run(
                LinkPolicy.ACTIVE,
                3,
                2,
                builder -> builder.config(id -> Knet.builder(id).crypto(config).build()),
                rig -> {
                    requireSigned(rig, config);
                    rig.cluster()
                            .change(
                                    0,
                                    now ->
                                            now.withLoss(0.2)
                                                    .withReordering(0.3, ms(10))
                                                    .withDuplication(0.3, ms(20)));
                    rig.cluster().change(1, now -> now.withJitter(ms(10)));
                    for (int round = 0; round < 3; round++) {
                        for (int i = 0; i < 200; i++) {
                            rig.checker()
                                    .send(
                                            rig.node(1 + i % 3),
                                            0,
                                            Destination.broadcast(),
                                            SMALL + i * 30);
                            rig.network().advance(ms(1));
                        }
                        rig.settle();
                    }
                    for (int from = 1; from <= 3; from++) {
                        for (int to = 1; to <= 3; to++) {
                            if (from != to) {
                                rig.requireAll(from, to);
                            }
                        }
                        assertThat(rig.drops(from, DropCause.NOT_AUTHENTIC)).isZero();
                        assertThat(crypto(rig, from).status().clearPackets()).isZero();
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aRestartedNodeIsEncryptedFromItsFirstPacket(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                CryptoScenariosTest::encrypted,
                rig -> {
                    requireSigned(rig, OLD);
                    List<KnetEvent> events = rig.events(1);
                    rig.burst(2, 1, 1000, SMALL);
                    rig.requireAll(2, 1);
                    rig.checker().watch(rig.cluster().restart(2), 0);
                    rig.cluster().awaitConnected(ms(3000));
                    rig.burst(2, 1, 1000, SMALL);
                    rig.burst(1, 2, 1000, SMALL);
                    rig.requireAll(2, 1);
                    rig.requireAll(1, 2);
                    assertThat(Rig.of(CryptoMismatch.class, events)).isEmpty();
                    assertThat(Rig.of(KnetEvent.HostRestarted.class, events)).hasSize(1);
                });
    }

    @Test
    void damagedDatagramsAreNeverDelivered() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                CryptoScenariosTest::encrypted,
                rig -> {
                    rig.cluster().change(0, now -> now.withBitFlips(0.2, 2000).withTruncation(0.1));
                    rig.stream(1, 2, 2000, ms(1), 3000);
                    rig.settle();
                    // The checker of the rig does not tolerate damage.
                    assertThat(rig.drops(2, DropCause.NOT_AUTHENTIC)).isGreaterThan(500);
                    assertThat(rig.missing(1, 2)).hasSizeBetween(100, 1999);
                });
    }

    /** What a node does in a rekey, at a time of its own. */
    private enum Step {
        ADD,
        USE,
        REMOVE
    }

    /** A change from one slot and its key to the other. */
    private record Rekey(int from, int to, CryptoConfig config) {
        private static final Rekey FIRST = new Rekey(1, 2, NEW);

        private void take(Rig rig, int node, Step step) {
            Crypto crypto = crypto(rig, node);
            switch (step) {
                case ADD -> crypto.set(to, config);
                case USE -> crypto.use(to);
                case REMOVE -> crypto.clear(from);
            }
        }

        private Rekey next() {
            return new Rekey(to, from, config.equals(NEW) ? OLD : NEW);
        }
    }

    /** Messages between all nodes while every node takes a step at a random time. */
    private static void takeUnderTraffic(Rig rig, Rekey rekey, Step step) {
        RandomGenerator random = rig.network().random();
        int nodes = rig.cluster().size();
        List<Integer> times = new ArrayList<>();
        for (int node = 1; node <= nodes; node++) {
            times.add(random.nextInt(150));
        }
        for (int time = 0; time < 150; time++) {
            for (int node = 1; node <= nodes; node++) {
                if (times.get(node - 1) == time) {
                    rekey.take(rig, node, step);
                }
                int length = random.nextInt(10) == 0 ? 4000 : SMALL;
                rig.checker().send(rig.node(node), 0, Destination.broadcast(), length);
            }
            rig.network().advance(Duration.ofNanos(random.nextInt(2_000_000)));
        }
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aRekeyUnderTrafficLosesNothingWheneverNodesTakeTheirSteps(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                CryptoScenariosTest::encrypted,
                rig -> {
                    requireSigned(rig, OLD, NEW);
                    rig.cluster().change(1, now -> now.withDelay(ms(3)).withJitter(ms(2)));
                    List<KnetEvent> events = rig.events(1);
                    Rekey rekey = Rekey.FIRST;
                    for (int round = 0; round < 2; round++) {
                        for (Step step : Step.values()) {
                            takeUnderTraffic(rig, rekey, step);
                            // What is still on its way is sealed with the old key.
                            rig.settle();
                        }
                        long before = opened(rig, 1, rekey.to());
                        talk(rig);
                        assertThat(opened(rig, 1, rekey.to())).isGreaterThan(before);
                        rekey = rekey.next();
                    }
                    requireAll(rig);
                    assertThat(events)
                            .noneMatch(KnetEvent.LinkDown.class::isInstance)
                            .noneMatch(KnetEvent.HostUnreachable.class::isInstance)
                            .noneMatch(CryptoMismatch.class::isInstance);
                    for (int node = 1; node <= 3; node++) {
                        assertThat(rig.drops(node, DropCause.NOT_AUTHENTIC)).isZero();
                        CryptoStatus status = crypto(rig, node).status();
                        assertThat(status.sendingSlot()).isEqualTo(1);
                        assertThat(status.clearPackets()).isZero();
                        assertThat(status.slots())
                                .extracting(CryptoStatus.Slot::number)
                                .containsExactly(1);
                    }
                });
    }

    private static void talk(Rig rig) {
        for (int i = 0; i < 100; i++) {
            for (int node = 1; node <= rig.cluster().size(); node++) {
                rig.checker().send(rig.node(node), 0, Destination.broadcast(), SMALL);
            }
            rig.network().advance(ms(1));
        }
        rig.settle();
    }

    private static void requireAll(Rig rig) {
        for (int from = 1; from <= rig.cluster().size(); from++) {
            for (int to = 1; to <= rig.cluster().size(); to++) {
                if (from != to) {
                    rig.requireAll(from, to);
                }
            }
        }
    }

    @Test
    void aClearClusterIsEncryptedUnderTraffic() {
        Rig.run(
                LinkPolicy.PASSIVE,
                3,
                2,
                rig -> {
                    List<KnetEvent> events = rig.events(2);
                    RandomGenerator random = rig.network().random();
                    for (int phase = 0; phase < 3; phase++) {
                        for (int node = 1; node <= 3; node++) {
                            for (int i = random.nextInt(5, 80); i > 0; i--) {
                                for (int from = 1; from <= 3; from++) {
                                    rig.checker()
                                            .send(
                                                    rig.node(from),
                                                    0,
                                                    Destination.broadcast(),
                                                    SMALL + 40 * i);
                                }
                                rig.network().advance(ms(1));
                            }
                            Crypto crypto = crypto(rig, node);
                            switch (phase) {
                                case 0 -> crypto.set(1, OLD);
                                case 1 -> crypto.use(1);
                                default -> crypto.setClearTraffic(ClearTraffic.REFUSE);
                            }
                        }
                        rig.settle();
                    }
                    requireSigned(rig, OLD);
                    talk(rig);
                    requireAll(rig);
                    assertThat(events)
                            .noneMatch(KnetEvent.LinkDown.class::isInstance)
                            .noneMatch(CryptoMismatch.class::isInstance);
                });
    }

    @Test
    void aNodeThatMissesARekeyIsCutOffToldAboutAndBackWhenItIsMended() {
        Rig.run(
                LinkPolicy.PASSIVE,
                3,
                2,
                CryptoScenariosTest::encrypted,
                rig -> {
                    // A link whose path is fine need not be up now.
                    rig.checker().checkStates(false);
                    List<KnetEvent> ofOne = rig.events(1);
                    List<KnetEvent> ofThree = rig.events(3);
                    for (int node : new int[] {1, 2}) {
                        Rekey.FIRST.take(rig, node, Step.ADD);
                    }
                    rig.settle();
                    for (int node : new int[] {1, 2}) {
                        Rekey.FIRST.take(rig, node, Step.USE);
                    }
                    rig.network().advance(ms(3000));
                    // The third node still sends what the others understand, but understands
                    // nothing.
                    assertThat(rig.cluster().host(1, 3).status().reachable()).isFalse();
                    assertThat(rig.cluster().host(3, 1).status().reachable()).isFalse();
                    assertThat(mismatches(ofThree)).containsExactlyInAnyOrder(1, 2);
                    assertThat(Rig.of(CryptoMismatch.class, ofOne)).isEmpty();

                    for (int node : new int[] {1, 2}) {
                        Rekey.FIRST.take(rig, node, Step.REMOVE);
                    }
                    rig.network().advance(ms(3000));
                    assertThat(mismatches(ofOne))
                            .as("now it is not understood either, and that is told once")
                            .containsExactly(3);
                    rig.burst(1, 2, 100, SMALL);
                    rig.requireAll(1, 2);

                    Rekey.FIRST.take(rig, 3, Step.ADD);
                    Rekey.FIRST.take(rig, 3, Step.USE);
                    rig.cluster().awaitConnected(ms(5000));
                    rig.checker().checkStates(true);
                    int missedBefore = rig.missing(1, 3).size();
                    talk(rig);
                    assertThat(rig.missing(1, 3)).hasSize(missedBefore);
                    assertThat(rig.missing(3, 1)).isEmpty();
                    assertThat(mismatches(ofThree)).hasSize(2);
                });
    }

    /**
     * Hosts that were told to use another key. Of what is encrypted, one packet in a thousand looks
     * like a clear one, which is told, too.
     */
    private static List<Integer> mismatches(List<KnetEvent> events) {
        List<CryptoMismatch> all = Rig.of(CryptoMismatch.class, events);
        assertThat(all)
                .extracting(CryptoMismatch::cause)
                .isSubsetOf(DropCause.NOT_AUTHENTIC, DropCause.CLEAR_TRAFFIC);
        return all.stream()
                .filter(told -> told.cause() == DropCause.NOT_AUTHENTIC)
                .map(CryptoMismatch::host)
                .toList();
    }

    @Test
    void aNodeWithAnotherKeyStaysOutAndSoDoesItsData() {
        CryptoConfig other = config(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 9);
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .nodes(3)
                                    .config(id ->
                                            Knet.builder(id).crypto(id == 3 ? other : OLD).build())
                                    .build();
                    Checker checker = Checker.attach(network);
                    checker.watch(cluster);
                    checker.checkStates(false); // links that never come up, on paths that are fine
                    List<KnetEvent> events = new ArrayList<>();
                    cluster.node(1).onEvent(events::add);
                    network.advance(ms(3000));
                    for (int i = 0; i < 100; i++) {
                        for (int from = 1; from <= 3; from++) {
                            checker.send(cluster.node(from), 0, Destination.broadcast(), SMALL);
                        }
                        network.advance(ms(1));
                    }
                    network.advance(ms(500));
                    checker.requireAll(cluster.node(1), cluster.node(2));
                    checker.requireAll(cluster.node(2), cluster.node(1));
                    assertThat(checker.delivered(cluster.node(3), cluster.node(1))).isZero();
                    assertThat(checker.delivered(cluster.node(1), cluster.node(3))).isZero();
                    assertThat(Rig.of(CryptoMismatch.class, events))
                            .extracting(CryptoMismatch::host, CryptoMismatch::cause)
                            .containsExactly(tuple(3, DropCause.NOT_AUTHENTIC));
                    checker.finish();
                });
    }

    /** The same seed is the same run, to the last bit on the network. */
    @Test
    void encryptedRunsAreDeterminedByTheirSeed() {
        assertThat(recording(5)).isEqualTo(recording(5)).isNotEqualTo(recording(6));
    }

    private static List<String> recording(long seed) {
        List<String> recording = new ArrayList<>();
        try (SimNetwork network = SimNetwork.create(seed)) {
            network.tap(datagram ->
                    recording.add(
                            network.now() + " " + HexFormat.of().formatHex(datagram.payload())));
            SimCluster cluster = encrypted(SimCluster.builder(network)).build();
            cluster.awaitConnected(ms(3000));
            cluster.node(1).crypto().set(2, NEW);
            cluster.node(1).crypto().use(2);
            network.advance(ms(500));
        }
        assertThat(recording).hasSizeGreaterThan(20);
        return recording;
    }
}
