package io.knet4j.internal.transport;

import io.knet4j.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams to send, in order: slices of one buffer, each with its way. Several may share bytes.
 * Writers reserve room with {@link #reserve}, write the packet, {@link #commit} its length and
 * {@link #add} it once for every way it takes.
 *
 * <p>A datagram may have a tail: its last bytes are in another buffer, from where the transport
 * takes them. They stay as they are until the datagram is forgotten.
 */
public final class OutgoingBatch {
    private final ByteBuffer memory;
    private final @Nullable Path[] paths;
    private final int[] offsets;
    private final int[] lengths;
    private final @Nullable ByteBuffer[] tails;
    private final int[] tailOffsets;
    private final int[] tailLengths;
    private final @Nullable Reason[] failures;
    private final boolean[] pending;
    private final @Nullable Object[] owners;
    private int pendingCount;
    private int size;
    private int used;
    private boolean hasTails;
    private @Nullable Object attachment;

    /**
     * @param memory room for the packets
     * @param capacity number of datagrams
     */
    public OutgoingBatch(ByteBuffer memory, int capacity) {
        this.memory = memory;
        paths = new Path[capacity];
        offsets = new int[capacity];
        lengths = new int[capacity];
        tails = new ByteBuffer[capacity];
        tailOffsets = new int[capacity];
        tailLengths = new int[capacity];
        failures = new Reason[capacity];
        pending = new boolean[capacity];
        owners = new Object[capacity];
    }

    public ByteBuffer memory() {
        return memory;
    }

    /** What the transport keeps with the batch, null when it has not kept anything yet. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Called by the transport: keeps something with the batch, such as memory that it needs to send
     * it. Whoever sends a batch has it alone, and so what is kept with it.
     */
    public void attach(Object kept) {
        attachment = kept;
    }

    /** Number of datagrams that fit in. */
    public int capacity() {
        return lengths.length;
    }

    /** Number of datagrams. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Whether this many more bytes and datagrams fit in. */
    public boolean hasRoom(int bytes, int datagrams) {
        return memory.capacity() - used >= bytes && paths.length - size >= datagrams;
    }

    /** Offset of the free room. The caller has asked {@link #hasRoom}. */
    public int reserve() {
        return used;
    }

    /** Takes bytes from the free room. */
    public void commit(int bytes) {
        used += bytes;
    }

    /**
     * Adds a datagram.
     *
     * @param owner whom its outcome concerns
     */
    public void add(Path path, int offset, int length, Object owner) {
        paths[size] = path;
        offsets[size] = offset;
        lengths[size] = length;
        tailLengths[size] = 0;
        failures[size] = null;
        pending[size] = true;
        pendingCount++;
        owners[size] = owner;
        size++;
    }

    /**
     * Adds a datagram with a tail.
     *
     * @param offset where it begins in this batch's memory
     * @param headLength how much of it is there, at least one byte
     * @param tail what the rest is in, at least one byte. Memory like that of the batch, so that
     *     the transport can do with it what it can do with the batch's
     * @param owner whom its outcome concerns
     */
    public void add(
            Path path,
            int offset,
            int headLength,
            ByteBuffer tail,
            int tailOffset,
            int tailLength,
            Object owner) {
        tails[size] = tail;
        tailOffsets[size] = tailOffset;
        int index = size;
        add(path, offset, headLength + tailLength, owner);
        tailLengths[index] = tailLength;
        hasTails = true;
    }

    /** Makes the batch empty. */
    public void clear() {
        clearDatagrams();
        used = 0;
    }

    /** Forgets the datagrams, but keeps the bytes that were committed. */
    public void clearDatagrams() {
        Arrays.fill(paths, 0, size, null);
        Arrays.fill(owners, 0, size, null);
        if (hasTails) {
            Arrays.fill(tails, 0, size, null);
            hasTails = false;
        }
        size = 0;
        pendingCount = 0;
    }

    public Path path(int index) {
        Path path = paths[index];
        if (path == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return path;
    }

    public int offset(int index) {
        return offsets[index];
    }

    /** Length of the whole datagram. */
    public int length(int index) {
        return lengths[index];
    }

    /** How much of the datagram is in {@link #memory()}. */
    public int headLength(int index) {
        return lengths[index] - tailLengths[index];
    }

    /** How much of the datagram is in {@link #tail}; 0 when it has none. */
    public int tailLength(int index) {
        return tailLengths[index];
    }

    /** What the tail of the datagram is in. */
    public ByteBuffer tail(int index) {
        ByteBuffer tail = tails[index];
        if (tail == null) {
            throw new IllegalStateException("datagram " + index + " has no tail");
        }
        return tail;
    }

    public int tailOffset(int index) {
        return tailOffsets[index];
    }

    /** Copies the whole datagram to this place. */
    public void copy(int index, ByteBuffer target, int at) {
        int head = headLength(index);
        target.put(at, memory, offsets[index], head);
        if (tailLengths[index] > 0) {
            target.put(at + head, tail(index), tailOffsets[index], tailLengths[index]);
        }
    }

    public Object owner(int index) {
        Object owner = owners[index];
        if (owner == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return owner;
    }

    /** Why the datagram was not sent, null when it was. */
    public @Nullable Reason failure(int index) {
        return failures[index];
    }

    /** Whether the datagram still waits to be sent. */
    public boolean isPending(int index) {
        return pending[index];
    }

    /** Number of datagrams that still wait to be sent. */
    public int pendingCount() {
        return pendingCount;
    }

    /** Called by the transport: the datagram was sent. */
    public void sent(int index) {
        settle(index);
    }

    /** Called by the transport: the datagram cannot be sent. */
    public void fail(int index, Reason reason) {
        settle(index);
        failures[index] = reason;
    }

    /** Gives up everything that still waits. */
    public void failPending(Reason reason) {
        for (int i = 0; i < size && pendingCount > 0; i++) {
            if (pending[i]) {
                fail(i, reason);
            }
        }
    }

    private void settle(int index) {
        pending[index] = false;
        pendingCount--;
    }
}
