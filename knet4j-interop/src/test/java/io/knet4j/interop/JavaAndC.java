package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatus;
import io.knet4j.ReceivedMessage;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A Java node and a C node, joined by links, with forwarding on. The C node pings every 200 ms, its
 * shortest, the Java node every 100 ms; both take a link up on the second pong.
 */
final class JavaAndC implements AutoCloseable {
    private static final Duration JAVA_PING = Duration.ofMillis(100);
    private static final int C_PING_MILLIS = 200;

    final int javaId;
    final int cId;
    final Knet java;
    final Host peer;
    final CNode c;
    final List<RelayLink> relayed = new ArrayList<>();
    private final @Nullable Relay relay;

    /** What the pair is like. */
    static final class Settings {
        private int javaId = 1;
        private int cId = 2;
        private int links = 1;
        private IntFunction<InetSocketAddress> addresses = JavaAndC::loopback4;
        private LinkPolicy policy = LinkPolicy.PASSIVE;
        private long timeoutMillis = 5000;
        private Duration javaPing = JAVA_PING;
        private int cPingMillis = C_PING_MILLIS;
        private int pongCount = 1;
        private boolean relayed;
        private List<Integer> channels = List.of(0);
        private BiConsumer<Knet, CNode> preparation = (_, _) -> {};

        Settings ids(int ofJava, int ofC) {
            javaId = ofJava;
            cId = ofC;
            return this;
        }

        Settings links(int count) {
            links = count;
            return this;
        }

        Settings ipv6() {
            addresses = _ -> FreePorts.loopback6();
            return this;
        }

        Settings policy(LinkPolicy value) {
            policy = value;
            return this;
        }

        /** Long unless the test is about links that go down: the machine may be busy. */
        Settings timeoutMillis(long value) {
            timeoutMillis = value;
            return this;
        }

        /** The same timers and pong count at both ends, in place of quick ones. */
        Settings timers(int pingMillis, long timeout, int pongs) {
            javaPing = Duration.ofMillis(pingMillis);
            cPingMillis = pingMillis;
            pongCount = pongs;
            return timeoutMillis(timeout);
        }

        /** Lets the links pass a relay, which can cut them. */
        Settings relayed() {
            relayed = true;
            return this;
        }

        /** The channels to open on both sides. */
        Settings channels(Integer... ids) {
            channels = List.of(ids);
            return this;
        }

        /** What to do with the two nodes before they have links. */
        Settings prepare(BiConsumer<Knet, CNode> value) {
            preparation = value;
            return this;
        }

        /** Encrypts on both sides from the beginning, and accepts nothing else. */
        Settings crypto(Suite suite) {
            return prepare((java, c) -> {
                suite.enable(java);
                suite.enable(c);
            });
        }

        JavaAndC open() {
            return new JavaAndC(this);
        }
    }

    private JavaAndC(Settings s) {
        javaId = s.javaId;
        cId = s.cId;
        relay = s.relayed ? Relay.open(1) : null;
        java = Knet.builder(javaId).open();
        c = CNode.open(cId);
        s.preparation.accept(java, c);
        peer = java.addHost(cId);
        peer.setPolicy(s.policy);
        c.addHost(javaId);
        c.policy(javaId, cPolicy(s.policy));
        for (int channel : s.channels) {
            java.channel(channel);
            c.openChannel(channel);
        }
        java.startForwarding();
        c.forwarding(true);
        for (int i = 0; i < s.links; i++) {
            InetSocketAddress ofJava = s.addresses.apply(i);
            InetSocketAddress ofC = s.addresses.apply(i);
            InetSocketAddress seenByJava = ofC;
            InetSocketAddress seenByC = ofJava;
            if (relay != null) {
                RelayLink link = relay.link(ofJava, ofC);
                relayed.add(link);
                seenByJava = link.addressForA();
                seenByC = link.addressForB();
            }
            CLinkConfig cLink =
                    CLinkConfig.fast(i, ofC, seenByC)
                            .withPing(s.cPingMillis, s.timeoutMillis)
                            .withPongCount(s.pongCount);
            LinkConfig javaLink =
                    javaLink(ofJava, seenByJava, s.timeoutMillis)
                            .withPing(s.javaPing, Duration.ofMillis(s.timeoutMillis))
                            .withPongCount(s.pongCount);
            int priority = s.links - i; // the first link is the preferred one
            c.addLink(javaId, cLink.withPriority(priority));
            peer.addLink(i, javaLink.withPriority(priority));
        }
    }

    /**
     * A free port on an address of its own for each link: the C library tells them apart by that.
     */
    static InetSocketAddress loopback4(int link) {
        int port = FreePorts.loopback4().getPort();
        return new InetSocketAddress("127.0.0." + (link + 1), port);
    }

    /** The Java side of a link. */
    static LinkConfig javaLink(
            InetSocketAddress local, InetSocketAddress remote, long timeoutMillis) {
        return LinkConfig.udp(local, remote)
                .withPing(JAVA_PING, Duration.ofMillis(timeoutMillis))
                .withPongCount(1);
    }

    static CNode.Policy cPolicy(LinkPolicy policy) {
        return switch (policy) {
            case PASSIVE -> CNode.Policy.PASSIVE;
            case ACTIVE -> CNode.Policy.ACTIVE;
            case ROUND_ROBIN -> CNode.Policy.ROUND_ROBIN;
        };
    }

    LinkStatus javaLink(int link) {
        return peer.link(link).orElseThrow().status();
    }

    CLinkStatus cLink(int link) {
        return c.linkStatus(javaId, link);
    }

    /** Waits until all links are up on both sides and carry messages. */
    void awaitUp() throws Exception {
        for (int i = 0; i < peer.links().size(); i++) {
            int link = i;
            Await.until("Java: link " + i + " up", () -> javaLink(link).connected());
            c.awaitLink(javaId, i, CLinkStatus::connected, Await.LIMIT);
        }
        awaitReachable();
    }

    void awaitReachable() throws Exception {
        Await.until("Java: host reachable", () -> peer.status().reachable());
        c.awaitReachable(javaId, true, Await.LIMIT);
    }

    /** Sends a message from Java to C and back, and checks what arrives. */
    void exchange(byte[] payload, String what) throws Exception {
        sendToC(payload, what);
        sendToJava(payload, what);
    }

    private void sendToC(byte[] payload, String what) throws Exception {
        java.channel(0).send(ByteBuffer.wrap(payload), Destination.host(cId));
        CMessage inC = c.poll(Await.LIMIT);
        assertNotNull(inC, "Java to C, lost: " + what);
        Payloads.assertSame(payload, inC.payload(), "Java to C, " + what);
    }

    private void sendToJava(byte[] payload, String what) throws Exception {
        c.send(0, payload);
        ReceivedMessage inJava =
                java.channel(0)
                        .receive(Await.LIMIT)
                        .orElseThrow(() -> new AssertionError("C to Java, lost: " + what));
        Payloads.assertSame(payload, inJava.payload(), "C to Java, " + what);
    }

    /** Waits until C has sent so many packets with messages by the first link. */
    void awaitSentByC(long packets) throws Exception {
        c.awaitLink(javaId, 0, s -> s.stats().txDataPackets() >= packets, Await.LIMIT);
    }

    @Override
    public void close() {
        try (relay) {
            java.close();
            c.close();
        }
    }
}
