package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.knet4j.ClearTraffic;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is accepted with which slots, slot in use and policy: the same in Java as in C. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class ClearTrafficInteropTest {
    private static final int NODE = 1;
    private static final int PEER = 2;
    private static final int CLEAR = 0;
    private static final int NOBODYS = 3;
    private static final int LAST = 9;
    private static final long PATIENT = 5000;
    private static final long VERY_PATIENT = 30_000;

    private static final Map<Integer, Suite> SUITES =
            Map.of(
                    1,
                    Suite.USUAL,
                    2,
                    new Suite("openssl", "aes128", "sha512", 128, 2),
                    NOBODYS,
                    Suite.USUAL.withKey(1024, 3));

    private final InetSocketAddress ofNode = JavaAndC.loopback4(0);
    private final InetSocketAddress ofPeer = JavaAndC.loopback4(0);

    record Row(int sendingSlot, int slots, ClearTraffic policy, Set<Integer> accepted) {}

    static Stream<Row> table() {
        return Stream.of(
                new Row(CLEAR, 0, ClearTraffic.ALLOW, Set.of(CLEAR)),
                new Row(CLEAR, 0, ClearTraffic.REFUSE, Set.of()),
                new Row(CLEAR, 1, ClearTraffic.ALLOW, Set.of(CLEAR, 1)),
                new Row(CLEAR, 1, ClearTraffic.REFUSE, Set.of(1)),
                new Row(1, 1, ClearTraffic.ALLOW, Set.of(CLEAR, 1)),
                new Row(1, 1, ClearTraffic.REFUSE, Set.of(1)),
                new Row(1, 2, ClearTraffic.ALLOW, Set.of(CLEAR, 1, 2)),
                new Row(1, 2, ClearTraffic.REFUSE, Set.of(1, 2)),
                new Row(2, 2, ClearTraffic.ALLOW, Set.of(CLEAR, 1, 2)),
                new Row(2, 2, ClearTraffic.REFUSE, Set.of(1, 2)));
    }

    /** A message for each way to send it, which says how it was sent. */
    private static List<byte[]> datagrams(RawPeer peer, int sequence) {
        return IntStream.of(CLEAR, 1, 2, NOBODYS)
                .mapToObj(kind -> datagram(peer, kind, kind, sequence + kind))
                .toList();
    }

    private static byte[] datagram(RawPeer peer, int kind, int content, int sequence) {
        byte[] packet = peer.data(sequence, 0, (byte) content);
        return kind == CLEAR ? packet : SUITES.get(kind).seal(packet);
    }

    @ParameterizedTest
    @MethodSource("table")
    void javaAcceptsWhatItShould(Row row) throws Exception {
        try (Knet java = Knet.builder(NODE).open();
                RawPeer peer = new RawPeer(ofPeer, ofNode, PEER, 0)) {
            Host host = java.addHost(PEER);
            host.addLink(0, JavaAndC.javaLink(ofNode, ofPeer, PATIENT));
            java.channel(0);
            java.startForwarding();
            peer.serveUntil("link up", () -> host.status().reachable());
            for (int slot = 1; slot <= row.slots; slot++) {
                SUITES.get(slot).set(java, slot);
            }
            java.crypto().use(row.sendingSlot);
            java.crypto().setClearTraffic(row.policy);

            long before = drops(java);
            List<byte[]> datagrams = datagrams(peer, 1);
            for (byte[] datagram : datagrams) {
                peer.send(datagram);
            }
            int refused = datagrams.size() - row.accepted.size();
            Set<Integer> delivered = new TreeSet<>();
            for (int i = 0; i < row.accepted.size(); i++) {
                delivered.add(
                        (int) java.channel(0).receive(Await.LIMIT).orElseThrow().payload()[0]);
            }
            assertEquals(new TreeSet<>(row.accepted), delivered);
            Await.until(
                    () -> refused + " drops: " + java.statistics().drops(),
                    () -> drops(java) - before == refused);
        }
    }

    private static long drops(Knet java) {
        return java.statistics().drops().values().stream().mapToLong(Long::longValue).sum();
    }

    /** All rows with one node: each new one would cost a second. */
    @Test
    void cAcceptsTheSame() throws Exception {
        try (CNode c = CNode.open(NODE);
                RawPeer peer = new RawPeer(ofPeer, ofNode, PEER, 0)) {
            c.addHost(PEER);
            c.interfaceMtu(1500); // the peer cannot answer sealed probes, and C would wait for it
            c.openChannel(0);
            c.forwarding(true);
            c.addLink(PEER, CLinkConfig.fast(0, ofNode, ofPeer).withPing(200, VERY_PATIENT));
            peer.serveUntil("link up", () -> c.hostReachable(PEER));
            int sequence = 1;
            for (Row row : table().toList()) {
                for (int slot = 1; slot <= row.slots; slot++) {
                    SUITES.get(slot).set(c, slot);
                }
                c.useCryptoSlot(row.sendingSlot);
                c.acceptClearTraffic(row.policy == ClearTraffic.ALLOW);
                checkAcceptedByC(c, peer, row, sequence);
                c.acceptClearTraffic(true);
                c.useCryptoSlot(CLEAR);
                for (int slot = 1; slot <= row.slots; slot++) {
                    Suite.clear(c, slot);
                }
                sequence += 10;
            }
        }
    }

    private static void checkAcceptedByC(CNode c, RawPeer peer, Row row, int sequence)
            throws Exception {
        List<byte[]> datagrams = datagrams(peer, sequence);
        for (byte[] datagram : datagrams) {
            peer.send(datagram);
        }
        if (row.accepted.isEmpty()) {
            Await.until(
                    () -> "dropped by C: " + c.logTail(),
                    () -> linesAboutDrops(c) >= datagrams.size());
            assertNull(c.poll(Duration.ZERO));
            return;
        }
        peer.send(datagram(peer, row.accepted.iterator().next(), LAST, sequence + LAST));
        Set<Integer> delivered = new TreeSet<>();
        for (int content = poll(c); content != LAST; content = poll(c)) {
            delivered.add(content);
        }
        assertEquals(new TreeSet<>(row.accepted), delivered, row.toString());
    }

    private static long linesAboutDrops(CNode c) {
        return c.logTail().stream().filter(l -> l.contains("accept only crypto packets")).count();
    }

    private static int poll(CNode c) throws InterruptedException {
        CMessage message = c.poll(Await.LIMIT);
        if (message == null) {
            throw new AssertionError("nothing came");
        }
        return message.payload()[0];
    }
}
