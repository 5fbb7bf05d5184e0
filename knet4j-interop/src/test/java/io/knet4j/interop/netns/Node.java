package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.fail;

import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CNode;
import io.knet4j.interop.CProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node in a namespace, of either implementation, and the other node as it sees it. */
final class Node implements AutoCloseable {
    /** Much longer than anything takes on a machine that is not stuck. */
    static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int CHANNEL = 0;

    /** How many messages must come through to show that they do. */
    private static final int FLOWING = 50;

    private static final int POLL_MILLIS = 5;

    /**
     * Without a cipher, libknet takes its block size from memory that it did not initialise, and
     * then finds any path MTU at all. This makes malloc hand out zeros, as it happens to do at
     * first.
     */
    private static final Map<String, String> CLEAN_MEMORY =
            Map.of("GLIBC_TUNABLES", "glibc.malloc.perturb=255:glibc.malloc.tcache_count=0");

    /** Whose code a node runs. */
    enum Kind {
        JAVA,
        /** Java without native access, so that it has what the JDK offers only. */
        PURE_JAVA,
        C
    }

    final Kind kind;
    final int id;
    final int peerId;
    final CProcess process;

    private Node(Kind kind, int id, int peerId, CProcess process) {
        this.kind = kind;
        this.id = id;
        this.peerId = peerId;
        this.process = process;
    }

    /** Starts a node that knows its peer, but has no links. */
    static Node start(Kind kind, Namespace namespace, int id, int peerId, List<String> moreOptions)
            throws IOException {
        List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        options.addAll(moreOptions);
        if (kind == Kind.JAVA) {
            options.add(CProcess.NATIVE_ACCESS);
        }
        CProcess process =
                kind != Kind.C
                        ? CProcess.startJavaBy(
                                namespace.launcher(),
                                id,
                                System.getProperty("java.class.path"),
                                options)
                        : CProcess.startBy(
                                namespace.launcher(),
                                id,
                                CNode.LogLevel.DEBUG,
                                options,
                                CLEAN_MEMORY);
        Node node = new Node(kind, id, peerId, process);
        node.command("host", peerId);
        node.command("channel", CHANNEL, "tally");
        node.command("forward", "on");
        return node;
    }

    String command(Object... words) {
        return process.command(words);
    }

    /** Adds and enables a link that comes up on the second pong. */
    void link(
            int link,
            InetSocketAddress local,
            @Nullable InetSocketAddress remote,
            int intervalMillis,
            int timeoutMillis) {
        process.addLink(
                peerId,
                new CLinkConfig(
                        link, local, remote, intervalMillis, timeoutMillis, 2048, 1, 10 - link));
    }

    void removeLink(int link) {
        command("enable", peerId, link, "off");
        command("clear", peerId, link);
    }

    void policy(String policy) {
        command("policy", peerId, policy);
    }

    void crypto(String cipher, String hash) {
        byte[] key = new byte[256];
        command("crypto", "nss", cipher, hash, HexFormat.of().formatHex(key));
    }

    // ---- what it sees

    static Map<String, String> values(String text) {
        Map<String, String> values = new HashMap<>();
        for (String word : text.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return values;
    }

    Map<String, String> state(int link) {
        return values(command("state", peerId, link));
    }

    boolean isUp(int link) {
        return Boolean.parseBoolean(state(link).get("up"));
    }

    /** How often the link went down so far. */
    int downs(int link) {
        return number(state(link), "downs");
    }

    /** What libknet calls the link's MTU. */
    int mtu(int link) {
        return Integer.parseInt(Objects.requireNonNull(state(link).get("mtu")));
    }

    /** Bytes of a message per fragment, to the peer. */
    int dataMtu() {
        return Integer.parseInt(kind != Kind.C ? command("data-mtu", peerId) : command("data-mtu"));
    }

    boolean isPeerReachable() {
        return Boolean.parseBoolean(command("reachable", peerId));
    }

    /** Waits until a link is up or down; returns the nanoseconds that took. */
    long await(int link, boolean up) throws Exception {
        return await(() -> this + ": link " + link + " up=" + up, () -> isUp(link) == up);
    }

    long awaitMtu(int link, int mtu) throws Exception {
        return await(
                () ->
                        this
                                + ": link "
                                + link
                                + " mtu="
                                + mtu
                                + ", but "
                                + state(link)
                                + '\n'
                                + log(),
                () -> mtu(link) == mtu);
    }

    static long await(Supplier<String> what, Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                fail("not within " + LIMIT.toSeconds() + " s: " + what.get());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return System.nanoTime() - start;
    }

    // ---- messages

    /** Sends messages to the peer at an even pace. */
    void startFlow(int size, int micros) {
        command("flow", CHANNEL, size, micros, peerId);
    }

    int sent() {
        return number(command("flow"), "sent");
    }

    int stopFlow() {
        return number(command("flow", "stop"), "sent");
    }

    /** Which of the peer's messages came; missing are those of the numbers from and to. */
    Tally tally(int from, int to) {
        Map<String, String> v = values(command("tally", CHANNEL, from, to));
        return new Tally(
                number(v, "count"),
                number(v, "missing"),
                number(v, "doubled"),
                number(v, "damaged"),
                number(v, "overtaken"),
                number(v, "silence"));
    }

    /** Measures silence from now on. */
    void resetSilence() {
        command("silence", CHANNEL);
    }

    /**
     * Waits until messages come that are sent from now on. Those of Java all do; C may need a while
     * until it sends on a link that is up, because it has to find its MTU first.
     */
    static void assertFlows(Node sender, Node receiver) throws Exception {
        long start = System.nanoTime();
        while (true) {
            int from = sender.sent();
            int to = from + FLOWING;
            await(() -> "sent " + to + " messages: " + sender, () -> sender.sent() >= to);
            Callable<Boolean> arrived = () -> receiver.tally(from, to).missing() == 0;
            if (sender.kind != Kind.C || System.nanoTime() - start > LIMIT.toNanos()) {
                await(() -> "from " + sender + ": " + receiver.tally(from, to), arrived);
                return;
            }
            if (arrived.call()) {
                return;
            }
        }
    }

    record Tally(
            int count, int missing, int doubled, int damaged, int overtaken, int silenceMicros) {}

    private static int number(String text, String key) {
        return number(values(text), key);
    }

    private static int number(Map<String, String> values, String key) {
        return Integer.parseInt(Objects.requireNonNull(values.get(key)));
    }

    // ---- what it costs

    /** Processor time of the process so far. */
    Duration cpu() {
        return process.handle().info().totalCpuDuration().orElseThrow();
    }

    /** Number of lines that a Java node has logged at level INFO or above. */
    int logLines() {
        return Integer.parseInt(command("log"));
    }

    /** The last lines of its log. */
    String log() {
        List<String> before = process.events();
        command("log");
        List<String> all = process.events();
        List<String> lines =
                all.subList(before.size(), all.size()).stream()
                        .filter(line -> line.startsWith("log "))
                        .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 100), lines.size()));
    }

    List<String> events() {
        return process.events().stream().filter(line -> line.startsWith("event ")).toList();
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return kind + " node " + id;
    }
}
