package io.knet4j.bench.compare;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.knet4j.bench.compare.Target.Verdict;
import io.knet4j.bench.node.RoundTripTimes;
import io.knet4j.cli.Terminal;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.OptionalDouble;

/**
 * JSON lines for machines. Each measurement is a line as it is made; the last line has everything:
 * <code>{"ok":…,"ratios":{…},"targets":[…],"rows":[…]}</code>.
 */
public final class JsonReport implements Report {
    private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_UP);

    private final Terminal terminal;

    /** Prints on the standard output. */
    public JsonReport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void begins(Plan plan, Environment environment) {
        JsonObject line = new JsonObject();
        line.addProperty("type", "begin");
        line.addProperty("system", environment.system());
        line.addProperty("processors", environment.processors());
        line.addProperty("java", environment.java());
        line.addProperty("rounds", plan.rounds());
        line.addProperty("warmUpMillis", plan.warmUp().toMillis());
        line.addProperty("measuredMillis", plan.measured().toMillis());
        line.addProperty("trips", plan.trips());
        terminal.outLine(line.toString());
    }

    @Override
    public void measured(int round, Contender contender, Cell cell, Throughput throughput) {
        JsonObject line = line("throughput", round, contender, cell);
        add(line, Metric.RATE, OptionalDouble.of(throughput.rate()));
        add(line, Metric.MBPS, OptionalDouble.of(throughput.megabytes()));
        add(line, Metric.LOSS, OptionalDouble.of(throughput.loss()));
        add(line, Metric.CPU, OptionalDouble.of(throughput.cpu()));
        add(line, Metric.CLEAN_RATE, throughput.cleanRate());
        terminal.outLine(line.toString());
    }

    @Override
    public void measured(int round, Contender contender, Cell cell, RoundTripTimes times) {
        JsonObject line = line("round-trips", round, contender, cell);
        add(line, Metric.RTT_P50, OptionalDouble.of(times.p50() / 1e3));
        add(line, Metric.RTT_P99, OptionalDouble.of(times.p99() / 1e3));
        add(line, Metric.RTT_P999, OptionalDouble.of(times.p999() / 1e3));
        terminal.outLine(line.toString());
    }

    @Override
    public void skipped(Contender contender, Kind kind, String reason) {
        JsonObject line = new JsonObject();
        line.addProperty("type", "skipped");
        line.addProperty("library", contender.toString());
        line.addProperty("kind", kind.name());
        line.addProperty("reason", reason);
        terminal.outLine(line.toString());
    }

    @Override
    public void ends(Results results) {
        List<Verdict> verdicts = Target.verdicts(results);
        JsonObject ratios = new JsonObject();
        results.ratios().forEach((name, ratio) -> ratios.addProperty(name, rounded(ratio)));
        JsonObject line = new JsonObject();
        line.addProperty("ok", Target.allReached(verdicts));
        line.add("ratios", ratios);
        line.add("targets", targets(verdicts));
        line.add("rows", rows(results));
        terminal.outLine(line.toString());
    }

    private static JsonArray targets(List<Verdict> verdicts) {
        JsonArray all = new JsonArray();
        for (Verdict verdict : verdicts) {
            JsonObject one = new JsonObject();
            one.addProperty("name", verdict.target().name());
            one.addProperty(
                    verdict.target().atLeast() ? "atLeast" : "atMost", verdict.target().bound());
            verdict.ratio().ifPresent(ratio -> one.addProperty("ratio", rounded(ratio)));
            one.addProperty("reached", verdict.reached());
            verdict.remark().ifPresent(remark -> one.addProperty("remark", remark));
            all.add(one);
        }
        return all;
    }

    private static JsonArray rows(Results results) {
        JsonArray rows = new JsonArray();
        for (Cell cell : results.cells()) {
            for (Contender contender : results.contenders(cell)) {
                JsonObject row = new JsonObject();
                addNames(row, contender, cell);
                for (Metric metric : Metric.values()) {
                    add(row, metric, results.median(contender, cell, metric));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private static JsonObject line(String type, int round, Contender contender, Cell cell) {
        JsonObject line = new JsonObject();
        line.addProperty("type", type);
        line.addProperty("round", round);
        addNames(line, contender, cell);
        return line;
    }

    private static void addNames(JsonObject object, Contender contender, Cell cell) {
        object.addProperty("library", contender.toString());
        object.addProperty("kind", cell.kind().name());
        object.addProperty("size", cell.size());
    }

    private static void add(JsonObject object, Metric metric, OptionalDouble value) {
        value.ifPresent(number -> object.addProperty(metric.label(), rounded(number)));
    }

    private static BigDecimal rounded(double value) {
        BigDecimal digits = BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros();
        return digits.scale() < 0 ? digits.setScale(0, RoundingMode.UNNECESSARY) : digits;
    }
}
