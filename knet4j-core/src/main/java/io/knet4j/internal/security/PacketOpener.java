package io.knet4j.internal.security;

import java.nio.ByteBuffer;

/** Authenticates and opens packets on their way in, in place. Used by one thread at a time. */
public interface PacketOpener {
    /** Result of {@link #open}: the signature does not fit. Nothing was changed. */
    int NOT_SIGNED = -1;

    /**
     * Result of {@link #open}: the signature fits, but the rest is not what the cipher makes.
     * Nothing was changed.
     */
    int NOT_READABLE = -2;

    /**
     * Opens the sealed packet that starts at {@code offset}.
     *
     * @param length length of the sealed packet
     * @return length of the packet, which starts at {@code offset} plus the suite's prefix, or why
     *     it was not opened
     */
    int open(ByteBuffer memory, int offset, int length);
}
