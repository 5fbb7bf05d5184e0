package io.knet4j.bench.scaling;

import io.knet4j.bench.MessageSize;
import io.knet4j.bench.scaling.SvgPlot.Panel;
import io.knet4j.bench.scaling.SvgPlot.Point;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet bench scaling}. */
@Command(
        name = "scaling",
        description = {
            "Measures how the costs of a node grow with the number of hosts.",
            "",
            "First, a node broadcasts to 1 to 15 others as fast as it is let. Then a node with many"
                    + " hosts does nothing but watch its links, two to each; the hosts are simulated,"
                    + " but have sockets of their own.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.FAILED_TEXT, ExitCode.USAGE_TEXT})
public final class ScalingCommand implements Callable<Integer> {
    @Option(
            names = "--broadcast",
            split = ",",
            paramLabel = "N",
            converter = Cluster.class,
            description = "Nodes of the clusters in which one broadcasts. Default: 2,4,8,16.")
    private List<Integer> broadcast = List.of(2, 4, 8, 16);

    @Option(
            names = "--idle",
            split = ",",
            paramLabel = "N",
            converter = Hosts.class,
            description = "Hosts of the idle node. Default: 10,100,1000.")
    private List<Integer> idle = List.of(10, 100, 1000);

    @Mixin private MessageSize size = new MessageSize();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            converter = Seconds.class,
            defaultValue = "20",
            description = "How long the idle node is watched. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--svg", paramLabel = "FILE", description = "Plot the figures into this file.")
    private @Nullable Path svg;

    private final Terminal terminal;

    /** Prints there. */
    public ScalingCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        List<Broadcast> broadcasts = new ArrayList<>();
        terminal.outLine(Broadcast.HEAD);
        for (int nodes : broadcast) {
            Broadcast result = Broadcast.measure(nodes, size.bytes());
            terminal.outLine(result.row());
            broadcasts.add(result);
        }
        terminal.outLine("");
        List<IdleNode> idles = new ArrayList<>();
        terminal.outLine(IdleNode.HEAD);
        for (int hosts : idle) {
            IdleNode result = IdleNode.measure(hosts, Duration.ofSeconds(seconds));
            terminal.outLine(result.row());
            idles.add(result);
        }
        if (svg != null) {
            Files.writeString(svg, plot(broadcasts, idles));
            terminal.errLine("Plotted into " + svg + ".");
        }
        return ExitCode.OK;
    }

    private String plot(List<Broadcast> broadcasts, List<IdleNode> idles) {
        String messages = String.format(Locale.ROOT, "%,d-byte messages", size.bytes());
        return SvgPlot.of(
                List.of(
                        new Panel(
                                "Broadcast: " + messages + "/s delivered, in thousands",
                                "nodes",
                                points(
                                        broadcasts,
                                        Broadcast::nodes,
                                        b -> b.deliveriesPerSecond() / 1e3)),
                        new Panel(
                                "Broadcast: CPU µs of the sender per delivery",
                                "nodes",
                                points(
                                        broadcasts,
                                        Broadcast::nodes,
                                        Broadcast::senderMicrosPerDelivery)),
                        new Panel(
                                "Idle: CPU, % of one processor",
                                "hosts with 2 links",
                                points(idles, IdleNode::hosts, IdleNode::cpuPercent)),
                        new Panel(
                                "Idle: heap in use, MB",
                                "hosts with 2 links",
                                points(idles, IdleNode::hosts, IdleNode::heapMegabytes)),
                        new Panel(
                                "Idle: memory of the process, MB",
                                "hosts with 2 links",
                                points(idles, IdleNode::hosts, IdleNode::residentMegabytes)),
                        new Panel(
                                "Idle: heartbeat jitter p99.9, ms",
                                "hosts with 2 links",
                                points(idles, IdleNode::hosts, IdleNode::jitterMillis))));
    }

    private static <T> List<Point> points(
            List<T> results, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
        return results.stream()
                .map(result -> new Point(x.applyAsDouble(result), y.applyAsDouble(result)))
                .toList();
    }

    /** What {@code --broadcast} takes. */
    static final class Cluster extends NumberOption.Whole {
        Cluster() {
            super(2, 64, " nodes");
        }
    }

    /** What {@code --idle} takes. */
    static final class Hosts extends NumberOption.Whole {
        Hosts() {
            super(1, 5000, " hosts");
        }
    }

    /** What {@code --seconds} takes. */
    static final class Seconds extends NumberOption.Whole {
        Seconds() {
            super(1, 3600, " seconds");
        }
    }
}
