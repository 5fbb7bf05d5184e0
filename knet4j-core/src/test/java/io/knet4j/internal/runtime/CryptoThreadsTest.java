package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.SharedKey;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes of which several threads seal. */
class CryptoThreadsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Destination TWO = Destination.host(2);
    private static final int CHANNELS = 3;

    /** Fits into every socket buffer that a system grants without asking. */
    private static final int MOST_UNDER_WAY = 100_000;

    private final long seed = Long.getLong("knet4j.seed", 17L);

    private static CryptoConfig config(CryptoCipher cipher, long keySeed) {
        byte[] key = new byte[256];
        new SplittableRandom(keySeed).nextBytes(key);
        return new CryptoConfig(cipher, CryptoHash.SHA256, SharedKey.of(key));
    }

    /** Two nodes on one machine, of which the first sends and the second checks. */
    private static final class Pair implements AutoCloseable {
        private final Knet one;
        private final Knet two;
        private final AtomicInteger underWay = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();

        private Pair(int threads, CryptoConfig crypto) throws InterruptedException {
            one = Knet.builder(1).crypto(crypto).cryptoThreads(threads).interfaceMtu(9000).open();
            two = Knet.builder(2).crypto(crypto).interfaceMtu(9000).open();
            LoopbackLinks.join(
                    one, two, link -> link.withPing(Duration.ofMillis(20), LONG).withPongCount(1));
            for (int channel = 0; channel < CHANNELS; channel++) {
                SplittableRandom random = new SplittableRandom(channel);
                two.channel(channel)
                        .onMessage(message -> {
                            ByteBuffer payload = message.payload();
                            underWay.addAndGet(-payload.remaining());
                            byte[] expected = next(random);
                            if (!payload.equals(ByteBuffer.wrap(expected))) {
                                errors.add("not what was sent: " + payload.remaining());
                            }
                        });
            }
            one.startForwarding();
            two.startForwarding();
            assertThat(one.host(2).orElseThrow().awaitReachable(LONG)).isTrue();
            assertThat(two.host(1).orElseThrow().awaitReachable(LONG)).isTrue();
        }

        /** Message after message of a channel, of all sizes. */
        private static byte[] next(SplittableRandom random) {
            int most = random.nextInt(4) == 0 ? Knet.MAX_MESSAGE_SIZE : 3000;
            byte[] message = new byte[1 + random.nextInt(most)];
            random.nextBytes(message);
            return message;
        }

        private void send(int channel, SplittableRandom random) {
            byte[] message = next(random);
            long deadline = System.nanoTime() + LONG.toNanos();
            while (underWay.get() > MOST_UNDER_WAY) {
                assertThat(System.nanoTime()).as("lost").isLessThan(deadline);
                Thread.onSpinWait();
            }
            underWay.addAndGet(message.length);
            one.channel(channel).send(ByteBuffer.wrap(message), TWO);
        }

        private void awaitAll() {
            long deadline = System.nanoTime() + LONG.toNanos();
            while (underWay.get() > 0 && errors.isEmpty()) {
                assertThat(System.nanoTime()).as("lost").isLessThan(deadline);
                Thread.onSpinWait();
            }
            assertThat(errors).isEmpty();
        }

        @Override
        public void close() {
            one.close();
            two.close();
        }
    }

    private static List<Thread> helpers() {
        Thread[] threads = new Thread[Thread.activeCount() + 20];
        int count = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, count)
                .filter(one -> one.getName().startsWith("knet-1-crypto-"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"1, AES256_CBC", "2, AES256_CBC", "8, AES256_CBC", "4, AES128_CTR", "2, NONE"})
    void messagesArriveAsTheyWereSentInTheirOrder(int threads, CryptoCipher cipher)
            throws InterruptedException {
        SplittableRandom turns = new SplittableRandom(seed);
        SplittableRandom[] randoms = randoms();
        try (Pair pair = new Pair(threads, config(cipher, 1))) {
            for (int i = 0; i < 3000; i++) {
                int channel = turns.nextInt(CHANNELS);
                pair.send(channel, randoms[channel]);
            }
            pair.awaitAll();
            assertThat(helpers()).hasSize(threads - 1);
        }
        assertThat(helpers()).as("left over, seed %d", seed).isEmpty();
    }

    private static SplittableRandom[] randoms() {
        SplittableRandom[] randoms = new SplittableRandom[CHANNELS];
        Arrays.setAll(randoms, SplittableRandom::new);
        return randoms;
    }

    /** Both nodes know both keys of each change before it is used. */
    @Test
    void keysChangeWhileMessagesAreSealed() throws InterruptedException {
        SplittableRandom turns = new SplittableRandom(seed);
        SplittableRandom[] randoms = randoms();
        List<CryptoCipher> ciphers = List.of(CryptoCipher.values());
        try (Pair pair = new Pair(3, config(CryptoCipher.AES256_CBC, 1))) {
            for (int change = 1; change <= 40; change++) {
                int slot = 1 + change % 2;
                CryptoCipher cipher = ciphers.get(turns.nextInt(ciphers.size()));
                CryptoConfig config = config(cipher, change);
                pair.two.crypto().set(slot, config);
                pair.one.crypto().set(slot, config);
                for (int i = 0; i < 50; i++) {
                    if (i == 20) {
                        pair.one.crypto().use(slot);
                        pair.two.crypto().use(slot);
                    }
                    int channel = turns.nextInt(CHANNELS);
                    pair.send(channel, randoms[channel]);
                }
                pair.awaitAll(); // what is under way is sealed by the slot that is replaced next
            }
            assertThat(pair.one.crypto().status().sendingSlot()).isEqualTo(1);
        }
    }

    @RepeatedTest(5)
    void aNodeIsClosedWhileItsHelpersSeal() throws InterruptedException {
        ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
        AtomicInteger sent = new AtomicInteger();
        Thread sending;
        try (Pair pair = new Pair(4, config(CryptoCipher.AES256_CBC, 1))) {
            Channel channel = pair.one.channel(CHANNELS);
            ByteBuffer payload = ByteBuffer.allocate(Knet.MAX_MESSAGE_SIZE);
            sending =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    while (true) {
                                        channel.send(payload, TWO);
                                        sent.incrementAndGet();
                                    }
                                } catch (KnetClosedException _) {
                                    // as it should be
                                } catch (Throwable e) {
                                    surprises.add(e);
                                }
                            });
            while (sent.get() < 300) {
                Thread.onSpinWait();
            }
            assertThat(helpers()).hasSize(3);
        }
        assertThat(sending.join(LONG)).isTrue();
        assertThat(surprises).isEmpty();
        assertThat(helpers()).as("left over").isEmpty();
    }

    @Test
    void memoryThatOnlyTheCallerMayReadIsSealedToo() throws InterruptedException {
        try (Pair pair = new Pair(4, config(CryptoCipher.AES256_CBC, 1));
                Arena arena = Arena.ofConfined()) {
            Channel received = pair.two.channel(CHANNELS);
            byte[] message = new byte[Knet.MAX_MESSAGE_SIZE];
            new SplittableRandom(seed).nextBytes(message);
            ByteBuffer mine = arena.allocate(message.length).asByteBuffer().put(message).flip();
            for (int i = 0; i < 20; i++) {
                pair.one.channel(CHANNELS).sendSync(mine, TWO);
                assertThat(received.receive(LONG).orElseThrow().payload()).isEqualTo(message);
            }
            assertThat(helpers()).as("they helped").hasSize(3);
        }
    }

    @Test
    void aNodeThatSendsLittleHasNoHelpers() throws InterruptedException {
        try (Pair pair = new Pair(8, config(CryptoCipher.AES256_CBC, 1))) {
            Channel received = pair.two.channel(CHANNELS);
            for (int i = 0; i < 20; i++) {
                pair.one.channel(CHANNELS).send(ByteBuffer.allocate(20_000), TWO);
                assertThat(received.receive(LONG)).isPresent();
                pair.one.channel(CHANNELS).sendSync(ByteBuffer.allocate(20_000), TWO);
                assertThat(received.receive(LONG)).isPresent();
            }
            assertThat(helpers()).isEmpty();
        }
    }
}
