package io.knet4j.internal.security;

import io.knet4j.internal.onwire.MtuArithmetic;
import java.nio.ByteBuffer;
import java.util.List;

/** Seals packets on their way out, in place. Used by one thread at a time. */
public interface PacketSealer {
    /** Result of {@link #seal} when it was not possible. */
    int FAILED = -1;

    /** Packets travel as they are. May be used by any number of threads. */
    PacketSealer CLEAR =
            new PacketSealer() {
                @Override
                public MtuArithmetic arithmetic() {
                    return MtuArithmetic.CLEAR;
                }

                @Override
                public int seal(ByteBuffer memory, int offset, int length) {
                    return length;
                }
            };

    /** What sealing adds. */
    MtuArithmetic arithmetic();

    /** The same for threads that help, one for each. */
    default List<PacketSealer> helpers() {
        return List.of();
    }

    /** Bytes in front of the packet. */
    default int prefix() {
        return arithmetic().salt();
    }

    /** Most bytes that sealing adds, the prefix included. */
    default int maxOverhead() {
        return arithmetic().salt() + arithmetic().block() + arithmetic().hash();
    }

    /**
     * Seals the packet that starts at {@code offset + prefix()}.
     *
     * @param length length of the packet
     * @return length of the sealed packet, which starts at {@code offset}, or {@link #FAILED}
     */
    int seal(ByteBuffer memory, int offset, int length);

    /**
     * Seals a packet whose payload is elsewhere.
     *
     * @param header number of bytes of the packet that are there at {@code offset + prefix()}
     * @param source has the rest; other memory than where the sealed packet goes
     * @param sourceOffset where the rest begins
     * @param length length of the rest
     * @return as {@link #seal(ByteBuffer, int, int)}
     */
    default int seal(
            ByteBuffer memory,
            int offset,
            int header,
            ByteBuffer source,
            int sourceOffset,
            int length) {
        memory.put(offset + prefix() + header, source, sourceOffset, length);
        return seal(memory, offset, header + length);
    }
}
