package io.knet4j.internal.node;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of messages that copies their bytes into one array: any number of producers, one
 * consumer at a time.
 *
 * <p>The consumer looks at messages without taking them ({@link #available}, {@link #offset} and so
 * on by position from the oldest) and makes room with {@link #release}. Nothing is allocated per
 * message.
 */
final class MessageRing {
    private static final int BYTES_PER_SLOT = 256;

    private final ReentrantLock producers = new ReentrantLock();
    private final ByteBuffer data;
    private final int dataMask;
    private final int slotMask;
    private final int[] offsets;
    private final int[] lengths;
    private final int[] tags;
    private final @Nullable Object[] attachments;
    private final long[] ends;
    private long dataTail;
    private volatile long tail;
    private volatile long dataHead;
    private volatile long head;
    private volatile boolean closed;

    /**
     * @param capacity bytes; rounded up to a power of two
     */
    MessageRing(int capacity) {
        int bytes = Integer.highestOneBit(capacity - 1) << 1;
        int slots = bytes / BYTES_PER_SLOT;
        data = ByteBuffer.allocate(bytes);
        dataMask = bytes - 1;
        slotMask = slots - 1;
        offsets = new int[slots];
        lengths = new int[slots];
        tags = new int[slots];
        attachments = new Object[slots];
        ends = new long[slots];
    }

    /** Adds a message. Returns false when there is no room for it, or the ring is closed. */
    boolean offer(int tag, @Nullable Object attachment, ByteBuffer source, int offset, int length) {
        producers.lock();
        try {
            int start = (int) dataTail & dataMask;
            int skipped = start + length > data.capacity() ? data.capacity() - start : 0;
            long end = dataTail + skipped + length;
            long position = tail;
            if (closed || position - head > slotMask || end - dataHead > data.capacity()) {
                return false;
            }
            int place = (int) (end - length) & dataMask;
            data.put(place, source, offset, length);
            int slot = (int) position & slotMask;
            offsets[slot] = place;
            lengths[slot] = length;
            tags[slot] = tag;
            attachments[slot] = attachment;
            ends[slot] = end;
            dataTail = end;
            tail = position + 1;
            return true;
        } finally {
            producers.unlock();
        }
    }

    /** Number of messages that wait. */
    int available() {
        return (int) (tail - head);
    }

    /** Number of messages that were ever added. */
    long added() {
        return tail;
    }

    /** Number of messages that were ever taken out. */
    long taken() {
        return head;
    }

    boolean isEmpty() {
        return tail == head;
    }

    /** What the messages are in. */
    ByteBuffer data() {
        return data;
    }

    int offset(int position) {
        return offsets[slot(position)];
    }

    int length(int position) {
        return lengths[slot(position)];
    }

    int tag(int position) {
        return tags[slot(position)];
    }

    @Nullable Object attachment(int position) {
        return attachments[slot(position)];
    }

    private int slot(int position) {
        return (int) (head + position) & slotMask;
    }

    /** Takes the oldest messages out. */
    void release(int messages) {
        for (int i = 0; i < messages; i++) {
            attachments[slot(i)] = null;
        }
        long oldest = head; // the consumer alone writes it
        dataHead = ends[slot(messages - 1)];
        head = oldest + messages;
    }

    /** Refuses further messages. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
