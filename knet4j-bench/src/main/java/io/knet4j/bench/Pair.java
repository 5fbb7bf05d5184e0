package io.knet4j.bench;

import io.knet4j.CryptoCipher;
import io.knet4j.SharedKey;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CNode;
import io.knet4j.interop.CProcess;
import io.knet4j.testkit.relay.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Two nodes of a kind, each in a process of its own, joined by one link over loopback. */
final class Pair implements AutoCloseable {
    private static final Duration REACHABLE = Duration.ofSeconds(20);
    private static final int LOOPBACK_MTU = 65_535;

    private final CProcess sender;
    private final CProcess receiver;

    /** Whose nodes. */
    enum Kind {
        C,
        JAVA
    }

    private Pair(CProcess sender, CProcess receiver) {
        this.sender = sender;
        this.receiver = receiver;
    }

    /**
     * @param suite cipher and hash with a slash between, or none
     */
    static Pair start(Kind kind, String suite)
            throws IOException, InterruptedException, TimeoutException {
        Pair pair = new Pair(node(kind, 1), node(kind, 2));
        InetSocketAddress a = FreePorts.loopback4();
        InetSocketAddress b = FreePorts.loopback4();
        pair.sender.command("host", 2);
        pair.receiver.command("host", 1);
        pair.sender.addLink(2, CLinkConfig.fast(0, a, b));
        pair.receiver.addLink(1, CLinkConfig.fast(0, b, a));
        if (!suite.equals("none")) {
            CryptoCipher cipher = CryptoCipher.named(suite.substring(0, suite.indexOf('/')));
            String hash = suite.substring(suite.indexOf('/') + 1);
            String key = HexFormat.of().formatHex(SharedKey.generate().toByteArray());
            pair.sender.command("crypto", "openssl", openSslName(cipher), hash, key);
            pair.receiver.command("crypto", "openssl", openSslName(cipher), hash, key);
        }
        for (CProcess node : List.of(pair.sender, pair.receiver)) {
            // The C library would find the same in its first second; fixed on both sides, it is
            // settled before the first message.
            node.command("mtu", LOOPBACK_MTU);
            node.command("channel", 0, "count");
            node.command("forward", "on");
        }
        pair.sender.awaitReachable(2, true, REACHABLE);
        pair.receiver.awaitReachable(1, true, REACHABLE);
        return pair;
    }

    /** The model openssl of libknet 1.x knows counter mode by this name only. */
    private static String openSslName(CryptoCipher cipher) {
        return cipher.isCounterMode()
                ? "aes-" + cipher.keyBytes() * 8 + "-ctr"
                : cipher.cipherName();
    }

    private static CProcess node(Kind kind, int id) throws IOException {
        return switch (kind) {
            case C -> CProcess.start(id, CNode.LogLevel.ERROR, List.of());
            case JAVA -> javaNode(id);
        };
    }

    static CProcess javaNode(int id) throws IOException {
        return CProcess.start(
                JavaNodeMain.class.getName(),
                System.getProperty("java.class.path"),
                List.of(String.valueOf(id)),
                List.of());
    }

    /** What one run of messages gave. */
    record Result(
            double messagesPerSecond,
            double megabytesPerSecond,
            double lossPercent,
            double cpuSecondsPerMillion) {}

    /** Sends messages and measures at the receiver, from the first to the last of them. */
    Result run(int size, int count) throws InterruptedException {
        receiver.command("reset", 0);
        Duration cpuBefore = cpu();
        sender.command("pump", 0, size, count);
        long[] counted = settled();
        double seconds = (counted[3] - counted[2]) / 1e9;
        Duration cpu = cpu().minus(cpuBefore);
        return new Result(
                (counted[0] - 1) / seconds,
                (double) counted[1] / seconds / 1e6,
                100.0 * (count - counted[0]) / count,
                cpu.toNanos() / 1e9 * 1e6 / counted[0]);
    }

    private long[] settled() throws InterruptedException {
        long[] before = counted();
        while (true) {
            Thread.sleep(200); // the time in which nothing more may come for the run to be over
            long[] now = counted();
            if (now[0] == before[0]) {
                return now;
            }
            before = now;
        }
    }

    private long[] counted() {
        String[] words = receiver.command("counted", 0).split(" ");
        long[] numbers = new long[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = Long.parseLong(words[i]);
        }
        return numbers;
    }

    private Duration cpu() {
        return sender.handle()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .plus(receiver.handle().info().totalCpuDuration().orElse(Duration.ZERO));
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
    }
}
