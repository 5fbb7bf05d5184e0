package io.knet4j.internal.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets one thread sleep until another wakes it. A wake-up that comes first is not lost, and costs
 * little while the thread is awake.
 */
final class Wakeup {
    private static final int AWAKE = 0;
    private static final int NOTIFIED = 1;
    private static final int ASLEEP = 2;

    private final AtomicInteger state = new AtomicInteger(AWAKE);

    /**
     * Returns when {@link #wake} was called since the last return. To be called by the one thread
     * only.
     */
    void sleep() {
        if (state.compareAndSet(AWAKE, ASLEEP)) {
            while (state.get() == ASLEEP) {
                LockSupport.park(this);
            }
        }
        state.set(AWAKE);
    }

    void wake(Thread sleeper) {
        if (state.get() == NOTIFIED) {
            return;
        }
        if (state.getAndSet(NOTIFIED) == ASLEEP) {
            LockSupport.unpark(sleeper);
        }
    }
}
