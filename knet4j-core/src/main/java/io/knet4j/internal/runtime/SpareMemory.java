package io.knet4j.internal.runtime;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory for what works without it, too. There is a bound, since only the garbage collector
 * gives it back and does not see how much of it there is: where many nodes are opened and closed,
 * it must not use up what nodes cannot do without.
 */
final class SpareMemory {
    private static final long MOST_BYTES = 64 << 20;
    private static final int SHARE_OF_HEAP = 8;

    /** What all nodes of this process share. */
    static final SpareMemory OF_PROCESS =
            new SpareMemory(Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));

    private long most;
    private final List<Piece> pieces = new ArrayList<>();

    /** Memory that may still be in use. */
    private record Piece(WeakReference<ByteBuffer> buffer, int bytes) {}

    SpareMemory(long most) {
        this.most = most;
    }

    /** Memory, null when there is none to spare. */
    synchronized @Nullable ByteBuffer allocate(int bytes) {
        pieces.removeIf(piece -> piece.buffer.refersTo(null));
        long used = pieces.stream().mapToLong(Piece::bytes).sum();
        if (used + bytes > most) {
            return null;
        }
        try {
            ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
            pieces.add(new Piece(new WeakReference<>(buffer), bytes));
            return buffer;
        } catch (OutOfMemoryError _) {
            most = used; // not once more: finding that out takes half a second
            return null;
        }
    }
}
