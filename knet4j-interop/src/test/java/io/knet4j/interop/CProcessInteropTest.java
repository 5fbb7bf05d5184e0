package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class CProcessInteropTest {
    private static final Duration SOON = Pair.SOON;
    private static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o'};

    private final InetSocketAddress a = FreePorts.loopback4();
    private final InetSocketAddress b = FreePorts.loopback4();

    @Test
    void killedNodeIsNoticedAndItsSuccessorIsWelcome() throws Exception {
        try (CNode node = CNode.open(1)) {
            node.addHost(2);
            node.openChannel(0);
            node.forwarding(true);
            node.addLink(2, CLinkConfig.fast(0, a, b));
            try (CProcess first = startPeer()) {
                node.awaitReachable(2, true, SOON);
                first.kill();
                assertFalse(first.handle().isAlive());
                node.awaitReachable(2, false, SOON);
                assertThrows(IllegalStateException.class, () -> first.command("status"));
            }
            try (CProcess second = startPeer()) {
                node.awaitReachable(2, true, SOON);
                second.awaitReachable(1, true, SOON);
                exchange(node, second);
            }
        }
    }

    @Test
    void protocolAnswersEveryCommand() throws Exception {
        try (CNode node = CNode.open(1)) {
            node.addHost(2);
            node.openChannel(0);
            node.forwarding(true);
            node.addLink(2, CLinkConfig.fast(0, a, b));
            try (CProcess peer = startPeer()) {
                node.awaitReachable(2, true, SOON);
                peer.awaitReachable(1, true, SOON);
                assertTrue(
                        peer.command("status")
                                .startsWith(
                                        "host 1 reachable=true link 0 enabled=true connected=true"));
                assertTrue(peer.command("link-status", 1, 0).contains("connected=true"));
                assertTrue(Integer.parseInt(peer.command("log")) > 0);
                IllegalStateException e =
                        assertThrows(IllegalStateException.class, () -> peer.command("host", 1));
                assertEquals("host 1: error knet_host_add returned -1: EEXIST", e.getMessage());
                assertThrows(IllegalStateException.class, () -> peer.command("nonsense"));
                peer.command("channel", 1, "count");
                node.openChannel(1);
                for (int i = 0; i < 10; i++) {
                    node.send(1, HELLO);
                }
                exchange(node, peer);
                Await.until(
                        () -> "all are counted: " + peer.command("counted", 1),
                        () -> peer.command("counted", 1).startsWith("10 50 "));
                peer.command("pump", 1, 100, 10);
                for (int i = 0; i < 10; i++) {
                    CMessage message = node.poll(SOON);
                    assertNotNull(message);
                    assertEquals(i, message.payload()[3]);
                }
            }
        }
    }

    private CProcess startPeer() throws Exception {
        CProcess peer = CProcess.start(2);
        peer.command("host", 1);
        peer.command("channel", 0);
        peer.command("forward", "on");
        peer.addLink(1, CLinkConfig.fast(0, b, a));
        return peer;
    }

    private static void exchange(CNode node, CProcess peer) throws InterruptedException {
        node.send(0, HELLO);
        CMessage there = peer.poll(SOON);
        assertNotNull(there);
        assertArrayEquals(HELLO, there.payload());
        peer.send(0, HELLO);
        CMessage back = node.poll(SOON);
        assertNotNull(back);
        assertArrayEquals(HELLO, back.payload());
    }
}
