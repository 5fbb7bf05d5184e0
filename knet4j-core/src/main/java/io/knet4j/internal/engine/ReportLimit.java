package io.knet4j.internal.engine;

/**
 * Counts what may happen very often, and says when to report it: the first time at once, then at
 * most once per interval. Its owner sees to it that one thread at a time uses it.
 */
public final class ReportLimit {
    private final long interval;
    private long unreported;
    private boolean reported;
    private long next;

    /**
     * @param interval in nanoseconds
     */
    public ReportLimit(long interval) {
        this.interval = interval;
    }

    /** Counts one. Returns how many to report now, 0 when it is too early. */
    public long count(long now) {
        add(1);
        return isDue(now) ? take(now) : 0;
    }

    /** Counts some. */
    public void add(long amount) {
        unreported += amount;
    }

    /** Whether it is time to report. */
    public boolean isDue(long now) {
        return !reported || now - next >= 0;
    }

    /** How many there were since the last report, which are reported now. */
    public long take(long now) {
        long count = unreported;
        unreported = 0;
        reported = true;
        next = now + interval;
        return count;
    }
}
