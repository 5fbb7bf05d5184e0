package io.knet4j.internal.runtime;

import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A real runtime whose network takes messages and forgets them; heartbeats are as ever. */
final class SinkRuntime extends ForwardingNetwork {
    private final AtomicLong sunk = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private volatile Tap tap = (_, _, _) -> {};
    private volatile Loop loop;

    /** Sees every packet that is sunk. */
    interface Tap {
        void sunk(ByteBuffer memory, int packet, int length);
    }

    void tap(Tap newTap) {
        tap = newTap;
    }

    /** Has the control loop take datagrams as if its sockets had received them. */
    void receive(IncomingBatch batch) {
        real.call(() -> {
            loop.onReceive(nanoTime(), batch);
            return true;
        });
    }

    SinkRuntime(int nodeId) {
        super(nodeId);
    }

    /** Datagrams with messages so far. */
    long sunk() {
        return sunk.get();
    }

    /** Calls with messages so far. */
    long batches() {
        return batches.get();
    }

    @Override
    public void send(OutgoingBatch batch) {
        if (batch.isEmpty() || Packets.type(batch.memory(), batch.offset(0)) != Packets.DATA) {
            real.transport().send(batch);
            return;
        }
        int messages = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isPending(i)) {
                tap.sunk(batch.memory(), batch.offset(i), batch.length(i));
                batch.sent(i);
                messages++;
            }
        }
        sunk.addAndGet(messages);
        batches.incrementAndGet();
    }

    @Override
    public void awaitRoom() {
        real.transport().awaitRoom();
    }

    @Override
    public void start(Loop newLoop) {
        loop = newLoop;
        real.start(newLoop);
    }
}
