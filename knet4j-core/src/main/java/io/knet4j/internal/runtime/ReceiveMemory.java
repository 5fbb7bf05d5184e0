package io.knet4j.internal.runtime;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What nodes receive into. A node that is closed hands it to the next one: only the garbage
 * collector gives direct memory back, and not before nobody knows the closed node any more, so
 * where little of it is allowed, nodes that are opened and closed in a row would wait for it, or
 * fail. What nobody needs soon is left to the collector.
 */
final class ReceiveMemory {
    /** What all nodes of this process share. */
    static final ReceiveMemory OF_PROCESS = new ReceiveMemory();

    private final ArrayDeque<WeakReference<ByteBuffer>> idle = new ArrayDeque<>();

    /** Memory with anything in it. */
    ByteBuffer take(int bytes) {
        ByteBuffer used = takeUsed(bytes);
        return used == null ? ByteBuffer.allocateDirect(bytes) : used;
    }

    private synchronized @Nullable ByteBuffer takeUsed(int bytes) {
        idle.removeIf(one -> one.refersTo(null));
        for (WeakReference<ByteBuffer> one : idle) {
            ByteBuffer buffer = one.get();
            if (buffer != null && buffer.capacity() == bytes) {
                idle.remove(one);
                return buffer;
            }
        }
        return null;
    }

    /** For whoever uses it no more. */
    synchronized void giveBack(ByteBuffer buffer) {
        idle.addFirst(new WeakReference<>(buffer));
    }
}
