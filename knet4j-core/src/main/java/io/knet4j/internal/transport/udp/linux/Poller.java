package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Waits for sockets and for a wake-up, with epoll and an eventfd. */
final class Poller {
    /** Number of the wake-up among those that tell which socket an event is of. */
    private static final long WAKE_UP = -1;

    private static final long EVENT_BYTES = NativeSupport.packsEvents() ? 12 : 16;
    private static final long EVENT_DATA = EVENT_BYTES - Long.BYTES;

    private final Descriptor epoll;
    private final Descriptor wakeUp;
    private final int mostEvents;
    private final MemorySegment events;
    private final MemorySegment counter = Arena.ofAuto().allocate(JAVA_LONG);
    private final MemorySegment one = Arena.ofAuto().allocate(JAVA_LONG);
    private final MemorySegment capture = Arena.ofAuto().allocate(LibC.CAPTURE);
    private final MemorySegment wakeUpCapture = Arena.ofAuto().allocate(LibC.CAPTURE);
    private final AtomicBoolean woken = new AtomicBoolean();

    /**
     * @param mostEvents how many sockets are told at a time
     */
    Poller(int mostEvents) throws IOException {
        this.mostEvents = mostEvents;
        events = Arena.ofAuto().allocate(EVENT_BYTES * mostEvents, Long.BYTES);
        one.set(JAVA_LONG, 0, 1);
        epoll = new Descriptor(check(LibC.epollCreate(capture)));
        int fd = LibC.eventfd(capture);
        if (fd < 0) {
            epoll.close();
        }
        wakeUp = new Descriptor(check(fd));
        try {
            add(wakeUp, WAKE_UP);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static int check(int result) throws IOException {
        if (result < 0) {
            throw new IOException(Errno.text(-result));
        }
        return result;
    }

    /** Watches a descriptor from now on. */
    void add(Descriptor descriptor, long number) throws IOException {
        control(LibC.EPOLL_CTL_ADD, descriptor, number);
    }

    /** Does not watch a descriptor any more. */
    void remove(Descriptor descriptor) throws IOException {
        control(LibC.EPOLL_CTL_DEL, descriptor, 0);
    }

    private void control(int operation, Descriptor descriptor, long number) throws IOException {
        if (!epoll.acquire()) {
            throw new IOException("the poller is closed");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_BYTES, Long.BYTES);
            event.set(JAVA_INT, 0, LibC.EPOLLIN);
            event.set(JAVA_LONG_UNALIGNED, EVENT_DATA, number);
            check(
                    LibC.epollControl(
                            arena.allocate(LibC.CAPTURE),
                            epoll.fd(),
                            operation,
                            descriptor.fd(),
                            event));
        } finally {
            epoll.release();
        }
    }

    /**
     * Waits until something happens.
     *
     * @param timeout nanoseconds, rounded up to milliseconds; {@link Long#MAX_VALUE} for ever
     * @return how many events there are
     */
    int await(long timeout) throws IOException {
        if (!epoll.acquire()) {
            throw new IOException("the poller is closed");
        }
        try {
            int result =
                    LibC.epollWait(
                            capture, epoll.fd(), events.address(), mostEvents, millis(timeout));
            return result == -Errno.EINTR ? 0 : check(result);
        } finally {
            epoll.release();
        }
    }

    private static int millis(long timeout) {
        if (timeout == Long.MAX_VALUE) {
            return -1;
        }
        if (timeout <= 0) {
            return 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(timeout - 1) + 1);
    }

    /** Number of the descriptor of an event. */
    long number(int event) {
        return events.get(JAVA_LONG_UNALIGNED, EVENT_BYTES * event + EVENT_DATA);
    }

    /** Whether an event is a wake-up, which is over then. */
    boolean isWakeUp(int event) {
        if (number(event) != WAKE_UP) {
            return false;
        }
        if (wakeUp.acquire()) {
            try {
                LibC.read(capture, wakeUp.fd(), counter.address(), Long.BYTES);
            } finally {
                wakeUp.release();
            }
        }
        woken.set(false);
        return true;
    }

    /** Whether the descriptor of an event has an error to tell. */
    boolean hasError(int event) {
        return (events.get(JAVA_INT, EVENT_BYTES * event) & LibC.EPOLLERR) != 0;
    }

    /** Whether the descriptor of an event can be read. */
    boolean isReadable(int event) {
        return (events.get(JAVA_INT, EVENT_BYTES * event) & LibC.EPOLLIN) != 0;
    }

    /** Ends the current or next {@link #await}. May be called by any thread. */
    void wake() {
        if (woken.getAndSet(true) || !wakeUp.acquire()) {
            return;
        }
        try {
            LibC.write(wakeUpCapture, wakeUp.fd(), one.address(), Long.BYTES);
        } finally {
            wakeUp.release();
        }
    }

    void close() {
        epoll.close();
        wakeUp.close();
    }
}
