package io.knet4j.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.cli.CommandRun;
import io.knet4j.testkit.campaign.CampaignReport;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SimulateCommandTest {

    @Test
    void printsWhatWasDoneAndThatNothingWasFound() throws Exception {
        CommandRun run =
                CommandRun.toTheEnd("simulate", "--runs=5", "--seed=7", "--threads=2", "--json");
        assertThat(run.exitCode()).as("%s", run.out().lines()).isZero();
        List<String> lines = run.out().lines();
        assertThat(lines)
                .anyMatch(line -> line.matches("5 runs in .* s \\(\\d+ runs/s\\), .* simulated"))
                .anyMatch(line -> line.startsWith("faults injected: "))
                .anyMatch(line -> line.startsWith("invariants checked: "))
                .contains("clean: no run failed");
        JsonObject json = JsonParser.parseString(lines.getLast()).getAsJsonObject();
        assertThat(json.get("clean").getAsBoolean()).isTrue();
        assertThat(json.get("runs").getAsLong()).isEqualTo(5);
        assertThat(json.get("seed").getAsLong()).isEqualTo(7);
        assertThat(json.getAsJsonObject("faults").size()).isPositive();
        assertThat(json.getAsJsonObject("checks").get("messages").getAsLong()).isPositive();
        assertThat(json.getAsJsonArray("failed_seeds").isEmpty()).isTrue();
    }

    @Test
    void saysWhatFailedAndHowToReplayIt() {
        CampaignReport report =
                new CampaignReport(
                        10,
                        2,
                        30,
                        5,
                        6,
                        1,
                        new TreeMap<>(Map.of("sequence wrap", 2L)),
                        new TreeMap<>(Map.of("messages", 3L)),
                        0,
                        0,
                        0,
                        0,
                        List.of(8L, 9L),
                        new CampaignReport.Failure(
                                8,
                                "all is lost, DROPS=3",
                                20,
                                "2 hosts",
                                List.of("3 ms: Boom"),
                                "new Plan(\n    8L)",
                                "lost"));
        assertThat(report.isClean()).isFalse();
        assertThat(report.lines())
                .contains(
                        "10 runs in 2.0 s (5 runs/s), 30 s simulated",
                        "faults injected: sequence wrap 2",
                        "FAILED: 2 runs, with seeds 8, 9",
                        "seed 8: all is lost, DROPS=3",
                        "shrunk from 20 to 1 step, on 2 hosts:",
                        "  3 ms: Boom",
                        "  then: lost",
                        "as a test, for FoundPlansTest:",
                        "  new Plan(",
                        "      8L)",
                        "to replay: ./knet simulate --runs=1 --seed=8");
        String line = CampaignJson.line(1, report);
        assertThat(line).contains("DROPS=3");
        JsonObject json = JsonParser.parseString(line).getAsJsonObject();
        assertThat(json.get("clean").getAsBoolean()).isFalse();
        assertThat(json.getAsJsonObject("faults").get("sequence_wrap").getAsLong()).isEqualTo(2);
        JsonObject first = json.getAsJsonObject("first_failure");
        assertThat(first.get("seed").getAsLong()).isEqualTo(8);
        assertThat(first.get("plan").getAsString()).isEqualTo("new Plan(\n    8L)");
        assertThat(first.get("replay").getAsString()).endsWith("--seed=8");
    }
}
