package io.knet4j.cli.demo;

import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.LogOptions;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet demo}. */
@Command(
        name = "demo",
        description = {
            "Shows what redundant links are good for.",
            "",
            "Starts three hosts as processes of their own, with two links between each pair, and"
                    + " lets them send to each other all the time. For each policy, passive, active"
                    + " and round-robin, cuts a link, heals it later, and measures what the messages"
                    + " felt of it.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            ExitCode.OK_TEXT,
            "1:messages were lost or doubled that should not, or the cut was detected too late",
            ExitCode.USAGE_TEXT
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int MIN_SECONDS = 6;
    private static final int MAX_SECONDS = 600;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            converter = Length.class,
            defaultValue = "12",
            description =
                    "How long the hosts send, in total, "
                            + MIN_SECONDS
                            + " to "
                            + MAX_SECONDS
                            + "; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--json",
            description =
                    "Print JSON lines; the last one has the verdict and all figures, times in"
                            + " milliseconds.")
    private boolean json;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = NumberOption.Any.class,
            defaultValue = "1",
            description = "Of the sizes of the messages; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--no-crypto",
            description =
                    "Let packets travel clear, rather than encrypted with aes256 and signed with"
                            + " sha256 under a random key.")
    private boolean clear;

    @Mixin private LogOptions log = new LogOptions();

    private final Terminal terminal;

    public DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --seconds} takes. */
    static final class Length extends NumberOption.Whole {
        Length() {
            super(MIN_SECONDS, MAX_SECONDS, "");
        }
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        log.apply(terminal);
        return new Demo(terminal, json, Duration.ofSeconds(seconds), seed, !clear).run()
                ? ExitCode.OK
                : ExitCode.FAILED;
    }
}
