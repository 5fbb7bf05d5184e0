package io.knet4j.interop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The thread that reads the messages of one channel from its descriptor, as many per system call as
 * there are.
 */
final class ChannelReader implements AutoCloseable {
    private static final int BATCH = 32;

    private final int channel;
    private final int fd;
    private final CNode.Receiver receiver;
    private final int wakeFd;
    private final Thread thread;
    private volatile boolean closed;

    ChannelReader(int hostId, int channel, int fd, CNode.Receiver receiver) {
        this.channel = channel;
        this.fd = fd;
        this.receiver = receiver;
        this.wakeFd = LibC.eventFd();
        this.thread =
                Thread.ofPlatform()
                        .name("cnode-" + hostId + "-channel-" + channel)
                        .daemon()
                        .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffers = arena.allocate((long) BATCH * LibKnet.MAX_PACKET_SIZE, 64);
            MemorySegment headers =
                    LibC.MMsgHdr.allocate(arena, buffers, BATCH, LibKnet.MAX_PACKET_SIZE);
            MemorySegment pollFds = arena.allocate(LibC.PollFd.LAYOUT, 2);
            while (!closed) {
                LibC.PollFd.set(pollFds, 0, wakeFd, LibC.POLLIN);
                LibC.PollFd.set(pollFds, 1, fd, LibC.POLLIN);
                LibC.poll(pollFds, 2, -1);
                if (LibC.PollFd.happened(pollFds, 1) != 0 && !drain(headers, buffers)) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads until nothing is left; false at the end of the stream. */
    private boolean drain(MemorySegment headers, MemorySegment buffers)
            throws InterruptedException {
        while (!closed) {
            int count = LibC.receiveBatch(fd, headers, BATCH);
            for (int i = 0; i < count; i++) {
                int length = LibC.MMsgHdr.length(headers, i);
                if (length == 0) {
                    return false;
                }
                receiver.receive(
                        channel, buffers.asSlice((long) i * LibKnet.MAX_PACKET_SIZE, length));
            }
            if (count < BATCH) {
                return count != 0;
            }
        }
        return true;
    }

    /** Ends the thread; afterwards the descriptor of the channel is no longer used. */
    @Override
    public void close() {
        closed = true;
        try {
            LibC.signal(wakeFd);
            thread.interrupt(); // it may wait for room in the queue of messages
            CNode.joinUninterruptibly(thread);
        } finally {
            LibC.close(wakeFd);
        }
    }
}
