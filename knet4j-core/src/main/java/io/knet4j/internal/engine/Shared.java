package io.knet4j.internal.engine;

import io.knet4j.DestinationFilter;
import io.knet4j.internal.compress.ActiveCompression;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the control loop and senders share: published by the control loop, but for the sequence
 * number, which belongs to the sender.
 */
final class Shared {
    private static final VarHandle SEQUENCE;

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(Shared.class, "sequence", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int localHost;
    volatile RoutingTable routes = RoutingTable.EMPTY;
    volatile boolean forwarding;
    volatile @Nullable DestinationFilter filter;
    volatile ActiveCompression compression = ActiveCompression.NONE;

    /** A {@link RefusedSize} was told. */
    volatile boolean sizeRefused;

    private volatile int sequence;

    Shared(int localHost) {
        this.localHost = localHost;
    }

    /** Number of the last message that was sent, 0 before the first. */
    int sequence() {
        return sequence;
    }

    /** Called for every message, so without the fence of a volatile write. */
    void setSequence(int number) {
        SEQUENCE.setRelease(this, number);
    }
}
