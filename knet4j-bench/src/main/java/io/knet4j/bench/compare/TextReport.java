package io.knet4j.bench.compare;

import static io.knet4j.bench.Lines.line;

import io.knet4j.bench.compare.Target.Verdict;
import io.knet4j.bench.node.RoundTripTimes;
import io.knet4j.cli.Terminal;
import java.util.List;
import java.util.OptionalDouble;

/** Tables for people. */
public final class TextReport implements Report {
    private static final String HEAD =
            "%7s  %-17s %11s %9s %7s %8s %8s %8s %8s"
                    .formatted(
                            "size",
                            "",
                            "messages/s",
                            "MB/s",
                            "loss %",
                            "CPU s/M",
                            "rtt p50",
                            "p99",
                            "p99.9 µs");

    private final Terminal terminal;

    /** Prints the tables on the standard output, and what is going on on the standard error. */
    public TextReport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void begins(Plan plan, Environment environment) {
        terminal.outLine(
                line(
                        "%s, %d processors, Java %s; %d rounds, %d ms of messages each after %d ms"
                                + " of warm-up, %d round trips",
                        environment.system(),
                        environment.processors(),
                        environment.java(),
                        plan.rounds(),
                        plan.measured().toMillis(),
                        plan.warmUp().toMillis(),
                        plan.trips()));
    }

    @Override
    public void measured(int round, Contender contender, Cell cell, Throughput throughput) {
        terminal.errLine(
                line(
                        "round %d  %-24s %-17s %11.0f messages/s, loss %.2f %%",
                        round, cell.name(), contender, throughput.rate(), throughput.loss() * 100));
    }

    @Override
    public void measured(int round, Contender contender, Cell cell, RoundTripTimes times) {
        terminal.errLine(
                line(
                        "round %d  %-24s %-17s %11.1f µs round trip",
                        round, cell.name(), contender, times.p50() / 1e3));
    }

    @Override
    public void skipped(Contender contender, Kind kind, String reason) {
        terminal.errLine(kind.name() + " is left out: " + reason);
    }

    @Override
    public void ends(Results results) {
        Kind kind = null;
        for (Cell cell : results.cells()) {
            if (!cell.kind().equals(kind)) {
                kind = cell.kind();
                terminal.outLine("");
                terminal.outLine(kind.name());
                terminal.outLine(HEAD);
            }
            rows(results, cell);
        }
        terminal.outLine("");
        terminal.outLine(
                "Ratios are medians of the rounds' ratios; for CPU and rtt, less is better.");
        terminal.outLine("");
        verdicts(Target.verdicts(results));
    }

    private void rows(Results results, Cell cell) {
        List<Contender> contenders = results.contenders(cell);
        for (Contender contender : contenders) {
            terminal.outLine(row(results, contender, cell));
        }
        for (Contender contender : contenders) {
            if (results.ratio(contender, cell, Metric.RATE).isPresent()) {
                terminal.outLine(ratioRow(results, contender, cell));
            }
        }
        for (Contender contender : contenders) {
            OptionalDouble rate = results.median(contender, cell, Metric.CLEAN_RATE);
            OptionalDouble loss = results.median(contender, cell, Metric.LOSS);
            if (rate.isPresent() && loss.orElse(0) >= Throughput.CLEAN) {
                terminal.outLine(
                        line(
                                "%7s  %-17s %11.0f at a pace with loss < 0.1 %%",
                                "", contender, rate.getAsDouble()));
            }
        }
    }

    private static String row(Results results, Contender contender, Cell cell) {
        return line("%7d  %-17s", cell.size(), contender)
                + cell(results.median(contender, cell, Metric.RATE), "%12.0f", 1)
                + cell(results.median(contender, cell, Metric.MBPS), "%10.1f", 1)
                + cell(results.median(contender, cell, Metric.LOSS), "%8.2f", 100)
                + cell(results.median(contender, cell, Metric.CPU), "%9.2f", 1)
                + cell(results.median(contender, cell, Metric.RTT_P50), "%9.1f", 1)
                + cell(results.median(contender, cell, Metric.RTT_P99), "%9.1f", 1)
                + cell(results.median(contender, cell, Metric.RTT_P999), "%9.1f", 1);
    }

    private static String ratioRow(Results results, Contender contender, Cell cell) {
        String label =
                switch (contender) {
                    case KNET4J, LIBKNET -> "         ratio";
                    case AERON, JGROUPS, SOCKETS -> "         knet4j ÷ " + contender;
                    case KNET4J_TO_LIBKNET, LIBKNET_TO_KNET4J -> "  ratio " + contender;
                };
        return line("%-26s", label)
                + cell(results.ratio(contender, cell, Metric.RATE), "%12.2f", 1)
                + cell(results.ratio(contender, cell, Metric.MBPS), "%10.2f", 1)
                + " ".repeat(8)
                + cell(results.ratio(contender, cell, Metric.CPU), "%9.2f", 1)
                + cell(results.ratio(contender, cell, Metric.RTT_P50), "%9.2f", 1)
                + cell(results.ratio(contender, cell, Metric.RTT_P99), "%9.2f", 1)
                + cell(results.ratio(contender, cell, Metric.RTT_P999), "%9.2f", 1);
    }

    private static String cell(OptionalDouble value, String format, double factor) {
        return value.isPresent() ? line(format, value.getAsDouble() * factor) : "";
    }

    private void verdicts(List<Verdict> verdicts) {
        terminal.outLine("Targets, knet4j ÷ libknet");
        for (Verdict verdict : verdicts) {
            Target target = verdict.target();
            terminal.outLine(
                    line(
                            "  %-28s %s %-5s %8s  %s",
                            target.name(),
                            target.atLeast() ? "≥" : "≤",
                            target.bound(),
                            verdict.ratio().isPresent()
                                    ? line("%.2f", verdict.ratio().getAsDouble())
                                    : "-",
                            verdict.reached()
                                    ? "reached"
                                    : "missed" + verdict.remark().map(r -> ": " + r).orElse("")));
        }
    }
}
