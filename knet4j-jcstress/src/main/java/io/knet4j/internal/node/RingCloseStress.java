package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** The ring is closed while messages are added: what was taken is there, and nothing else. */
@JCStressTest
@Outcome(id = "true, true, ab", expect = ACCEPTABLE, desc = "Both before.")
@Outcome(id = "true, false, a", expect = ACCEPTABLE, desc = "One before, one after.")
@Outcome(id = "false, false, ", expect = ACCEPTABLE, desc = "Both after.")
@State
public class RingCloseStress {
    private final MessageRing ring = new MessageRing(1024);

    @Actor
    public void producer(ZZL_Result r) {
        r.r1 = Messages.offer(ring, 'a', 60);
        r.r2 = Messages.claim(ring, 'b', 90);
    }

    @Actor
    public void closer() {
        ring.close();
    }

    @Arbiter
    public void end(ZZL_Result r) {
        r.r3 =
                Messages.offer(ring, 'c', 1)
                        ? "taken after the end"
                        : Messages.drained(ring, new StringBuilder());
    }
}
