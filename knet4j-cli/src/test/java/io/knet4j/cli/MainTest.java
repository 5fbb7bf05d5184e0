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
                .anyMatch(line -> line.startsWith("  status "))
                .anyMatch(line -> line.startsWith("  link "))
                .anyMatch(line -> line.startsWith("  reload "))
                .anyMatch(line -> line.startsWith("  keygen "))
                .anyMatch(line -> line.startsWith("  demo "))
                .anyMatch(line -> line.startsWith("  simulate "))
                .anyMatch(line -> line.startsWith("  bench "))
                .noneMatch(line -> line.contains("demo-host"));
    }

    @Test
    void everyCommandHasHelpOfEightyColumns() throws Exception {
        for (String command :
                new String[] {
                    "",
                    "node",
                    "status",
                    "link",
                    "link disable",
                    "link enable",
                    "link priority",
                    "reload",
                    "keygen",
                    "demo",
                    "simulate"
                }) {
            CommandRun run = CommandRun.toTheEnd((command + " --help").trim().split(" "));
            assertThat(run.exitCode()).isZero();
            assertThat(run.err().lines()).isEmpty();
            assertThat(run.out().lines())
                    .anyMatch(line -> line.startsWith("Exit codes:"))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        }
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
                "knet: Missing required parameters: 'HOST', 'LINK' (see: knet link disable"
                        + " --help)",
                "link",
                "disable");
        assertWrong("knet: Unknown option: '--dry' (see: knet reload --help)", "reload", "--dry");
        assertWrong(
                "knet: --seconds: value 5 is not allowed; allowed: 6 to 600",
                "demo",
                "--seconds=5");
    }

    @Test
    void namesWhatAnOptionAllows() throws Exception {
        assertWrong(
                "knet: --seconds: value abc is not allowed; allowed: 6 to 600",
                "demo",
                "--seconds",
                "abc");
        assertWrong(
                "knet: --seed: value 1.5 is not allowed; allowed: a whole number of up to 18"
                        + " digits",
                "demo",
                "--seed=1.5");
        assertWrong(
                "knet: --id: value one is not allowed; allowed: 1 to 65535",
                "node",
                "--config=c",
                "--id=one");
        assertWrong(
                "knet: --to: value 0 is not allowed; allowed: 1 to 65535",
                "node",
                "--config=c",
                "--id=1",
                "--to=0");
        assertWrong(
                "knet: --channel: value 32 is not allowed; allowed: 0 to 31",
                "node",
                "--config=c",
                "--id=1",
                "--channel=32");
        for (String wait : new String[] {"-1", "soon", "86401"}) {
            assertWrong(
                    "knet: --wait: value " + wait + " is not allowed; allowed: 0 to 86400 seconds",
                    "node",
                    "--config=c",
                    "--id=1",
                    "--wait=" + wait);
        }
        assertWrong(
                "knet: --log-level: value loud is not allowed; allowed: off, error, warning, info,"
                        + " debug, trace",
                "demo",
                "--log-level=loud");
    }

    @Test
    void saysWhereBenchIs() throws Exception {
        CommandRun run = CommandRun.toTheEnd("bench", "--compare", "--rounds=2");
        assertThat(run.err().lines())
                .containsExactly(
                        "knet: bench is not in this jar; in a checkout, run: ./knet bench --compare"
                                + " --rounds=2");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private static void assertWrong(String line, String... args) throws Exception {
        CommandRun run = CommandRun.toTheEnd(args);
        assertThat(run.err().lines()).containsExactly(line);
        assertThat(run.out().lines()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(2);
    }
}
