package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** A producer at a full ring, over whose end messages go, while the consumer makes room. */
@JCStressTest
@Outcome(id = "true, true, xyzab", expect = ACCEPTABLE, desc = "Room for both.")
@Outcome(id = "false, true, xyzb", expect = ACCEPTABLE, desc = "Room too late for the first.")
@Outcome(id = "false, false, xyz", expect = ACCEPTABLE, desc = "Room too late for both.")
@State
public class RingFullStress {
    private final MessageRing ring = new MessageRing(1024);
    private final StringBuilder taken = new StringBuilder();

    public RingFullStress() {
        Messages.offer(ring, '-', 200);
        Messages.take(ring, new StringBuilder()); // so that the bytes do not begin at the beginning
        Messages.offer(ring, 'x', 300);
        Messages.offer(ring, 'y', 400);
        Messages.offer(ring, 'z', 100);
    }

    @Actor
    public void producer(ZZL_Result r) {
        r.r1 = Messages.offer(ring, 'a', 250);
        r.r2 = Messages.offer(ring, 'b', 350);
    }

    @Actor
    public void consumer() {
        Messages.take(ring, taken);
    }

    @Arbiter
    public void end(ZZL_Result r) {
        r.r3 = Messages.drained(ring, taken);
    }
}
