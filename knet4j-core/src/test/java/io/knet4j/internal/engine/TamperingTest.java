package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.SharedKey;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Datagrams that somebody changed on their way, for every suite and policy. */
class TamperingTest {
    private static final InetSocketAddress SOURCE = remote(2, 0);
    private static final int LONGEST_EXTENSION = 32;

    private final long seed = Long.getLong("knet4j.seed", 1);

    static List<Arguments> suites() {
        List<Arguments> all = new ArrayList<>();
        for (CryptoCipher cipher : CryptoCipher.values()) {
            for (CryptoHash hash : CryptoHash.values()) {
                for (ClearTraffic policy : ClearTraffic.values()) {
                    all.add(Arguments.of(cipher, hash, policy));
                }
            }
        }
        return all;
    }

    private static KeySlots keys(CryptoCipher cipher, CryptoHash hash, ClearTraffic policy) {
        byte[] key = new byte[1024];
        new SplittableRandom(5).nextBytes(key);
        CryptoConfig config = new CryptoConfig(cipher, hash, SharedKey.of(key));
        KeySlots keys = new KeySlots();
        keys.enable(JcaSuite.of(config, new SplittableRandom(6)));
        keys.setClearTraffic(policy);
        return keys;
    }

    private TestNode node(CryptoCipher cipher, CryptoHash hash, ClearTraffic policy) {
        TestNode node =
                new TestNode(Knet.builder(TestNode.SELF).build(), keys(cipher, hash, policy));
        node.peer = new CryptoPeer(keys(cipher, hash, policy));
        node.hostUp(2, 1);
        return node;
    }

    /** Every single bit flipped, every length that is too short, and some that are too long. */
    private void tamper(byte[] datagram, Consumer<byte[]> with) {
        for (int bit = 0; bit < datagram.length * 8; bit++) {
            byte[] flipped = datagram.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            with.accept(flipped);
        }
        for (int length = 0; length < datagram.length; length++) {
            with.accept(Arrays.copyOf(datagram, length));
            with.accept(Arrays.copyOfRange(datagram, datagram.length - length, datagram.length));
        }
        RandomGenerator random = new SplittableRandom(seed);
        for (int more = 1; more <= LONGEST_EXTENSION; more++) {
            with.accept(Arrays.copyOf(datagram, datagram.length + more));
            byte[] extended = new byte[datagram.length + more];
            random.nextBytes(extended);
            System.arraycopy(datagram, 0, extended, 0, datagram.length);
            with.accept(extended.clone());
            System.arraycopy(datagram, 0, extended, more, datagram.length);
            with.accept(extended);
            byte[] tailAgain = Arrays.copyOf(datagram, datagram.length + more);
            int tail = Math.min(more, datagram.length);
            System.arraycopy(datagram, datagram.length - tail, tailAgain, datagram.length, tail);
            with.accept(tailAgain);
        }
    }

    @ParameterizedTest
    @MethodSource("suites")
    void nothingThatWasChangedIsTaken(CryptoCipher cipher, CryptoHash hash, ClearTraffic policy) {
        TestNode node = node(cipher, hash, policy);
        byte[] ping = node.sealed(Wire.ping(2, 0, 77, 0, true));
        byte[] data = node.sealed(Wire.data(2, 1, 3, "x"));
        byte[] first = node.sealed(Wire.fragment(2, 2, 3, 2, 1, TestNode.payload(40)));
        byte[] second = node.sealed(Wire.fragment(2, 2, 3, 2, 2, TestNode.payload(20)));
        // A signed packet can be read, and hence be forged where clear packets are accepted.
        boolean forgeable = cipher == CryptoCipher.NONE && policy == ClearTraffic.ALLOW;
        long authentic = authentic(node);
        long[] tampered = {0};
        for (byte[] datagram : List.of(ping, data, first)) {
            tamper(
                    datagram,
                    changed -> {
                        tampered[0]++;
                        node.receive(SOURCE, changed);
                        assertThat(authentic(node)).isEqualTo(authentic);
                        if (!forgeable) {
                            assertThat(total(node.engine.drops())).isEqualTo(tampered[0]);
                            assertThat(node.transport.sent).isEmpty();
                        }
                    });
        }
        assertThat(tampered[0]).isGreaterThan(1500);
        if (forgeable) {
            return;
        }
        assertThat(node.output.delivered).isEmpty();
        assertThat(node.output.events).isEmpty();
        assertThat(node.engine.reassemblyBytes()).isZero();

        node.receive(SOURCE, ping, data, first, second);
        assertThat(node.drain(Packets.PONG)).hasSize(1);
        assertThat(node.output.delivered).hasSize(2);
        assertThat(node.texts().getFirst()).isEqualTo("x");
        assertThat(node.output.delivered.getLast().payload()).hasSize(60);
        assertThat(authentic(node)).isEqualTo(authentic + 4);
        assertThat(total(node.engine.drops())).isEqualTo(tampered[0]);
    }

    private static long authentic(TestNode node) {
        return node.engine.cryptoStatus().slots().stream()
                .mapToLong(CryptoStatus.Slot::packets)
                .sum();
    }

    private static long total(Map<DropCause, Long> drops) {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void fragmentsOfDifferentMessagesDoNotMix(
            CryptoCipher cipher, CryptoHash hash, ClearTraffic policy) {
        TestNode node = node(cipher, hash, policy);
        List<byte[]> fragments = new ArrayList<>();
        for (int sequence = 1; sequence <= 4; sequence++) {
            for (int number = 1; number <= 3; number++) {
                byte[] payload = new byte[48];
                Arrays.fill(payload, (byte) ('a' + sequence));
                payload[0] = (byte) number;
                fragments.add(node.sealed(Wire.fragment(2, sequence, 3, 3, number, payload)));
            }
        }
        if (cipher != CryptoCipher.NONE || policy == ClearTraffic.REFUSE) {
            long spliced = 0;
            for (byte[] a : fragments) {
                for (byte[] b : fragments) {
                    for (int at : new int[] {16, 32, 48, a.length - hash.digestBytes()}) {
                        byte[] splice = a.clone();
                        System.arraycopy(b, at, splice, at, b.length - at);
                        if (!Arrays.equals(splice, a) && !Arrays.equals(splice, b)) {
                            node.receive(SOURCE, splice);
                            spliced++;
                        }
                    }
                }
            }
            assertThat(spliced).isGreaterThan(100);
            assertThat(total(node.engine.drops())).isEqualTo(spliced);
        }
        assertThat(node.output.delivered).isEmpty();

        List<byte[]> shuffled = new ArrayList<>(fragments);
        shuffled.addAll(fragments);
        Collections.shuffle(shuffled, new Random(seed));
        shuffled.forEach(fragment -> node.receive(SOURCE, fragment));
        shuffled.forEach(fragment -> node.receive(SOURCE, fragment));

        assertThat(node.output.delivered).hasSize(4);
        assertThat(node.output.delivered)
                .extracting(message -> message.payload()[1])
                .containsExactlyInAnyOrder((byte) 'b', (byte) 'c', (byte) 'd', (byte) 'e');
        for (RecordingOutput.Delivered message : node.output.delivered) {
            byte[] expected = new byte[3 * 48];
            Arrays.fill(expected, message.payload()[1]);
            for (int number = 1; number <= 3; number++) {
                expected[(number - 1) * 48] = (byte) number;
            }
            assertThat(message.payload()).isEqualTo(expected);
        }
        assertThat(node.drops(DropCause.DUPLICATE) + node.drops(DropCause.DUPLICATE_FRAGMENT))
                .isEqualTo(3 * fragments.size());
    }

    @ParameterizedTest
    @MethodSource("suites")
    void whatIsPlayedAgainIsNotDeliveredAgain(
            CryptoCipher cipher, CryptoHash hash, ClearTraffic policy) {
        TestNode node = node(cipher, hash, policy);
        List<byte[]> recorded = new ArrayList<>();
        for (int sequence = 1; sequence <= 300; sequence++) {
            recorded.add(node.sealed(Wire.data(2, sequence, 3, "m" + sequence)));
        }
        recorded.forEach(datagram -> node.receive(SOURCE, datagram));
        assertThat(node.output.delivered).hasSize(300);
        for (int round = 0; round < 2; round++) {
            recorded.forEach(datagram -> node.receive(SOURCE, datagram));
        }
        assertThat(node.output.delivered).hasSize(300);
        assertThat(node.engine.drops().keySet()).containsOnly(DropCause.DUPLICATE);
        assertThat(node.drops(DropCause.DUPLICATE)).isEqualTo(600);
    }
}
