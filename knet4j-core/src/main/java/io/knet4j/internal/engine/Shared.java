package io.knet4j.internal.engine;

import io.knet4j.DestinationFilter;
import io.knet4j.internal.compress.ActiveCompression;
import org.jspecify.annotations.Nullable;

/**
 * What the control loop and senders share: published by the control loop, but for the sequence
 * number, which belongs to the sender.
 */
final class Shared {
    final int localHost;
    volatile RoutingTable routes = RoutingTable.EMPTY;
    volatile boolean forwarding;
    volatile @Nullable DestinationFilter filter;
    volatile ActiveCompression compression = ActiveCompression.NONE;

    /** A {@link RefusedSize} was told. */
    volatile boolean sizeRefused;

    /** Number of the last message that was sent, 0 before the first. */
    volatile int sequence;

    Shared(int localHost) {
        this.localHost = localHost;
    }
}
