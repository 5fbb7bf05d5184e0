package io.knet4j.cli.demo;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What was done to the cut link of a phase, and when its two hosts noticed. Times are microseconds
 * since the phase began; empty where it was not seen.
 *
 * @param cut when the link was cut
 * @param healed when it was healed
 * @param down when each of the two hosts saw the link down
 * @param moved when the traffic of each of the two left the link
 * @param restored when the traffic of each of the two was back on the links it used before
 * @param unplannedDowns how often other links were seen down, or the cut one at another time
 * @param stalls the longest time that the machine held up each process
 */
record Outage(
        long cut,
        long healed,
        Map<Integer, OptionalLong> down,
        Map<Integer, OptionalLong> moved,
        Map<Integer, OptionalLong> restored,
        long unplannedDowns,
        List<Long> stalls) {

    /** The longest of the stalls. */
    long longestStall() {
        return stalls.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** The time from one point until both hosts have seen something; empty unless both have. */
    static OptionalLong untilBoth(Map<Integer, OptionalLong> seen, long since) {
        return seen.values().stream().allMatch(OptionalLong::isPresent)
                ? seen.values().stream().mapToLong(time -> time.orElseThrow() - since).max()
                : OptionalLong.empty();
    }
}
