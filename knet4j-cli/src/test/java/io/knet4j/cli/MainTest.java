package io.knet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {

    @Test
    void withoutArgumentsPrintsHelp() throws Exception {
        CommandRun run = CommandRun.toTheEnd();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().getFirst()).startsWith("Usage: knet");
        assertThat(run.out().lines())
                .anyMatch(line -> line.startsWith("  node "))
                .anyMatch(line -> line.startsWith("  demo "))
                .noneMatch(line -> line.contains("demo-host"));
    }

    @Test
    void printsItsVersion() throws Exception {
        CommandRun run = CommandRun.toTheEnd("--version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).singleElement().asString().startsWith("knet ");
    }

    @Test
    void printsOneLineAboutWrongUse() throws Exception {
        assertWrong("knet: unknown command or option: dance (see: knet --help)", "dance");
        assertWrong(
                "knet: Missing required options: '--config=FILE', '--id=N' (see: knet node"
                        + " --help)",
                "node");
        assertWrong(
                "knet: --seconds: value 5 is not allowed; allowed: 6 to 600",
                "demo",
                "--seconds=5");
    }

    private static void assertWrong(String line, String... args) throws Exception {
        CommandRun run = CommandRun.toTheEnd(args);
        assertThat(run.err().lines()).containsExactly(line);
        assertThat(run.out().lines()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(2);
    }
}
