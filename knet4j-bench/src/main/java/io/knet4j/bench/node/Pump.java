package io.knet4j.bench.node;

import io.knet4j.bench.node.BenchNode.Outbox;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends for a while: as fast as the library takes messages, or at a pace. */
final class Pump {
    private static final int STRIDE = 16;
    private static final long SHORTEST_SLEEP = TimeUnit.MICROSECONDS.toNanos(60);

    private Pump() {}

    /**
     * Sends.
     *
     * @param duration how long, in nanoseconds
     * @param rate messages per second; 0 for as many as go
     * @return how many were sent
     */
    static int run(Outbox outbox, long duration, long rate) {
        return rate == 0 ? unpaced(outbox, duration) : paced(outbox, duration, rate);
    }

    private static int unpaced(Outbox outbox, long duration) {
        long start = System.nanoTime();
        int sent = 0;
        do {
            for (int i = 0; i < STRIDE; i++) {
                outbox.send(sent++);
            }
        } while (System.nanoTime() - start < duration);
        return sent;
    }

    private static int paced(Outbox outbox, long duration, long rate) {
        long start = System.nanoTime();
        double interval = 1e9 / rate;
        int sent = 0;
        long elapsed = 0;
        while (elapsed < duration) {
            outbox.send(sent++);
            elapsed = System.nanoTime() - start;
            long early = (long) (sent * interval) - elapsed;
            if (early > SHORTEST_SLEEP) {
                LockSupport.parkNanos(early);
                elapsed = System.nanoTime() - start;
            }
        }
        return sent;
    }
}
