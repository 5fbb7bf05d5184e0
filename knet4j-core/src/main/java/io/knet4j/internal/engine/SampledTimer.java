package io.knet4j.internal.engine;

import java.util.function.LongSupplier;

/**
 * Measures some of many short computations: to look at the clock for each would slow them down.
 * Used by one thread at a time; the times may be read by any.
 */
final class SampledTimer {
    /** Of so many computations, one is measured. */
    static final int PERIOD = 64;

    /** Instead of a time: the computation is not measured. */
    static final long SKIPPED = Long.MIN_VALUE;

    private final LongSupplier stopwatch;
    private final TimeCounter times = new TimeCounter();
    private int skip;

    SampledTimer(LongSupplier stopwatch) {
        this.stopwatch = stopwatch;
    }

    /** A computation begins. Returns when, or {@link #SKIPPED}. */
    long start() {
        return skip > 0 ? SKIPPED : stopwatch.getAsLong();
    }

    /** It has ended. Returns how long it took, or {@link #SKIPPED}. */
    long since(long start) {
        return start == SKIPPED ? SKIPPED : stopwatch.getAsLong() - start;
    }

    /** It counts, and if it was skipped, as one of those that are. */
    void count(long took) {
        if (took == SKIPPED) {
            skip--;
        } else {
            times.count(took);
            skip = PERIOD - 1;
        }
    }

    /**
     * There was nothing to measure, which uses up the turn: so that it is not looked for each time.
     */
    void skip() {
        skip = skip > 0 ? skip - 1 : PERIOD - 1;
    }

    TimeCounter times() {
        return times;
    }
}
