package io.knet4j.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.cli.CommandRun;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DemoCommandTest {

    /** On a busy machine a phase may be measured more than once. */
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    @Test
    void measuresThatACutCostsLittle() throws Exception {
        try (CommandRun run = CommandRun.start("demo", "--seconds", "6", "--json")) {
            String last = run.out().await(PATIENCE, line -> line.startsWith("{\"ok\":"));
            int exitCode = run.exitCode();
            List<String> lines = run.out().lines();
            assertThat(lines.getLast()).isEqualTo(last);
            assertThat(lines.getFirst())
                    .isEqualTo(
                            "{\"event\":\"cluster\",\"hosts\":3,\"links\":2,\"crypto\":{\"cipher\":\"aes256\",\"hash\":\"sha256\",\"key_bytes\":1024}}");
            assertThat(lines)
                    .contains("{\"event\":\"phase\",\"policy\":\"passive\",\"at_ms\":0.0}");
            for (String event : List.of("cut", "healed", "link-down", "link-up", "active-links")) {
                assertThat(lines).anyMatch(line -> line.startsWith("{\"event\":\"" + event + "\""));
            }
            JsonObject summary = JsonParser.parseString(last).getAsJsonObject();
            assertThat(summary.get("ok").getAsBoolean()).as(last).isTrue();
            assertThat(exitCode).isZero();
            assertThat(summary.get("encrypted").getAsBoolean()).isTrue();
            assertThat(summary.getAsJsonArray("policies"))
                    .extracting(policy -> policy.getAsJsonObject().get("policy").getAsString())
                    .containsExactly("passive", "active", "round-robin");
            summary.getAsJsonArray("policies").forEach(DemoCommandTest::check);
        }
    }

    @Test
    @Tag("slow")
    void runsWithoutCrypto() throws Exception {
        try (CommandRun run = CommandRun.start("demo", "--seconds", "6", "--json", "--no-crypto")) {
            String last = run.out().await(PATIENCE, line -> line.startsWith("{\"ok\":"));
            assertThat(last).startsWith("{\"ok\":true,\"encrypted\":false,");
            assertThat(run.out().lines().getFirst())
                    .isEqualTo("{\"event\":\"cluster\",\"hosts\":3,\"links\":2,\"crypto\":null}");
        }
    }

    private static void check(JsonElement element) {
        JsonObject policy = element.getAsJsonObject();
        long sent = policy.get("sent").getAsLong();
        long lost = policy.get("lost").getAsLong();
        assertThat(sent).isGreaterThan(500);
        assertThat(policy.get("delivered").getAsLong()).isEqualTo(sent - lost);
        assertThat(lost).isLessThanOrEqualTo(policy.get("lost_allowed").getAsLong());
        assertThat(policy.get("duplicated").getAsLong()).isZero();
        assertThat(policy.get("damaged").getAsLong()).isZero();
        assertThat(policy.get("detect_ms").getAsDouble())
                .isPositive()
                .isLessThanOrEqualTo(policy.get("detect_limit_ms").getAsDouble());
        assertThat(policy.get("longest_gap_ms").getAsDouble()).isPositive();
        assertThat(policy.get("restored_ms").getAsDouble()).isPositive();
        assertThat(policy.getAsJsonArray("failures")).isEmpty();
    }
}
