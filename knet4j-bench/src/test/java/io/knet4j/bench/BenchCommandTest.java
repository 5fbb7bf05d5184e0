package io.knet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.compare.Contender;
import io.knet4j.bench.compare.Kind;
import io.knet4j.bench.compare.Plan;
import io.knet4j.cli.Terminal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {

    @Test
    void wrongValuesAreToldWithTheirOptionAndWhatIsAllowed() {
        assertWrong(
                "knet: --sizes: value 5 is not allowed; allowed: 16 to 65536 bytes",
                "--compare",
                "--sizes=64,5");
        assertWrong(
                "knet: --rounds: value none is not allowed; allowed: 1 to 100",
                "--compare",
                "--rounds=none");
        assertWrong(
                "knet: --seconds: value 0 is not allowed; allowed: 0.05 to 40 seconds",
                "--compare",
                "--seconds=0");
        assertWrong(
                "knet: --trips: value 9 is not allowed; allowed: 10 to 100000",
                "--compare",
                "--trips=9");
        assertWrong(
                "knet: --kinds: value aes9+sha256 is not allowed; allowed: " + Kind.ALLOWED,
                "--compare",
                "--kinds=plain,aes9+sha256");
        assertWrong(
                "knet: --peer: value tcp is not allowed; allowed: aeron, jgroups, mixed, sockets",
                "--compare",
                "--peer=tcp");
        assertWrong(
                "knet: --crypto: value zstd is not allowed; allowed: a cipher and a hash, such as"
                        + " aes256+sha256",
                "--listen=127.0.0.1:5405",
                "--crypto=zstd");
        assertWrong(
                "knet: --connect: value 127.0.0.1 is not allowed; allowed: an address or name and a"
                        + " port of 1 to 65535, such as 10.0.0.1:5405 or [fe80::1]:5405",
                "--connect=127.0.0.1");
    }

    @Test
    void exactlyOneThingIsMeasured() {
        assertWrong(
                "knet: nothing to measure; give one of --compare, --listen, --connect (see: knet"
                        + " bench --help)");
        assertWrong(
                "knet: --compare and --listen exclude each other; give one of --compare, --listen,"
                        + " --connect (see: knet bench --help)",
                "--compare",
                "--listen=127.0.0.1:5405");
    }

    @Test
    void optionsThatWouldHaveNoEffectAreRefused() {
        assertWrong(
                "knet: --key, --once: not with --compare (see: knet bench --help)",
                "--compare",
                "--key=k",
                "--once");
        assertWrong(
                "knet: --sizes, --json: not with --listen (see: knet bench --help)",
                "--listen=127.0.0.1:5405",
                "--size=64",
                "--json");
    }

    @Test
    void aKeyThatIsNotThereIsAnErrorOfTheCommandLine() {
        assertWrong(
                "knet: key file /nowhere/key: there is no such file",
                "--listen=127.0.0.1:5405",
                "--key=/nowhere/key");
    }

    @Test
    void quickMeasuresAllTargetsOnce() {
        Plan plan = plan("--compare", "--quick");
        assertThat(plan.rounds()).isEqualTo(1);
        assertThat(plan.sizes()).containsExactly(64, 1400, 65_536);
        assertThat(plan.kinds()).extracting(Kind::name).containsExactly("plain", "aes256+sha256");
        assertThat(plan.peers()).isEmpty();
    }

    @Test
    void withoutOptionsEverythingIsMeasured() {
        Plan plan = plan("--compare");
        assertThat(plan.rounds()).isEqualTo(3);
        assertThat(plan.sizes()).containsExactly(64, 256, 1024, 1400, 8192, 65_536);
        assertThat(plan.kinds())
                .extracting(Kind::name)
                .containsExactly("plain", "aes256+sha256", "aes256-ctr+sha256", "zstd");
        assertThat(plan.trips()).isEqualTo(10_000);
    }

    @Test
    void optionsOverrideWhatQuickMeans() {
        Plan plan =
                plan(
                        "--compare",
                        "--quick",
                        "--rounds=2",
                        "--size=100",
                        "--kinds=zstd,zstd",
                        "--seconds=0.5",
                        "--peer=aeron,mixed");
        assertThat(plan.rounds()).isEqualTo(2);
        assertThat(plan.sizes()).containsExactly(100);
        assertThat(plan.kinds()).extracting(Kind::name).containsExactly("zstd");
        assertThat(plan.measured()).isEqualTo(Duration.ofMillis(500));
        assertThat(plan.peers())
                .containsExactly(
                        Contender.AERON, Contender.KNET4J_TO_LIBKNET, Contender.LIBKNET_TO_KNET4J);
    }

    @Test
    void everyCommandHasHelpOfEightyColumns() {
        for (String command : new String[] {"", "scaling ", "failover "}) {
            CommandRun run = CommandRun.of((command + "--help").split(" "));
            assertThat(run.exitCode()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .anyMatch(line -> line.startsWith("Usage: knet bench"))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        }
    }

    private static Plan plan(String... args) {
        BenchCommand command = new BenchCommand(Terminal.ofProcess());
        new CommandLine(command).parseArgs(args);
        return command.plan();
    }

    private static void assertWrong(String line, String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.err()).containsExactly(line);
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(2);
    }
}
