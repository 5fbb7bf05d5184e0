package io.knet4j.testkit.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What a campaign found, for people. */
final class CampaignText {

    private static final int SEEDS_SHOWN = 20;

    private CampaignText() {}

    static List<String> lines(CampaignReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(
                format(
                        "%s in %.1f s (%.0f runs/s), %,.0f s simulated",
                        number(report.runs(), "run"),
                        report.seconds(),
                        report.runs() / report.seconds(),
                        report.simulatedSeconds()));
        lines.add(
                format(
                        "%,d messages sent, %,d datagrams, of which the network lost %,d",
                        report.messages(), report.datagrams(), report.lostDatagrams()));
        lines.add("faults injected: " + list(report.faults()));
        lines.add("invariants checked: " + list(report.checks()));
        lines.add(
                format(
                        "let pass: %,d copies from a former life that came after the restart was"
                                + " noticed, %,d after overtaken pings looked like a restart, %,d"
                                + " from before the host was removed and added again, %,d messages"
                                + " damaged without crypto",
                        report.formerLifeCopies(),
                        report.mistakenRestartCopies(),
                        report.rejoinCopies(),
                        report.damagedMessages()));
        CampaignReport.Failure first = report.first();
        if (first == null) {
            lines.add("clean: no run failed");
        } else {
            addFailure(lines, report, first);
        }
        return lines;
    }

    private static void addFailure(
            List<String> lines, CampaignReport report, CampaignReport.Failure first) {
        lines.add(
                format(
                        "FAILED: %s, with %s %s%s",
                        number(report.failedSeeds().size(), "run"),
                        report.failedSeeds().size() == 1 ? "seed" : "seeds",
                        report.failedSeeds().stream()
                                .limit(SEEDS_SHOWN)
                                .map(String::valueOf)
                                .collect(Collectors.joining(", ")),
                        report.failedSeeds().size() > SEEDS_SHOWN ? ", ..." : ""));
        lines.add("seed " + first.seed() + ": " + first.what());
        lines.add(
                format(
                        "shrunk from %d to %s, on %s:",
                        first.stepsBefore(),
                        number(first.schedule().size(), "step"),
                        first.cluster()));
        first.schedule().forEach(step -> lines.add("  " + step));
        lines.add("  then: " + first.whatThen());
        lines.add("as a test, for FoundPlansTest:");
        first.plan().lines().forEach(line -> lines.add("  " + line));
        lines.add("to replay: ./knet simulate --runs=1 --seed=" + first.seed());
    }

    private static String number(long count, String what) {
        return format("%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    private static String list(SortedMap<String, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> format("%s %,d", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library that we do without
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
