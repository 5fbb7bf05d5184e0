package io.knet4j.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.knet4j.Channel;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Message;
import io.knet4j.SendException;
import io.knet4j.SharedKey;
import io.knet4j.cli.Millis;
import io.knet4j.cli.Terminal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One host of the demo: a node that sends messages to its peers all the time and keeps account of
 * them. It is told what to do, and tells what it sees, in JSON lines; see {@link HostProcess} for
 * the other side.
 */
final class DemoHost implements AutoCloseable {

    static final Duration PING_INTERVAL = Duration.ofMillis(10);
    static final Duration PING_TIMEOUT = Duration.ofMillis(50);
    static final int PONG_COUNT = 2;

    /** Time between two messages to the same peer. */
    static final Duration MESSAGE_INTERVAL = Duration.ofMillis(2);

    private static final int INTERFACE_MTU = 1_500;
    private static final int CATCH_UP_AT_MOST = 5;
    private static final long QUIET = TimeUnit.MILLISECONDS.toMicros(100);
    private static final long QUIET_LIMIT = TimeUnit.SECONDS.toNanos(3);

    private final Terminal terminal;
    private final Knet knet;
    private final Channel channel;
    private final Random random;
    private final StallMeter stalls = new StallMeter();
    private final Map<Integer, InetSocketAddress> localAddresses = new TreeMap<>();
    private volatile Phase phase = new Phase(0, 0, Map.of());
    private volatile boolean sending;
    private volatile boolean closed;
    private volatile long lastArrival;

    /** The accounts of one phase. Messages of earlier ones no longer count. */
    private record Phase(int number, long start, Map<Integer, Traffic> traffic) {
        private long now() {
            return WallClock.micros() - start;
        }
    }

    /**
     * @param key encrypts and signs all packets; empty for clear ones
     */
    DemoHost(int id, long seed, Optional<SharedKey> key, Terminal terminal) {
        this.terminal = terminal;
        random = new Random(seed + id);
        Knet.Builder builder = Knet.builder(id).interfaceMtu(INTERFACE_MTU);
        key.map(DemoHost::crypto).ifPresent(builder::crypto);
        knet = builder.open();
        knet.onEvent(this::tell);
        channel = knet.channel(0);
        channel.onMessage(this::receive);
        knet.startForwarding();
        Thread.ofPlatform().name("demo-sender").daemon().start(this::sendAllTheTime);
    }

    /** How the demo uses a key. */
    static CryptoConfig crypto(SharedKey key) {
        return CryptoConfig.aes256Sha256(key);
    }

    /** Does what a line from the parent says. */
    void obey(JsonObject command) {
        switch (command.get("do").getAsString()) {
            case "links" -> command.getAsJsonArray("links").forEach(this::addLink);
            case "phase" -> startPhase(command);
            case "send" -> sending = command.get("on").getAsBoolean();
            case "report" -> report();
            case String other -> throw new IllegalArgumentException(other);
        }
        JsonObject done = new JsonObject();
        done.addProperty("event", "done");
        done.addProperty("what", command.get("do").getAsString());
        print(done);
    }

    private void addLink(JsonElement element) {
        JsonObject json = element.getAsJsonObject();
        int link = json.get("link").getAsInt();
        int peer = json.get("peer").getAsInt();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        // All links with one number share a socket, as on a real machine.
        InetSocketAddress local =
                localAddresses.getOrDefault(link, new InetSocketAddress(loopback, 0));
        Host host = knet.host(peer).orElseGet(() -> knet.addHost(peer));
        LinkConfig config =
                host.addLink(
                                link,
                                LinkConfig.udp(
                                                local,
                                                new InetSocketAddress(
                                                        loopback, json.get("port").getAsInt()))
                                        .withPriority(Knet.MAX_LINKS - link)
                                        .withPing(PING_INTERVAL, PING_TIMEOUT)
                                        .withPongCount(PONG_COUNT))
                        .config();
        if (config.local() != null) {
            localAddresses.put(link, config.local());
        }
    }

    private void startPhase(JsonObject command) {
        Map<Integer, Traffic> traffic = new TreeMap<>();
        LinkPolicy policy = LinkPolicy.valueOf(command.get("policy").getAsString());
        for (Host host : knet.hosts()) {
            host.setPolicy(policy);
            traffic.put(host.id(), new Traffic());
        }
        stalls.takeMicros();
        phase =
                new Phase(
                        command.get("number").getAsInt(),
                        command.get("start").getAsLong(),
                        traffic);
    }

    // ---- messages

    private void sendAllTheTime() {
        ByteBuffer buffer = ByteBuffer.allocate(DemoMessage.MAX_SIZE);
        long interval = MESSAGE_INTERVAL.toNanos();
        long due = System.nanoTime();
        while (!closed) {
            long now = System.nanoTime();
            if (due - now > 0) {
                LockSupport.parkNanos(due - now);
                continue;
            }
            due = Math.max(due + interval, now - CATCH_UP_AT_MOST * interval);
            Phase current = phase;
            if (sending) {
                current.traffic.forEach((peer, traffic) -> send(current, peer, traffic, buffer));
            }
        }
    }

    private void send(Phase current, int peer, Traffic traffic, ByteBuffer buffer) {
        int number = traffic.nextNumber();
        long now = current.now();
        DemoMessage.write(buffer, size(), new DemoMessage.Content(current.number, number, now));
        traffic.onSent(number, now);
        try {
            channel.sendSync(buffer, Destination.host(peer));
        } catch (SendException _) {
            traffic.onRefused(number);
        }
    }

    /** Mostly small messages, some of a few fragments. */
    private int size() {
        int dice = random.nextInt(100);
        int limit = dice < 80 ? 1_000 : dice < 95 ? 3_000 : DemoMessage.MAX_SIZE;
        return random.nextInt(DemoMessage.HEADER, limit + 1);
    }

    private void receive(Message message) {
        Phase current = phase;
        Traffic traffic = current.traffic.get(message.source());
        if (traffic == null) {
            return;
        }
        lastArrival = WallClock.micros();
        Optional<DemoMessage.Content> content = DemoMessage.read(message.payload());
        if (content.isEmpty()) {
            traffic.onDamaged();
        } else if (content.get().phase() == current.number) {
            traffic.onArrived(content.get().number(), lastArrival - current.start);
        }
    }

    private void report() {
        long deadline = System.nanoTime() + QUIET_LIMIT;
        while (WallClock.micros() - lastArrival < QUIET && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(QUIET));
        }
        JsonArray peers = new JsonArray();
        phase.traffic.forEach((peer, traffic) -> peers.add(traffic.json(peer)));
        JsonObject json = new JsonObject();
        json.addProperty("event", "report");
        json.addProperty("stall_us", stalls.takeMicros());
        json.add("peers", peers);
        print(json);
    }

    // ---- events

    private void tell(KnetEvent event) {
        long now = WallClock.micros();
        JsonObject json = new JsonObject();
        switch (event) {
            case KnetEvent.LinkUp e -> {
                json.addProperty("event", "link-up");
                json.addProperty("peer", e.host());
                json.addProperty("link", e.link());
            }
            case KnetEvent.LinkDown e -> {
                json.addProperty("event", "link-down");
                json.addProperty("peer", e.host());
                json.addProperty("link", e.link());
                json.addProperty("silence_ms", Millis.of(e.silence()));
            }
            case KnetEvent.ActiveLinksChanged e -> {
                json.addProperty("event", "active-links");
                json.addProperty("peer", e.host());
                JsonArray links = new JsonArray();
                e.links().forEach(links::add);
                json.add("links", links);
            }
            default -> {
                return;
            }
        }
        json.addProperty("at_us", now);
        print(json);
    }

    private void print(JsonObject json) {
        terminal.outLine(json.toString());
    }

    @Override
    public void close() {
        closed = true;
        stalls.close();
        knet.close();
    }
}
