package io.knet4j.internal.transport.udp.linux;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor that several threads use. The last one out closes it: the kernel gives its
 * number to something else at once, which nobody may hit who still uses it.
 */
final class Descriptor {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int fd;

    /** Number of users; plus {@link #CLOSED} when there may be no further ones. */
    private final AtomicInteger state = new AtomicInteger();

    Descriptor(int fd) {
        this.fd = fd;
    }

    /** Of use between {@link #acquire} and {@link #release} only. */
    int fd() {
        return fd;
    }

    /** Begins to use it, unless this returns false: then it is closed. */
    boolean acquire() {
        int users = state.get();
        while (users >= 0) {
            if (state.compareAndSet(users, users + 1)) {
                return true;
            }
            users = state.get();
        }
        return false;
    }

    /** Ends to use it. */
    void release() {
        if (state.decrementAndGet() == CLOSED) {
            free();
        }
    }

    /** Closes it, at once or when its last user is done. Further calls do nothing. */
    void close() {
        int users = state.getAndUpdate(now -> now >= 0 ? now + CLOSED : now);
        if (users == 0) {
            free();
        }
    }

    private void free() {
        try (Arena arena = Arena.ofConfined()) {
            LibC.close(arena.allocate(LibC.CAPTURE), fd);
        }
    }
}
