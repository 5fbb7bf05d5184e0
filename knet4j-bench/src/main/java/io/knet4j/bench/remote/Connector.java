package io.knet4j.bench.remote;

import static io.knet4j.bench.Lines.line;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import io.knet4j.bench.node.Counted;
import io.knet4j.bench.node.Inbox;
import io.knet4j.bench.node.KnetNode;
import io.knet4j.bench.node.NodeCommands;
import io.knet4j.bench.node.RoundTripTimes;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.Terminal;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The end that decides what is measured, and prints it. */
public final class Connector {
    private static final Duration REACHABLE = Duration.ofSeconds(20);
    private static final Duration MTU_PATIENCE = Duration.ofSeconds(10);
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration SETTLE = Duration.ofMillis(300);

    private final Terminal terminal;
    private final InetSocketAddress remote;
    private final Settings settings;
    private final List<Integer> sizes;
    private final Duration length;
    private final int trips;
    private final boolean json;
    private final JsonArray rows = new JsonArray();
    // Not from 1, so that no request looks like one of an earlier measurement.
    private int requests = new Random().nextInt(1_000_000);

    /**
     * @param remote where the other end listens
     * @param settings as at the other end
     * @param sizes bytes of messages
     * @param length how long messages flow, for each size and direction
     * @param trips round trips for each size
     * @param json whether to print JSON lines
     */
    public Connector(
            Terminal terminal,
            InetSocketAddress remote,
            Settings settings,
            List<Integer> sizes,
            Duration length,
            int trips,
            boolean json) {
        this.terminal = terminal;
        this.remote = remote;
        this.settings = settings;
        this.sizes = List.copyOf(sizes);
        this.length = length;
        this.trips = trips;
        this.json = json;
    }

    /** Measures. */
    public void run() throws CommandException, InterruptedException, IOException {
        Inbox inbox = new Inbox();
        try (Knet knet = settings.open(Settings.CONNECTOR)) {
            KnetNode node = new KnetNode(knet, inbox);
            InetSocketAddress local = localEnd();
            node.addLink(Settings.LISTENER, 0, LinkConfig.udp(local, remote), Settings.PINGS);
            Channel control = knet.channel(Settings.CONTROL_CHANNEL);
            node.start();
            Host host = knet.host(Settings.LISTENER).orElseThrow();
            if (!host.awaitReachable(REACHABLE)) {
                throw CommandException.failed(
                        "nobody answers at "
                                + text(remote)
                                + " with "
                                + settings
                                + "; is knet bench --listen running there, with the same --key and"
                                + " --crypto, and does its firewall let UDP pass?");
            }
            awaitPathMtu(host);
            begin(knet, local);
            NodeCommands here = new NodeCommands(node, inbox);
            for (int size : sizes) {
                toPeer(size, here, control);
                fromPeer(size, here, control);
                roundTrips(size, here, control);
            }
            ask(control, "bye", Duration.ZERO);
            if (json) {
                JsonObject all = new JsonObject();
                all.add("rows", rows);
                terminal.outLine(all.toString());
            }
        }
    }

    /** Waits until the size of packets on this path is found. */
    private static void awaitPathMtu(Host host) throws InterruptedException {
        long deadline = System.nanoTime() + MTU_PATIENCE.toNanos();
        do {
            Thread.sleep(STEP);
        } while (host.links().getFirst().status().pathMtu().searching()
                && System.nanoTime() - deadline < 0);
    }

    private void begin(Knet knet, InetSocketAddress local) {
        if (!json) {
            terminal.outLine(
                    line(
                            "%s to %s, %s, %d bytes of a message per packet",
                            text(local), text(remote), settings, knet.dataMtu()));
            terminal.outLine(
                    line(
                            "%7s  %-10s %12s %10s %8s %12s",
                            "size", "", "messages/s", "MB/s", "loss %", "CPU s/M"));
        }
    }

    private void toPeer(int size, NodeCommands here, Channel control)
            throws CommandException, InterruptedException {
        for (boolean counts : new boolean[] {false, true}) {
            ask(control, "count", Duration.ZERO);
            long cpu = cpu(here, control);
            long sent = Long.parseLong(execute(here, pump(size, counts)));
            Thread.sleep(SETTLE);
            Counted counted = Counted.parse(ask(control, "counted", Duration.ZERO));
            if (counts) {
                print("there", size, sent, counted, cpu(here, control) - cpu);
            }
        }
    }

    private void fromPeer(int size, NodeCommands here, Channel control)
            throws CommandException, InterruptedException {
        for (boolean counts : new boolean[] {false, true}) {
            execute(here, "count");
            long cpu = cpu(here, control);
            long sent = Long.parseLong(ask(control, pump(size, counts), length));
            Thread.sleep(SETTLE);
            Counted counted = Counted.parse(execute(here, "counted"));
            if (counts) {
                print("back", size, sent, counted, cpu(here, control) - cpu);
            }
        }
    }

    private void roundTrips(int size, NodeCommands here, Channel control)
            throws CommandException, InterruptedException {
        ask(control, "echo " + size, Duration.ZERO);
        RoundTripTimes times =
                RoundTripTimes.parse(
                        execute(here, "trips " + size + " " + trips / 2 + " " + trips));
        if (json) {
            JsonObject row = row("round-trips", size);
            row.addProperty("rtt-p50", times.p50() / 1e3);
            row.addProperty("rtt-p99", times.p99() / 1e3);
            row.addProperty("rtt-p99.9", times.p999() / 1e3);
            add(row);
        } else {
            terminal.outLine(
                    line(
                            "%7d  %-10s p50 %.1f  p99 %.1f  p99.9 %.1f µs",
                            size,
                            "round trip",
                            times.p50() / 1e3,
                            times.p99() / 1e3,
                            times.p999() / 1e3));
        }
    }

    /** A stream of messages; the one that does not count lets the JVMs warm up. */
    private String pump(int size, boolean counts) {
        return "pump " + size + " " + (counts ? length : length.dividedBy(2)).toMillis() + " 0";
    }

    private void print(String direction, int size, long sent, Counted counted, long cpu) {
        double rate = counted.messagesPerSecond();
        double loss = (double) (sent - counted.messages()) / sent;
        double cpuSeconds = cpu / 1e3 / Math.max(1, counted.messages());
        if (json) {
            JsonObject row = row("throughput", size);
            row.addProperty("direction", direction);
            row.addProperty("rate", rate);
            row.addProperty("mbps", rate * size / 1e6);
            row.addProperty("loss", loss);
            row.addProperty("cpu", cpuSeconds);
            add(row);
        } else {
            terminal.outLine(
                    line(
                            "%7d  %-10s %12.0f %10.1f %8.2f %12.2f",
                            size, direction, rate, rate * size / 1e6, loss * 100, cpuSeconds));
        }
    }

    private void add(JsonObject row) {
        rows.add(row);
        terminal.outLine(row.toString());
    }

    private long cpu(NodeCommands here, Channel control)
            throws CommandException, InterruptedException {
        return Long.parseLong(execute(here, "cpu"))
                + Long.parseLong(ask(control, "cpu", Duration.ZERO));
    }

    private static String execute(NodeCommands here, String command)
            throws CommandException, InterruptedException {
        try {
            return here.execute(command);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw CommandException.failed(command + ": " + e, e);
        }
    }

    /**
     * Asks the other end.
     *
     * @param work how long it needs
     */
    private String ask(Channel control, String command, Duration work)
            throws CommandException, InterruptedException {
        String number = String.valueOf(++requests);
        ByteBuffer request = ByteBuffer.wrap((number + ' ' + command).getBytes(UTF_8));
        long deadline = System.nanoTime() + work.plus(PATIENCE).toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                control.sendSync(request.duplicate(), Destination.host(Settings.LISTENER));
            } catch (SendException _) {
                Thread.sleep(RETRY); // the link is down; it may come back
            }
            Optional<ReceivedMessage> answer = control.receive(RETRY);
            while (answer.isPresent()) {
                String text = new String(answer.get().payload(), UTF_8);
                if (text.startsWith(number + " ok")) {
                    return text.substring(number.length() + 3).strip();
                }
                if (text.startsWith(number + " error")) {
                    throw CommandException.failed(command + " at the other end: " + text);
                }
                answer = control.receive(RETRY); // the answer to an earlier request, once more
            }
        }
        throw CommandException.failed("no answer any more from " + text(remote));
    }

    /** The address that packets to the other end leave from, and a free port. */
    private InetSocketAddress localEnd() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(0))) {
            socket.connect(remote);
            return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
        }
    }

    private static JsonObject row(String type, int size) {
        JsonObject row = new JsonObject();
        row.addProperty("type", type);
        row.addProperty("size", size);
        return row;
    }

    static String text(InetSocketAddress address) {
        String ip = address.getAddress().getHostAddress();
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + address.getPort();
    }
}
