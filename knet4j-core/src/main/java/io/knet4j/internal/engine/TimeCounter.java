package io.knet4j.internal.engine;

import io.knet4j.Timings;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Optional;

/**
 * How long something takes, for one writer at a time and any number of readers. Cleared by putting
 * new figures in the place of the old ones, to which a writer may still add.
 */
final class TimeCounter {
    private volatile Figures figures = new Figures();

    private static final class Figures {
        private long samples;
        private long total;
        private long min;
        private long max;
    }

    /** Counts one time, in nanoseconds. */
    void count(long nanos) {
        Figures now = figures;
        now.min = now.samples == 0 ? nanos : Math.min(now.min, nanos);
        now.max = Math.max(now.max, nanos);
        now.total += nanos;
        VarHandle.releaseFence(); // whoever sees the sample sees its time
        now.samples++;
    }

    Timings snapshot() {
        Figures now = figures;
        long samples = now.samples;
        VarHandle.acquireFence();
        return samples == 0
                ? Timings.NONE
                : new Timings(
                        samples,
                        Optional.of(Duration.ofNanos(now.min)),
                        Optional.of(Duration.ofNanos(now.total / samples)),
                        Optional.of(Duration.ofNanos(now.max)));
    }

    void clear() {
        figures = new Figures();
    }
}
