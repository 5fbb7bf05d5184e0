package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the payload of the current message's fragments is: with their headers in the batch or, so
 * that it is not copied, still in the message, as tails of the datagrams.
 */
final class FragmentTails {
    /**
     * For less, a copy costs less than that the kernel has to gather a datagram from two places.
     */
    static final int MIN_BYTES = 3072;

    private @Nullable ByteBuffer message;
    private int start;
    private int fragmentBytes;

    /**
     * Decides for a message. It must travel as it is, and stay as it is until the batch is sent.
     *
     * @param fragmentBytes message bytes in each fragment but the last
     */
    void begin(OutgoingMessage next, int compression, int fragmentBytes, PacketSealer sealer) {
        boolean untouched = compression == 0 && PacketSealer.CLEAR.equals(sealer);
        boolean large = next.length >= MIN_BYTES && fragmentBytes >= MIN_BYTES;
        message = next.lasting && untouched && large ? next.buffer : null;
        start = next.offset;
        this.fragmentBytes = fragmentBytes;
    }

    /** Whether only headers are to be written to the batch. */
    boolean areUsed() {
        return message != null;
    }

    /** Adds a fragment to the batch. */
    void add(OutgoingBatch batch, Path path, int number, int offset, int length, Object owner) {
        if (message == null) {
            batch.add(path, offset, length, owner);
        } else {
            batch.add(
                    path,
                    offset,
                    Packets.DATA_HEADER,
                    message,
                    start + number * fragmentBytes,
                    length - Packets.DATA_HEADER,
                    owner);
        }
    }
}
