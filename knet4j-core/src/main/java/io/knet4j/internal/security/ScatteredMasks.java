package io.knet4j.internal.security;

import java.util.List;

/**
 * Rules with masks whose ones are not contiguous. Nothing but a comparison with each tells what
 * they match, but that is quick. Immutable; of one address family.
 */
final class ScatteredMasks {
    private final int[] rules;
    private final long[] maskHigh;
    private final long[] maskLow;
    private final long[] networkHigh;
    private final long[] networkLow;

    /** One of them. */
    record Scattered(AddressBits network, AddressBits mask, int rule) {}

    /**
     * @param masks by rule number, ascending
     */
    ScatteredMasks(List<Scattered> masks) {
        rules = masks.stream().mapToInt(Scattered::rule).toArray();
        maskHigh = masks.stream().mapToLong(rule -> rule.mask().high()).toArray();
        maskLow = masks.stream().mapToLong(rule -> rule.mask().low()).toArray();
        networkHigh = masks.stream().mapToLong(rule -> rule.network().high()).toArray();
        networkLow = masks.stream().mapToLong(rule -> rule.network().low()).toArray();
    }

    /** The first rule that matches, if its number is below the limit; else the limit. */
    int firstRule(long high, long low, int limit) {
        for (int i = 0; i < rules.length && rules[i] < limit; i++) {
            if ((high & maskHigh[i]) == networkHigh[i] && (low & maskLow[i]) == networkLow[i]) {
                return rules[i];
            }
        }
        return limit;
    }
}
