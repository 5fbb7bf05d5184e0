package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoStatistics;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets are sealed together, by several threads in any order. */
class SharedSealingTest {
    private static final int THREADS = 3;
    private static final int LONG = 1_100; // enough not to be sealed at once
    private static final Destination TWO = Destination.host(2);
    private static final KnetConfig CONFIG =
            Knet.builder(TestNode.SELF).interfaceMtu(1_500).sendWindowBytes(0).build();

    /** Does the pieces in any order, each as any of the threads. */
    private static final class Shuffled implements Parallel {
        private final Random random;
        private final Set<Integer> used = new HashSet<>();
        private int runs;

        /** Number of a piece of each run that nobody does, as if its thread had failed. */
        private int lost = -1;

        private Shuffled(long seed) {
            random = new Random(seed);
        }

        @Override
        public int threads() {
            return THREADS;
        }

        @Override
        public void run(Task task, int pieces) {
            runs++;
            List<Integer> order = new ArrayList<>();
            for (int piece = 0; piece < pieces; piece++) {
                order.add(piece);
            }
            Collections.shuffle(order, random);
            for (int piece : order) {
                int thread = random.nextInt(THREADS);
                used.add(thread);
                if (piece != lost) {
                    task.run(piece, thread);
                }
            }
        }
    }

    private static KeySlots keys(CryptoCipher cipher, CryptoHash hash) {
        SharedKey key = SharedKey.of(new byte[SharedKey.MIN_BYTES]);
        KeySlots keys = new KeySlots(THREADS - 1);
        keys.enable(JcaSuite.of(new CryptoConfig(cipher, hash, key), new SplittableRandom(1)));
        return keys;
    }

    /** The messages in what was sent to a host, in the order of their last fragments. */
    private static List<byte[]> messages(List<Sent> packets) {
        List<byte[]> messages = new ArrayList<>();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (Sent sent : packets) {
            ByteBuffer packet = ByteBuffer.wrap(sent.bytes());
            message.write(
                    sent.bytes(), Packets.DATA_HEADER, sent.bytes().length - Packets.DATA_HEADER);
            int fragments = Packets.dataFragmentCount(packet, 0);
            if (fragments == 1 || Packets.dataFragmentNumber(packet, 0) == fragments) {
                messages.add(message.toByteArray());
                message.reset();
            }
        }
        return messages;
    }

    @ParameterizedTest
    @CsvSource({"AES256_CBC, SHA256", "AES128_CTR, MD5", "NONE, SHA512"})
    void whoeverSealsWhatMessagesArriveAsTheyWereSent(CryptoCipher cipher, CryptoHash hash) {
        long seed = Long.getLong("knet4j.seed", 5L);
        Shuffled parallel = new Shuffled(seed);
        TestNode node = new TestNode(CONFIG, keys(cipher, hash), parallel);
        node.peer = new CryptoPeer(keys(cipher, hash));
        node.engine.setPolicy(node.hostUp(2, 2), LinkPolicy.ROUND_ROBIN);
        Random random = new Random(seed);
        long sealedBefore = node.engine.cryptoStatistics().txPackets();
        int packets = 0;
        long overhead = 0;
        for (int round = 0; round < 60; round++) {
            List<byte[]> sent = new ArrayList<>();
            for (int left = random.nextInt(200_000); left > 0; ) {
                byte[] message = new byte[1 + random.nextInt(Math.min(left, 65_536))];
                random.nextBytes(message);
                left -= message.length;
                sent.add(message);
                assertThat(node.send(TWO, message)).isNull();
            }
            assertThat(node.engine.sender().flush(node.now)).isNull();
            long datagrams =
                    node.transport.sent.stream().mapToLong(one -> one.bytes().length).sum();
            List<Sent> arrived = node.drain(Packets.DATA);
            assertThat(messages(arrived)).as("seed %d", seed).containsExactlyElementsOf(sent);
            packets += arrived.size();
            overhead += datagrams - arrived.stream().mapToLong(one -> one.bytes().length).sum();
        }
        assertThat(parallel.runs).isPositive();
        assertThat(parallel.used).containsExactlyInAnyOrder(0, 1, 2);
        CryptoStatistics statistics = node.engine.cryptoStatistics();
        assertThat(statistics.txPackets() - sealedBefore).isEqualTo(packets);
        assertThat(statistics.txOverheadBytes()).isEqualTo(overhead);
    }

    /** The buffer of the compressor is gone with the next message. */
    @Test
    void compressedMessagesArriveAsTheyWereSent() {
        Shuffled parallel = new Shuffled(1);
        CryptoCipher cipher = CryptoCipher.AES256_CBC;
        TestNode node = new TestNode(CONFIG, keys(cipher, CryptoHash.SHA256), parallel);
        node.peer = new CryptoPeer(keys(cipher, CryptoHash.SHA256));
        node.hostUp(2, 1);
        node.engine.setCompression(
                CompressionMethods.installed()
                        .activate(CompressionConfig.of(CompressionMethod.ZLIB).withLevel(1)));
        TestNode two = new TestNode(Knet.builder(2).build(), keys(cipher, CryptoHash.SHA256));
        two.peer = node.peer;
        two.hostUp(1, 1);
        Random random = new Random(1);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] message = new byte[20_000];
            random.nextBytes(message);
            Arrays.fill(message, 0, 15_000, (byte) i);
            sent.add(message);
            assertThat(node.send(TWO, message)).isNull();
        }
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(parallel.runs).isPositive();
        two.receive(
                TestNode.remote(1, 0),
                node.transport.drain().stream().map(Sent::bytes).toArray(byte[][]::new));
        assertThat(two.output.delivered)
                .extracting(RecordingOutput.Delivered::payload)
                .containsExactlyElementsOf(sent);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 65536, false",
        "1, 1400, false",
        "200, 900, false",
        "20, 1400, false",
        "40, 1400, true",
        "2, 65536, true"
    })
    void workIsSharedWhenThereIsMuch(int messages, int length, boolean shared) {
        Shuffled parallel = new Shuffled(1);
        KnetConfig wide = Knet.builder(TestNode.SELF).interfaceMtu(65_535).build();
        TestNode node =
                new TestNode(wide, keys(CryptoCipher.AES256_CBC, CryptoHash.SHA256), parallel);
        node.peer = new CryptoPeer(keys(CryptoCipher.AES256_CBC, CryptoHash.SHA256));
        node.hostUp(2, 1);
        for (int i = 0; i < messages; i++) {
            assertThat(node.send(TWO, length)).isNull();
        }
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(parallel.runs > 0).isEqualTo(shared);
        assertThat(messages(node.drain(Packets.DATA))).hasSize(messages);
    }

    /** What is sealed by an old slot is not held up by one more thread than it was made for. */
    @Test
    void slotsThatHaveNoSealersForHelpersDoWithoutThem() {
        Shuffled parallel = new Shuffled(1);
        FakeSuite suite = new FakeSuite(MtuArithmetic.CLEAR);
        TestNode node = new TestNode(CONFIG, suite.inUse(), parallel);
        node.hostUp(2, 1);
        for (int i = 0; i < 4; i++) {
            assertThat(node.send(TWO, 50_000)).isNull();
        }
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(parallel.runs).isZero();
        assertThat(messages(node.drain(Packets.DATA))).hasSize(4);
    }

    // ---- failures

    /** Cannot seal packets that begin with a mark. */
    private static final class Choosy extends FakeSuite {
        private static final byte MARK = 99;
        private boolean throwing;

        private Choosy() {
            super(new MtuArithmetic(0, 0, 16));
        }

        /** A node that has this suite in use, and hosts up. */
        TestNode node(Parallel parallel, int... hosts) {
            KeySlots keys = new KeySlots(THREADS - 1);
            keys.set(1, this);
            TestNode node = new TestNode(CONFIG, keys, parallel);
            for (int host : hosts) {
                node.hostUp(host, 1);
            }
            node.engine.useKeySlot(1);
            node.output.drainEvents();
            return node;
        }

        @Override
        public int seal(ByteBuffer memory, int offset, int length) {
            if (Packets.type(memory, offset) != Packets.DATA
                    || memory.get(offset + length - 1) != MARK) {
                return super.seal(memory, offset, length);
            }
            if (throwing) {
                throw new IllegalStateException("out of order");
            }
            return PacketSealer.FAILED;
        }

        @Override
        public int open(ByteBuffer memory, int offset, int length) {
            return NOT_SIGNED; // what is received is clear
        }
    }

    /** Ends with a mark where one of its fragments does. */
    private static byte[] marked(int length, int at) {
        byte[] message = payload(length);
        message[at] = Choosy.MARK;
        return message;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsSentOfAMessageThatCannotBeSealedAndOthersGoOn(boolean alone) {
        TestNode node = new Choosy().node(alone ? Parallel.ALONE : new Shuffled(3), 2, 3);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            byte[] message = Arrays.copyOf(payload(10_000 + i), 10_000);
            for (int at = 0; at < message.length; at++) {
                message[at] = message[at] == Choosy.MARK ? 0 : message[at];
            }
            if (i == 4 || i == 7) {
                Arrays.fill(message, 3000, 6000, Choosy.MARK);
            } else {
                sent.add(message);
            }
            assertThat(node.send(Destination.broadcast(), message)).isNull();
        }
        node.engine.sender().flush(node.now);
        List<Sent> arrived = node.drain(Packets.DATA);
        for (int host = 2; host <= 3; host++) {
            var remote = TestNode.remote(host, 0);
            List<Sent> ofHost =
                    arrived.stream().filter(one -> one.path().remote().equals(remote)).toList();
            assertThat(messages(tails(ofHost))).containsExactlyElementsOf(sent);
        }
        assertThat(node.engine.sender().failures(Reason.ENCRYPTION_FAILED)).isEqualTo(2);
        assertThat(node.output.drainEvents())
                .containsExactly(new SendFailed(Reason.ENCRYPTION_FAILED, 3, 1));
        assertThat(node.send(TWO, 1)).isNull();
        assertThat(node.engine.sender().flush(node.now)).as("the next batch").isNull();
    }

    /** Short messages are sealed at once, while long ones wait for others to share them. */
    @Test
    void shortAndLongMessagesFailByThemselves() {
        TestNode node = new Choosy().node(new Shuffled(3), 2);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int length = i % 2 == 0 ? 100 : LONG;
            byte[] message = marked(length, 0);
            if (i % 5 == 0) {
                message[length - 1] = Choosy.MARK;
            } else {
                message[length - 1] = 0;
                sent.add(message);
            }
            assertThat(node.send(TWO, message)).isNull();
        }
        node.engine.sender().flush(node.now);
        assertThat(messages(tails(node.drain(Packets.DATA)))).containsExactlyElementsOf(sent);
        assertThat(node.engine.sender().failures(Reason.ENCRYPTION_FAILED)).isEqualTo(12);
    }

    /** Without the signature that {@link Choosy} leaves room for. */
    private static List<Sent> tails(List<Sent> sealed) {
        return sealed.stream()
                .map(one ->
                        new Sent(one.path(), Arrays.copyOf(one.bytes(), one.bytes().length - 16)))
                .toList();
    }

    @Test
    void whatNobodySealedIsNotSent() {
        Shuffled parallel = new Shuffled(3);
        TestNode node =
                new TestNode(CONFIG, keys(CryptoCipher.AES256_CBC, CryptoHash.SHA256), parallel);
        node.peer = new CryptoPeer(keys(CryptoCipher.AES256_CBC, CryptoHash.SHA256));
        node.hostUp(2, 1);
        parallel.lost = 1;
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(payload(10_000 + i));
            assertThat(node.send(TWO, sent.getLast())).isNull();
        }
        node.engine.sender().flush(node.now);
        List<byte[]> arrived = messages(node.drain(Packets.DATA)); // all of it opens
        assertThat(sent).containsSubsequence(arrived);
        assertThat(arrived).hasSizeBetween(17, 19);
        assertThat(node.engine.sender().failures(Reason.ENCRYPTION_FAILED))
                .isEqualTo(20 - arrived.size());
    }

    @Test
    void anErrorOfASealerLosesTheBatchButSendsNothingClear() {
        Choosy choosy = new Choosy();
        choosy.throwing = true;
        TestNode node = choosy.node(new Shuffled(1), 2);
        assertThat(node.send(TWO, 10)).isNull();
        assertThat(node.send(TWO, marked(LONG, LONG - 1))).isNull();
        assertThatIllegalStateException().isThrownBy(() -> node.engine.sender().flush(node.now));
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.send(TWO, 10)).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(node.drain(Packets.DATA)).hasSize(1);
    }

    @Test
    void anErrorOfTheOnlySealerLosesItsMessageOnly() {
        Choosy choosy = new Choosy();
        choosy.throwing = true;
        TestNode node = choosy.node(Parallel.ALONE, 2);
        assertThat(node.send(TWO, 10)).isNull();
        assertThatIllegalStateException().isThrownBy(() -> node.send(TWO, marked(10, 9)));
        assertThat(node.send(TWO, 10)).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(node.drain(Packets.DATA)).hasSize(2);
    }
}
