package io.knet4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.bench.node.RoundTripTimes;
import io.knet4j.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Cell CELL = new Cell(1400, Measured.PLAIN);

    @Test
    void lastLineOfJsonHasTheVerdictAllRatiosAndAllRows() {
        JsonObject last =
                JsonParser.parseString(print(JsonReport::new, Measured.reached(0)).getLast())
                        .getAsJsonObject();
        assertThat(last.keySet()).containsExactly("ok", "ratios", "targets", "rows");
        assertThat(last.get("ok").getAsBoolean()).isTrue();
        assertThat(last.getAsJsonObject("ratios").get("1400B-plain-cpu").getAsDouble())
                .isEqualTo(0.2);
        assertThat(last.getAsJsonArray("targets")).hasSize(Target.ALL.size());
        assertThat(last.getAsJsonArray("rows")).hasSize(12);
        JsonObject row = last.getAsJsonArray("rows").get(0).getAsJsonObject();
        assertThat(row.toString())
                .isEqualTo(
                        "{\"library\":\"knet4j\",\"kind\":\"plain\",\"size\":64,\"rate\":1000000,"
                                + "\"mbps\":64,\"loss\":0,\"cpu\":2,\"rtt-p50\":60,\"rtt-p99\":90,"
                                + "\"rtt-p99.9\":99}");
    }

    @Test
    void jsonIsNotOkWhenATargetIsMissed() {
        JsonObject last =
                JsonParser.parseString(print(JsonReport::new, new Results()).getLast())
                        .getAsJsonObject();
        assertThat(last.get("ok").getAsBoolean()).isFalse();
        assertThat(last.getAsJsonObject("ratios").isEmpty()).isTrue();
    }

    @Test
    void everyLineOfJsonIsAnObject() {
        assertThat(print(JsonReport::new, Measured.reached(0)))
                .hasSize(5)
                .allSatisfy(line ->
                        assertThat(JsonParser.parseString(line).isJsonObject()).as(line).isTrue());
    }

    @Test
    void tableFitsAHundredColumnsAndNamesWhatIsMissed() {
        Results results = Measured.reached(0);
        results.add(
                1,
                Contender.LIBKNET,
                CELL,
                new Throughput(1_000_000, 1400, 0.25, 10, OptionalDouble.of(800_000)));
        List<String> lines = print(TextReport::new, results);
        assertThat(lines)
                .contains(
                        "   1400  knet4j                1000000    1400.0    0.00     2.00     60.0"
                                + "     90.0     99.0",
                        "         ratio                    1.00      1.00             0.20     0.60"
                                + "     0.75     0.76",
                        "         libknet                800000 at a pace with loss < 0.1 %",
                        "  1400B-plain-rate             ≥ 10.0      1.00  missed",
                        "  64B-plain-rate               ≥ 10.0     10.00  reached");
        assertThat(lines.subList(1, lines.size()))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    private static List<String> print(Function<Terminal, Report> kind, Results results) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Terminal terminal =
                new Terminal(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(new ByteArrayOutputStream(), true))) {
            Report report = kind.apply(terminal);
            Duration second = Duration.ofSeconds(1);
            report.begins(
                    new Plan(1, List.of(1400), List.of(), List.of(), second, second, 10),
                    new Environment(2, "Linux", "25"));
            report.measured(1, Contender.KNET4J, CELL, Measured.throughput(1400, 1, 0, 1));
            report.measured(1, Contender.KNET4J, CELL, new RoundTripTimes(1, 2, 3));
            report.skipped(Contender.LIBKNET, Measured.ENCRYPTED, "no");
            report.ends(results);
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
