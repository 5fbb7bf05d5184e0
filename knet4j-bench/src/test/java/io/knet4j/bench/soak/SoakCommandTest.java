package io.knet4j.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.CommandRun;
import io.knet4j.interop.junit.RequiresLibKnet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SoakCommandTest {
    @Test
    @Tag("slow")
    @RequiresLibKnet
    void aShortRunLosesItsLinksAndNothingElse() {
        CommandRun run = CommandRun.of("soak", "--seconds=20", "--cut-every=8", "--calibration=1");
        assertThat(run.exitCode()).as("%s%s", run.out(), run.err()).isZero();
        assertThat(run.out()).last().asString().startsWith("sent ");
    }

    @Test
    void refusesWhatItCannotDo() {
        CommandRun run = CommandRun.of("soak", "--cut-every=1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .containsExactly(
                        "knet: --cut-every: value 1 is not allowed; allowed: 8 to 86400 seconds");
    }
}
