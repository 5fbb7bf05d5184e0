package io.knet4j.bench.overload;

import static io.knet4j.bench.Lines.line;

import io.knet4j.SharedKey;
import io.knet4j.bench.Footprint;
import io.knet4j.bench.MessageSize;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet bench overload}. */
@Command(
        name = "overload",
        description = {
            "Sends messages to a node as fast as it takes them, while garbage floods it, its consumer"
                    + " is too slow or the network is.",
            "",
            "The rate of honest messages is compared with that without a flood, and with that while"
                    + " the same flood goes to a socket that nobody reads: flooding takes a processor,"
                    + " and what that costs others is not the receiver's to help.",
            "",
            "It succeeds when messages arrive under every burden, no link goes down, memory does not"
                    + " grow by more than 16 MiB, and honest messages keep at least half the rate"
                    + " that they have beside such a flood. Their rate does not count when pings are"
                    + " recorded and sent again, as these can make genuine messages look old; when"
                    + " the flood bears the peer's very port, as each datagram costs a signature"
                    + " then; nor with the last three burdens, which limit it themselves. The last"
                    + " line is the verdict.",
            "",
            "To forge the peer's port takes CAP_NET_RAW, and is left out without.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.FAILED_TEXT, ExitCode.USAGE_TEXT})
public final class OverloadCommand implements Callable<Integer> {
    private static final double KEPT = 0.5;
    private static final int ROUNDS = 3;
    private static final long MEMORY_NOISE = 16 << 20;
    private static final double NANOS = 1e9;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = Time.class,
            defaultValue = "2",
            description =
                    "How long each rate is measured: under a burden, without it, and beside a flood"
                            + " that others get. Default: ${DEFAULT-VALUE}.")
    private BigDecimal seconds = BigDecimal.ONE;

    @Option(names = "--plain", description = "Without crypto.")
    private boolean plain;

    @Option(names = "--no-access-lists", description = "Strangers are not told apart by address.")
    private boolean open;

    @Mixin private MessageSize size = new MessageSize();

    private final Terminal terminal;
    private final List<String> faults = new ArrayList<>();

    /** Prints there. */
    public OverloadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --seconds} takes. */
    static final class Time extends NumberOption.Seconds {
        Time() {
            super(BigDecimal.valueOf(0.1));
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        terminal.outLine(
                "burden                                 messages/s  of free  of beside  garbage/s  downs"
                        + "  memory growth");
        int measured = 0;
        try (SharedKey key = SharedKey.generate()) {
            for (Burden burden : Burden.values()) {
                if (plain && burden.needsCrypto()) {
                    continue;
                }
                if (burden.isAllowed()) {
                    measured++;
                    measure(burden, key);
                } else {
                    terminal.outLine(line("%-38s left out: it needs CAP_NET_RAW", burden));
                }
            }
        }
        terminal.outLine(verdict(measured, faults));
        return faults.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** The last line. */
    static String verdict(int burdens, List<String> faults) {
        return faults.isEmpty()
                ? "all held: messages arrived under all " + burdens + " burdens, no link went down"
                : "FAILED: " + String.join("; ", faults);
    }

    private void measure(Burden burden, SharedKey key) throws InterruptedException {
        OverloadedPair.Settings settings = new OverloadedPair.Settings(!plain, !open, size.bytes());
        try (OverloadedPair pair = new OverloadedPair(burden, key, settings)) {
            rate(pair); // compiled, queues as full as they get
            Footprint before = Footprint.now();
            Rates rates = burden.isFlood() ? compare(burden, pair) : new Rates(0, 0, rate(pair), 0);
            long growth = Footprint.now().memory() - before.memory();
            terminal.outLine(
                    line(
                            "%-38s %,10.0f %8s %10s %,10.0f %6d %,9.1f MiB  %s",
                            burden,
                            rates.burdened,
                            percent(rates.burdened, rates.free),
                            percent(rates.burdened, rates.beside),
                            rates.garbage,
                            pair.downs(),
                            Math.max(0, growth) / 1048576.0, // what was free already may go
                            drops(pair)));
            check(burden, rates, pair.downs(), growth);
        }
    }

    /**
     * Per second.
     *
     * @param free messages without a flood
     * @param beside messages beside a flood that others get
     * @param burdened messages under the burden
     * @param garbage datagrams of the flood
     */
    private record Rates(double free, double beside, double burdened, double garbage) {}

    /** In turn, since what else the machine does changes. */
    private Rates compare(Burden burden, OverloadedPair pair) throws InterruptedException {
        double free = 0;
        double beside = 0;
        double burdened = 0;
        double garbage = 0;
        for (int round = 0; round < ROUNDS; round++) {
            free += rate(pair) / ROUNDS;
            try (Bystander bystander = new Bystander();
                    Flood _ = burden.flood(pair, bystander.address())) {
                beside += rate(pair) / ROUNDS;
            }
            try (Flood flood = burden.flood(pair, pair.atReceiver())) {
                long start = System.nanoTime();
                burdened += rate(pair) / ROUNDS;
                garbage += flood.sent() * NANOS / (System.nanoTime() - start) / ROUNDS;
            }
        }
        if (garbage == 0) {
            faults.add(burden + ": no garbage was sent");
        }
        return new Rates(free, beside, burdened, garbage);
    }

    private double rate(OverloadedPair pair) throws InterruptedException {
        long before = pair.arrived();
        long start = System.nanoTime();
        Thread.sleep(NumberOption.Seconds.duration(seconds));
        return (pair.arrived() - before) * NANOS / (System.nanoTime() - start);
    }

    private static String percent(double rate, double of) {
        return of == 0 ? "-" : line("%.0f%%", 100 * rate / of);
    }

    private void check(Burden burden, Rates rates, long downs, long growth) {
        if (rates.burdened == 0) {
            faults.add(burden + ": no messages arrived");
        }
        if (downs > 0) {
            faults.add(burden + ": a link went down");
        }
        if (burden.keepsRate() && rates.burdened < KEPT * rates.beside) {
            faults.add(burden + ": honest messages lost more than half their rate");
        }
        if (growth > MEMORY_NOISE) {
            faults.add(burden + ": memory grew by " + growth + " bytes");
        }
    }

    private static String drops(OverloadedPair pair) {
        return pair.drops().entrySet().stream()
                .filter(drop -> drop.getValue() > 0)
                .map(drop ->
                        drop.getKey().name().toLowerCase(Locale.ROOT).replace('_', '-')
                                + ' '
                                + line("%,d", drop.getValue()))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
