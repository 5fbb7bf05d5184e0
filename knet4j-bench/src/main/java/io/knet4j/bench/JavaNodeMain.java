package io.knet4j.bench;

import com.sun.management.OperatingSystemMXBean;
import io.knet4j.Channel;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.SharedKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A knet4j node in a process of its own that understands those commands of {@link
 * io.knet4j.interop.CNodeMain} which the measurements need, and {@code usage}: {@code ok CPU-NANOS
 * HEAP-BYTES THREADS}, the heap after a collection.
 */
public final class JavaNodeMain {
    private final Knet knet;
    private final Map<Integer, Counter> counters = new ConcurrentHashMap<>();

    /** What came on a channel. One thread counts. */
    private static final class Counter {
        private volatile long messages;
        private volatile long bytes;
        private volatile long first;
        private volatile long last;

        @SuppressWarnings(
                "NonAtomicVolatileUpdate") // the channel's thread alone counts; resets happen while
        // nothing comes
        void count(long length) {
            last = System.nanoTime();
            if (messages == 0) {
                first = last;
            }
            bytes += length;
            messages++;
        }

        void reset() {
            messages = 0;
            bytes = 0;
        }
    }

    private JavaNodeMain(Knet knet) {
        this.knet = knet;
    }

    /**
     * Runs the node until {@code quit}.
     *
     * @param args the host id
     * @throws IOException when standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        Quiet.logs();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Knet knet = Knet.builder(Integer.parseInt(args[0])).open()) {
            out.println("ready " + ProcessHandle.current().pid());
            JavaNodeMain node = new JavaNodeMain(knet);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine();
                    line != null && !line.equals("quit");
                    line = in.readLine()) {
                try {
                    out.println(("ok " + node.execute(line.split(" "))).strip());
                } catch (RuntimeException | UnknownHostException e) {
                    out.println("error " + e);
                }
            }
        }
    }

    private String execute(String[] words) throws UnknownHostException {
        return switch (words[0]) {
            case "host" -> {
                knet.addHost(Integer.parseInt(words[1]));
                yield "";
            }
            case "link" -> {
                LinkConfig link =
                        LinkConfig.udp(address(words[3]), address(words[4]))
                                .withPing(
                                        millis(words[5]),
                                        millis(words[6]),
                                        Integer.parseInt(words[7]))
                                .withPongCount(Integer.parseInt(words[8]))
                                .withPriority(Integer.parseInt(words[9]));
                host(words[1]).addLink(Integer.parseInt(words[2]), link);
                yield "";
            }
            case "crypto" -> {
                SharedKey key = SharedKey.of(HexFormat.of().parseHex(words[4]));
                knet.crypto()
                        .enable(
                                CryptoConfig.named(words[1], words[2], words[3], key)
                                        .orElseThrow());
                yield "";
            }
            case "mtu" -> {
                knet.setInterfaceMtu(OptionalInt.of(Integer.parseInt(words[1])));
                yield "";
            }
            case "forward" -> {
                knet.startForwarding();
                yield "";
            }
            case "channel" -> {
                Counter counter =
                        counters.computeIfAbsent(Integer.parseInt(words[1]), _ -> new Counter());
                knet.channel(Integer.parseInt(words[1]))
                        .onMessage(message -> counter.count(message.payload().remaining()));
                yield "";
            }
            case "counted" -> {
                Counter counter = counter(words[1]);
                yield counter.messages
                        + " "
                        + counter.bytes
                        + " "
                        + counter.first
                        + " "
                        + counter.last;
            }
            case "reset" -> {
                counter(words[1]).reset();
                yield "";
            }
            case "reachable" -> String.valueOf(host(words[1]).status().reachable());
            case "pump" ->
                    String.valueOf(
                            pump(
                                    Integer.parseInt(words[1]),
                                    Integer.parseInt(words[2]),
                                    Integer.parseInt(words[3])));
            case "usage" -> usage();
            case "drops" -> knet.statistics().toString();
            default -> throw new IllegalArgumentException("unknown command " + words[0]);
        };
    }

    private long pump(int channelId, int size, int count) {
        Channel channel = knet.channel(channelId);
        ByteBuffer message = ByteBuffer.allocate(size);
        Destination all = Destination.broadcast();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            message.putInt(0, i);
            channel.send(message, all);
        }
        return System.nanoTime() - start;
    }

    private static String usage() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long cpu =
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime();
        return cpu + " " + heap + " " + ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private Host host(String id) {
        return knet.host(Integer.parseInt(id)).orElseThrow();
    }

    private Counter counter(String channel) {
        Counter counter = counters.get(Integer.parseInt(channel));
        if (counter == null) {
            throw new IllegalArgumentException("channel " + channel + " does not count");
        }
        return counter;
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    private static InetSocketAddress address(String text) throws UnknownHostException {
        int colon = text.lastIndexOf(':');
        String ip = text.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(
                InetAddress.getByName(ip), Integer.parseInt(text.substring(colon + 1)));
    }
}
