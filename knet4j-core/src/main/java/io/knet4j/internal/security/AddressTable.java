package io.knet4j.internal.security;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Finds the first of many ranges that an address lies in. They are cut into segments that do not
 * overlap, so that one binary search finds the answer. Immutable; one table holds addresses of one
 * family.
 */
final class AddressTable {
    /** No range has the address. */
    static final int NONE = Integer.MAX_VALUE;

    /** Where segments begin; each ends where the next one begins, the first begins at 0. */
    private final long[] high;

    private final long[] low;

    /** The rule that decides about a segment. */
    private final int[] rules;

    private AddressTable(List<AddressBits> starts, int[] rules) {
        high = starts.stream().mapToLong(AddressBits::high).toArray();
        low = starts.stream().mapToLong(AddressBits::low).toArray();
        this.rules = rules;
    }

    static AddressTable of(List<AddressRange> ranges) {
        List<AddressRange> byStart = new ArrayList<>(ranges);
        byStart.sort(Comparator.comparing(AddressRange::start));
        PriorityQueue<AddressRange> open =
                new PriorityQueue<>(Comparator.comparingInt(AddressRange::rule));
        List<AddressBits> starts = new ArrayList<>();
        int[] rules = new int[2 * ranges.size() + 1];
        int next = 0;
        AddressBits at = AddressBits.ZERO;
        do {
            while (next < byStart.size() && byStart.get(next).start().compareTo(at) <= 0) {
                open.add(byStart.get(next++));
            }
            while (!open.isEmpty() && isOver(open.element(), at)) {
                open.remove();
            }
            int rule = open.isEmpty() ? NONE : open.element().rule();
            if (starts.isEmpty() || rules[starts.size() - 1] != rule) {
                rules[starts.size()] = rule;
                starts.add(at);
            }
            // Which rule decides changes where a range begins, or where the deciding one ends.
            AddressBits end = open.isEmpty() ? AddressBits.ZERO : open.element().end();
            AddressBits start =
                    next < byStart.size() ? byStart.get(next).start() : AddressBits.ZERO;
            at = earlier(start, end);
        } while (!at.equals(AddressBits.ZERO));
        return new AddressTable(starts, Arrays.copyOf(rules, starts.size()));
    }

    private static boolean isOver(AddressRange range, AddressBits at) {
        return !range.end().equals(AddressBits.ZERO) && range.end().compareTo(at) <= 0;
    }

    /** The lower of two places, of which zero is none. */
    private static AddressBits earlier(AddressBits one, AddressBits other) {
        if (one.equals(AddressBits.ZERO) || other.equals(AddressBits.ZERO)) {
            return one.equals(AddressBits.ZERO) ? other : one;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** The lowest number of a rule whose range has the address, {@link #NONE} if there is none. */
    int firstRule(long addressHigh, long addressLow) {
        int from = 0;
        int to = rules.length;
        while (to - from > 1) {
            int middle = (from + to) >>> 1;
            boolean before =
                    high[middle] == addressHigh
                            ? Long.compareUnsigned(low[middle], addressLow) <= 0
                            : Long.compareUnsigned(high[middle], addressHigh) < 0;
            if (before) {
                from = middle;
            } else {
                to = middle;
            }
        }
        return rules[from];
    }

    /** The segments, in order; the rule is {@link #NONE} where there is none. */
    List<AddressRange> segments() {
        List<AddressRange> segments = new ArrayList<>();
        for (int i = 0; i < rules.length; i++) {
            AddressBits end =
                    i + 1 < rules.length
                            ? new AddressBits(high[i + 1], low[i + 1])
                            : AddressBits.ZERO;
            segments.add(new AddressRange(new AddressBits(high[i], low[i]), end, rules[i]));
        }
        return segments;
    }
}
