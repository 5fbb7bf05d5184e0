package io.knet4j.testkit;

/** The clock of a node: ahead or behind, fast or slow, or standing still. */
final class SimClock {
    private static final int MILLION = 1_000_000;
    private static final int MOST_DRIFT = MILLION / 10;

    private long since;
    private long base;
    private int ppm;
    private boolean stopped;

    /**
     * @param since time of the network, in nanoseconds as all times here
     * @param offset by how much it is ahead
     */
    SimClock(long since, long offset) {
        this.since = since;
        base = since + offset;
    }

    /** What it shows at a time of the network that is not before the last change. */
    long at(long time) {
        long passed = time - since;
        if (stopped) {
            return base;
        }
        return ppm == 0 ? base + passed : base + passed + Math.round(1e-6 * passed * ppm);
    }

    /** The first time of the network at which it shows this or more. It must not stand still. */
    long when(long shown) {
        long needed = shown - base;
        if (ppm == 0) {
            return since + needed;
        }
        long time = since + Math.round(needed / (1 + 1e-6 * ppm)) - 1;
        while (at(time) < shown) {
            time++;
        }
        return time;
    }

    void stop(long now) {
        base = at(now);
        since = now;
        stopped = true;
    }

    void go(long now) {
        base = at(now);
        since = now;
        stopped = false;
    }

    /** How fast it is from now on. */
    void drift(long now, int newPpm) {
        if (Math.abs(newPpm) > MOST_DRIFT) {
            throw new IllegalArgumentException("drift " + newPpm);
        }
        base = at(now);
        since = now;
        ppm = newPpm;
    }
}
