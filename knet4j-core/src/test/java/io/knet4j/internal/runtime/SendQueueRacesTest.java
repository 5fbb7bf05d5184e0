package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Claim;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.QueueFullPolicy;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many threads use the send queue at once. */
class SendQueueRacesTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    /** What was sent of each producer on each channel, as the network sees it. */
    private static final class Order implements SinkRuntime.Tap {
        private final int[][] next;
        private final AtomicLong messages = new AtomicLong();
        private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();

        private Order(int producers, int channels) {
            next = new int[producers][channels];
        }

        @Override
        public void sunk(ByteBuffer memory, int packet, int length) {
            if (Packets.type(memory, packet) != Packets.DATA) {
                return;
            }
            int channel = Packets.dataChannel(memory, packet);
            int producer = memory.getInt(packet + Packets.DATA_HEADER);
            int number = memory.getInt(packet + Packets.DATA_HEADER + 4);
            if (number != next[producer][channel]++) {
                errors.add(producer + " on " + channel + ": " + number);
            }
            messages.incrementAndGet();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 131072", "2, 1, 131072", "4, 3, 131072", "4, 3, 4194304"})
    void nothingIsLostOrOvertaken(int producers, int channels, int queueBytes)
            throws InterruptedException {
        int each = 60_000;
        Order order = new Order(producers, channels);
        try (SinkNode node =
                new SinkNode(
                        Knet.builder(1)
                                .sendQueueBytes(queueBytes)
                                .sendQueueFull(QueueFullPolicy.block(LONG)))) {
            node.runtime.tap(order);
            List<Thread> threads = new ArrayList<>();
            for (int p = 0; p < producers; p++) {
                int producer = p;
                threads.add(
                        Thread.ofPlatform().start(() -> produce(node, producer, channels, each)));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(LONG)).isTrue();
            }
            assertThat(node.knet.stopForwarding()).as("flushed").isTrue();
            assertThat(order.errors).isEmpty();
            assertThat(order.messages).hasValue((long) producers * each);
        }
    }

    private static void produce(SinkNode node, int producer, int channels, int messages) {
        SplittableRandom random = new SplittableRandom(producer);
        int[] next = new int[channels];
        ByteBuffer payload = ByteBuffer.allocate(300).putInt(0, producer);
        for (int i = 0; i < messages; i++) {
            int number = random.nextInt(channels);
            Channel channel = node.knet.channel(number);
            int length = 8 + random.nextInt(200);
            payload.putInt(4, next[number]++);
            if (random.nextInt(4) > 0) {
                channel.send(payload.clear().limit(length), SinkNode.PEER);
                continue;
            }
            boolean sent = false;
            while (!sent) {
                try (Claim claim = channel.tryClaim(length, SinkNode.PEER)) {
                    if (claim != null && random.nextInt(8) > 0) { // or it is aborted
                        claim.buffer().put(payload.clear().limit(length));
                        claim.commit();
                        sent = true;
                    }
                }
            }
        }
    }

    @RepeatedTest(5)
    void closingMeetsSendersAtAnyPoint() throws InterruptedException {
        SinkNode node = new SinkNode(Knet.builder(1).sendQueueBytes(131_072));
        List<Channel> channels = List.of(node.knet.channel(0), node.knet.channel(1));
        ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
        AtomicInteger sent = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            int producer = p;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                ByteBuffer payload = ByteBuffer.allocate(100);
                                Channel channel = channels.get(producer % 2);
                                try {
                                    while (true) {
                                        if (producer < 2) {
                                            channel.send(payload, SinkNode.PEER);
                                            sent.incrementAndGet();
                                        } else {
                                            claimAndCommit(channel);
                                        }
                                    }
                                } catch (KnetClosedException _) {
                                    // as it should be
                                } catch (Throwable e) {
                                    surprises.add(e);
                                }
                            }));
        }
        while (sent.get() < 20_000) {
            Thread.onSpinWait();
        }
        node.close();
        for (Thread thread : threads) {
            assertThat(thread.join(LONG)).isTrue();
        }
        assertThat(surprises).isEmpty();
    }

    private static void claimAndCommit(Channel channel) {
        try (Claim claim = channel.tryClaim(50, SinkNode.PEER)) {
            if (claim != null) {
                claim.buffer().putInt(0, 1);
                claim.commit();
            }
        } catch (SendException e) {
            if (e.reason() != Reason.CHANNEL_NOT_OPEN) { // closed just before the node is
                throw e;
            }
        }
    }

    @Test
    void aChannelThatFloodsHoldsUpAnotherOneByOneBatchAtMost() throws InterruptedException {
        try (SinkNode node = new SinkNode(Knet.builder(1))) {
            Channel flooding = node.knet.channel(0);
            Channel other = node.knet.channel(1);
            AtomicInteger flooded = new AtomicInteger();
            AtomicInteger seen = new AtomicInteger(-1);
            node.runtime.tap((memory, packet, _) -> {
                if (Packets.type(memory, packet) != Packets.DATA) {
                    return;
                }
                if (Packets.dataChannel(memory, packet) == 0) {
                    flooded.incrementAndGet();
                } else {
                    seen.set(flooded.get());
                }
            });
            // The worker stops in the middle of a batch, at a message that the filter decides
            // about.
            CountDownLatch stuck = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            node.knet.setFilter(_ -> {
                stuck.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                return SinkNode.PEER;
            });
            flooding.send(ByteBuffer.allocate(64));
            stuck.await();
            for (int i = 0; i < 10_000; i++) {
                flooding.send(ByteBuffer.allocate(64), SinkNode.PEER);
            }
            other.send(ByteBuffer.allocate(64), SinkNode.PEER);
            go.countDown();
            assertThat(node.knet.stopForwarding()).isTrue();
            assertThat(flooded).hasValue(10_001);
            assertThat(seen.get()).as("behind one message and one slice").isBetween(1, 65);
        }
    }
}
