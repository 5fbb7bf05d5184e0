package io.knet4j.testkit.campaign;

import io.knet4j.Knet;
import io.knet4j.KnetStatistics;
import io.knet4j.LinkStatus;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Words for what a run throws, and for what it found. */
final class Failures {
    private static final int FRAMES = 6;

    private Failures() {}

    /** What was wrong in the first place; for what nobody expects also where. */
    static String text(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof AssertionError && cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause
                + Arrays.stream(cause.getStackTrace())
                        .limit(FRAMES)
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining());
    }

    /** Whose messages did not get through at a node, and why. */
    static String losses(Knet node) {
        KnetStatistics statistics = node.statistics();
        return "node "
                + node.nodeId()
                + " dropped "
                + counts(statistics.drops())
                + " and failed to send "
                + counts(statistics.sendFailures());
    }

    private static String counts(Map<? extends Enum<?>, Long> counts) {
        return counts.isEmpty()
                ? "nothing"
                : counts.entrySet().stream()
                        .map(count -> label(count.getKey()) + " " + count.getValue())
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Which link it is, and how it is. */
    static String link(Knet node, LinkStatus link) {
        return "link "
                + link.linkId()
                + " of node "
                + node.nodeId()
                + " to host "
                + link.hostId()
                + ": "
                + link.explanation()
                + "; path MTU "
                + link.pathMtu().packetBytes()
                + ", limited by "
                + label(link.pathMtu().limit());
    }
}
