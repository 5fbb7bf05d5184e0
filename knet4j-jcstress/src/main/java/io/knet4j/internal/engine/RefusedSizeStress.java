package io.knet4j.internal.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A sender tells what was refused while the control loop takes it: the smallest is not lost. */
@JCStressTest
@Outcome(id = "900", expect = ACCEPTABLE, desc = "Before the loop looked, or after.")
@State
public class RefusedSizeStress {
    private final RefusedSize refused = new RefusedSize();
    private int first;

    @Actor
    public void sender() {
        refused.tell(1000);
        refused.tell(900);
    }

    @Actor
    public void loop() {
        first = refused.take();
    }

    @Arbiter
    public void end(I_Result r) {
        r.r1 = Math.min(first, refused.take());
    }
}
