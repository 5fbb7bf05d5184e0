package io.knet4j.internal.node;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/**
 * The consumer drains the ring, which has it begin again, while a producer adds what there is room
 * for all the time.
 */
@JCStressTest
@Outcome(id = "true, true, xab", expect = ACCEPTABLE, desc = "All of it came.")
@State
public class RingStartsOverStress {
    private final MessageRing ring = new MessageRing(ByteBuffer.allocate(4096), 2048);
    private final StringBuilder taken = new StringBuilder();

    public RingStartsOverStress() {
        Messages.offer(ring, 'x', 2100);
    }

    @Actor
    public void producer(ZZL_Result r) {
        r.r1 = Messages.offer(ring, 'a', 900);
        r.r2 = Messages.offer(ring, 'b', 900);
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
