package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Claims that are aborted around a message leave nothing, while the consumer takes. */
@JCStressTest
@Outcome(id = "b", expect = ACCEPTABLE, desc = "The message alone.")
@State
public class RingAbortConsumerStress {
    private final MessageRing ring = new MessageRing(1024);
    private final StringBuilder taken = new StringBuilder();

    @Actor
    public void producer() {
        int before = ring.claim('a', "attached", 300);
        Messages.offer(ring, 'b', 90);
        int behind = ring.claim('c', null, 200);
        ring.abort(behind);
        ring.abort(before);
    }

    @Actor
    public void consumer() {
        Messages.take(ring, taken);
    }

    @Arbiter
    public void end(L_Result r) {
        r.r1 = Messages.drained(ring, taken);
    }
}
