package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which numbered messages arrived, and how many of them twice. Safe for use by several threads. */
final class Tally {
    private final BitSet seen = new BitSet();
    private final List<Integer> doubled = new ArrayList<>();
    private int count;

    synchronized void add(int number) {
        if (seen.get(number)) {
            doubled.add(number);
        } else {
            seen.set(number);
            count++;
        }
    }

    /** How many different numbers came. */
    synchronized int count() {
        return count;
    }

    /** The smallest number that did not come. */
    synchronized int firstMissing() {
        return seen.nextClearBit(0);
    }

    synchronized boolean has(int number) {
        return seen.get(number);
    }

    synchronized void assertNoneDoubled() {
        assertEquals(List.of(), doubled, "messages that came twice");
    }

    /** The numbers from a first one to before a last one came, each of them once. */
    synchronized void assertOnceEach(int from, int to) {
        assertEquals("", missing(from, to), "messages that did not come");
        assertNoneDoubled();
    }

    /** The numbers that are missing, shortened. */
    synchronized String missing(int from, int to) {
        List<Integer> missing = new ArrayList<>();
        for (int i = seen.nextClearBit(from); i < to; i = seen.nextClearBit(i + 1)) {
            missing.add(i);
        }
        return missing.isEmpty()
                ? ""
                : missing.size() + ": " + missing.subList(0, Math.min(20, missing.size()));
    }
}
