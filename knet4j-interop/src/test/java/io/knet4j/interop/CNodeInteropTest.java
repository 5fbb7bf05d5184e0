package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.Impairment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class CNodeInteropTest {
    private static final Duration SOON = Pair.SOON;

    @Test
    void structsHaveTheSizesOfTheLibrary() {
        try (CNode node = CNode.open(1);
                Arena arena = Arena.ofConfined()) {
            node.addHost(2);
            node.configureLink(2, CLinkConfig.fast(0, FreePorts.loopback4(), null));
            MemorySegment status = arena.allocate(KnetStructs.LinkStatus.LAYOUT);
            MemorySegment stats = arena.allocate(KnetStructs.HandleStats.LAYOUT);
            node.withHandle(h -> {
                LibKnet.linkGetStatus(h, 2, 0, status, status.byteSize());
                LibKnet.handleGetStats(h, stats, stats.byteSize());
            });
            assertEquals(
                    KnetStructs.LinkStatus.LAYOUT.byteSize(), KnetStructs.LinkStatus.size(status));
            assertEquals(
                    KnetStructs.HandleStats.LAYOUT.byteSize(), KnetStructs.HandleStats.size(stats));
            assertEquals("127.0.0.1", node.linkStatus(2, 0).localAddress());
        }
    }

    @Test
    void messagesGoBothWaysOverOneIpv4Link() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            exchange(pair);
            assertEquals(new CEvent.HostStatus(0, 2, true), withoutTime(hostEvent(pair.one, true)));
            assertEquals(new CEvent.HostStatus(0, 1, true), withoutTime(hostEvent(pair.two, true)));
        }
    }

    @Test
    void messagesGoBothWaysOverOneIpv6Link() throws Exception {
        assumeTrue(FreePorts.hasLoopback6(), "no IPv6 on loopback");
        try (Pair pair = new Pair(FreePorts.loopback6(), FreePorts.loopback6())) {
            pair.awaitUp();
            exchange(pair);
        }
    }

    @Test
    void messagesSurviveTheCutOfOneOfTwoLinks() throws Exception {
        assumeTrue(FreePorts.hasLoopback6(), "no IPv6 on loopback");
        try (Pair pair =
                new Pair(
                        FreePorts.loopback4(),
                        FreePorts.loopback4(),
                        FreePorts.loopback6(),
                        FreePorts.loopback6())) {
            pair.awaitUp();
            exchange(pair);

            pair.links.get(0).cut();
            pair.one.awaitLink(2, 0, s -> !s.connected(), SOON);
            pair.two.awaitLink(1, 0, s -> !s.connected(), SOON);
            assertTrue(pair.one.hostReachable(2));
            exchange(pair);

            pair.links.get(1).cut();
            pair.one.awaitReachable(2, false, SOON);
            hostEvent(pair.one, false);

            pair.links.get(0).heal();
            pair.awaitReachable();
            exchange(pair);
        }
    }

    @Test
    void oneDirectionCutBringsTheLinkDownOnBothSides() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            pair.links.getFirst().aToB().cut();
            pair.one.awaitReachable(2, false, SOON);
            pair.two.awaitReachable(1, false, SOON);
            assertTrue(pair.links.getFirst().aToB().counters().cut() > 0);
            assertEquals(0, pair.links.getFirst().bToA().counters().cut());
        }
    }

    @Test
    void messagesArriveOnceDespiteDuplicatesOnTheWire() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            pair.links.getFirst().impair(Impairment.none().withDuplication(1));
            for (int i = 0; i < 100; i++) {
                pair.one.send(0, bytes("message " + i));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals("message " + i, text(pair.two.poll(SOON)));
            }
            pair.links.getFirst().heal();
            exchange(pair); // nothing between the last message and this one
        }
    }

    @Test
    void encryptedAndCompressedMessagesArrive() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            byte[] key = new byte[128];
            new Random(1).nextBytes(key);
            for (CNode node : List.of(pair.one, pair.two)) {
                node.crypto("openssl", "aes256", "sha256", key);
                node.compress("zlib", 0, 5);
            }
            pair.awaitUp();
            exchange(pair);
            byte[] large = new byte[60_000];
            Arrays.fill(large, (byte) 'x');
            pair.one.send(0, large);
            assertArrayEquals(large, received(pair.two).payload());
            assertTrue(pair.one.stats().txCompressedPackets() > 0);
            assertTrue(pair.two.stats().rxCryptPackets() > 0);
        }
    }

    @Test
    void onlyTheDestinationsOfTheFilterGetAMessage() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            AtomicInteger source = new AtomicInteger();
            pair.two.rxFilter((host, channel, payload) -> {
                source.set(host);
                return true;
            });
            pair.one.addLoopback();
            pair.one.destinations(Destinations.to(1));
            pair.one.send(0, bytes("to itself"));
            assertEquals("to itself", text(pair.one.poll(SOON)));
            pair.one.destinations(Destinations.to(2));
            pair.one.sendSync(0, bytes("to the other"));
            assertEquals("to the other", text(pair.two.poll(SOON)));
            assertEquals(1, source.get());
            pair.one.destinations(Destinations.broadcast());
            LibKnetException e =
                    assertThrows(
                            LibKnetException.class, () -> pair.one.sendSync(0, bytes("to all")));
            assertEquals("E2BIG", e.errnoName());
            assertEquals("knet_send_sync", e.function());
        }
    }

    @Test
    void throwingReceiveFilterDropsTheMessageAndIsReported() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            pair.two.rxFilter((host, channel, payload) -> {
                if (payload.byteSize() == 3) {
                    throw new IllegalStateException("on purpose");
                }
                return true;
            });
            pair.one.send(0, bytes("bad"));
            pair.one.send(0, bytes("good"));
            assertEquals("good", text(pair.two.poll(SOON)));
            assertEquals("on purpose", pair.two.callbackFailure().orElseThrow().getMessage());
        }
    }

    @Test
    void dynamicLinkLearnsItsPeer() throws Exception {
        InetSocketAddress a = FreePorts.loopback4();
        InetSocketAddress b = FreePorts.loopback4();
        try (CNode one = CNode.open(1);
                CNode two = CNode.open(2)) {
            one.addHost(2);
            two.addHost(1);
            one.addLink(2, CLinkConfig.fast(0, a, b));
            two.addLink(1, CLinkConfig.fast(0, b, null));
            CLinkStatus status = two.awaitLink(1, 0, CLinkStatus::connected, SOON);
            assertTrue(status.dynamicConnected());
            assertEquals(String.valueOf(a.getPort()), status.remotePort());
        }
    }

    @Test
    void pathMtuIsDiscoveredThroughTheRelay() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            CLinkStatus status =
                    pair.one.awaitLink(2, 0, s -> s.mtu() == 65_535 - 20 - 8 - 26, SOON);
            assertEquals(20 + 8 + 26, status.protoOverhead());
            pair.one.awaitEvent(
                    e -> e instanceof CEvent.DataMtu m && m.dataMtu() == status.mtu(), SOON);
            assertEquals(status.mtu(), pair.one.dataMtu());
        }
    }

    @Test
    void fixedInterfaceMtuSkipsDiscovery() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.one.interfaceMtu(1500);
            pair.awaitUp();
            pair.one.awaitLink(2, 0, s -> s.mtu() == 1500 - 20 - 8 - 26, SOON);
            pair.one.send(0, new byte[65_536]);
            assertEquals(65_536, received(pair.two).payload().length);
        }
    }

    @Test
    void failuresCarryFunctionAndErrno() {
        try (CNode node = CNode.open(1)) {
            node.addHost(2);
            LibKnetException twice = assertThrows(LibKnetException.class, () -> node.addHost(2));
            assertEquals("knet_host_add", twice.function());
            assertEquals("EEXIST", twice.errnoName());
            LibKnetException noTimeout =
                    assertThrows(
                            LibKnetException.class,
                            () ->
                                    node.addLink(
                                            2,
                                            CLinkConfig.fast(0, FreePorts.loopback4(), null)
                                                    .withPing(200, 0)));
            assertEquals("ENOSYS", noTimeout.errnoName());
            assertEquals(List.of(), node.links(2), "the half-configured link is gone");
            LibKnetException badKey =
                    assertThrows(
                            LibKnetException.class,
                            () -> node.crypto("openssl", "aes256", "sha256", new byte[1]));
            assertEquals("EINVAL", badKey.errnoName());
            LibKnetException noModel =
                    assertThrows(
                            LibKnetException.class,
                            () -> node.crypto("nonsense", "aes256", "sha256", new byte[128]));
            assertEquals(-2, noModel.result());
        }
    }

    @Test
    void hostIdsUseAll16Bits() throws Exception {
        InetSocketAddress a = FreePorts.loopback4();
        InetSocketAddress b = FreePorts.loopback4();
        try (CNode one = CNode.open(65535);
                CNode two = CNode.open(0)) {
            one.addHost(0);
            two.addHost(65535);
            assertEquals(List.of(65535), two.hosts());
            one.addLink(0, CLinkConfig.fast(0, a, b));
            two.addLink(65535, CLinkConfig.fast(0, b, a));
            one.awaitReachable(0, true, SOON);
            two.awaitReachable(65535, true, SOON);
            assertEquals(new CEvent.HostStatus(0, 65535, true), withoutTime(hostEvent(two, true)));
        }
    }

    @Test
    void closedNodeRefusesCalls() {
        CNode node = CNode.open(1);
        node.close();
        node.close();
        assertThrows(IllegalStateException.class, () -> node.addHost(2));
        assertThrows(IllegalStateException.class, () -> node.send(0, new byte[1]));
    }

    @Test
    void closingAChannelLeavesTheOthersOpen() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            for (CNode node : List.of(pair.one, pair.two)) {
                node.openChannel(31);
                node.closeChannel(0);
            }
            pair.awaitUp();
            assertThrows(LibKnetException.class, () -> pair.one.send(0, new byte[1]));
            pair.one.send(31, bytes("still here"));
            CMessage message = received(pair.two);
            assertEquals(31, message.channel());
            assertEquals("still here", text(message));
        }
    }

    @Test
    void theLogIsKept() {
        try (CNode node = CNode.open(1)) {
            node.addHost(2);
            assertThrows(
                    TimeoutException.class,
                    () -> node.awaitReachable(2, true, Duration.ofMillis(1)));
            node.addLink(2, CLinkConfig.fast(0, FreePorts.loopback4(), FreePorts.loopback4()));
            TimeoutException e =
                    assertThrows(
                            TimeoutException.class,
                            () -> node.awaitReachable(2, true, Duration.ofMillis(300)));
            assertTrue(e.getMessage().contains("debug link: host: 2 link: 0"), e.getMessage());
        }
    }

    private static void exchange(Pair pair) throws InterruptedException {
        pair.one.send(0, bytes("from one"));
        assertEquals("from one", text(pair.two.poll(SOON)));
        pair.two.send(0, bytes("from two"));
        assertEquals("from two", text(pair.one.poll(SOON)));
    }

    private static CEvent hostEvent(CNode node, boolean reachable) throws Exception {
        return node.awaitEvent(
                e -> e instanceof CEvent.HostStatus h && h.reachable() == reachable, SOON);
    }

    private static CEvent withoutTime(CEvent event) {
        CEvent.HostStatus h = (CEvent.HostStatus) event;
        return new CEvent.HostStatus(0, h.hostId(), h.reachable());
    }

    private static CMessage received(CNode node) throws InterruptedException {
        CMessage message = node.poll(SOON);
        assertNotNull(message, "no message");
        assertFalse(message.payload().length == 0);
        return message;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(CMessage message) {
        assertNotNull(message, "no message");
        return new String(message.payload(), StandardCharsets.UTF_8);
    }
}
