package io.knet4j.interop;

import static io.knet4j.interop.NodeWords.address;
import static io.knet4j.interop.NodeWords.integer;
import static io.knet4j.interop.NodeWords.onOff;
import static io.knet4j.interop.NodeWords.oneLine;

import io.knet4j.Channel;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatus;
import io.knet4j.SharedKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * A node of knet4j in a process of its own, driven by the commands of {@link CNodeMain}, so that
 * the same test can talk to either. The argument is its host id.
 *
 * <p>It understands {@code host}, {@code link}, {@code enable}, {@code clear}, {@code policy},
 * {@code channel CHANNEL tally}, {@code flow}, {@code tally}, {@code silence}, {@code forward},
 * {@code acl}, {@code mtu}, {@code crypto}, {@code reachable}, {@code state}, {@code data-mtu},
 * {@code pmtud-interval}, {@code status}, {@code log} and {@code quit}. Differences:
 *
 * <ul>
 *   <li>{@code flow} sends to its HOST.
 *   <li>{@code state} also answers {@code active=BOOLEAN}, and of the path MTU {@code packet=N},
 *       {@code limit=LIMIT} and {@code searching=BOOLEAN}.
 *   <li>{@code data-mtu HOST} is that of one host.
 *   <li>{@code log} answers the number of lines that were logged at level INFO or above since the
 *       start, preceded by the last of them.
 *   <li>{@code stats} answers the node's statistics.
 * </ul>
 */
public final class JavaNodeMain {
    private static final HexFormat HEX = HexFormat.of();
    private static final int KEPT_LOG_LINES = 200;
    private static final Logger LOGGER = Logger.getLogger("io.knet4j");

    private final Knet knet;
    private final PrintStream out;
    private final LogLines log;
    private final NodeWords words = new NodeWords();

    /** What the node logs: counted, and the last lines of it. */
    private static final class LogLines extends Handler {
        private final ArrayDeque<String> last = new ArrayDeque<>();
        private long count;

        @Override
        public synchronized void publish(LogRecord line) {
            count++;
            if (last.size() == KEPT_LOG_LINES) {
                last.removeFirst();
            }
            last.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
        }

        synchronized long print(PrintStream out) {
            last.forEach(line -> out.println("log " + line.replace('\n', ' ')));
            return count;
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private JavaNodeMain(Knet knet, PrintStream out, LogLines log) {
        this.knet = knet;
        this.out = out;
        this.log = log;
    }

    /**
     * Runs the node until {@code quit}.
     *
     * @param args the host id
     * @throws IOException when standard input can't be read
     */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LogLines log = new LogLines();
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(log);
        try (Knet knet = Knet.builder(integer(args[0])).open();
                Knet.Registration _ = knet.onEvent(event -> out.println("event " + event))) {
            out.println("ready " + ProcessHandle.current().pid());
            new JavaNodeMain(knet, out, log)
                    .run(
                            new BufferedReader(
                                    new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        }
        out.println("ok closed");
    }

    private void run(BufferedReader in) throws IOException {
        for (String line = in.readLine();
                line != null && !line.equals("quit");
                line = in.readLine()) {
            String answer;
            try {
                answer = ("ok " + execute(line.split(" "))).stripTrailing();
            } catch (RuntimeException e) {
                answer = "error " + e.getClass().getSimpleName() + ' ' + oneLine(e);
            }
            out.println(answer);
        }
    }

    private String execute(String[] a) {
        switch (a[0]) {
            case "host" -> knet.addHost(integer(a[1]));
            case "link" -> host(a[1]).addLink(integer(a[2]), link(a));
            case "enable" -> link(a[1], a[2]).setEnabled(onOff(a[3]));
            case "clear" -> link(a[1], a[2]).remove();
            case "policy" ->
                    host(a[1]).setPolicy(LinkPolicy.valueOf(a[2].toUpperCase(Locale.ROOT)));
            case "channel" -> {
                MessageTally tally = words.tally(integer(a[1]));
                knet.channel(integer(a[1]))
                        .onMessage(m -> {
                            byte[] message = new byte[m.payload().remaining()];
                            m.payload().get(message);
                            tally.add(message);
                        });
            }
            case "flow" -> {
                if (a.length < 3) {
                    return words.flow(a);
                }
                Channel channel = knet.channel(integer(a[1]));
                Destination peer = Destination.host(integer(a[4]));
                words.startFlow(a, m -> channel.send(ByteBuffer.wrap(m), peer));
            }
            case "tally" -> {
                return words.tally(a);
            }
            case "silence" -> words.tally(integer(a[1])).resetSilence();
            case "forward" -> {
                if (onOff(a[1])) {
                    knet.startForwarding();
                } else {
                    knet.stopForwarding();
                }
            }
            case "acl" -> knet.setAccessLists(onOff(a[1]));
            case "mtu" ->
                    knet.setInterfaceMtu(
                            a[1].equals("0") ? OptionalInt.empty() : OptionalInt.of(integer(a[1])));
            case "pmtud-interval" -> knet.setPathMtuInterval(Duration.ofSeconds(integer(a[1])));
            case "crypto" -> crypto(a);
            case "reachable" -> {
                return String.valueOf(host(a[1]).status().reachable());
            }
            case "state" -> {
                return state(link(a[1], a[2]).status());
            }
            case "data-mtu" -> {
                return String.valueOf(host(a[1]).status().dataMtu());
            }
            case "status" -> {
                StringBuilder text = new StringBuilder();
                for (Host host : knet.hosts()) {
                    text.append(host.status()).append(' ');
                    host.links().forEach(link -> text.append(link.status()).append(' '));
                }
                return text.toString();
            }
            case "stats" -> {
                return knet.statistics().toString();
            }
            case "log" -> {
                return String.valueOf(log.print(out));
            }
            default -> throw new IllegalArgumentException("unknown command " + a[0]);
        }
        return "";
    }

    private static LinkConfig link(String[] a) {
        LinkConfig link =
                a[4].equals("-")
                        ? LinkConfig.dynamicUdp(address(a[3]))
                        : LinkConfig.udp(address(a[3]), address(a[4]));
        return link.withPing(millis(a[5]), millis(a[6]), integer(a[7]))
                .withPongCount(integer(a[8]))
                .withPriority(integer(a[9]));
    }

    private static String state(LinkStatus s) {
        return "up="
                + s.connected()
                + " downs="
                + s.statistics().downCount()
                + " active="
                + s.active()
                + " mtu="
                + s.pathMtu().dataMtu()
                + " packet="
                + s.pathMtu().packetBytes()
                + " limit="
                + s.pathMtu().limit()
                + " searching="
                + s.pathMtu().searching()
                + " latency="
                + s.latency().map(Duration::toNanos).orElse(0L) / 1000
                + " remote="
                + s.peer()
                        .map(peer -> peer.getAddress().getHostAddress() + ':' + peer.getPort())
                        .orElse("");
    }

    private void crypto(String[] a) {
        if (a[1].equals("none")) {
            knet.crypto().disable();
            return;
        }
        try (SharedKey key = SharedKey.of(HEX.parseHex(a[4]))) {
            knet.crypto().enable(CryptoConfig.named(a[1], a[2], a[3], key).orElseThrow());
        }
    }

    private Host host(String id) {
        return knet.host(integer(id)).orElseThrow();
    }

    private Link link(String host, String id) {
        return host(host).link(integer(id)).orElseThrow();
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }
}
