package io.knet4j.internal.runtime;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** Work that was added before a thread is woken is seen, whether the thread sleeps or not. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "The thread woke up.")
@Outcome(id = "STALE", expect = FORBIDDEN, desc = "The wake-up was lost.")
@State
public class WakeupStress {
    private final Wakeup wakeup = new Wakeup();
    private volatile Thread sleeper = Thread.currentThread();
    private boolean work;

    @Actor
    public void sleeps() {
        sleeper = Thread.currentThread();
        while (!work) {
            wakeup.sleep(0);
        }
    }

    @Signal
    public void wakes() {
        work = true;
        wakeup.wake(sleeper);
    }
}
