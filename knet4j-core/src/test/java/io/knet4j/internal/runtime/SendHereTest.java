package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Knet;
import io.knet4j.QueueFullPolicy;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A message that meets an idle node goes out in the thread that sends it. */
class SendHereTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ByteBuffer SMALL = ByteBuffer.allocate(100);

    private final List<Thread> senders = Collections.synchronizedList(new ArrayList<>());
    private final Thread self = Thread.currentThread();

    private SinkNode node(Knet.Builder builder) throws InterruptedException {
        SinkNode node = new SinkNode(builder);
        node.runtime.tap((memory, packet, _) -> {
            if (Packets.type(memory, packet) == Packets.DATA) {
                senders.add(Thread.currentThread());
            }
        });
        return node;
    }

    private static void awaitIdle() {
        Thread worker =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("knet-1-send"))
                        .findFirst()
                        .orElseThrow();
        long since = System.nanoTime();
        long deadline = since + LONG.toNanos();
        while (System.nanoTime() - since < 1_000_000) { // it sleeps, and nothing was sent lately
            if (worker.getState() != Thread.State.WAITING) {
                since = System.nanoTime();
            }
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Sends when the node is idle, and returns who handed the message to the network. */
    private Thread sender(SinkNode node, Runnable send) {
        awaitIdle();
        senders.clear();
        send.run();
        assertThat(node.knet.stopForwarding()).as("flushed").isTrue();
        node.knet.startForwarding();
        assertThat(senders).hasSize(1);
        return senders.getFirst();
    }

    @Test
    void goesOutInTheCallersThread() throws InterruptedException {
        try (SinkNode node = node(Knet.builder(1))) {
            Channel channel = node.knet.channel(0);
            for (int i = 0; i < 20; i++) {
                assertThat(sender(node, () -> channel.send(SMALL, SinkNode.PEER))).isEqualTo(self);
            }
            assertThat(sender(node, () -> channel.send(SMALL))).isEqualTo(self);
            assertThat(node.knet.statistics().messagesSent()).isEqualTo(21);
        }
    }

    @Test
    void messagesUponEachOtherAreCollected() throws InterruptedException {
        try (SinkNode node = node(Knet.builder(1))) {
            Channel channel = node.knet.channel(0);
            awaitIdle();
            for (int i = 0; i < 10_000; i++) {
                channel.send(SMALL, SinkNode.PEER);
            }
            assertThat(node.knet.stopForwarding()).as("flushed").isTrue();
            assertThat(senders).hasSize(10_000);
            assertThat(senders.stream().filter(self::equals).count()).isLessThan(5_000);
        }
    }

    @Test
    void longMessagesDoNotHoldUpTheCaller() throws InterruptedException {
        try (SinkNode node = node(Knet.builder(1).interfaceMtu(65_535))) {
            Channel channel = node.knet.channel(0);
            ByteBuffer large = ByteBuffer.allocate(8193);
            awaitIdle();
            channel.send(large, SinkNode.PEER);
            assertThat(node.knet.stopForwarding()).as("flushed").isTrue();
            assertThat(senders).isNotEmpty().doesNotContain(self);
        }
    }

    @Test
    void norDoesItOvertakeWhatIsHeldUp() throws InterruptedException {
        try (SinkNode node = node(Knet.builder(1).sendWindowBytes(65_536))) {
            Channel held = node.knet.channel(0);
            Channel other = node.knet.channel(1);
            for (int round = 0; round < 50; round++) {
                awaitIdle();
                senders.clear();
                for (int i = 0; i < 500; i++) { // several windows
                    held.send(SMALL, SinkNode.PEER);
                    if (i % 100 == 99) {
                        other.send(SMALL, SinkNode.PEER);
                    }
                }
                assertThat(node.knet.stopForwarding()).as("flushed").isTrue();
                node.knet.startForwarding();
                assertThat(senders).hasSize(505);
            }
        }
    }

    @Test
    void neitherDoesTheNetworkWhereTheQueueIsNotToBlock() throws InterruptedException {
        try (SinkNode node = node(Knet.builder(1).sendQueueFull(QueueFullPolicy.fail()))) {
            Channel channel = node.knet.channel(0);
            assertThat(sender(node, () -> channel.send(SMALL, SinkNode.PEER))).isNotEqualTo(self);
        }
    }

    @Test
    void norDoesTheFilter() throws InterruptedException {
        try (SinkNode node = node(Knet.builder(1))) {
            Channel channel = node.knet.channel(0);
            List<Thread> asked = Collections.synchronizedList(new ArrayList<>());
            node.knet.setFilter(_ -> {
                asked.add(Thread.currentThread());
                return SinkNode.PEER;
            });
            assertThat(sender(node, () -> channel.send(SMALL))).isNotEqualTo(self);
            assertThat(asked).hasSize(1).doesNotContain(self);
            assertThat(sender(node, () -> channel.send(SMALL, SinkNode.PEER))).isEqualTo(self);
        }
    }
}
