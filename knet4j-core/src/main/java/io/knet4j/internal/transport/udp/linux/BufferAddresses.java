package io.knet4j.internal.transport.udp.linux;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of direct buffers. Finding one out makes garbage, so those of the last few buffers are
 * remembered, and the buffers with them: an address is that of its buffer as long as it is known.
 */
final class BufferAddresses {
    private static final int REMEMBERED = 32;

    private final @Nullable ByteBuffer[] buffers = new ByteBuffer[REMEMBERED];
    private final long[] addresses = new long[REMEMBERED];

    /** Where the last answer was found. */
    private int last;

    /** Which one is forgotten next. */
    private int next;

    /**
     * Address of index 0 of a buffer.
     *
     * @throws IllegalArgumentException if it is not in memory that the kernel can read
     */
    @SuppressWarnings("ReferenceEquality") // equal bytes may be anywhere
    long of(ByteBuffer buffer) {
        for (int i = 0; i < REMEMBERED; i++) {
            int place = (last + i) % REMEMBERED;
            if (buffers[place] == buffer) {
                last = place;
                return addresses[place];
            }
        }
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("the memory of the datagram is not direct");
        }
        last = next;
        next = (next + 1) % REMEMBERED;
        buffers[last] = buffer;
        addresses[last] = MemorySegment.ofBuffer(buffer.duplicate().clear()).address();
        return addresses[last];
    }
}
