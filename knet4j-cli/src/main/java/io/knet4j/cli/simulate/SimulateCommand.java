package io.knet4j.cli.simulate;

import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import io.knet4j.testkit.campaign.Campaign;
import io.knet4j.testkit.campaign.CampaignReport;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code knet simulate}. */
@Command(
        name = "simulate",
        description = {
            "Searches for faults of knet4j in simulated networks.",
            "",
            "Each run is another cluster in virtual time, to which other things happen: loss, cuts,"
                    + " delay, reordering, copies, damage, pauses, crashes, changes of keys and of"
                    + " the configuration. After each event is looked at whether the nodes keep"
                    + " their promises. The seed decides everything. The schedule of the first run"
                    + " that fails is shrunk to what is needed to fail.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            "0:no run failed",
            "1:a run failed: a promise was broken",
            "2:the command line is wrong"
        })
public final class SimulateCommand implements Callable<Integer> {

    private static final int MAX_RUNS = 1_000_000_000;
    private static final int MAX_THREADS = 1024;

    @Option(
            names = "--runs",
            paramLabel = "N",
            converter = Runs.class,
            defaultValue = "1000",
            description = "How many runs; default ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = NumberOption.Any.class,
            defaultValue = "1",
            description =
                    "Seed of the first run, the others have those that follow; default"
                            + " ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Threads.class,
            description = "How many runs at a time; default: one on each processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--keep-going",
            description = "Go on after a run that failed, and count those that fail.")
    private boolean keepGoing;

    @Option(
            names = "--json",
            description = "Print a last line that has the verdict and all figures as JSON.")
    private boolean json;

    // The log manager holds loggers weakly, and with them their levels.
    private final Logger log = Logger.getLogger("io.knet4j");

    private final Terminal terminal;

    public SimulateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --runs} takes. */
    static final class Runs extends NumberOption.Whole {
        Runs() {
            super(1, MAX_RUNS, "");
        }
    }

    /** What {@code --threads} takes. */
    static final class Threads extends NumberOption.Whole {
        Threads() {
            super(1, MAX_THREADS, "");
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        // Simulated links come and go by the thousand: what nodes log about it is noise.
        LogManager.getLogManager().reset();
        log.setLevel(Level.OFF);
        CampaignReport report = Campaign.run(seed, runs, threads, keepGoing, this::tell);
        report.lines().forEach(terminal::outLine);
        if (json) {
            terminal.outLine(CampaignJson.line(seed, report));
        }
        return report.isClean() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void tell(Campaign.Progress progress) {
        terminal.errLine(
                String.format(
                        Locale.ROOT,
                        "%,d of %,d runs, %.0f runs/s, %d failed",
                        progress.runs(),
                        runs,
                        progress.runs() / progress.seconds(),
                        progress.failed()));
    }
}
