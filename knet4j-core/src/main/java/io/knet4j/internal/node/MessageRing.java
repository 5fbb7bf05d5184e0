package io.knet4j.internal.node;

import io.knet4j.internal.onwire.ReassembledMessage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of messages that copies their bytes into one buffer: any number of producers, one
 * consumer at a time.
 *
 * <p>A producer first claims a slot and room for the bytes, by one compare-and-set of the number of
 * messages and the number of bytes that were ever claimed; then it copies, and then marks the slot
 * as ready. So producers copy at the same time, and none waits for another. The consumer stops at a
 * slot that is claimed and not ready yet, so messages come out in the order of their claims.
 *
 * <p>The consumer looks at messages without taking them ({@link #available}, {@link #offset} and so
 * on by position from the oldest) and makes room with {@link #release}. Nothing is allocated per
 * message.
 */
final class MessageRing {
    private static final int BYTES_PER_SLOT = 256;
    private static final int NO_SLOT = -1;

    /**
     * Bytes from the beginning of the ring that are used again and again while it is drained. More
     * than the longest message has.
     */
    private static final int STARTS_OVER = 1 << 19;

    private static final VarHandle POSITIONS =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();
    private static final VarHandle ENTRIES =
            MethodHandles.arrayElementVarHandle(int[].class).withInvokeExactBehavior();

    // Where positions are in their array: far apart, so that producers and consumer do not take
    // each other's cache lines.
    private static final int TAIL = 16;
    private static final int HEAD = 32;
    private static final int KNOWN_HEAD = 48;
    private static final int POSITION_WORDS = 64;

    // What the entry of a slot consists of.
    private static final int STATE = 0;
    private static final int END = 1;
    private static final int LENGTH = 2;
    private static final int TAG = 3;
    private static final int ENTRY_SHIFT = 2;

    // States; a slot is free until its message is there.
    private static final int FREE = 0;
    private static final int READY = 1;
    private static final int ABORTED = 2;

    private final ByteBuffer data;
    private final int startsOver;
    private final int dataMask;
    private final int slotMask;
    private final int[] entries;
    private final @Nullable Object[] attachments;

    /**
     * Messages (upper half) and bytes (lower half), both modulo 2^32: what was claimed, what was
     * released, and what producers last saw of the latter.
     */
    private final long[] positions = new long[POSITION_WORDS];

    private volatile boolean closed;

    /**
     * A ring in the heap.
     *
     * @param capacity bytes; rounded up by {@link #roundUp}
     */
    MessageRing(int capacity) {
        this(ByteBuffer.allocate(roundUp(capacity)));
    }

    /**
     * @param data what the messages are to be in; of a length by {@link #roundUp}
     */
    MessageRing(ByteBuffer data) {
        this(data, STARTS_OVER);
    }

    /**
     * @param startsOver how many bytes are used before the ring begins at its beginning again, once
     *     it is drained; no message may be longer
     */
    MessageRing(ByteBuffer data, int startsOver) {
        int bytes = data.capacity();
        int slots = bytes / BYTES_PER_SLOT;
        this.data = data;
        this.startsOver = startsOver;
        dataMask = bytes - 1;
        slotMask = slots - 1;
        entries = new int[slots << ENTRY_SHIFT];
        attachments = new Object[slots];
    }

    /** The next power of two. */
    static int roundUp(int capacity) {
        return Integer.highestOneBit(capacity - 1) << 1;
    }

    private static long position(int messages, int bytes) {
        return (long) messages << Integer.SIZE | Integer.toUnsignedLong(bytes);
    }

    private static int messages(long position) {
        return (int) (position >>> Integer.SIZE);
    }

    private static int bytes(long position) {
        return (int) position;
    }

    // ---- producers

    /** Adds a message. Returns false when there is no room for it, or the ring is closed. */
    boolean offer(int tag, @Nullable Object attachment, ByteBuffer source, int offset, int length) {
        int slot = claim(tag, attachment, length);
        if (slot == NO_SLOT) {
            return false;
        }
        int state = ABORTED; // in case that somebody changed the source meanwhile
        try {
            data.put(offsetInSlot(slot), source, offset, length);
            state = READY;
        } finally {
            settle(slot, state);
        }
        return true;
    }

    /** The same for a message that was put together from fragments. */
    boolean offer(int tag, ReassembledMessage message) {
        int slot = claim(tag, null, message.length());
        if (slot == NO_SLOT) {
            return false;
        }
        int state = ABORTED;
        try {
            message.copyTo(data, offsetInSlot(slot));
            state = READY;
        } finally {
            settle(slot, state);
        }
        return true;
    }

    /**
     * Takes a slot and room for a message that comes later: {@link #commit} or {@link #abort} must
     * follow. Until then, messages behind it wait.
     *
     * @return the slot; negative when there is no room, or the ring is closed
     */
    int claim(int tag, @Nullable Object attachment, int length) {
        while (true) {
            long tail = (long) POSITIONS.getAcquire(positions, TAIL);
            int start = bytes(tail) & dataMask;
            int skipped = start + length > data.capacity() ? data.capacity() - start : 0;
            int end = bytes(tail) + skipped + length;
            if (closed) {
                return NO_SLOT;
            }
            if (!hasRoom(tail, end)) {
                if ((long) POSITIONS.getVolatile(positions, TAIL) == tail) {
                    return NO_SLOT;
                }
                continue; // looked at in vain: others went on meanwhile
            }
            int message = messages(tail);
            if (POSITIONS.compareAndSet(positions, TAIL, tail, position(message + 1, end))) {
                int slot = message & slotMask;
                int entry = slot << ENTRY_SHIFT;
                entries[entry + END] = end;
                entries[entry + LENGTH] = length;
                entries[entry + TAG] = tag;
                if (attachment != null) {
                    attachments[slot] = attachment;
                }
                return slot;
            }
        }
    }

    /**
     * What the consumer released is read again only when the ring seems to be full. What is known
     * of it never goes back, however long a producer was held up meanwhile.
     */
    private boolean hasRoom(long tail, int end) {
        while (true) {
            long known = (long) POSITIONS.getAcquire(positions, KNOWN_HEAD);
            if (fits(tail, end, known)) {
                return true;
            }
            long head = (long) POSITIONS.getVolatile(positions, HEAD);
            if (POSITIONS.compareAndSet(positions, KNOWN_HEAD, known, head)) {
                return fits(tail, end, head);
            }
        }
    }

    private boolean fits(long tail, int end, long head) {
        return messages(tail) - messages(head) <= slotMask && end - bytes(head) <= data.capacity();
    }

    /** Whether a message of this length fits in at the moment. */
    boolean hasRoom(int length) {
        long tail = (long) POSITIONS.getAcquire(positions, TAIL);
        int start = bytes(tail) & dataMask;
        int skipped = start + length > data.capacity() ? data.capacity() - start : 0;
        return hasRoom(tail, bytes(tail) + skipped + length);
    }

    /** The room of a claimed slot. */
    ByteBuffer room(int slot) {
        return data.slice(offsetInSlot(slot), entries[(slot << ENTRY_SHIFT) + LENGTH]);
    }

    /** The message of a claimed slot is there. */
    void commit(int slot) {
        settle(slot, READY);
    }

    /** There will be no message in a claimed slot. */
    void abort(int slot) {
        settle(slot, ABORTED);
    }

    private void settle(int slot, int state) {
        ENTRIES.setRelease(entries, slot << ENTRY_SHIFT, state);
    }

    /** Number of messages that were ever claimed, modulo 2^32. */
    int added() {
        return messages((long) POSITIONS.getAcquire(positions, TAIL));
    }

    /** Number of messages that were ever taken out, modulo 2^32. */
    int taken() {
        return messages((long) POSITIONS.getVolatile(positions, HEAD));
    }

    /**
     * Whether there is a message that can be taken. May be called by any thread, for whom it is a
     * hint.
     */
    boolean hasMessage() {
        return state(0) != FREE;
    }

    /**
     * Whether no message is there, nor claimed: for a producer, none of its own; of those of others
     * a hint.
     */
    boolean isEmpty() {
        return added() == taken();
    }

    /** Refuses further messages. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    // ---- the consumer

    /**
     * Number of messages that wait and can be taken, up to a limit. Only to be called by the
     * consumer.
     */
    int available(int limit) {
        int most = Math.min(limit, slotMask + 1);
        int count = 0;
        while (count < most && isReady(count)) {
            count++;
        }
        return count;
    }

    /** Whether there is a message at this position from the oldest, and it is there. */
    boolean isReady(int position) {
        return position <= slotMask && state(position) == READY;
    }

    /** Makes room of what was claimed and given up in front of all messages. Returns how many. */
    int releaseAborted() {
        int count = 0;
        while (count <= slotMask && state(count) == ABORTED) {
            count++;
        }
        if (count > 0) {
            release(count);
        }
        return count;
    }

    private int state(int position) {
        return (int) ENTRIES.getAcquire(entries, entry(position) + STATE);
    }

    /** What the messages are in. */
    ByteBuffer data() {
        return data;
    }

    int offset(int position) {
        return offsetInSlot(slot(position));
    }

    int length(int position) {
        return entries[entry(position) + LENGTH];
    }

    int tag(int position) {
        return entries[entry(position) + TAG];
    }

    @Nullable Object attachment(int position) {
        return attachments[slot(position)];
    }

    private int offsetInSlot(int slot) {
        int entry = slot << ENTRY_SHIFT;
        return (entries[entry + END] - entries[entry + LENGTH]) & dataMask;
    }

    private int slot(int position) {
        return (messages((long) POSITIONS.getAcquire(positions, HEAD)) + position) & slotMask;
    }

    private int entry(int position) {
        return slot(position) << ENTRY_SHIFT;
    }

    /**
     * Takes the oldest messages out, at least one. Whoever waits for room sees it after the next
     * full fence of the consumer.
     */
    void release(int count) {
        int oldest = messages((long) POSITIONS.getAcquire(positions, HEAD));
        for (int i = 0; i < count; i++) {
            int slot = (oldest + i) & slotMask;
            entries[(slot << ENTRY_SHIFT) + STATE] = FREE;
            if (attachments[slot] != null) {
                attachments[slot] = null;
            }
        }
        int last = (oldest + count - 1) & slotMask;
        long head = position(oldest + count, entries[(last << ENTRY_SHIFT) + END]);
        POSITIONS.setRelease(positions, HEAD, head);
        startOver(head);
    }

    /**
     * Has an empty ring begin at its beginning again, whose memory is likely to be in the
     * processor's cache. Until producers see that the bytes to the end of the ring were released,
     * they count them as used; there is room for a message nevertheless.
     */
    private void startOver(long head) {
        int next = (messages(head) & slotMask) << ENTRY_SHIFT;
        if ((bytes(head) & dataMask) < startsOver
                || (int) ENTRIES.getAcquire(entries, next + STATE) != FREE) {
            return;
        }
        long start = position(messages(head), (bytes(head) | dataMask) + 1);
        if (POSITIONS.compareAndSet(positions, TAIL, head, start)) {
            POSITIONS.setRelease(positions, HEAD, start);
        }
    }
}
