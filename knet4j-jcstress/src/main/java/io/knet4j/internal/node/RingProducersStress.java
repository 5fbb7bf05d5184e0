package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** What two producers add at once comes out once, whole. */
@JCStressTest
@Outcome(id = "ab", expect = ACCEPTABLE, desc = "One was first.")
@Outcome(id = "ba", expect = ACCEPTABLE, desc = "The other was first.")
@State
public class RingProducersStress {
    private final MessageRing ring = new MessageRing(1024);
    private final StringBuilder taken = new StringBuilder();

    @Actor
    public void first() {
        Messages.offer(ring, 'a', 60);
    }

    @Actor
    public void second() {
        Messages.claim(ring, 'b', 90);
    }

    @Arbiter
    public void end(L_Result r) {
        r.r1 = Messages.drained(ring, taken);
    }
}
