package io.knet4j.bench.soak;

import static io.knet4j.bench.Lines.line;

import io.knet4j.SharedKey;
import io.knet4j.bench.CLibrary;
import io.knet4j.bench.MessageSize;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import java.math.BigDecimal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet bench soak}. */
@Command(
        name = "soak",
        description = {
            "Lets a node of knet4j and one of the C library exchange encrypted messages for long,"
                    + " at half the rate that they can, while one of two links is cut now and then.",
            "",
            "It succeeds when no message came damaged or twice, messages came all the time in both"
                    + " directions, and memory, threads and descriptors did not grow.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.FAILED_TEXT, ExitCode.USAGE_TEXT})
public final class SoakCommand implements Callable<Integer> {
    private static final String CIPHER = "aes256";
    private static final String HASH = "sha256";
    private static final long SEED = 1;
    private static final double SHARE = 0.5;

    private final Terminal terminal;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = NumberOption.Seconds.class,
            defaultValue = "1800",
            description = "How long. Default: ${DEFAULT-VALUE}.")
    private BigDecimal seconds = BigDecimal.ZERO;

    @Option(
            names = "--cut-every",
            paramLabel = "S",
            converter = CutEvery.class,
            defaultValue = "10",
            description = "A link is cut for 3 seconds, so often. Default: ${DEFAULT-VALUE}.")
    private BigDecimal cutEvery = BigDecimal.TEN;

    @Option(
            names = "--calibration",
            paramLabel = "S",
            converter = Calibration.class,
            defaultValue = "5",
            description =
                    "How long both send as fast as they can, to see what they can. Default:"
                            + " ${DEFAULT-VALUE}.")
    private BigDecimal calibration = BigDecimal.ZERO;

    @Mixin private MessageSize size = new MessageSize();

    /** Prints there. */
    public SoakCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --cut-every} takes: a link must have the time to come up again. */
    static final class CutEvery extends NumberOption.Seconds {
        CutEvery() {
            super(BigDecimal.valueOf(8));
        }
    }

    /** What {@code --calibration} takes. */
    static final class Calibration extends NumberOption.Seconds {
        Calibration() {
            super(BigDecimal.ONE);
        }
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        CLibrary.require("one of the two nodes is its");
        NumberedMessages messages = new NumberedMessages(size.bytes(), SEED);
        try (SharedKey key = SharedKey.generate()) {
            double toC;
            double toJava;
            try (SoakPair direct = new SoakPair(messages, CIPHER, HASH, key, false)) {
                direct.awaitUp();
                direct.send(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
                Thread.sleep(NumberOption.Seconds.duration(calibration));
                direct.stop();
                toC = direct.atC.counts().messages() / calibration.doubleValue();
                toJava = direct.atJava.counts().messages() / calibration.doubleValue();
            }
            if (toC == 0 || toJava == 0) {
                throw CommandException.failed("no messages arrive");
            }
            terminal.outLine(
                    line(
                            "%s+%s, %,d bytes; as fast as they can: %,.0f messages/s to C, %,.0f to"
                                    + " Java; half of that:",
                            CIPHER, HASH, size.bytes(), toC, toJava));
            try (SoakPair pair = new SoakPair(messages, CIPHER, HASH, key, true)) {
                pair.awaitUp();
                pair.send(toC * SHARE, toJava * SHARE);
                SoakRun run =
                        new SoakRun(
                                pair, NumberOption.Seconds.duration(cutEvery), terminal::outLine);
                return run.run(NumberOption.Seconds.duration(seconds))
                        ? ExitCode.OK
                        : ExitCode.FAILED;
            }
        }
    }
}
