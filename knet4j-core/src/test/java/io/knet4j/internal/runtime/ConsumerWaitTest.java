package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages when the queue of their channel is full. */
class ConsumerWaitTest {
    /** Messages that fit into the smallest queue. */
    private static final int ROOM = 512;

    private static final int BATCH = 600;

    private SinkNode node;
    private InetSocketAddress source;
    private Transport.Socket socket;
    private int sequence;

    @BeforeEach
    void open() throws InterruptedException {
        node = new SinkNode(Knet.builder(1).receiveQueueBytes(131_072));
        LinkConfig link = node.knet.host(2).orElseThrow().link(0).orElseThrow().config();
        source = link.remote();
        socket = link::local;
    }

    @AfterEach
    void close() {
        node.close();
    }

    private long dropped() {
        return node.knet.statistics().drops().getOrDefault(DropCause.RECEIVE_QUEUE_FULL, 0L);
    }

    /** A batch of datagrams for channel 0. */
    private IncomingBatch batch(int messages) {
        IncomingBatch batch = new IncomingBatch(ByteBuffer.allocate(1 << 16), messages);
        for (int i = 0; i < messages; i++) {
            Packets.writeData(batch.memory(), batch.used(), 2, ++sequence, false, 1, 0, 0, 0);
            batch.add(socket, source, Packets.DATA_HEADER + 4);
        }
        return batch;
    }

    @Test
    void aConsumerThatTakesSomethingIsWaitedFor() {
        Channel channel = node.knet.channel(0);
        AtomicInteger taken = new AtomicInteger();
        channel.onMessage(_ -> taken.incrementAndGet());
        int rounds = 50;
        for (int i = 0; i < rounds; i++) {
            node.runtime.receive(batch(BATCH));
            while (taken.get() < (i + 1) * BATCH - dropped()) {
                Thread.onSpinWait();
            }
        }
        // Each batch has 88 messages more than there is room for. The consumer may not get a
        // processor in time now and then.
        assertThat(dropped()).isLessThan(rounds * (BATCH - ROOM) / 2);
    }

    /** A batch of messages of 60,000 bytes in two fragments, three messages more than fit in. */
    private IncomingBatch batchOfFragments() {
        IncomingBatch batch = new IncomingBatch(ByteBuffer.allocate(1 << 19), 10);
        for (int message = 0; message < 5; message++) {
            sequence++;
            for (int number = 1; number <= 2; number++) {
                Packets.writeData(
                        batch.memory(), batch.used(), 2, sequence, false, 2, number, 0, 0);
                batch.add(socket, source, Packets.DATA_HEADER + 30_000);
            }
        }
        return batch;
    }

    @Test
    void aConsumerOfMessagesInPiecesIsWaitedForToo() {
        Channel channel = node.knet.channel(0);
        AtomicInteger taken = new AtomicInteger();
        channel.onMessage(_ -> taken.incrementAndGet());
        int rounds = 50;
        for (int i = 0; i < rounds; i++) {
            node.runtime.receive(batchOfFragments());
            while (taken.get() < (i + 1) * 5 - dropped()) {
                Thread.onSpinWait();
            }
        }
        assertThat(dropped()).isLessThan(rounds * 3 / 2);
    }

    @Test
    void messagesInPiecesThatAConsumerDoesNotTakeAreDroppedAndCounted() {
        node.knet.channel(0);
        node.runtime.receive(batchOfFragments());
        assertThat(dropped()).isEqualTo(3);
    }

    @Test
    void whatAConsumerDoesNotTakeIsDroppedAndCounted() {
        node.knet.channel(0);
        int rounds = 100;
        IncomingBatch full = batch(ROOM);
        node.runtime.receive(full);
        assertThat(dropped()).isZero();
        for (int i = 0; i < rounds; i++) {
            node.runtime.receive(batch(1));
        }
        assertThat(dropped()).isEqualTo(rounds);
    }
}
