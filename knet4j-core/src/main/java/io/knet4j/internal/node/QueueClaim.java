package io.knet4j.internal.node;

import io.knet4j.Claim;
import io.knet4j.KnetException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/** A claimed slot of a channel's send queue. */
final class QueueClaim implements Claim {
    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(QueueClaim.class, "ended", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Node node;
    private final NodeChannel channel;
    private final SendQueue queue;
    private final MessageRing ring;
    private final int slot;
    private final ByteBuffer buffer;
    private volatile boolean ended;

    QueueClaim(Node node, NodeChannel channel, SendQueue queue, MessageRing ring, int slot) {
        this.node = node;
        this.channel = channel;
        this.queue = queue;
        this.ring = ring;
        this.slot = slot;
        buffer = ring.room(slot);
    }

    @Override
    public ByteBuffer buffer() {
        if (ended) {
            throw ended();
        }
        return buffer;
    }

    @Override
    public void commit() {
        end();
        try {
            node.checkSendable(channel, buffer.capacity());
        } catch (KnetException e) {
            ring.abort(slot);
            queue.claimEnded();
            throw e;
        }
        ring.commit(slot);
        queue.claimEnded();
    }

    @Override
    public void abort() {
        end();
        ring.abort(slot);
        queue.claimEnded();
    }

    @Override
    public void close() {
        if (!ended) {
            abort();
        }
    }

    private void end() {
        if (!ENDED.compareAndSet(this, false, true)) {
            throw ended();
        }
    }

    private IllegalStateException ended() {
        return new IllegalStateException(
                "channel " + channel.id() + ": this claim was committed or aborted before");
    }
}
