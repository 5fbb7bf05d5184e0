package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkStatus;
import io.knet4j.ReceivedMessage;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pings, probes and data made by hand, and what the C library makes of the answers. */
@RequiresLibKnet
class RawPacketInteropTest {
    private static final int NODE = 1;
    private static final int PEER = 2;
    private static final int LARGEST_MTU = 65_535 - 20 - 8 - 26;

    // A typical answer takes far less than a millisecond; the machine may be busy.
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(20);

    private final InetSocketAddress ofNode = JavaAndC.loopback4(0);
    private final InetSocketAddress ofPeer = JavaAndC.loopback4(0);
    private Knet java;
    private Host host;

    @BeforeEach
    void open() {
        java = Knet.builder(NODE).interfaceMtu(1500).open(); // sends no probes
        host = java.addHost(PEER);
        host.addLink(0, JavaAndC.javaLink(ofNode, ofPeer, 5000));
        java.channel(0);
        java.startForwarding();
    }

    @AfterEach
    void close() {
        java.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void peersOfBothLibraryGenerationsAreUnderstood(int byte4) throws Exception {
        try (RawPeer peer = new RawPeer(ofPeer, ofNode, PEER, byte4)) {
            byte[] ping = peer.ping(0, "sixteen bytes ok".getBytes(StandardCharsets.US_ASCII));
            peer.send(ping);
            byte[] pong = peer.await("pong", p -> p[1] == RawPeer.PONG);
            assertArrayEquals(RawPeer.answer(ping, RawPeer.PONG, 26, NODE), pong);

            peer.serveUntil("node has the link up", () -> host.status().reachable());
            peer.send(peer.data(1, 0, (byte) 'h', (byte) 'i'));
            ReceivedMessage message = java.channel(0).receive(Await.LIMIT).orElseThrow();
            assertEquals(PEER, message.source());
            assertArrayEquals(new byte[] {'h', 'i'}, message.payload());

            java.channel(0).send(ByteBuffer.wrap(new byte[] {'y', 'o'}), Destination.host(PEER));
            byte[] data = peer.await("data", p -> p[1] == RawPeer.DATA);
            assertEquals(1, data[0]);
            assertTrue(data[4] == 0 || data[4] == 1);
            assertEquals(1, ByteBuffer.wrap(data).getShort(6), "the first number");
            assertEquals(16, data.length);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void probesOfEverySizeAreAnsweredAtOnceEvenOnADisabledLink(boolean enabled) throws Exception {
        host.link(0).orElseThrow().setEnabled(enabled);
        List<Long> times = new ArrayList<>();
        try (RawPeer peer = new RawPeer(ofPeer, ofNode, PEER, 0)) {
            for (int size : sizes()) {
                byte[] probe = peer.probe(size);
                long start = System.nanoTime();
                peer.send(probe);
                byte[] reply = peer.await("reply to " + size, p -> p[1] == RawPeer.PROBE_REPLY);
                times.add(System.nanoTime() - start);
                assertArrayEquals(RawPeer.answer(probe, RawPeer.PROBE_REPLY, 9, NODE), reply);
            }
            byte[] ping = peer.ping(0, (byte) 1);
            peer.send(ping);
            assertArrayEquals(
                    RawPeer.answer(ping, RawPeer.PONG, 26, NODE),
                    peer.await("pong", p -> p[1] == RawPeer.PONG));
        }
        Collections.sort(times);
        assertTrue(times.get(times.size() / 2) < SOON, "nanoseconds to answer: " + times);
        LinkStatus status = host.link(0).orElseThrow().status();
        assertEquals(times.size(), status.statistics().rxPmtud().packets());
        assertEquals(times.size(), status.statistics().txPmtud().packets());
    }

    private static List<Integer> sizes() {
        List<Integer> sizes = new ArrayList<>(List.of(9, 26, 27, 54, 508, 1472, 1473, 9000));
        for (int size = 10_000; size < RawPeer.LARGEST; size += 5000) {
            sizes.add(size);
        }
        sizes.addAll(List.of(65_505, 65_506, RawPeer.LARGEST));
        return sizes;
    }

    @Test
    void cDiscoversThePathMtuOfALinkThatIsDisabledInJava() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.peer.link(0).orElseThrow().setEnabled(false);
            CLinkStatus status =
                    pair.c.awaitLink(
                            pair.javaId,
                            0,
                            s -> s.connected() && s.mtu() == LARGEST_MTU,
                            Await.LIMIT);
            assertEquals(1, status.stats().txPmtuPackets(), "the first probe is answered");
            assertFalse(pair.javaLink(0).connected());

            pair.peer.link(0).orElseThrow().setEnabled(true);
            pair.awaitUp();
            pair.java
                    .channel(0)
                    .send(ByteBuffer.wrap(Payloads.numbered(7)), Destination.host(pair.cId));
            CMessage message = pair.c.poll(Await.LIMIT);
            assertNotNull(message);
            assertEquals(7, Payloads.number(message.payload()));
        }
    }
}
