package io.knet4j.internal.security;

import io.knet4j.internal.onwire.MtuArithmetic;
import java.nio.ByteBuffer;

/**
 * Seals packets on their way out and opens them on their way in, in place. Implementations are used
 * by several threads at once.
 */
public interface PacketProtection {
    /** Result of {@link #seal} or {@link #open} when it was not possible. */
    int FAILED = -1;

    /** Packets travel as they are. */
    PacketProtection CLEAR =
            new PacketProtection() {
                @Override
                public MtuArithmetic arithmetic() {
                    return MtuArithmetic.CLEAR;
                }

                @Override
                public int prefix() {
                    return 0;
                }

                @Override
                public int maxOverhead() {
                    return 0;
                }

                @Override
                public int seal(ByteBuffer memory, int offset, int length) {
                    return length;
                }

                @Override
                public int open(ByteBuffer memory, int offset, int length) {
                    return length;
                }
            };

    /** What sealing adds. */
    MtuArithmetic arithmetic();

    /** Bytes in front of the packet. */
    int prefix();

    /** Most bytes that sealing adds, the prefix included. */
    int maxOverhead();

    /**
     * Seals the packet that starts at {@code offset + prefix()}.
     *
     * @param length length of the packet
     * @return length of the sealed packet, which starts at {@code offset}, or {@link #FAILED}
     */
    int seal(ByteBuffer memory, int offset, int length);

    /**
     * Authenticates and opens the sealed packet that starts at {@code offset}.
     *
     * @param length length of the sealed packet
     * @return length of the packet, which starts at {@code offset + prefix()}, or {@link #FAILED}
     */
    int open(ByteBuffer memory, int offset, int length);
}
