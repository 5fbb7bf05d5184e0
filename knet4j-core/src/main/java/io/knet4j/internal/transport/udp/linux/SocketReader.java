package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.knet4j.Reason;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.SocketTransport.Listener;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads sockets, several messages at a time, of which each may hold several datagrams. */
final class SocketReader {
    /** How many messages are read at a time at most. */
    static final int MESSAGES = 8;

    /**
     * Room for a message; more than the largest one, so that messages do not compete for the same
     * places in the processor's caches.
     */
    private static final int SLOT = 65_536 + 5 * 64;

    /** The kernel puts no more datagrams into one. */
    private static final int MAX_SEGMENTS = 128;

    /**
     * What the network reports about something sent comes once, in place of what waits, and other
     * threads may send at the same time to where nobody is.
     */
    private static final int TRIES = 10;

    private final boolean coalesced;
    private final Listener listener;
    private final AddressCache addresses;
    private final MessageHeaders headers =
            new MessageHeaders(MESSAGES, MESSAGES, MessageHeaders.NUMBER_CONTROL);
    private final MemorySegment capture = Arena.ofAuto().allocate(LibC.CAPTURE);
    private @Nullable IncomingBatch last;
    private long batchAddress;
    private int bytes;

    /**
     * @param coalesced whether the kernel may put several datagrams into one
     */
    SocketReader(boolean coalesced, AddressCache addresses, Listener listener) {
        this.coalesced = coalesced;
        this.addresses = addresses;
        this.listener = listener;
        for (int i = 0; i < MESSAGES; i++) {
            headers.setVectors(i, i, 1);
        }
    }

    /** How many messages fit into the batch for sure. */
    int room(IncomingBatch batch) {
        int datagrams = batch.capacity() - batch.size();
        return Math.min(
                (batch.memory().capacity() - batch.used()) / SLOT,
                coalesced ? datagrams / MAX_SEGMENTS : datagrams);
    }

    /**
     * Reads one socket, once.
     *
     * @param most how many messages, for which there is {@link #room}
     * @return how many there were, or the negative errno
     */
    int read(LinuxSocket socket, IncomingBatch batch, int most) {
        int start = batch.used();
        long base = address(batch) + start;
        for (int i = 0; i < most; i++) {
            headers.setVector(i, base + (long) i * SLOT, SLOT);
            headers.setRoom(i);
        }
        int fd = socket.descriptor().fd();
        int result = receive(fd, batch, most);
        for (int i = 1; i < TRIES && result < 0 && result != -Errno.EAGAIN; i++) {
            result = receive(fd, batch, most);
        }
        bytes = 0;
        for (int i = 0; i < result; i++) {
            bytes += headers.length(i);
            take(socket, batch, i, start + i * SLOT);
        }
        return result == -Errno.EAGAIN ? 0 : result;
    }

    /** How much came with the last read. */
    int bytes() {
        return bytes;
    }

    private int receive(int fd, IncomingBatch batch, int most) {
        try {
            return LibC.recvmmsg(capture, fd, headers.address(0), most);
        } finally {
            Reference.reachabilityFence(batch);
        }
    }

    private long address(IncomingBatch batch) {
        if (batch != last) {
            ByteBuffer memory = batch.memory();
            if (!memory.isDirect()) {
                throw new IllegalArgumentException("the memory of the batch is not direct");
            }
            batchAddress = MemorySegment.ofBuffer(memory.duplicate().clear()).address();
            last = batch;
        }
        return batchAddress;
    }

    /** Adds the datagrams in a message to the batch. */
    private void take(LinuxSocket socket, IncomingBatch batch, int message, int offset) {
        InetSocketAddress source = addresses.get(headers.memory(), headers.name(message));
        if ((headers.flags(message) & (LibC.MSG_TRUNC | LibC.MSG_CTRUNC)) != 0) {
            drop(socket, source);
            return;
        }
        int length = headers.length(message);
        int segment = segment(message);
        if (segment <= 0 || segment >= length) {
            batch.add(socket, source, offset, length);
            return;
        }
        int end = offset + length;
        for (int at = offset; at < end; at += segment) {
            if (batch.size() == batch.capacity()) {
                drop(socket, source);
                return;
            }
            batch.add(socket, source, at, Math.min(segment, end - at));
        }
    }

    private int segment(int message) {
        if (!coalesced) {
            return 0;
        }
        long data = headers.control(message, LibC.SOL_UDP, LibC.UDP_GRO);
        return data == MessageHeaders.NONE ? 0 : headers.memory().get(JAVA_INT, data);
    }

    private void drop(LinuxSocket socket, InetSocketAddress source) {
        listener.socketFailed(
                socket,
                Reason.DATAGRAM_TOO_LARGE,
                "a datagram from "
                        + Addresses.text(source)
                        + " was dropped, since not all of it fits in");
    }
}
