package io.knet4j.cli.node;

import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent;
import io.knet4j.KnetStatistics;
import io.knet4j.Reason;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.LogOptions;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.SignalEnd;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ClusterNode;
import io.knet4j.cli.control.ControlPlace;
import io.knet4j.cli.control.NodeControlSocket;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet node}. */
@Command(
        name = "node",
        description = {
            "Runs a node of a cluster.",
            "",
            "Each line of standard input is sent as a message, to all other nodes or to one. Each"
                    + " message that comes is printed as 'from NODE: TEXT', or 'from NODE/CHANNEL:"
                    + " TEXT' when its channel is not 0, with control characters and bytes that are"
                    + " no UTF-8 as \\xNN. What happens to links and hosts is told on standard error,"
                    + " with the local time. SIGINT and SIGTERM end the node with exit code 0.",
            "",
            "Crypto and compression are those of the file. A relative 'keyfile' is looked for in the"
                    + " file's folder; 'knet keygen' makes one.",
            "",
            "While the node runs, 'knet status' shows how it is doing, 'knet link' changes its links"
                    + " and 'knet reload' has it read its file again: all through a control socket"
                    + " that only this user can use.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            ExitCode.OK_TEXT,
            "1:an address or the control socket cannot be bound, or a line of the input was not"
                    + " sent",
            ExitCode.USAGE_TEXT
        })
public final class NodeCommand implements Callable<Integer> {

    private static final Duration OUTPUT_CHECK = Duration.ofMillis(500);

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The cluster, in the syntax of corosync.conf(5).")
    private Path config = Path.of("");

    @Option(
            names = "--id",
            required = true,
            paramLabel = "N",
            converter = NodeId.class,
            description = "Which node of the file this is.")
    private int id;

    @Option(
            names = "--to",
            paramLabel = "N",
            converter = NodeId.class,
            description = "Send to this node only, rather than to all.")
    private @Nullable Integer to;

    @Option(
            names = "--channel",
            paramLabel = "C",
            converter = ChannelNumber.class,
            defaultValue = "0",
            description =
                    "Send on this channel, 0 to 31; default ${DEFAULT-VALUE}. Messages are received"
                            + " on all.")
    private int channel;

    @Option(
            names = "--json",
            description =
                    "Print messages and events as JSON lines, all on standard output. A message"
                            + " has its bytes as \"text\", or as \"base64\" if they are no UTF-8.")
    private boolean json;

    @Option(
            names = "--stay",
            description = "Keep running when the input ends, rather than end with it.")
    private boolean stay;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            converter = NumberOption.Seconds.class,
            defaultValue = "10",
            description =
                    "How long lines wait for a node to become reachable before they are given up;"
                            + " default ${DEFAULT-VALUE}.")
    private BigDecimal wait = BigDecimal.TEN;

    @Option(
            names = "--control",
            paramLabel = "PATH",
            description =
                    "Where the control socket is made: its path, a folder, or 'none'; default: the"
                            + " environment variable KNET_CONTROL, else $XDG_RUNTIME_DIR/knet,"
                            + " /run/knet for root, /run/user/UID/knet or /tmp/knet-UID, the first"
                            + " that is there.")
    private @Nullable String control;

    @Mixin private LogOptions log = new LogOptions();

    private final Terminal terminal;

    public NodeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --id} and {@code --to} take. */
    static final class NodeId extends NumberOption.Whole {
        NodeId() {
            super(1, 65_535, "");
        }
    }

    /** What {@code --channel} takes. */
    static final class ChannelNumber extends NumberOption.Whole {
        ChannelNumber() {
            super(0, Knet.MAX_CHANNELS - 1, "");
        }
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        log.apply(terminal);
        ClusterConfig cluster = NodeFile.load(config);
        ClusterNode self = NodeFile.node(cluster, id);
        OptionalInt destination = destination(cluster);
        NodeFile.warnings(cluster).forEach(warning -> terminal.errLine("warning: " + warning));
        HostNames names = new HostNames(cluster);
        return run(
                cluster,
                self,
                destination,
                names,
                json
                        ? new JsonReporter(terminal, names)
                        : new TextReporter(terminal, names, Clock.system(ZoneId.systemDefault())));
    }

    private OptionalInt destination(ClusterConfig cluster) throws CommandException {
        if (to == null) {
            return OptionalInt.empty();
        }
        if (to == id) {
            throw CommandException.usage(
                    "--to: " + id + " is this node itself, which gets no messages of its own");
        }
        return OptionalInt.of(NodeFile.node(cluster, to).id());
    }

    private int run(
            ClusterConfig cluster,
            ClusterNode self,
            OptionalInt destination,
            HostNames names,
            NodeReporter reporter)
            throws CommandException, InterruptedException {
        ControlPlace place = ControlPlace.of(control);
        Reachability reachability = new Reachability();
        CountDownLatch started = new CountDownLatch(1);
        // First the socket: another node may have it, and this one must not join the cluster then.
        try (NodeControlSocket socket =
                        NodeControlSocket.open(
                                place,
                                self.id(),
                                warning -> terminal.errLine("warning: " + warning));
                ConfiguredNode node =
                        ConfiguredNode.open(
                                cluster,
                                self.id(),
                                knet -> prepare(knet, reachability, reporter, started));
                SignalEnd _ = SignalEnd.with(() -> endBySignal(node, socket))) {
            Knet knet = node.knet();
            reporter.started(
                    self.id(),
                    knet.hosts().size(),
                    knet.hosts().stream().mapToInt(host -> host.links().size()).sum(),
                    Protection.of(knet));
            started.countDown();
            socket.serve(new NodeControl(node, config, names, reporter));
            boolean allSent =
                    awaitEnd(
                            new LineSender(
                                    knet.channel(channel),
                                    destination,
                                    NumberOption.Seconds.duration(wait),
                                    reachability,
                                    reporter),
                            reporter);
            boolean flushed = flush(knet, reporter);
            return allSent && flushed ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static void prepare(
            Knet node, Reachability reachability, NodeReporter reporter, CountDownLatch started) {
        node.onEvent(event -> tell(event, reachability, reporter, started));
        for (int i = 0; i < Knet.MAX_CHANNELS; i++) {
            node.channel(i).onMessage(reporter::message);
        }
        node.startForwarding();
    }

    /** What the node is comes before what happens to it. */
    private static void tell(
            KnetEvent event,
            Reachability reachability,
            NodeReporter reporter,
            CountDownLatch started) {
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the node is being closed
            return;
        }
        reporter.event(event);
        reachability.onEvent(event);
    }

    /**
     * Waits until the input has ended, which with {@code --stay} is not enough, or standard output
     * is gone. Returns whether all lines were queued.
     */
    private boolean awaitEnd(LineSender sender, NodeReporter reporter)
            throws CommandException, InterruptedException {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("knet-input")
                .daemon()
                .start(() -> readInput(sender, reporter, end));
        while (!end.isDone()) {
            if (terminal.out().checkError()) {
                throw CommandException.failed("standard output is closed");
            }
            try {
                return end.get(OUTPUT_CHECK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                // time to look at the output again
            } catch (ExecutionException e) {
                throw CommandException.failed("standard input: " + e.getCause(), e);
            }
        }
        return end.join();
    }

    private void readInput(
            LineSender sender, NodeReporter reporter, CompletableFuture<Boolean> end) {
        try {
            boolean allSent = sender.sendAll(terminal.in());
            if (!stay) {
                if (sender.lines() == 0) {
                    reporter.inputWasEmpty();
                }
                end.complete(allSent);
            }
        } catch (KnetClosedException | InterruptedException _) {
            end.complete(false); // the node ends anyway
        } catch (IOException | RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    /** Waits until everything queued has left, and tells what has not. */
    private static boolean flush(Knet knet, NodeReporter reporter) {
        boolean flushed = knet.stopForwarding();
        if (!flushed) {
            reporter.notSent(1, "at least one was still queued after " + Knet.FLUSH_LIMIT);
        }
        KnetStatistics statistics = knet.statistics();
        Map<Reason, Long> failures = statistics.sendFailures();
        if (!failures.isEmpty()) {
            reporter.notSent(
                    failures.values().stream().mapToLong(Long::longValue).sum(),
                    failures.keySet().stream()
                            .sorted()
                            .map(EventText::reason)
                            .collect(Collectors.joining(", ")));
        }
        return flushed && failures.isEmpty();
    }

    private static void endBySignal(ConfiguredNode node, NodeControlSocket socket) {
        try {
            socket.close();
            node.knet().stopForwarding();
        } catch (KnetClosedException _) {
            // it ends in this very moment
        } finally {
            node.close();
        }
    }
}
