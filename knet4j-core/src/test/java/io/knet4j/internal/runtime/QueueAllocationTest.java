package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.Message;
import io.knet4j.MessageHandler;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages on their way through the queues leave no garbage in any of the threads. */
class QueueAllocationTest {
    private static final int ROUNDS = 12;
    private static final int MESSAGES = 20_000;
    private static final double NOISE = 0.5;
    private static final Destination SELF = Destination.host(1);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long id(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(one -> one.getName().equals(thread))
                .findFirst()
                .orElseThrow()
                .threadId();
    }

    /** Bytes per message in the best of several rounds, in this and in another thread. */
    private double bytesPerMessage(String other, Round round) throws InterruptedException {
        long id = id(other);
        double best = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS && best > NOISE; i++) {
            long before =
                    threads.getCurrentThreadAllocatedBytes() + threads.getThreadAllocatedBytes(id);
            round.run();
            long after =
                    threads.getCurrentThreadAllocatedBytes() + threads.getThreadAllocatedBytes(id);
            best = Math.min(best, (after - before) / (double) MESSAGES);
        }
        return best;
    }

    private interface Round {
        void run() throws InterruptedException;
    }

    @Test
    void sendingAllocatesNothing() throws InterruptedException {
        try (SinkNode node = new SinkNode(Knet.builder(1))) {
            Channel channel = node.knet.channel(0);
            ByteBuffer payload = ByteBuffer.allocate(64);
            long[] sent = {node.runtime.sunk()};
            double bytes =
                    bytesPerMessage(
                            "knet-1-send",
                            () -> {
                                for (int i = 0; i < MESSAGES; i++) {
                                    channel.send(payload, SinkNode.PEER);
                                }
                                sent[0] += MESSAGES;
                                node.awaitSunk(sent[0]);
                            });
            assertThat(bytes).isLessThanOrEqualTo(NOISE);
        }
    }

    private static Knet toItself() {
        Knet knet = Knet.builder(1).open();
        knet.addHost(1).addLink(0, LinkConfig.loopback());
        knet.startForwarding();
        return knet;
    }

    private static void await(AtomicLong counter, long value) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (counter.get() < value && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        if (counter.get() < value) {
            throw new AssertionError(counter + " of " + value);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handlingAllocatesNothing(boolean batches) throws InterruptedException {
        try (Knet knet = toItself()) {
            Channel channel = knet.channel(0);
            AtomicLong handled = new AtomicLong();
            AtomicLong sum = new AtomicLong();
            MessageHandler handler =
                    message -> {
                        ByteBuffer queued = message.inPlace();
                        sum.addAndGet(queued.get(queued.position()) + message.length());
                        handled.incrementAndGet();
                    };
            if (batches) {
                channel.onMessages(messages -> {
                    for (int i = 0; i < messages.size(); i++) {
                        handler.onMessage(messages.get(i));
                    }
                });
            } else {
                channel.onMessage(handler);
            }
            ByteBuffer payload = ByteBuffer.allocate(64).put(0, (byte) 1);
            long[] sent = {0};
            double bytes =
                    bytesPerMessage(
                            "knet-1-channel-0",
                            () -> {
                                for (int i = 0; i < MESSAGES; i++) {
                                    channel.send(payload, SELF);
                                    if (i % 1000 == 0) {
                                        await(handled, sent[0]);
                                    }
                                    sent[0]++;
                                }
                                await(handled, sent[0]);
                            });
            assertThat(sum.get()).isEqualTo(65 * sent[0]);
            assertThat(bytes).isLessThanOrEqualTo(NOISE);
        }
    }

    @Test
    void receivingInPlaceAllocatesNothing() throws InterruptedException {
        try (Knet knet = toItself()) {
            Channel channel = knet.channel(0);
            ByteBuffer payload = ByteBuffer.allocate(64);
            AtomicLong sum = new AtomicLong();
            MessageHandler handler = (Message message) -> sum.addAndGet(message.length());
            double bytes =
                    bytesPerMessage(
                            "knet-1-send",
                            () -> {
                                for (int i = 0; i < MESSAGES; i += 1000) {
                                    for (int k = 0; k < 1000; k++) {
                                        channel.send(payload, SELF);
                                    }
                                    for (int k = 0; k < 1000; k++) {
                                        assertTrue(channel.receive(LONG, handler));
                                    }
                                }
                            });
            assertThat(bytes).isLessThanOrEqualTo(NOISE);
        }
    }

    private static void assertTrue(boolean received) {
        if (!received) {
            throw new AssertionError("no message");
        }
    }
}
