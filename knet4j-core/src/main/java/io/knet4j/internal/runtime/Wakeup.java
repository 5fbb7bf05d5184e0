package io.knet4j.internal.runtime;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets one thread sleep until another wakes it. A wake-up that comes first is not lost, and costs a
 * fence and a look while the thread is awake.
 */
final class Wakeup {
    private static final int AWAKE = 0;
    private static final int NOTIFIED = 1;
    private static final int ASLEEP = 2;

    private final AtomicInteger state = new AtomicInteger(AWAKE);

    /**
     * Returns when {@link #wake} was called since the last return. To be called by the one thread
     * only.
     *
     * @param spinNanos how long to look for a wake-up before the thread sleeps; {@link
     *     Long#MAX_VALUE} looks for ever
     */
    void sleep(long spinNanos) {
        if (!spin(spinNanos) && state.compareAndSet(AWAKE, ASLEEP)) {
            while (state.get() == ASLEEP) {
                LockSupport.park(this);
                boolean _ = Thread.interrupted(); // it would keep the thread from sleeping
            }
        }
        state.set(AWAKE);
        VarHandle.fullFence(); // before the thread looks for what there is to do
    }

    private boolean spin(long nanos) {
        if (nanos > 0) {
            long start = System.nanoTime();
            do {
                if (state.get() == NOTIFIED) {
                    return true;
                }
                Thread.onSpinWait();
            } while (System.nanoTime() - start < nanos);
        }
        return false;
    }

    /** Whether the thread sleeps, and nobody wakes it yet. */
    boolean isAsleep() {
        return state.get() == ASLEEP;
    }

    /** To be called after what the thread is to see was written, in any way. */
    void wake(Thread sleeper) {
        VarHandle.fullFence(); // either the thread sees what was written, or we see that it sleeps
        if (state.get() == NOTIFIED) {
            return;
        }
        if (state.getAndSet(NOTIFIED) == ASLEEP) {
            LockSupport.unpark(sleeper);
        }
    }
}
