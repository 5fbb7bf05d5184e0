package io.knet4j.interop;

import static io.knet4j.interop.NodeWords.address;
import static io.knet4j.interop.NodeWords.integer;
import static io.knet4j.interop.NodeWords.onOff;
import static io.knet4j.interop.NodeWords.oneLine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A {@link CNode} in a process of its own, driven by lines on standard input. The arguments are its
 * host id and, optionally, its {@link CNode.LogLevel}.
 *
 * <p>The first line it prints is {@code ready PID}, or {@code error REASON} when the library isn't
 * available. Every command is answered by one line, {@code ok} with the result or {@code error}
 * with the reason. Between the answers come lines about what happens: {@code recv CHANNEL HEX} for
 * a message, {@code event ...} for a callback. The end of standard input means {@code quit}. An
 * {@code ADDRESS} is written {@code 127.0.0.1:5405} or {@code [::1]:5405}.
 *
 * <table>
 * <caption>Commands</caption>
 * <tr><th>Command</th><th>What it does</th></tr>
 * <tr><td>{@code host HOST}</td><td>adds a host</td></tr>
 * <tr><td>{@code link HOST LINK LOCAL REMOTE INTERVAL TIMEOUT PRECISION PONGCOUNT PRIORITY}</td>
 *     <td>adds a link and enables it; {@code -} as REMOTE makes it dynamic; times in milliseconds</td></tr>
 * <tr><td>{@code enable HOST LINK on|off}</td><td>enables or disables a link</td></tr>
 * <tr><td>{@code clear HOST LINK}</td><td>removes a disabled link</td></tr>
 * <tr><td>{@code loopback}</td><td>adds the own host with a loopback link</td></tr>
 * <tr><td>{@code policy HOST passive|active|round_robin}</td><td>sets the policy</td></tr>
 * <tr><td>{@code channel CHANNEL}</td><td>opens a channel and prints what arrives</td></tr>
 * <tr><td>{@code channel CHANNEL count}</td><td>opens a channel and only counts what arrives</td></tr>
 * <tr><td>{@code channel CHANNEL echo}</td><td>opens a channel and sends back what arrives</td></tr>
 * <tr><td>{@code channel CHANNEL tally}</td><td>opens a channel for the messages of a flow</td></tr>
 * <tr><td>{@code counted CHANNEL}</td>
 *     <td>{@code ok MESSAGES BYTES FIRST LAST}: what was counted, and when the first and last one came, as
 *     {@link System#nanoTime()}</td></tr>
 * <tr><td>{@code reset CHANNEL}</td><td>sets these counters back</td></tr>
 * <tr><td>{@code destinations all|none|HOST,HOST...}</td><td>who gets the messages</td></tr>
 * <tr><td>{@code forward on|off}</td><td>starts or stops the flow of messages</td></tr>
 * <tr><td>{@code acl on|off}</td><td>switches access lists</td></tr>
 * <tr><td>{@code mtu MTU}</td><td>fixes the interface MTU; 0 discovers it</td></tr>
 * <tr><td>{@code crypto MODEL CIPHER HASH HEXKEY}</td><td>encrypts; {@code crypto none} stops it</td></tr>
 * <tr><td>{@code compress MODEL THRESHOLD LEVEL}</td><td>compresses</td></tr>
 * <tr><td>{@code send CHANNEL HEX}</td><td>sends a message</td></tr>
 * <tr><td>{@code sendsync CHANNEL HEX}</td><td>sends a message to one host in the calling thread</td></tr>
 * <tr><td>{@code pump CHANNEL SIZE COUNT}</td>
 *     <td>sends COUNT messages of SIZE bytes as fast as the library takes them; {@code ok NANOS}. Each starts with its
 *     number, 4 bytes big-endian, if it has room</td></tr>
 * <tr><td>{@code pumpsync CHANNEL SIZE COUNT}</td><td>the same with {@code knet_send_sync}</td></tr>
 * <tr><td>{@code flow CHANNEL SIZE MICROS HOST}</td>
 *     <td>from now on, sends a numbered message of SIZE bytes every MICROS microseconds; a further flow counts on. HOST has no meaning here:
 *     {@code destinations} decides who gets them</td></tr>
 * <tr><td>{@code flow}, {@code flow stop}</td>
 *     <td>{@code ok sent=N refused=N}: how many of a flow's messages so far were handed to the library, and how many of
 *     these it did not take</td></tr>
 * <tr><td>{@code tally CHANNEL FROM TO}</td>
 *     <td>{@code ok count=N highest=N missing=N doubled=N damaged=N overtaken=N silence=N}: which messages of a flow came;
 *     missing are those from number FROM to before number TO; overtaken came after one with a higher number; silence is
 *     the longest time between two of them, in microseconds</td></tr>
 * <tr><td>{@code silence CHANNEL}</td><td>measures that time from now on</td></tr>
 * <tr><td>{@code reachable HOST}</td><td>{@code ok true|false}</td></tr>
 * <tr><td>{@code status}</td><td>{@code ok} and, in the same line, all hosts and links</td></tr>
 * <tr><td>{@code link-status HOST LINK}</td><td>{@code ok} and the {@link CLinkStatus}</td></tr>
 * <tr><td>{@code state HOST LINK}</td>
 *     <td>{@code ok up=BOOLEAN downs=N mtu=N latency=N remote=ADDRESS}: the same in brief, latency in
 *     microseconds</td></tr>
 * <tr><td>{@code data-mtu}</td><td>{@code ok N}: bytes of a message per fragment</td></tr>
 * <tr><td>{@code pmtud-interval SECONDS}</td><td>sets how often the path MTU is discovered</td></tr>
 * <tr><td>{@code stats}</td><td>{@code ok} and the {@link CNodeStats}</td></tr>
 * <tr><td>{@code log}</td><td>{@code ok COUNT}, preceded by as many lines {@code log ...}</td></tr>
 * <tr><td>{@code quit}</td><td>closes the node, answers and exits</td></tr>
 * </table>
 */
public final class CNodeMain {
    private static final HexFormat HEX = HexFormat.of();

    private final CNode node;
    private final PrintStream out;
    private final Map<Integer, Counter> counters = new ConcurrentHashMap<>();
    private final NodeWords words = new NodeWords();

    private static final class Counter {
        final AtomicLong messages = new AtomicLong();
        final AtomicLong bytes = new AtomicLong();
        volatile long first;
        volatile long last;

        void count(long length) {
            last = System.nanoTime();
            if (messages.get() == 0) {
                first = last;
            }
            bytes.addAndGet(length);
            messages.incrementAndGet();
        }

        void reset() {
            messages.set(0);
            bytes.set(0);
        }
    }

    private CNodeMain(CNode node, PrintStream out) {
        this.node = node;
        this.out = out;
    }

    /**
     * Runs the node until {@code quit}.
     *
     * @param args the host id and, optionally, the log level
     * @throws IOException when standard input can't be read
     */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int status = 0;
        try (CNode node =
                CNode.open(
                        Integer.parseInt(args[0]),
                        args.length > 1
                                ? CNode.LogLevel.valueOf(args[1].toUpperCase(Locale.ROOT))
                                : CNode.LogLevel.DEBUG)) {
            out.println("ready " + ProcessHandle.current().pid());
            CNodeMain main = new CNodeMain(node, out);
            Thread.ofPlatform().daemon().name("events").start(main::printEvents);
            main.run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        } catch (RuntimeException e) {
            out.println("error " + oneLine(e));
            status = 1;
        }
        if (status == 0) {
            out.println("ok closed");
        }
        System.exit(status);
    }

    private void run(BufferedReader in) throws IOException {
        for (String line = in.readLine();
                line != null && !line.equals("quit");
                line = in.readLine()) {
            String answer;
            try {
                answer = ("ok " + execute(line.split(" "))).stripTrailing();
            } catch (RuntimeException e) {
                answer = "error " + oneLine(e);
            }
            out.println(answer);
        }
    }

    private String execute(String[] a) {
        switch (a[0]) {
            case "host" -> node.addHost(integer(a[1]));
            case "link" ->
                    node.addLink(
                            integer(a[1]),
                            new CLinkConfig(
                                    integer(a[2]),
                                    address(a[3]),
                                    a[4].equals("-") ? null : address(a[4]),
                                    integer(a[5]),
                                    integer(a[6]),
                                    integer(a[7]),
                                    integer(a[8]),
                                    integer(a[9])));
            case "enable" -> node.enableLink(integer(a[1]), integer(a[2]), onOff(a[3]));
            case "clear" -> node.clearLink(integer(a[1]), integer(a[2]));
            case "loopback" -> node.addLoopback();
            case "policy" ->
                    node.policy(integer(a[1]), CNode.Policy.valueOf(a[2].toUpperCase(Locale.ROOT)));
            case "channel" ->
                    node.openChannel(integer(a[1]), receiver(a.length > 2 ? a[2] : "print"));
            case "counted" -> {
                Counter c = counter(integer(a[1]));
                return c.messages.get() + " " + c.bytes.get() + " " + c.first + " " + c.last;
            }
            case "reset" -> counter(integer(a[1])).reset();
            case "flow" -> {
                if (a.length < 3) {
                    return words.flow(a);
                }
                int channel = integer(a[1]);
                words.startFlow(a, m -> node.send(channel, m));
            }
            case "tally" -> {
                return words.tally(a);
            }
            case "silence" -> words.tally(integer(a[1])).resetSilence();
            case "destinations" -> node.destinations(destinations(a[1]));
            case "forward" -> node.forwarding(onOff(a[1]));
            case "acl" -> node.accessLists(onOff(a[1]));
            case "mtu" -> node.interfaceMtu(integer(a[1]));
            case "crypto" -> {
                if (a[1].equals("none")) {
                    node.crypto("none", "none", "none", new byte[0]);
                } else {
                    node.crypto(a[1], a[2], a[3], HEX.parseHex(a[4]));
                }
            }
            case "compress" -> node.compress(a[1], integer(a[2]), integer(a[3]));
            case "send" -> node.send(integer(a[1]), HEX.parseHex(a[2]));
            case "sendsync" -> node.sendSync(integer(a[1]), HEX.parseHex(a[2]));
            case "pump" -> {
                return String.valueOf(pump(integer(a[1]), integer(a[2]), integer(a[3]), false));
            }
            case "pumpsync" -> {
                return String.valueOf(pump(integer(a[1]), integer(a[2]), integer(a[3]), true));
            }
            case "reachable" -> {
                return String.valueOf(node.hostReachable(integer(a[1])));
            }
            case "status" -> {
                return status();
            }
            case "link-status" -> {
                return node.linkStatus(integer(a[1]), integer(a[2])).toString();
            }
            case "state" -> {
                CLinkStatus s = node.linkStatus(integer(a[1]), integer(a[2]));
                return "up="
                        + s.connected()
                        + " downs="
                        + s.stats().downCount()
                        + " mtu="
                        + s.mtu()
                        + " latency="
                        + s.latencyMicros()
                        + " remote="
                        + s.remoteAddress()
                        + ':'
                        + s.remotePort();
            }
            case "data-mtu" -> {
                return String.valueOf(node.dataMtu());
            }
            case "pmtud-interval" -> node.pmtudInterval(integer(a[1]));
            case "stats" -> {
                return node.stats().toString();
            }
            case "log" -> {
                List<String> lines = node.logTail();
                lines.forEach(l -> out.println("log " + l));
                return String.valueOf(lines.size());
            }
            default -> throw new IllegalArgumentException("unknown command " + a[0]);
        }
        return "";
    }

    private CNode.Receiver receiver(String what) {
        return switch (what) {
            case "print" ->
                    (n, payload) ->
                            out.println(
                                    "recv "
                                            + n
                                            + " "
                                            + HEX.formatHex(
                                                    payload.toArray(ValueLayout.JAVA_BYTE)));
            case "count" -> (n, payload) -> counter(n).count(payload.byteSize());
            case "tally" ->
                    (n, payload) -> words.tally(n).add(payload.toArray(ValueLayout.JAVA_BYTE));
            case "echo" -> (n, payload) -> node.send(n, payload, payload.byteSize());
            default -> throw new IllegalArgumentException(what);
        };
    }

    private Counter counter(int channel) {
        return counters.computeIfAbsent(channel, _ -> new Counter());
    }

    private long pump(int channel, int size, int count, boolean sync) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(Math.max(size, 4));
            ValueLayout.OfInt number =
                    ValueLayout.JAVA_INT_UNALIGNED.withOrder(java.nio.ByteOrder.BIG_ENDIAN);
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                message.set(number, 0, i);
                if (sync) {
                    node.sendSync(channel, message, size);
                } else {
                    node.send(channel, message, size);
                }
            }
            return System.nanoTime() - start;
        }
    }

    private String status() {
        return node.hosts().stream()
                .map(host ->
                        "host "
                                + host
                                + " reachable="
                                + node.hostReachable(host)
                                + node.links(host).stream()
                                        .map(link -> {
                                            CLinkStatus s = node.linkStatus(host, link);
                                            return " link "
                                                    + link
                                                    + " enabled="
                                                    + s.enabled()
                                                    + " connected="
                                                    + s.connected()
                                                    + " latency="
                                                    + s.latencyMicros()
                                                    + " mtu="
                                                    + s.mtu();
                                        })
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining("; "));
    }

    private void printEvents() {
        CEvent[] last = new CEvent[1];
        try {
            while (true) {
                last[0] = node.awaitEventAfter(last[0]);
                out.println("event " + last[0]);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Destinations destinations(String text) {
        return switch (text) {
            case "all" -> Destinations.broadcast();
            case "none" -> Destinations.drop();
            default ->
                    Destinations.to(
                            Arrays.stream(text.split(","))
                                    .map(Integer::valueOf)
                                    .toArray(Integer[]::new));
        };
    }
}
