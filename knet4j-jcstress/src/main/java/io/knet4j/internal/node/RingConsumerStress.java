package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** What a producer adds comes out once, whole and in order, while the consumer takes. */
@JCStressTest
@Outcome(id = "abc", expect = ACCEPTABLE, desc = "All of it.")
@State
public class RingConsumerStress {
    private final MessageRing ring = new MessageRing(1024);
    private final StringBuilder taken = new StringBuilder();

    @Actor
    public void producer() {
        Messages.offer(ring, 'a', 60);
        Messages.claim(ring, 'b', 90);
        Messages.offer(ring, 'c', 30);
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
