package io.knet4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.bench.CommandRun;
import io.knet4j.interop.junit.RequiresLibKnet;
import org.junit.jupiter.api.Test;

@RequiresLibKnet
class ComparisonSmokeTest {

    @Test
    void measuresBothLibrariesInProcessesOfTheirOwn() {
        CommandRun run =
                CommandRun.of(
                        "--compare",
                        "--rounds=1",
                        "--sizes=1400",
                        "--kinds=aes256+sha256",
                        "--seconds=0.1",
                        "--trips=20",
                        "--json");
        assertThat(run.exitCode()).as("%s", run.err()).isZero();
        JsonObject last = JsonParser.parseString(run.out().getLast()).getAsJsonObject();
        assertThat(last.getAsJsonObject("ratios").keySet())
                .contains(
                        "1400B-aes256+sha256-rate",
                        "1400B-aes256+sha256-cpu",
                        "1400B-aes256+sha256-rtt-p50");
        assertThat(last.getAsJsonArray("rows"))
                .hasSize(2)
                .allSatisfy(row ->
                        assertThat(row.getAsJsonObject().get("rate").getAsDouble()).isPositive());
    }
}
