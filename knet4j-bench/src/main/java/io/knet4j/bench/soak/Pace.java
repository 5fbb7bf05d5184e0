package io.knet4j.bench.soak;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** So many per second, on the average: what a hold-up has delayed is caught up with. */
final class Pace {
    private static final double NANOS = 1e9;
    private static final long REST = 300_000;

    private final double perSecond;
    private final long start = System.nanoTime();
    private long done;

    /**
     * @param perSecond infinite for no limit
     */
    Pace(double perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until the next one is due. Returns false when it is not to go on. */
    boolean await(BooleanSupplier goOn) {
        while (goOn.getAsBoolean() && done >= (System.nanoTime() - start) / NANOS * perSecond) {
            LockSupport.parkNanos(REST);
        }
        done++;
        return goOn.getAsBoolean();
    }
}
