package io.knet4j.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.knet4j.LinkPolicy;
import io.knet4j.cli.Millis;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one phase and the verdict on them. Times are microseconds.
 *
 * @param lostAllowed messages that were sent on the cut link between cut and detection; with
 *     several links in use, an upper bound
 * @param lostElsewhere messages lost at another time or on another way
 * @param longestGap longest time without a message between the two hosts of the cut link
 * @param longestGapElsewhere the same between other hosts
 * @param detectLimit largest {@code detect} that passes: {@link #DETECT_LIMIT}, and twice the
 *     disturbance on top, at most {@link #DETECT_LIMIT_AT_MOST}
 * @param stall the longest time that the machine held up a process, as the processes saw it
 * @param disturbance the longest time that the machine held up anything: {@code stall}, or what
 *     messages between other hosts felt, which shows where threads were held up one by one
 * @param failures what is not as it should be; empty for a good phase
 */
record PhaseResult(
        LinkPolicy policy,
        long sent,
        long delivered,
        long lost,
        long lostAllowed,
        long lostElsewhere,
        long duplicated,
        long damaged,
        long refused,
        long delayed,
        long delayMedian,
        long delay99,
        long longestGap,
        long longestGapElsewhere,
        OptionalLong detect,
        long detectLimit,
        OptionalLong moved,
        OptionalLong restored,
        long unplannedDowns,
        long stall,
        long disturbance,
        List<String> failures) {

    /** On a machine that stalls nobody, silence is noticed within the ping timeout of 50 ms. */
    static final long DETECT_LIMIT = 75_000;

    /** From here on a machine can make links look dead that are not: half the ping timeout. */
    static final long DISTURBING = DemoHost.PING_TIMEOUT.toNanos() / 2 / 1_000;

    /** However busy the machine is: what is detected later was not detected in time. */
    static final long DETECT_LIMIT_AT_MOST = DETECT_LIMIT + 2 * DISTURBING;

    /** A message that takes longer counts as delayed. */
    static final long DELAYED = 20_000;

    /** A message may be on its way for so long, so that a cut catches those sent shortly before. */
    private static final long TRAVEL = 5_000;

    private static final long MESSAGE_INTERVAL = DemoHost.MESSAGE_INTERVAL.toNanos() / 1_000;

    boolean ok() {
        return failures.isEmpty();
    }

    /**
     * Whether another try may tell more: the machine disturbed this one, or the only complaint is
     * late detection, which threads that were held up unseen can cause. A real defect shows again.
     */
    boolean isDoubtful() {
        return !ok() && (isDisturbed() || onlyLate());
    }

    /** Whether the machine held something up for so long that links can look dead. */
    boolean isDisturbed() {
        return disturbance >= DISTURBING;
    }

    private boolean onlyLate() {
        return failures.size() == 1 && detect.orElse(0) > detectLimit;
    }

    /** {@code passive}, {@code active} or {@code round-robin}. */
    static String name(LinkPolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Works the figures out. */
    static PhaseResult of(LinkPolicy policy, List<Exchange> exchanges, Outage outage) {
        long disturbance = disturbance(exchanges, outage);
        long allowance = Math.min(disturbance, DISTURBING);
        long lost = 0;
        long allowed = 0;
        long explained = 0;
        long gap = 0;
        long gapElsewhere = 0;
        for (Exchange exchange : exchanges) {
            long lostHere = exchange.lost().count();
            lost += lostHere;
            OptionalLong moved = outage.moved().get(exchange.from());
            if (moved == null || isElsewhere(exchange, outage)) {
                gapElsewhere = Math.max(gapElsewhere, exchange.longestGap());
                continue;
            }
            gap = Math.max(gap, exchange.longestGap());
            long from = outage.cut() - TRAVEL - allowance;
            long to = moved.orElse(outage.healed());
            allowed += exchange.sentBetween(from, to);
            explained += exchange.lost().filter(time -> time >= from && time <= to).count();
        }
        long[] delays = exchanges.stream().flatMapToLong(Exchange::delays).sorted().toArray();
        PhaseResult figures =
                new PhaseResult(
                        policy,
                        exchanges.stream().mapToLong(Exchange::sentCount).sum(),
                        exchanges.stream().mapToLong(Exchange::deliveredCount).sum(),
                        lost,
                        allowed,
                        lost - explained,
                        exchanges.stream().mapToLong(Exchange::duplicates).sum(),
                        exchanges.stream().mapToLong(Exchange::damaged).sum(),
                        exchanges.stream().mapToLong(Exchange::refused).sum(),
                        count(delays, DELAYED),
                        percentile(delays, 50),
                        percentile(delays, 99),
                        gap,
                        gapElsewhere,
                        Outage.untilBoth(outage.down(), outage.cut()),
                        DETECT_LIMIT + 2 * allowance,
                        Outage.untilBoth(outage.moved(), outage.cut()),
                        Outage.untilBoth(outage.restored(), outage.healed()),
                        outage.unplannedDowns(),
                        outage.longestStall(),
                        disturbance,
                        List.of());
        return figures.judged();
    }

    private static boolean isElsewhere(Exchange exchange, Outage outage) {
        return !outage.moved().containsKey(exchange.from())
                || !outage.moved().containsKey(exchange.to());
    }

    /** Only what the cut has no part in counts, or a slow detection would excuse itself. */
    private static long disturbance(List<Exchange> exchanges, Outage outage) {
        long longest = outage.longestStall();
        for (Exchange exchange : exchanges) {
            if (isElsewhere(exchange, outage)) {
                longest = Math.max(longest, exchange.longestGap() - MESSAGE_INTERVAL);
                longest = Math.max(longest, exchange.delays().max().orElse(0));
            }
        }
        return longest;
    }

    private static long count(long[] sorted, long above) {
        long count = 0;
        for (int i = sorted.length - 1; i >= 0 && sorted[i] > above; i--) {
            count++;
        }
        return count;
    }

    private static long percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1L) * percent / 100)];
    }

    private PhaseResult judged() {
        List<String> found = new ArrayList<>();
        if (delivered == 0) {
            found.add("no message was delivered");
        }
        if (duplicated > 0) {
            found.add(duplicated + " messages were delivered twice");
        }
        if (damaged > 0) {
            found.add(damaged + " messages were damaged");
        }
        if (policy == LinkPolicy.ACTIVE && lost > 0) {
            found.add(lost + " messages were lost although each took two links");
        } else if (lostElsewhere > 0) {
            found.add(lostElsewhere + " messages were lost that the cut does not explain");
        }
        if (detect.isEmpty()) {
            found.add("the cut was not detected on both sides");
        } else if (detect.getAsLong() > detectLimit) {
            found.add(
                    "the cut was detected after "
                            + Millis.ofMicros(detect.getAsLong())
                            + " ms, later than "
                            + Millis.ofMicros(detectLimit)
                            + " ms");
        }
        if (restored.isEmpty()) {
            found.add("the traffic did not return after the link was healed");
        }
        return new PhaseResult(
                policy,
                sent,
                delivered,
                lost,
                lostAllowed,
                lostElsewhere,
                duplicated,
                damaged,
                refused,
                delayed,
                delayMedian,
                delay99,
                longestGap,
                longestGapElsewhere,
                detect,
                detectLimit,
                moved,
                restored,
                unplannedDowns,
                stall,
                disturbance,
                List.copyOf(found));
    }

    /** As an object; times in milliseconds, null for what was not seen. */
    JsonObject json(int attempts) {
        JsonObject json = new JsonObject();
        json.addProperty("policy", name(policy));
        json.addProperty("ok", ok());
        json.addProperty("sent", sent);
        json.addProperty("delivered", delivered);
        json.addProperty("lost", lost);
        json.addProperty("lost_allowed", policy == LinkPolicy.ACTIVE ? 0 : lostAllowed);
        json.addProperty("duplicated", duplicated);
        json.addProperty("damaged", damaged);
        json.addProperty("refused", refused);
        json.addProperty("delayed", delayed);
        json.addProperty("delay_p50_ms", Millis.ofMicros(delayMedian));
        json.addProperty("delay_p99_ms", Millis.ofMicros(delay99));
        json.addProperty("detect_ms", millis(detect));
        json.addProperty("detect_limit_ms", Millis.ofMicros(detectLimit));
        json.addProperty("moved_ms", millis(moved));
        json.addProperty("longest_gap_ms", Millis.ofMicros(longestGap));
        json.addProperty("longest_gap_elsewhere_ms", Millis.ofMicros(longestGapElsewhere));
        json.addProperty("restored_ms", millis(restored));
        json.addProperty("unplanned_link_downs", unplannedDowns);
        json.addProperty("longest_stall_ms", Millis.ofMicros(stall));
        json.addProperty("disturbance_ms", Millis.ofMicros(disturbance));
        json.addProperty("attempts", attempts);
        JsonArray list = new JsonArray();
        failures.forEach(list::add);
        json.add("failures", list);
        return json;
    }

    /** Null for what was not seen. */
    static @Nullable Double millis(OptionalLong micros) {
        return micros.isPresent() ? Millis.ofMicros(micros.getAsLong()) : null;
    }
}
