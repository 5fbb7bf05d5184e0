package io.knet4j.internal.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Received datagrams, in order: slices of one buffer, each with the socket it came to and the
 * address it came from.
 */
public final class IncomingBatch {
    private final ByteBuffer memory;
    private final Transport.@Nullable Socket[] sockets;
    private final @Nullable InetSocketAddress[] sources;
    private final int[] offsets;
    private final int[] lengths;
    private int size;
    private int used;
    private boolean more;

    /**
     * @param memory room for the datagrams
     * @param capacity number of datagrams
     */
    public IncomingBatch(ByteBuffer memory, int capacity) {
        this.memory = memory;
        sockets = new Transport.Socket[capacity];
        sources = new InetSocketAddress[capacity];
        offsets = new int[capacity];
        lengths = new int[capacity];
    }

    public ByteBuffer memory() {
        return memory;
    }

    public int size() {
        return size;
    }

    /** Number of datagrams that fit in. */
    public int capacity() {
        return lengths.length;
    }

    /** Offset of the free room. */
    public int used() {
        return used;
    }

    /** Whether one more datagram of the largest size fits in. */
    public boolean hasRoom(int maxDatagram) {
        return size < lengths.length && memory.capacity() - used >= maxDatagram;
    }

    /** Adds a datagram that was written to {@link #used()}. */
    public void add(Transport.Socket socket, InetSocketAddress source, int length) {
        add(socket, source, used, length);
    }

    /**
     * Adds a datagram that was written somewhere in the free room. What is before it is not free
     * any more.
     */
    public void add(Transport.Socket socket, InetSocketAddress source, int offset, int length) {
        sockets[size] = socket;
        sources[size] = source;
        offsets[size] = offset;
        lengths[size] = length;
        size++;
        used = offset + length;
    }

    /** Not all was read that may be there. */
    public void leftMore() {
        more = true;
    }

    /** Whether there may be more where the datagrams come from. */
    public boolean hasMore() {
        return more;
    }

    public void clear() {
        more = false;
        Arrays.fill(sockets, 0, size, null);
        Arrays.fill(sources, 0, size, null);
        size = 0;
        used = 0;
    }

    public Transport.Socket socket(int index) {
        Transport.Socket socket = sockets[index];
        if (socket == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return socket;
    }

    public InetSocketAddress source(int index) {
        InetSocketAddress source = sources[index];
        if (source == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return source;
    }

    public int offset(int index) {
        return offsets[index];
    }

    public int length(int index) {
        return lengths[index];
    }

    /** Narrows a datagram to the packet in it; length 0 when it is dealt with. */
    public void narrow(int index, int offset, int length) {
        offsets[index] = offset;
        lengths[index] = length;
    }
}
