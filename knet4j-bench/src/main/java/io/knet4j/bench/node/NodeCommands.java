package io.knet4j.bench.node;

import com.sun.management.OperatingSystemMXBean;
import io.knet4j.bench.node.BenchNode.Pings;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * The lines by which a node is driven; addresses and the line {@code link} are those of {@link
 * io.knet4j.interop.CProcess}.
 *
 * <table>
 * <caption>Commands</caption>
 * <tr><th>Command</th><th>What it does, and the answer</th></tr>
 * <tr><td>{@code link HOST LINK LOCAL REMOTE INTERVAL TIMEOUT PRECISION PONGCOUNT PRIORITY}</td>
 *     <td>adds a link; times in milliseconds</td></tr>
 * <tr><td>{@code protect CIPHER HASH HEXKEY}</td><td>encrypts</td></tr>
 * <tr><td>{@code compress METHOD LEVEL}</td><td>compresses</td></tr>
 * <tr><td>{@code start}</td><td>lets messages flow</td></tr>
 * <tr><td>{@code reachable HOST}</td><td>{@code true} or {@code false}</td></tr>
 * <tr><td>{@code count}</td><td>counts what arrives, from 0</td></tr>
 * <tr><td>{@code counted}</td><td>a {@link Counted}</td></tr>
 * <tr><td>{@code echo SIZE}</td><td>answers each message by one of SIZE bytes</td></tr>
 * <tr><td>{@code pump SIZE MILLIS RATE}</td>
 *     <td>sends for MILLIS, RATE messages per second or, with 0, all that go; how many</td></tr>
 * <tr><td>{@code trips SIZE WARMUP COUNT}</td><td>a {@link RoundTripTimes}</td></tr>
 * <tr><td>{@code cpu}</td><td>processor time of the process in nanoseconds</td></tr>
 * <tr><td>{@code usage}</td><td>{@code CPU HEAP THREADS}, the heap in bytes after a collection</td></tr>
 * </table>
 */
public final class NodeCommands {
    private final BenchNode node;
    private final Inbox inbox;

    /**
     * @param node the node to drive
     * @param inbox what the node was given
     */
    public NodeCommands(BenchNode node, Inbox inbox) {
        this.node = node;
        this.inbox = inbox;
    }

    /**
     * Executes a command.
     *
     * @return the answer; may be empty
     */
    public String execute(String line) throws InterruptedException, UnknownHostException {
        String[] words = line.split(" ");
        return switch (words[0]) {
            case "link" -> {
                node.addLink(
                        integer(words[1]),
                        integer(words[2]),
                        address(words[3]),
                        address(words[4]),
                        new Pings(
                                Duration.ofMillis(integer(words[5])),
                                Duration.ofMillis(integer(words[6])),
                                integer(words[8])));
                yield "";
            }
            case "protect" -> {
                node.protect(words[1], words[2], HexFormat.of().parseHex(words[3]));
                yield "";
            }
            case "compress" -> {
                node.compress(words[1], integer(words[2]));
                yield "";
            }
            case "start" -> {
                node.start();
                yield "";
            }
            case "reachable" -> String.valueOf(node.reachable(integer(words[1])));
            case "count" -> {
                inbox.count();
                yield "";
            }
            case "counted" -> inbox.counted().toString();
            case "echo" -> {
                inbox.echo(node.outbox(integer(words[1])));
                yield "";
            }
            case "pump" ->
                    String.valueOf(
                            Pump.run(
                                    node.outbox(integer(words[1])),
                                    TimeUnit.MILLISECONDS.toNanos(integer(words[2])),
                                    Long.parseLong(words[3])));
            case "trips" -> {
                RoundTrips trips =
                        new RoundTrips(
                                node.outbox(integer(words[1])),
                                integer(words[2]),
                                integer(words[3]));
                inbox.expect(trips);
                yield trips.run().toString();
            }
            case "cpu" -> String.valueOf(cpu());
            case "usage" -> usage();
            default -> throw new IllegalArgumentException("unknown command " + words[0]);
        };
    }

    private static String usage() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return cpu() + " " + heap + " " + ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** {@return processor time of this process in nanoseconds} */
    public static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** {@return the numbers of a line} */
    public static long[] numbers(String line) {
        return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    private static int integer(String text) {
        return Integer.parseInt(text);
    }

    private static InetSocketAddress address(String text) throws UnknownHostException {
        int colon = text.lastIndexOf(':');
        String ip = text.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(
                InetAddress.getByName(ip), Integer.parseInt(text.substring(colon + 1)));
    }
}
