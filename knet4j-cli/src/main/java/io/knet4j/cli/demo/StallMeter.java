package io.knet4j.cli.demo;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures for how long the machine lets this process wait: a thread that asks to sleep for a short
 * time notes how much later it was woken.
 */
final class StallMeter implements AutoCloseable {

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(2);

    private final AtomicLong longest = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    StallMeter() {
        thread = Thread.ofPlatform().name("stall-meter").daemon().start(this::run);
    }

    private void run() {
        while (!closed) {
            long before = System.nanoTime();
            LockSupport.parkNanos(STEP);
            long late = System.nanoTime() - before - STEP;
            longest.accumulateAndGet(late, Math::max);
        }
    }

    /** The longest delay since the last call, in microseconds. */
    long takeMicros() {
        return TimeUnit.NANOSECONDS.toMicros(longest.getAndSet(0));
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
