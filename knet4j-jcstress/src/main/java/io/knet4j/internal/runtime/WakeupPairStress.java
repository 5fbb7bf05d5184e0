package io.knet4j.internal.runtime;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A thread is woken for two pieces of work, one soon after the other, and sees both. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both were seen.")
@State
public class WakeupPairStress {
    private final Wakeup wakeup = new Wakeup();
    private volatile @Nullable Thread sleeper;
    private int first;
    private int second;

    @Actor
    public void sleeps(II_Result r) {
        sleeper = Thread.currentThread();
        while (first == 0 || second == 0) {
            wakeup.sleep(0);
        }
        r.r1 = first;
        r.r2 = second;
    }

    @Actor
    public void wakes() {
        first = 1;
        wakeup.wake(sleeper());
        second = 1;
        wakeup.wake(sleeper());
    }

    private Thread sleeper() {
        Thread thread = sleeper;
        while (thread == null) {
            LockSupport.parkNanos(1);
            thread = sleeper;
        }
        return thread;
    }
}
