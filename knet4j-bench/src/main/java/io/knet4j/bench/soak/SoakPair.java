package io.knet4j.bench.soak;

import io.knet4j.Channel;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.SharedKey;
import io.knet4j.bench.Arrivals;
import io.knet4j.bench.Waiting;
import io.knet4j.interop.CDescriptor;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CNode;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A node of knet4j and one of the C library, joined by two encrypted links that may pass a relay,
 * which can cut them, and messages in both directions.
 */
final class SoakPair implements AutoCloseable {
    private static final int JAVA = 1;
    private static final int C = 2;
    private static final int LINKS = 2;
    private static final int PING_MILLIS = 200;
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int PONG_COUNT = 2;
    private static final int LATENCY_SAMPLES = 2048;
    private static final int TICK_MILLIS = 100;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final NumberedMessages messages;
    private final Arena arena = Arena.ofShared();
    private final @Nullable Relay relay;
    private final List<RelayLink> relayedLinks = new ArrayList<>();
    private final Knet java;
    private final Host peer;
    private final Channel channel;
    private final CNode c;
    private final CDescriptor descriptor;
    private final Thread receiver;
    private final List<Thread> senders = new ArrayList<>();
    private final AtomicLong sentByJava = new AtomicLong();
    private final AtomicLong sentByC = new AtomicLong();
    private volatile boolean sending;
    private volatile boolean closed;

    final Arrivals atJava = new Arrivals();
    final Arrivals atC = new Arrivals();

    SoakPair(
            NumberedMessages messages, String cipher, String hash, SharedKey key, boolean relayed) {
        this.messages = messages;
        relay = relayed ? Relay.open(1) : null;
        java =
                Knet.builder(JAVA)
                        .crypto(CryptoConfig.named("openssl", cipher, hash, key).orElseThrow())
                        .open();
        c = CNode.open(C, CNode.LogLevel.ERROR);
        c.crypto("openssl", cipher, hash, key.toByteArray());
        peer = java.addHost(C);
        channel = java.channel(0);
        channel.onMessage(
                message -> atJava.add(messages.read(MemorySegment.ofBuffer(message.payload()))));
        c.addHost(JAVA);
        descriptor = c.openDescriptor(0);
        for (int i = 0; i < LINKS; i++) {
            addLink(i);
        }
        receiver = Thread.ofPlatform().name("c-receiver").daemon().start(this::receive);
        java.startForwarding();
        c.forwarding(true);
    }

    /** The C library tells links apart by their addresses. */
    private void addLink(int link) {
        String address = "127.0.0." + (link + 1);
        InetSocketAddress ofJava = new InetSocketAddress(address, FreePorts.loopback4().getPort());
        InetSocketAddress ofC = new InetSocketAddress(address, FreePorts.loopback4().getPort());
        InetSocketAddress seenByJava = ofC;
        InetSocketAddress seenByC = ofJava;
        if (relay != null) {
            RelayLink passed = relay.link(ofJava, ofC);
            relayedLinks.add(passed);
            seenByJava = passed.addressForA();
            seenByC = passed.addressForB();
        }
        c.addLink(
                JAVA,
                new CLinkConfig(
                        link,
                        ofC,
                        seenByC,
                        PING_MILLIS,
                        TIMEOUT_MILLIS,
                        LATENCY_SAMPLES,
                        PONG_COUNT,
                        LINKS - link));
        peer.addLink(
                link,
                LinkConfig.udp(ofJava, seenByJava)
                        .withPing(Duration.ofMillis(PING_MILLIS), Duration.ofMillis(TIMEOUT_MILLIS))
                        .withPongCount(PONG_COUNT)
                        .withPriority(LINKS - link));
    }

    private void receive() {
        while (!closed) {
            int count = descriptor.receive(TICK_MILLIS);
            for (int i = 0; i < count; i++) {
                atC.add(messages.read(descriptor.message(i)));
            }
        }
    }

    /** Waits until both nodes have all links up. */
    void awaitUp() throws InterruptedException {
        Waiting.until(this::isUp, LIMIT, "the links do not come up");
    }

    private boolean isUp() {
        for (int link = 0; link < LINKS; link++) {
            if (!peer.link(link).orElseThrow().status().connected()
                    || !c.linkStatus(JAVA, link).connected()) {
                return false;
            }
        }
        return c.hostReachable(JAVA);
    }

    /** Sends in both directions from now on, so many messages per second. */
    void send(double perSecondFromJava, double perSecondFromC) {
        sending = true;
        senders.add(Thread.ofPlatform().start(() -> sendFromJava(new Pace(perSecondFromJava))));
        senders.add(Thread.ofPlatform().start(() -> sendFromC(new Pace(perSecondFromC))));
    }

    private void sendFromJava(Pace pace) {
        ByteBuffer message = ByteBuffer.allocate(messages.size());
        MemorySegment bytes = MemorySegment.ofBuffer(message);
        while (pace.await(() -> sending)) {
            messages.write(bytes, sentByJava.getAndIncrement());
            channel.send(message, Destination.host(C));
        }
    }

    private void sendFromC(Pace pace) {
        MemorySegment message = arena.allocate(messages.size(), 64);
        while (pace.await(() -> sending)) {
            messages.write(message, sentByC.getAndIncrement());
            descriptor.send(message, messages.size());
        }
    }

    /** Sends no more. */
    void stop() throws InterruptedException {
        sending = false;
        for (Thread sender : senders) {
            sender.join();
        }
        senders.clear();
    }

    void cut(int link) {
        relayedLinks.get(link).cut();
    }

    void heal(int link) {
        relayedLinks.get(link).heal();
    }

    int links() {
        return LINKS;
    }

    long sentByJava() {
        return sentByJava.get();
    }

    long sentByC() {
        return sentByC.get();
    }

    /** How often links of the node of knet4j went down. */
    int downs() {
        return peer.links().stream()
                .mapToInt(link -> (int) link.status().statistics().downCount())
                .sum();
    }

    @Override
    public void close() {
        sending = false;
        closed = true;
        try {
            for (Thread sender : senders) {
                sender.join();
            }
            receiver.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        java.close();
        c.close();
        if (relay != null) {
            relay.close();
        }
        arena.close();
    }
}
