package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkStatistics;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who does not have the configuration stays out, and is told apart. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class CryptoMismatchInteropTest {
    private static final int JAVA = 1;
    private static final int FRIEND = 2;
    private static final long PATIENT = 5000;

    private static final Suite OURS = Suite.USUAL;
    private static final Suite OTHER_KEY = OURS.withKey(1024, 2);
    private static final Suite OTHER_HASH = OURS.withHash("sha512");
    private static final Suite OTHER_CIPHER = OURS.withCipher("aes128");

    /** More than a link needs to come up. */
    private static final int MANY_PINGS = 10;

    private static final int MESSAGES = 20;

    @Test
    void strangersStayOutAndEachIsToldOnce() throws Exception {
        Map<Integer, Consumer<CNode>> peers = new TreeMap<>();
        peers.put(FRIEND, OURS::enable);
        peers.put(3, OTHER_KEY::enable);
        peers.put(4, OTHER_HASH::enable);
        peers.put(5, OTHER_CIPHER::enable);
        peers.put(6, _ -> {}); // clear
        List<KnetEvent.CryptoMismatch> told =
                mismatches(
                        OURS::enable,
                        peers,
                        (java, c) -> {
                            Host friend = java.host(FRIEND).orElseThrow();
                            Await.until("reachable", () -> friend.status().reachable());
                            c.get(FRIEND).awaitReachable(JAVA, true, Await.LIMIT);
                        });
        assertEquals(
                Map.of(
                        3, DropCause.NOT_AUTHENTIC,
                        4, DropCause.OTHER_HASH,
                        5, DropCause.OTHER_CIPHER,
                        6, DropCause.CLEAR_TRAFFIC),
                byHost(told));
    }

    @Test
    void encryptedPeersOfAClearNodeAreToldOnce() throws Exception {
        List<KnetEvent.CryptoMismatch> told =
                mismatches(
                        _ -> {},
                        Map.of(3, OURS::enable, 4, OTHER_KEY::enable),
                        (java, _) -> assertTrue(java.statistics().drops(DropCause.ENCRYPTED) > 0));
        assertEquals(Map.of(3, DropCause.ENCRYPTED, 4, DropCause.ENCRYPTED), byHost(told));
    }

    private interface Check {
        void run(Knet java, Map<Integer, CNode> c) throws Exception;
    }

    /** Lets a Java node and C nodes ping each other for a while, and returns what Java told. */
    private static List<KnetEvent.CryptoMismatch> mismatches(
            Consumer<Knet> inJava, Map<Integer, Consumer<CNode>> inC, Check check)
            throws Exception {
        List<KnetEvent.CryptoMismatch> told = new CopyOnWriteArrayList<>();
        Map<Integer, CNode> c = new TreeMap<>();
        try (Knet java = Knet.builder(JAVA).open()) {
            java.onEvent(event -> {
                if (event instanceof KnetEvent.CryptoMismatch mismatch) {
                    told.add(mismatch);
                }
            });
            inJava.accept(java);
            java.startForwarding();
            for (Map.Entry<Integer, Consumer<CNode>> peer : inC.entrySet()) {
                CNode node = CNode.open(peer.getKey());
                c.put(peer.getKey(), node);
                peer.getValue().accept(node);
                join(java, node);
            }
            for (CNode node : c.values()) {
                node.awaitLink(JAVA, 0, s -> s.stats().txPingPackets() >= MANY_PINGS, Await.LIMIT);
            }
            for (Host host : java.hosts()) {
                Await.until("pings to " + host.id(), () -> txPings(host) >= MANY_PINGS);
            }
            check.run(java, c);
            for (Host host : java.hosts()) {
                if (host.id() != FRIEND) {
                    assertFalse(host.status().reachable(), "Java: host " + host.id());
                    assertEquals(0, upCount(host));
                    assertFalse(c.get(host.id()).hostReachable(JAVA), "C: host " + host.id());
                    assertEquals(0, c.get(host.id()).linkStatus(JAVA, 0).stats().upCount());
                }
            }
        } finally {
            closeAll(c);
        }
        return told;
    }

    private static void join(Knet java, CNode c) {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress ofC = JavaAndC.loopback4(0);
        java.addHost(c.hostId()).addLink(0, JavaAndC.javaLink(ofJava, ofC, PATIENT));
        c.addHost(JAVA);
        c.forwarding(true);
        c.addLink(JAVA, CLinkConfig.fast(0, ofC, ofJava).withPing(200, PATIENT));
    }

    private static long txPings(Host host) {
        return host.link(0).orElseThrow().status().statistics().txPing().packets();
    }

    private static long upCount(Host host) {
        return host.link(0).orElseThrow().status().statistics().upCount();
    }

    private static void closeAll(Map<Integer, CNode> c) {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        c.values().forEach(node -> ends.add(CompletableFuture.runAsync(node::close)));
        ends.forEach(CompletableFuture::join);
    }

    /** Fails when something was told twice. */
    private static Map<Integer, DropCause> byHost(List<KnetEvent.CryptoMismatch> told) {
        Map<Integer, DropCause> byHost = new TreeMap<>();
        for (KnetEvent.CryptoMismatch mismatch : told) {
            DropCause before = byHost.put(mismatch.host(), mismatch.cause());
            assertNull(before, "told twice: " + told);
        }
        return byHost;
    }

    static Stream<Arguments> others() {
        Consumer<CNode> clear = c -> c.crypto("none", "none", "none", new byte[0]);
        return Stream.of(
                Arguments.of("key", use(OTHER_KEY), DropCause.NOT_AUTHENTIC),
                Arguments.of("hash", use(OTHER_HASH), DropCause.NOT_AUTHENTIC),
                Arguments.of("cipher", use(OTHER_CIPHER), DropCause.OTHER_CIPHER),
                Arguments.of("none", clear, DropCause.CLEAR_TRAFFIC));
    }

    private static Consumer<CNode> use(Suite suite) {
        return suite::enable;
    }

    /** C takes another configuration while its link is up, so that it sends messages with it. */
    @ParameterizedTest
    @MethodSource("others")
    void messagesOfAnotherConfigurationAreDropped(
            String other, Consumer<CNode> change, DropCause cause) throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().timeoutMillis(PATIENT).crypto(OURS).open()) {
            pair.awaitUp();
            pair.exchange(Payloads.numbered(0), "before");
            pair.java.setInterfaceMtu(OptionalInt.of(1500));
            pair.c.interfaceMtu(1500); // otherwise it would wait for answers to its probes
            long before = sentByJava(pair);
            change.accept(pair.c);
            for (int i = 1; i <= MESSAGES; i++) {
                // Too long for a closer look, which is for pings.
                pair.c.send(0, Payloads.numbered(i, 500));
                pair.java
                        .channel(0)
                        .send(
                                ByteBuffer.wrap(Payloads.numbered(i, 500)),
                                Destination.host(pair.cId));
            }
            Await.until(
                    () -> "drops: " + pair.java.statistics().drops(),
                    () -> pair.java.statistics().drops(cause) >= MESSAGES);
            pair.awaitSentByC(MESSAGES + 1);
            Await.until(
                    "Java: all sent",
                    () -> pair.javaLink(0).statistics().txData().packets() == MESSAGES + 1);
            // Pings go on, so the first ones to be dropped may have been sent before the change.
            long sent = sentByJava(pair) - before;
            Await.until(
                    () -> "C, with another " + other + ", drops " + sent + ": " + pair.c.logTail(),
                    () -> linesAboutDrops(pair.c) >= sent);
            OURS.enable(pair.c);
            // What C sends and what it gets comes in order: nothing was delivered in between.
            pair.exchange(Payloads.numbered(MESSAGES + 1), "after");
            assertEquals(1, pair.javaLink(0).statistics().upCount());
        }
    }

    private static long sentByJava(JavaAndC pair) {
        LinkStatistics s = pair.javaLink(0).statistics();
        return s.txData().packets() + s.txPing().packets() + s.txPong().packets();
    }

    private static long linesAboutDrops(CNode c) {
        return c.logTail().stream()
                .filter(l ->
                        l.contains("Unable to decrypt packet")
                                || l.contains("Packet version does not match"))
                .count();
    }
}
