package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.interop.junit.RequiresNetworkNamespaces;
import io.knet4j.interop.netns.Node.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The peer's address changes, for real: at its interface, or at a router that translates it. */
@RequiresNetworkNamespaces
@Execution(ExecutionMode.CONCURRENT)
class PeerAddressInteropTest {
    private static final int PORT = 5405;
    private static final int INTERVAL = 100;
    private static final int TIMEOUT = 500;
    private static final int SIZE = 600;
    private static final int MICROS_BETWEEN_MESSAGES = 5000;
    private static final int DIRECT = 0;
    private static final int ROUTED = 1;

    /** Until a link is back after its peer is: the second pong, and room for a busy machine. */
    private static final Duration LATEST = Duration.ofSeconds(2);

    @Nested
    class JavaAndJava extends Cases {
        JavaAndJava() {
            super(Kind.JAVA, Kind.JAVA);
        }

        /** A router between them gives the peer another port whenever it forgets it. */
        @Test
        @Execution(ExecutionMode.SAME_THREAD)
        void dynamicLinkFollowsAPeerBehindARouterThatTranslates() throws Exception {
            translate();
        }
    }

    @Nested
    @RequiresLibKnet
    class JavaAndC extends Cases {
        JavaAndC() {
            super(Kind.JAVA, Kind.C);
        }

        @Test
        @Execution(ExecutionMode.SAME_THREAD)
        void dynamicLinkFollowsAPeerBehindARouterThatTranslates() throws Exception {
            translate();
        }
    }

    /** With the dynamic link in C. libknet follows another address, but not another port. */
    @Nested
    @RequiresLibKnet
    class CAndJava extends Cases {
        CAndJava() {
            super(Kind.C, Kind.JAVA);
        }
    }

    /** Node b is the one whose address changes. */
    abstract static class Cases extends TwoNodes {
        private final Kind kindOfA;
        private final Kind kindOfB;

        Cases(Kind kindOfA, Kind kindOfB) {
            this.kindOfA = kindOfA;
            this.kindOfB = kindOfB;
        }

        @BeforeAll
        void start() throws Exception {
            startNodes(TwoHosts.open(TwoHosts.Kind.DIRECT, TwoHosts.Kind.ROUTED), kindOfA, kindOfB);
            a.command("acl", "off");
        }

        @AfterEach
        void removeLinks() {
            stopFlows();
            a.removeLink(0);
            b.removeLink(0);
            for (boolean ipv6 : new boolean[] {false, true}) { // also after a failure
                NetInterface end = hosts.wire(DIRECT).b();
                end.addAddress(end.address(ipv6));
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        @Execution(ExecutionMode.SAME_THREAD)
        void staticLinkComesBackWithTheAddress(boolean ipv6) throws Exception {
            TwoHosts.Wire wire = hosts.wire(DIRECT);
            InetAddress address = wire.b().address(ipv6);
            InetAddress other = hosts.spareAddressOfB(ipv6, DIRECT, 20);
            link(DIRECT, ipv6, false);
            startTraffic();

            wire.b().addAddress(other);
            wire.b().removeAddress(address);
            if (a.kind == Kind.JAVA) { // C is slow to see that
                a.await(0, false);
                assertFalse(a.isPeerReachable());
            }
            wire.b().addAddress(address);
            wire.b().removeAddress(other);
            awaitUpInTime();
            assertFlows();
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        @Execution(ExecutionMode.SAME_THREAD)
        void dynamicLinkFollowsThePeerToAnotherAddress(boolean ipv6) throws Exception {
            TwoHosts.Wire wire = hosts.wire(DIRECT);
            InetAddress address = wire.b().address(ipv6);
            InetAddress other = hosts.spareAddressOfB(ipv6, DIRECT, 20);
            link(DIRECT, ipv6, true);
            startTraffic();
            assertPeer(address, PORT);

            wire.b().addAddress(other);
            b.removeLink(0);
            wire.b().removeAddress(address);
            b.link(
                    0,
                    new InetSocketAddress(other, PORT),
                    wire.a().address(ipv6, PORT),
                    INTERVAL,
                    TIMEOUT);
            awaitPeer(other, PORT);
            awaitUpInTime();
            assertFlows();

            // And back again.
            wire.b().addAddress(address);
            b.removeLink(0);
            wire.b().removeAddress(other);
            b.link(
                    0,
                    wire.b().address(ipv6, PORT),
                    wire.a().address(ipv6, PORT),
                    INTERVAL,
                    TIMEOUT);
            awaitPeer(address, PORT);
            awaitUpInTime();
            assertFlows();
        }

        void translate() throws Exception {
            TwoHosts.Wire wire = hosts.wire(ROUTED);
            InetAddress router = wire.nextToA().address(false);
            hosts.router()
                    .run(
                            "sh",
                            "-c",
                            "cd /proc/sys/net/netfilter; echo 1 > nf_conntrack_udp_timeout;"
                                    + " echo 1 > nf_conntrack_udp_timeout_stream");
            try (FilterRule _ = translation(router, 7001)) {
                link(ROUTED, false, true);
                startTraffic();
                assertPeer(router, 7001);
                wire.b().down();
                a.await(0, false);
                Node.await(() -> "the router forgets", () -> !translated().contains("7001"));
            }
            try (FilterRule _ = translation(router, 7002)) {
                wire.b().up();
                awaitPeer(router, 7002);
                awaitUpInTime();
                assertFlows();
            }
        }

        private String translated() {
            return hosts.router().run("cat", "/proc/net/nf_conntrack");
        }

        private FilterRule translation(InetAddress router, int port) {
            return hosts.router()
                    .filter(
                            false,
                            List.of(
                                    "POSTROUTING",
                                    "-t",
                                    "nat",
                                    "-o",
                                    hosts.wire(ROUTED).nextToA().name(),
                                    "-p",
                                    "udp",
                                    "-j",
                                    "SNAT",
                                    "--to-source",
                                    router.getHostAddress() + ':' + port));
        }

        private void link(int wire, boolean ipv6, boolean dynamic) {
            TwoHosts.Wire ends = hosts.wire(wire);
            a.link(
                    0,
                    ends.a().address(ipv6, PORT),
                    dynamic ? null : ends.b().address(ipv6, PORT),
                    INTERVAL,
                    TIMEOUT);
            b.link(
                    0,
                    ends.b().address(ipv6, PORT),
                    ends.a().address(ipv6, PORT),
                    INTERVAL,
                    TIMEOUT);
        }

        private void startTraffic() throws Exception {
            a.await(0, true);
            b.await(0, true);
            startFlows(SIZE, MICROS_BETWEEN_MESSAGES);
            assertFlows();
        }

        private String peer() {
            return Objects.requireNonNull(a.state(0).get("remote"));
        }

        private void assertPeer(InetAddress address, int port) throws Exception {
            assertEquals(new InetSocketAddress(address, port), peerAddress());
        }

        private void awaitPeer(InetAddress address, int port) throws Exception {
            Node.await(
                    () -> a + " sends to " + address + " port " + port + ", not " + peer(),
                    () -> new InetSocketAddress(address, port).equals(peerAddress()));
        }

        private InetSocketAddress peerAddress() throws Exception {
            String text = peer();
            int colon = text.lastIndexOf(':');
            return new InetSocketAddress(
                    InetAddress.getByName(text.substring(0, colon)),
                    Integer.parseInt(text.substring(colon + 1)));
        }

        private void awaitUpInTime() throws Exception {
            long start = System.nanoTime();
            for (Node node : List.of(a, b)) {
                node.await(0, true);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                if (node.kind == Kind.JAVA) {
                    assertTrue(
                            took.compareTo(LATEST) < 0,
                            () -> node + " took the link up after " + took.toMillis() + " ms");
                }
            }
        }
    }
}
