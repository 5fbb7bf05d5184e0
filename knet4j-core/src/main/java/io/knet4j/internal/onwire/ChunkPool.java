package io.knet4j.internal.onwire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Memory that waits for the next message, up to a bound per size. */
final class ChunkPool {
    private static final int MIN_CAPACITY_BITS = 11;
    private static final int MAX_CAPACITY_BITS = 17;
    private static final int POOLED_BYTES_PER_SIZE = 1 << 19;

    private final @Nullable Chunk[] free = new Chunk[MAX_CAPACITY_BITS + 1];
    private final int[] freeBytes = new int[MAX_CAPACITY_BITS + 1];

    /** Memory of a power-of-two size. */
    static final class Chunk {
        static final Chunk NONE = new Chunk(0);

        final byte[] array;
        final ByteBuffer view;
        private @Nullable Chunk nextFree;

        private Chunk(int capacity) {
            array = new byte[capacity];
            view = ByteBuffer.wrap(array);
        }

        int capacity() {
            return array.length;
        }
    }

    Chunk take(int capacity) {
        int bits =
                Math.max(
                        MIN_CAPACITY_BITS,
                        Integer.SIZE - Integer.numberOfLeadingZeros(capacity - 1));
        Chunk chunk = free[bits];
        if (chunk == null) {
            return new Chunk(1 << bits);
        }
        free[bits] = chunk.nextFree;
        chunk.nextFree = null;
        freeBytes[bits] -= chunk.capacity();
        return chunk;
    }

    void giveBack(Chunk chunk) {
        int bits = Integer.numberOfTrailingZeros(chunk.capacity());
        if (chunk != Chunk.NONE && freeBytes[bits] < POOLED_BYTES_PER_SIZE) {
            chunk.nextFree = free[bits];
            free[bits] = chunk;
            freeBytes[bits] += chunk.capacity();
        }
    }
}
