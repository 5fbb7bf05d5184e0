package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A claim that is aborted, before or behind the message of another producer, leaves nothing. */
@JCStressTest
@Outcome(id = "b", expect = ACCEPTABLE, desc = "The message alone.")
@State
public class RingAbortStress {
    private final MessageRing ring = new MessageRing(1024);
    private final StringBuilder taken = new StringBuilder();

    @Actor
    public void aborts() {
        ring.abort(ring.claim('a', "attached", 300));
    }

    @Actor
    public void sends() {
        Messages.offer(ring, 'b', 90);
    }

    @Arbiter
    public void end(L_Result r) {
        r.r1 = Messages.drained(ring, taken);
    }
}
