package io.knet4j.internal.node;

import io.knet4j.Knet;
import java.util.function.LongSupplier;

/**
 * Lets the control loop wait a moment for a consumer whose queue is full: meanwhile, what comes
 * waits in the socket instead of being dropped, and on a machine with few processors the consumer
 * gets one. Belongs to the control loop.
 *
 * <p>Pings come through the same sockets, so in each batch of datagrams, whose pings it has
 * answered by then, the loop waits no longer than a small part of a ping timeout, and than until
 * its next timer is due. It waits only for a consumer that takes something, and only while no other
 * channel has messages: a slow consumer must not harm others.
 */
final class ConsumerWait {
    /** Part of the shortest ping timeout. */
    private static final int TIMEOUT_PART = 20;

    private final NodeRuntime runtime;
    private final LongSupplier pingTimeout;
    private long nextTimer = Long.MAX_VALUE;
    private long left;
    private boolean begun;

    // Channels that got messages in this batch and in the one before.
    private int filled;
    private int filledBefore;

    /** Channels for which waiting was in vain, and what their consumers had taken by then. */
    private int stalled;

    private final int[] takenWhenStalled = new int[Knet.MAX_CHANNELS];

    /**
     * @param pingTimeout the shortest one of all links, in nanoseconds
     */
    ConsumerWait(NodeRuntime runtime, LongSupplier pingTimeout) {
        this.runtime = runtime;
        this.pingTimeout = pingTimeout;
    }

    /** When the next timer is due, {@link Long#MAX_VALUE} for never. */
    void nextTimer(long time) {
        nextTimer = time;
    }

    void batchBegins() {
        begun = true;
        filledBefore = filled;
        filled = 0;
    }

    void delivered(int channel) {
        filled |= 1 << channel;
    }

    /** Waits for room in a channel's queue. Returns whether there may be some. */
    boolean awaitRoom(NodeChannel channel, int length) {
        if (begun) {
            begun = false;
            left = Math.min(runtime.loopPatience(), pingTimeout.getAsLong() / TIMEOUT_PART);
        }
        int bit = 1 << channel.id();
        if (left <= 0
                || ((filled | filledBefore) & ~bit) != 0
                || ((stalled & bit) != 0 && channel.taken() == takenWhenStalled[channel.id()])) {
            return false;
        }
        long start = runtime.nanoTime();
        long limit = nextTimer == Long.MAX_VALUE ? left : Math.min(left, nextTimer - start);
        if (limit <= 0) {
            return false;
        }
        boolean room = false;
        try {
            room = channel.awaitRoom(length, limit);
        } catch (InterruptedException _) {
            left = 0; // by a callback; the control loop does not end for that
        }
        left -= runtime.nanoTime() - start;
        stalled = room ? stalled & ~bit : stalled | bit;
        takenWhenStalled[channel.id()] = channel.taken();
        return room;
    }
}
