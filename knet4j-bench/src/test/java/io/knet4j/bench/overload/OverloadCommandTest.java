package io.knet4j.bench.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.CommandRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OverloadCommandTest {
    @Test
    @Tag("slow")
    void linksStayUpAndHonestMessagesGetThroughWhateverTheBurden() {
        CommandRun run = CommandRun.of("overload", "--seconds=3");
        assertThat(run.exitCode()).as("%s%s", run.out(), run.err()).isZero();
        assertThat(run.out()).hasSize(1 + Burden.values().length);
        assertThat(run.out().get(2)).contains("access-denied");
        assertThat(run.out().get(3)).contains("not-authentic");
    }
}
