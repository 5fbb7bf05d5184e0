package io.knet4j.bench;

import io.knet4j.ConfigurationException;
import io.knet4j.bench.compare.Comparison;
import io.knet4j.bench.compare.Contender;
import io.knet4j.bench.compare.JsonReport;
import io.knet4j.bench.compare.Kind;
import io.knet4j.bench.compare.Plan;
import io.knet4j.bench.compare.TextReport;
import io.knet4j.bench.remote.Connector;
import io.knet4j.bench.remote.Listener;
import io.knet4j.bench.remote.Settings;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code knet bench}. */
@Command(
        name = "knet bench",
        description = {
            "Measures knet4j: beside the C library on this machine, or between two machines.",
            "",
            "With --compare, pairs of processes send messages over loopback, knet4j and the C"
                    + " library (libknet1) in turn, round by round; printed are the medians, and the"
                    + " ratios. docs/performance.md tells how it is done and what the names of ratios"
                    + " mean.",
            "",
            "With --listen here and --connect there, two machines measure the network between them,"
                    + " in both directions. Both must give the same --key and --crypto.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            "0:everything was measured, whether targets were reached or not",
            "1:something could not be measured, such as the C library that is not installed",
            "2:the command line is wrong"
        })
public final class BenchCommand implements Callable<Integer> {
    private static final List<Integer> SIZES = List.of(64, 256, 1024, 1400, 8192, 65_536);
    private static final List<Integer> QUICK_SIZES = List.of(64, 1400, 65_536);
    private static final List<String> KINDS =
            List.of("plain", "aes256+sha256", "aes256-ctr+sha256", "zstd");
    private static final List<String> QUICK_KINDS = List.of("plain", "aes256+sha256");
    private static final int ROUNDS = 3;
    private static final int QUICK_ROUNDS = 1;
    private static final int TRIPS = 10_000;
    private static final int QUICK_TRIPS = 3_000;
    private static final Duration RUN = Duration.ofSeconds(1);
    private static final Duration QUICK_RUN = Duration.ofMillis(700);
    private static final Duration REMOTE_RUN = Duration.ofSeconds(5);

    @Option(names = "--compare", description = "Measure beside the C library on this machine.")
    private boolean compare;

    @Option(
            names = "--listen",
            paramLabel = "IP:PORT",
            converter = AddressOption.class,
            description = "Wait for the other machine at this address, until interrupted.")
    private @Nullable InetSocketAddress listen;

    @Option(
            names = "--connect",
            paramLabel = "IP:PORT",
            converter = AddressOption.class,
            description = "Measure with the machine that listens there.")
    private @Nullable InetSocketAddress connect;

    @Option(
            names = {"--size", "--sizes"},
            split = ",",
            paramLabel = "BYTES",
            converter = MessageSize.Bytes.class,
            description =
                    "Sizes of messages. Default: 64,256,1024,1400,8192,65536; 64,1400,65536 with"
                            + " --quick and --connect.")
    private List<Integer> sizes = List.of();

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            converter = KindOption.class,
            description =
                    "What happens to messages: "
                            + Kind.ALLOWED
                            + ". Default: plain,aes256+sha256,aes256-ctr+sha256,zstd;"
                            + " plain,aes256+sha256 with --quick.")
    private List<Kind> kinds = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            converter = Rounds.class,
            description = "How often everything is measured. Default: 3; 1 with --quick.")
    private @Nullable Integer rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = Length.class,
            description =
                    "How long each stream of messages flows. Default: 1; 0.7 with --quick, 5 with"
                            + " --connect.")
    private @Nullable BigDecimal seconds;

    @Option(
            names = "--trips",
            paramLabel = "N",
            converter = Trips.class,
            description =
                    "Round trips of messages of 64 and 1,400 bytes that count. Default: 10000; 3000"
                            + " with --quick.")
    private @Nullable Integer trips;

    @Option(
            names = "--quick",
            description = "Measure what the targets are about, and only once: about a minute.")
    private boolean quick;

    @Option(
            names = "--peer",
            split = ",",
            paramLabel = "PEER",
            converter = Peer.class,
            description =
                    "Measure others as well, with --compare: "
                            + Peer.ALLOWED
                            + ". mixed is knet4j with the C library, in both directions; sockets is"
                            + " nothing but UDP sockets.")
    private List<Contender> peers = List.of();

    @Option(names = "--json", description = "Print JSON lines; the last one has everything.")
    private boolean json;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Encrypt between two machines with this key, as knet keygen makes it.")
    private @Nullable Path key;

    @Option(
            names = "--crypto",
            paramLabel = "CIPHER+HASH",
            converter = Suite.class,
            description = "How to encrypt with --key. Default: aes256+sha256.")
    private Kind.Protected suite = new Kind.Protected("aes256", "sha256");

    @Option(names = "--once", description = "Listen for one measurement only.")
    private boolean once;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final Terminal terminal;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        checkModes();
        try {
            measure();
        } catch (ConfigurationException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        } catch (IllegalStateException | IOException | TimeoutException e) {
            throw CommandException.failed("could not be measured: " + e.getMessage(), e);
        }
        return ExitCode.OK;
    }

    private void measure()
            throws CommandException, IOException, InterruptedException, TimeoutException {
        if (compare) {
            compare();
        } else if (listen != null) {
            new Listener(terminal, listen, security()).run(once);
        } else if (connect != null) {
            new Connector(
                            terminal,
                            connect,
                            security(),
                            sizes.isEmpty() ? QUICK_SIZES : sizes,
                            length(REMOTE_RUN),
                            trips == null ? TRIPS : trips,
                            json)
                    .run();
        }
    }

    private void checkModes() throws CommandException {
        List<String> modes = given("--compare", "--listen", "--connect");
        if (modes.size() != 1) {
            throw CommandException.usage(
                    (modes.isEmpty()
                                    ? "nothing to measure"
                                    : String.join(" and ", modes) + " exclude each other")
                            + "; give one of --compare, --listen, --connect (see: knet bench"
                            + " --help)");
        }
        String mode = modes.getFirst();
        List<String> strange =
                switch (mode) {
                    case "--compare" -> given("--key", "--crypto", "--once");
                    case "--listen" ->
                            given(
                                    "--sizes",
                                    "--kinds",
                                    "--rounds",
                                    "--seconds",
                                    "--trips",
                                    "--quick",
                                    "--peer",
                                    "--json");
                    default -> given("--kinds", "--rounds", "--quick", "--peer", "--once");
                };
        if (!strange.isEmpty()) {
            throw CommandException.usage(
                    String.join(", ", strange)
                            + ": not with "
                            + mode
                            + " (see: knet bench --help)");
        }
    }

    private List<String> given(String... options) {
        ParseResult line = spec.commandLine().getParseResult();
        return Arrays.stream(options).filter(line::hasMatchedOption).toList();
    }

    private void compare()
            throws CommandException, IOException, InterruptedException, TimeoutException {
        CLibrary.require("it is what --compare measures beside knet4j");
        new Comparison(plan(), json ? new JsonReport(terminal) : new TextReport(terminal)).run();
    }

    /** What the options ask for. */
    Plan plan() {
        Duration run = length(quick ? QUICK_RUN : RUN);
        List<Kind> chosen =
                kinds.isEmpty()
                        ? (quick ? QUICK_KINDS : KINDS)
                                .stream().flatMap(name -> Kind.named(name).stream()).toList()
                        : kinds;
        return new Plan(
                rounds == null ? (quick ? QUICK_ROUNDS : ROUNDS) : rounds,
                sizes.isEmpty() ? (quick ? QUICK_SIZES : SIZES) : sizes,
                chosen.stream().distinct().toList(),
                peers.stream().distinct().toList(),
                run.multipliedBy(4).dividedBy(5),
                run,
                trips == null ? (quick ? QUICK_TRIPS : TRIPS) : trips);
    }

    private Settings security() {
        return new Settings(key, suite.cipher(), suite.hash());
    }

    private Duration length(Duration otherwise) {
        return seconds == null ? otherwise : NumberOption.Seconds.duration(seconds);
    }

    /** What {@code --rounds} takes. */
    static final class Rounds extends NumberOption.Whole {
        Rounds() {
            super(1, 100, "");
        }
    }

    /** What {@code --trips} takes. */
    static final class Trips extends NumberOption.Whole {
        Trips() {
            super(10, 100_000, "");
        }
    }

    /** What {@code --seconds} takes. */
    static final class Length implements ITypeConverter<BigDecimal> {
        private static final BigDecimal MIN = new BigDecimal("0.05");
        private static final BigDecimal MAX = new BigDecimal("40");

        @Override
        public BigDecimal convert(String text) {
            try {
                BigDecimal value = new BigDecimal(text);
                if (value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0) {
                    return value;
                }
            } catch (NumberFormatException _) {
                // told below
            }
            throw NumberOption.notAllowed(MIN + " to " + MAX + " seconds");
        }
    }

    /** What {@code --kinds} takes; a name may stand for several, which picocli puts in a row. */
    static final class KindOption implements ITypeConverter<List<Kind>> {
        @Override
        public List<Kind> convert(String text) {
            List<Kind> named = Kind.named(text);
            if (named.isEmpty()) {
                throw NumberOption.notAllowed(Kind.ALLOWED);
            }
            return named;
        }
    }

    /** What {@code --crypto} takes. */
    static final class Suite implements ITypeConverter<Kind.Protected> {
        @Override
        public Kind.Protected convert(String text) {
            List<Kind> named = text.equals("suites") ? List.of() : Kind.named(text);
            if (!named.isEmpty() && named.getFirst() instanceof Kind.Protected suite) {
                return suite;
            }
            throw NumberOption.notAllowed("a cipher and a hash, such as aes256+sha256");
        }
    }

    /** What {@code --peer} takes. */
    static final class Peer implements ITypeConverter<List<Contender>> {
        static final String ALLOWED = "aeron, jgroups, mixed, sockets";

        @Override
        public List<Contender> convert(String text) {
            return switch (text) {
                case "aeron" -> List.of(Contender.AERON);
                case "jgroups" -> List.of(Contender.JGROUPS);
                case "sockets" -> List.of(Contender.SOCKETS);
                case "mixed" -> List.of(Contender.KNET4J_TO_LIBKNET, Contender.LIBKNET_TO_KNET4J);
                default -> throw NumberOption.notAllowed(ALLOWED);
            };
        }
    }
}
