package io.knet4j.bench.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.CommandRun;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverloadCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"--seconds=1", "--seconds=1 --plain"})
    @Tag("slow")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void linksStayUpAndHonestMessagesGetThroughWhateverTheBurden(String options) {
        CommandRun run = CommandRun.of(("overload " + options).split(" "));
        assertThat(run.exitCode()).as("%s%s", run.out(), run.err()).isZero();
        assertThat(run.out())
                .filteredOn(line -> line.startsWith("a stranger"))
                .hasSize(4)
                .allMatch(line -> line.contains("access-denied"));
        assertThat(run.out().getLast()).startsWith("all held");
    }

    @Test
    void theLastLineIsTheVerdict() {
        assertThat(OverloadCommand.verdict(14, List.of()))
                .isEqualTo("all held: messages arrived under all 14 burdens, no link went down");
        assertThat(OverloadCommand.verdict(14, List.of("a link went down")))
                .isEqualTo("FAILED: a link went down");
        assertThat(OverloadCommand.verdict(14, List.of("one", "another")))
                .isEqualTo("FAILED: one; another");
    }
}
