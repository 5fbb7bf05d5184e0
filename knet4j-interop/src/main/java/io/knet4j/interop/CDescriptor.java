package io.knet4j.interop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A channel of a {@link CNode} whose descriptor the caller reads and writes himself, for
 * measurements: no lock, no thread and no object stands between his loop and the library.
 *
 * <p>One thread may send while another receives. Both must have stopped when the node is closed,
 * which closes the descriptor.
 */
public final class CDescriptor {
    /** Most messages that one {@link #receive} takes. */
    public static final int BATCH = 64;

    private final MemorySegment knet;
    private final int channel;
    private final int fd;
    private final MemorySegment buffers;
    private final MemorySegment headers;
    private final MemorySegment readable;
    private final MemorySegment writable;

    CDescriptor(MemorySegment knet, int channel, int fd, Arena arena) {
        this.knet = knet;
        this.channel = channel;
        this.fd = fd;
        buffers = arena.allocate((long) BATCH * LibKnet.MAX_PACKET_SIZE, 64);
        headers = LibC.MMsgHdr.allocate(arena, buffers, BATCH, LibKnet.MAX_PACKET_SIZE);
        readable = arena.allocate(LibC.PollFd.LAYOUT);
        writable = arena.allocate(LibC.PollFd.LAYOUT);
        LibC.PollFd.set(readable, 0, fd, LibC.POLLIN);
        LibC.PollFd.set(writable, 0, fd, LibC.POLLOUT);
    }

    /**
     * Sends a message ({@code knet_send}); while the descriptor is full, waits ({@code poll}).
     *
     * @param message native memory
     * @param length how many bytes of it, 1 to 65536
     */
    public void send(MemorySegment message, long length) {
        while (LibKnet.send(knet, message, length, channel) < 0) {
            LibC.poll(writable, 1, -1);
        }
    }

    /**
     * Waits for messages ({@code poll}) and takes those that are there ({@code recvmmsg}).
     *
     * @param timeoutMillis longest wait
     * @return how many, 0 after the timeout
     */
    public int receive(int timeoutMillis) {
        return LibC.poll(readable, 1, timeoutMillis) == 0
                ? 0
                : Math.max(0, LibC.receiveBatch(fd, headers, BATCH));
    }

    /**
     * {@return the bytes of a message that the last {@link #receive} took}
     *
     * @param index 0 to what it returned - 1
     */
    public int length(int index) {
        return LibC.MMsgHdr.length(headers, index);
    }

    /**
     * {@return a message that the last {@link #receive} took, until the next one}
     *
     * @param index 0 to what it returned - 1
     */
    public MemorySegment message(int index) {
        return buffers.asSlice((long) index * LibKnet.MAX_PACKET_SIZE, length(index));
    }
}
