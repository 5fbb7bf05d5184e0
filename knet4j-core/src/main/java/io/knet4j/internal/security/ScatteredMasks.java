package io.knet4j.internal.security;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules with masks whose ones are not contiguous. Those that share a mask are found by one search;
 * with the others an address is compared one by one, which is quick. Immutable; of one address
 * family.
 */
final class ScatteredMasks {
    /** From so many on, a search is quicker than comparing. */
    private static final int WORTH_A_TABLE = 16;

    private final List<Scattered> all;

    /** Rules that share their mask with many others. */
    private final Group[] groups;

    /** The other rules, by number. */
    private final int[] rules;

    private final long[] maskHigh;
    private final long[] maskLow;
    private final long[] networkHigh;
    private final long[] networkLow;

    /** One of the rules. */
    record Scattered(AddressBits network, AddressBits mask, int rule) {}

    /** Rules with one mask. */
    private record Group(long high, long low, AddressTable networks) {
        private static Group of(AddressBits mask, List<Scattered> sharing) {
            return new Group(
                    mask.high(),
                    mask.low(),
                    AddressTable.of(
                            sharing.stream()
                                    .map(one ->
                                            new AddressRange(
                                                    one.network(),
                                                    one.network().next(),
                                                    one.rule()))
                                    .toList()));
        }
    }

    /**
     * @param masks by rule number, ascending
     */
    ScatteredMasks(List<Scattered> masks) {
        all = List.copyOf(masks);
        Map<AddressBits, List<Scattered>> byMask = new LinkedHashMap<>();
        masks.forEach(
                rule -> byMask.computeIfAbsent(rule.mask(), _ -> new ArrayList<>()).add(rule));
        List<Group> large = new ArrayList<>();
        byMask.forEach((mask, sharing) -> {
            if (sharing.size() >= WORTH_A_TABLE) {
                large.add(Group.of(mask, sharing));
            }
        });
        groups = large.toArray(Group[]::new);
        List<Scattered> others =
                masks.stream()
                        .filter(rule ->
                                byMask.getOrDefault(rule.mask(), List.of()).size() < WORTH_A_TABLE)
                        .toList();
        rules = others.stream().mapToInt(Scattered::rule).toArray();
        maskHigh = others.stream().mapToLong(rule -> rule.mask().high()).toArray();
        maskLow = others.stream().mapToLong(rule -> rule.mask().low()).toArray();
        networkHigh = others.stream().mapToLong(rule -> rule.network().high()).toArray();
        networkLow = others.stream().mapToLong(rule -> rule.network().low()).toArray();
    }

    List<Scattered> all() {
        return all;
    }

    /** The first rule that matches, if its number is below the limit; else the limit. */
    int firstRule(long high, long low, int limit) {
        int first = limit;
        for (Group group : groups) {
            first = Math.min(first, group.networks.firstRule(high & group.high, low & group.low));
        }
        for (int i = 0; i < rules.length && rules[i] < first; i++) {
            if ((high & maskHigh[i]) == networkHigh[i] && (low & maskLow[i]) == networkLow[i]) {
                return rules[i];
            }
        }
        return first;
    }
}
