package io.knet4j.internal.engine;

/** Tells when something comes more often than the node should have to look at. */
final class FloodCounter {
    /** As many in a period are a flood: to look at them takes a few percent of a processor. */
    static final int LIMIT = 2_000;

    static final long PERIOD = 100_000_000;

    private long since;
    private int count;
    private boolean flooded;
    private long floodedAt;

    /** One came. Returns whether it makes a flood. */
    boolean count(long now) {
        if (count == 0 || now - since > PERIOD) {
            since = now;
            count = 0;
        }
        if (++count != LIMIT) {
            return false;
        }
        flooded = true;
        floodedAt = now;
        return true;
    }

    /** It was no flood after all. */
    void forget() {
        flooded = false;
        count = 0;
    }

    /** Whether there was a flood within that time. */
    boolean isFlood(long now, long nanos) {
        return flooded && now - floodedAt <= nanos;
    }
}
