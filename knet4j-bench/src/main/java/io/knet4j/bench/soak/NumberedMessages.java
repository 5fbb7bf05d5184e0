package io.knet4j.bench.soak;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Messages of one size that bear a number, and whose other bytes follow from it: parts of the same
 * random bytes that begin at different places, so that mixed or shifted content shows.
 */
final class NumberedMessages {
    static final long DAMAGED = -1;

    private static final int NUMBER_BYTES = Long.BYTES;
    private static final int PLACE_BITS = 16;
    private static final int PLACES = 1 << PLACE_BITS;

    /** Moves the place with every bit of a number. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private static final ValueLayout.OfLong NUMBER =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int size;
    private final MemorySegment content;

    /**
     * @param size bytes of a message, at least 8
     * @param seed those who exchange messages have the same
     */
    NumberedMessages(int size, long seed) {
        this.size = size;
        byte[] random = new byte[PLACES + size];
        new SplittableRandom(seed).nextBytes(random);
        content = Arena.ofAuto().allocate(random.length).copyFrom(MemorySegment.ofArray(random));
    }

    int size() {
        return size;
    }

    /** Writes the message with this number. */
    void write(MemorySegment message, long number) {
        message.set(NUMBER, 0, number);
        MemorySegment.copy(content, place(number), message, NUMBER_BYTES, size - NUMBER_BYTES);
    }

    /** The number of a message, or {@link #DAMAGED} when it is not the one with its number. */
    long read(MemorySegment message) {
        if (message.byteSize() != size) {
            return DAMAGED;
        }
        long number = message.get(NUMBER, 0);
        int place = place(number);
        return MemorySegment.mismatch(
                                message,
                                NUMBER_BYTES,
                                size,
                                content,
                                place,
                                place + size - NUMBER_BYTES)
                        < 0
                ? number
                : DAMAGED;
    }

    private static int place(long number) {
        return (int) ((number * SPREAD) >>> (Long.SIZE - PLACE_BITS));
    }
}
