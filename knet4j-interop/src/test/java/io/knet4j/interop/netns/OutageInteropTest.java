package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.interop.junit.RequiresNetworkNamespaces;
import io.knet4j.interop.netns.NetInterface.Direction;
import io.knet4j.interop.netns.NetInterface.Verdict;
import io.knet4j.interop.netns.Node.Kind;
import io.knet4j.interop.netns.Node.Tally;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of two links breaks in every way that an operator, a driver or a packet filter can break it,
 * at either end, and heals again, while messages go both ways all the time.
 */
@RequiresNetworkNamespaces
class OutageInteropTest {
    private static final int INTERVAL = 100;
    private static final int TIMEOUT = 500;
    private static final int SIZE = 600;
    private static final int MICROS_BETWEEN_MESSAGES = 5000;
    private static final int PORT = 5405;

    /**
     * The link is down after its timeout, and up with the second pong: 200 ms. What is more is for
     * a busy machine.
     */
    private static final Duration LATEST = Duration.ofMillis(TIMEOUT + 1000);

    /** Each outage lasts that long at least, so that a node which spins has the time to do so. */
    private static final Duration OUTAGE = Duration.ofSeconds(2);

    /** Part of a processor core. The traffic takes a sixth of it. */
    private static final double MOST_CPU = 0.4;

    /**
     * A link going down and up, how the host is reached now, the sizes of packets, and that sending
     * failed. The outage takes 400 messages each way.
     */
    private static final int MOST_EVENTS = 20;

    /** How a link is broken. */
    enum Outage {
        INTERFACE_DOWN(true) {
            @Override
            AutoCloseable begin(NetInterface end, InetAddress address) {
                end.down();
                return end::up;
            }
        },
        ADDRESS_REMOVED(true) {
            @Override
            AutoCloseable begin(NetInterface end, InetAddress address) {
                end.removeAddress(address);
                return () -> end.addAddress(address);
            }
        },
        INCOMING_DROPPED(false) {
            @Override
            AutoCloseable begin(NetInterface end, InetAddress address) {
                return end.block(Direction.IN, Verdict.DROP);
            }
        },
        INCOMING_REJECTED(false) {
            @Override
            AutoCloseable begin(NetInterface end, InetAddress address) {
                return end.block(Direction.IN, Verdict.REJECT);
            }
        },
        OUTGOING_DROPPED(false) {
            @Override
            AutoCloseable begin(NetInterface end, InetAddress address) {
                return end.block(Direction.OUT, Verdict.DROP);
            }
        },
        OUTGOING_REJECTED(false) {
            @Override
            AutoCloseable begin(NetInterface end, InetAddress address) {
                return end.block(Direction.OUT, Verdict.REJECT);
            }
        };

        /** Whether the kernel says at once that there is no way to the peer. */
        private final boolean hindersSending;

        Outage(boolean hindersSending) {
            this.hindersSending = hindersSending;
        }

        /** Breaks the link at one end; what is returned heals it. */
        abstract AutoCloseable begin(NetInterface end, InetAddress address);
    }

    /** At whose end. */
    enum End {
        OF_JAVA,
        OF_PEER
    }

    @Nested
    class JavaAndJavaActiveIpv6 extends Cases {
        JavaAndJavaActiveIpv6() {
            super(Kind.JAVA, "active", true);
        }
    }

    @Nested
    class JavaAndJavaPassiveIpv4 extends Cases {
        JavaAndJavaPassiveIpv4() {
            super(Kind.JAVA, "passive", false);
        }
    }

    @Nested
    @RequiresLibKnet
    class JavaAndCPassiveIpv4 extends Cases {
        JavaAndCPassiveIpv4() {
            super(Kind.C, "passive", false);
        }
    }

    @Nested
    @RequiresLibKnet
    @Tag("slow")
    class JavaAndCActiveIpv6 extends Cases {
        JavaAndCActiveIpv6() {
            super(Kind.C, "active", true);
        }
    }

    @Nested
    @RequiresLibKnet
    @Tag("slow")
    class JavaAndCRoundRobinIpv4 extends Cases {
        JavaAndCRoundRobinIpv4() {
            super(Kind.C, "round_robin", false);
        }
    }

    /** A pair of nodes that lives through all outages, one after the other. */
    abstract static class Cases extends TwoNodes {
        private final Kind peerKind;
        private final String policy;
        private final boolean ipv6;

        Cases(Kind peerKind, String policy, boolean ipv6) {
            this.peerKind = peerKind;
            this.policy = policy;
            this.ipv6 = ipv6;
        }

        @BeforeAll
        void start() throws Exception {
            startNodes(
                    TwoHosts.open(TwoHosts.Kind.DIRECT, TwoHosts.Kind.DIRECT), Kind.JAVA, peerKind);
            for (Node node : nodes()) {
                node.policy(policy);
            }
            for (int i = 0; i < 2; i++) {
                TwoHosts.Wire wire = hosts.wire(i);
                a.link(
                        i,
                        wire.a().address(ipv6, PORT),
                        wire.b().address(ipv6, PORT),
                        INTERVAL,
                        TIMEOUT);
                b.link(
                        i,
                        wire.b().address(ipv6, PORT),
                        wire.a().address(ipv6, PORT),
                        INTERVAL,
                        TIMEOUT);
            }
            awaitUp();
            startFlows(SIZE, MICROS_BETWEEN_MESSAGES);
            assertFlows();
        }

        /** With two Java nodes, the peer's end is the other one's own. */
        Stream<Arguments> outages() {
            List<End> ends = peerKind == Kind.JAVA ? List.of(End.OF_JAVA) : List.of(End.values());
            return Stream.of(Outage.values())
                    .flatMap(outage -> ends.stream().map(end -> Arguments.of(outage, end)));
        }

        private List<Node> javaNodes() {
            return peerKind == Kind.JAVA ? nodes() : List.of(a);
        }

        @ParameterizedTest
        @Execution(ExecutionMode.SAME_THREAD)
        @MethodSource("outages")
        void trafficGoesOn(Outage outage, End where) throws Exception {
            NetInterface end = where == End.OF_JAVA ? hosts.wire(0).a() : hosts.wire(0).b();
            List<Watch> watches = new ArrayList<>();
            for (Node node : javaNodes()) {
                watches.add(new Watch(node));
            }
            int firstOfJava = a.sent();
            int firstOfPeer = b.sent();
            a.resetSilence();
            b.resetSilence();

            long start = System.nanoTime();
            AutoCloseable healing = outage.begin(end, end.address(ipv6));
            try {
                for (Watch watch : watches) {
                    watch.node.await(0, false);
                    assertInTime(watch.node + " took the link down", start);
                }
                Node.assertFlows(a, b); // C may not have seen the outage yet
                long rest = OUTAGE.toNanos() - (System.nanoTime() - start);
                TimeUnit.NANOSECONDS.sleep(rest); // not for a condition: the outage has a length
                for (Watch watch : watches) {
                    watch.assertNoSpin();
                    assertFalse(watch.node.isUp(0));
                    assertTrue(watch.node.isUp(1));
                }
            } finally {
                healing.close();
            }
            start = System.nanoTime();
            for (Node node : javaNodes()) {
                node.await(0, true);
                assertInTime(node + " took the link up", start);
            }
            awaitUp();
            assertFlows();

            int lastOfJava = a.sent();
            int lastOfPeer = b.sent();
            if (policy.equals("active")) {
                awaitAll(a, b, firstOfJava, lastOfJava);
                if (peerKind == Kind.JAVA || where == End.OF_JAVA || !outage.hindersSending) {
                    awaitAll(b, a, firstOfPeer, lastOfPeer);
                } // else C gives a message up when its first link cannot be sent on
            }
            // What C loses on a link that it has not seen down yet is its own affair: it looks
            // later, up to ten timeouts after the link came up.
            assertShort("from Java", b.tally(firstOfJava, lastOfJava));
            if (peerKind == Kind.JAVA) {
                assertShort("from the peer", a.tally(firstOfPeer, lastOfPeer));
            }
            watches.forEach(Watch::assertCalm);
        }

        private void awaitUp() throws Exception {
            for (Node node : nodes()) {
                for (int i = 0; i < 2; i++) {
                    node.await(i, true);
                }
            }
        }

        private void assertInTime(String what, long start) {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(
                    took.compareTo(LATEST) < 0, () -> what + " after " + took.toMillis() + " ms");
        }

        private static void awaitAll(Node sender, Node receiver, int from, int to)
                throws Exception {
            Node.await(
                    () -> "from " + sender + ": " + receiver.tally(from, to),
                    () -> receiver.tally(from, to).missing() == 0);
        }

        private void assertShort(String what, Tally tally) {
            assertTrue(
                    TimeUnit.MICROSECONDS.toMillis(tally.silenceMicros()) < LATEST.toMillis(),
                    () -> "nothing came " + what + " for " + tally.silenceMicros() + " us");
            assertEquals(0, tally.doubled(), "messages " + what + " that came twice");
            assertEquals(0, tally.damaged(), "messages " + what + " that were damaged");
        }
    }

    /** What a Java node spends and says from now on. */
    private static final class Watch {
        private final Node node;
        private final long start = System.nanoTime();
        private final Duration cpu;
        private final int events;
        private final int logLines;

        Watch(Node node) {
            this.node = node;
            cpu = node.cpu();
            events = node.events().size();
            logLines = node.logLines();
        }

        void assertNoSpin() {
            double spent = node.cpu().minus(cpu).toNanos();
            double part = spent / (System.nanoTime() - start);
            assertTrue(part < MOST_CPU, () -> node + " took " + part + " of a core");
        }

        void assertCalm() {
            List<String> news = node.events();
            List<String> since = news.subList(events, news.size());
            assertTrue(since.size() <= MOST_EVENTS, () -> node + " told " + since);
            assertTrue(
                    since.stream().noneMatch(event -> event.contains("HostUnreachable")),
                    () -> node + " told " + since);
            int lines = node.logLines() - logLines;
            assertTrue(lines <= MOST_EVENTS, () -> node + " logged " + lines + " lines");
        }
    }
}
