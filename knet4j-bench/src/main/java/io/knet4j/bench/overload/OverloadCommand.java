package io.knet4j.bench.overload;

import static io.knet4j.bench.Lines.line;

import io.knet4j.SharedKey;
import io.knet4j.bench.Footprint;
import io.knet4j.bench.MessageSize;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import java.math.BigDecimal;
import java.time.Duration;
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
            "Sends encrypted messages to a node as fast as it takes them, while garbage floods it or"
                    + " its consumer is too slow.",
            "",
            "It succeeds when no link goes down, memory does not grow, and honest messages keep at"
                    + " least half their rate beside a flood.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.FAILED_TEXT, ExitCode.USAGE_TEXT})
public final class OverloadCommand implements Callable<Integer> {
    private static final double KEPT = 0.5;
    private static final long MEMORY_NOISE = 16 << 20;
    private static final double NANOS = 1e9;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = Time.class,
            defaultValue = "5",
            description =
                    "How long each burden lasts, and the time before that counts. Default:"
                            + " ${DEFAULT-VALUE}.")
    private BigDecimal seconds = BigDecimal.ONE;

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
                "burden                                  messages/s   kept  garbage/s  downs  memory");
        try (SharedKey key = SharedKey.generate()) {
            double free = measure(Burden.NONE, key, 0);
            for (Burden burden : Burden.values()) {
                if (burden != Burden.NONE) {
                    measure(burden, key, free);
                }
            }
        }
        faults.forEach(fault -> terminal.outLine("FAULT: " + fault));
        return faults.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private double measure(Burden burden, SharedKey key, double free) throws InterruptedException {
        Duration time = NumberOption.Seconds.duration(seconds);
        try (OverloadedPair pair = new OverloadedPair(burden, key, size.bytes())) {
            Thread.sleep(time); // compiled, queues as full as they get
            Footprint before = Footprint.now();
            List<Flood> floods = pair.floods();
            try {
                long arrivedBefore = pair.arrived();
                long start = System.nanoTime();
                Thread.sleep(time);
                double passed = (System.nanoTime() - start) / NANOS;
                double rate = (pair.arrived() - arrivedBefore) / passed;
                double garbage = floods.stream().mapToLong(Flood::sent).sum() / passed;
                long growth = Footprint.now().memory() - before.memory();
                double kept = burden == Burden.NONE ? 1 : rate / free;
                terminal.outLine(
                        line(
                                "%-38s %,11.0f %5.0f%% %,10.0f %6d %+,5.1f MiB  %s",
                                burden,
                                rate,
                                100 * kept,
                                garbage,
                                pair.downs(),
                                growth / 1048576.0,
                                drops(pair)));
                check(burden, rate, kept, pair.downs(), growth);
                if (floods.stream().anyMatch(flood -> flood.sent() == 0)) {
                    faults.add(burden + ": no garbage was sent");
                }
                return rate;
            } finally {
                floods.forEach(Flood::close);
            }
        }
    }

    private void check(Burden burden, double rate, double kept, long downs, long growth) {
        if (rate == 0) {
            faults.add(burden + ": no messages arrived");
        }
        if (downs > 0) {
            faults.add(burden + ": a link went down");
        }
        if (burden.comparable() && kept < KEPT) {
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
