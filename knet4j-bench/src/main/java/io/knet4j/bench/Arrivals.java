package io.knet4j.bench;

import java.util.BitSet;

/**
 * Which numbered messages came. Memory is bounded: what comes after a million newer ones cannot be
 * told from a copy and counts as one.
 */
public final class Arrivals {
    private static final int WINDOW = 1 << 20;

    private final BitSet seen = new BitSet(WINDOW);
    private long next;
    private long count;
    private long doubled;
    private long damaged;

    /**
     * A message came.
     *
     * @param number 0 and up; negative for one that is not as it was sent
     */
    public synchronized void add(long number) {
        if (number < 0) {
            damaged++;
            return;
        }
        while (next <= number) {
            seen.clear(slot(next++));
        }
        if (number < next - WINDOW || seen.get(slot(number))) {
            doubled++;
            return;
        }
        seen.set(slot(number));
        count++;
    }

    private static int slot(long number) {
        return (int) number & (WINDOW - 1);
    }

    /** {@return what came so far} */
    public synchronized Counts counts() {
        return new Counts(count, doubled, damaged);
    }

    /**
     * What came so far.
     *
     * @param messages different ones, as they were sent
     * @param doubled that had come before
     * @param damaged with other content than was sent
     */
    public record Counts(long messages, long doubled, long damaged) {}
}
