package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.UdpFeature;
import io.knet4j.internal.node.Nodes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of all lengths between two nodes, by queues, sockets and reassembly. */
class LargeMessagesTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int MESSAGES = 3000;

    /** How many may be under way: what sockets and queues hold for sure. */
    private static final int WINDOW = 20;

    /** A runtime without memory for queues. */
    private static final class Scarce extends ForwardingRuntime {
        private final AtomicInteger refused = new AtomicInteger();

        private Scarce(int nodeId) {
            super(nodeId);
        }

        @Override
        public ByteBuffer allocateSpare(int bytes) {
            refused.incrementAndGet();
            return null;
        }
    }

    private static byte[] payload(SplittableRandom random) {
        int most = random.nextInt(3) == 0 ? 65_536 : random.nextInt(2) == 0 ? 10_000 : 100;
        byte[] payload = new byte[random.nextInt(4) == 0 ? most : 1 + random.nextInt(most)];
        random.nextBytes(payload);
        return payload;
    }

    @ParameterizedTest
    @CsvSource({
        "65535, true, false",
        "9000, true, false",
        "1500, true, false",
        "65535, false, false",
        "9000, false, false",
        "65535, true, true",
    })
    void arriveAsTheyWereSent(int mtu, boolean isNative, boolean scarce) throws Exception {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        Knet.Builder builder = Knet.builder(1).interfaceMtu(mtu);
        Knet.Builder other = Knet.builder(2).interfaceMtu(mtu);
        if (!isNative) {
            builder.withoutUdpFeature(UdpFeature.NATIVE);
            other.withoutUdpFeature(UdpFeature.NATIVE);
        }
        Scarce runtime = scarce ? new Scarce(1) : null;
        try (Knet one = scarce ? Nodes.open(builder.build(), runtime) : builder.open();
                Knet two = other.open()) {
            connect(one, two);
            Semaphore window = new Semaphore(WINDOW);
            SplittableRandom expected = new SplittableRandom(seed);
            AtomicReference<String> wrong = new AtomicReference<>();
            AtomicInteger number = new AtomicInteger();
            two.channel(0)
                    .onMessage(message -> {
                        int i = number.getAndIncrement();
                        if (!Arrays.equals(message.toByteArray(), payload(expected))) {
                            wrong.compareAndSet(null, "message " + i + " is damaged, seed " + seed);
                        }
                        window.release();
                    });
            Channel channel = one.channel(0);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < MESSAGES; i++) {
                assertThat(window.tryAcquire(LONG.toMillis(), TimeUnit.MILLISECONDS))
                        .as("message %d of %d came, seed %d", number.get(), i, seed)
                        .isTrue();
                channel.send(ByteBuffer.wrap(payload(random)), Destination.host(2));
            }
            assertThat(window.tryAcquire(WINDOW, LONG.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(wrong).hasValue(null);
        }
        if (runtime != null) {
            assertThat(runtime.refused).hasValue(1);
        }
    }

    private static void connect(Knet one, Knet two) throws InterruptedException {
        LoopbackLinks.join(
                one, two, link -> link.withPing(Duration.ofMillis(10), LONG).withPongCount(1));
        one.startForwarding();
        two.startForwarding();
        assertThat(one.host(2).orElseThrow().awaitReachable(LONG)).isTrue();
        assertThat(two.host(1).orElseThrow().awaitReachable(LONG)).isTrue();
    }
}
