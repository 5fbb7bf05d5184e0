package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.AccessRule;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.PeerAddressChanged;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.UdpFeature;
import io.knet4j.interop.CNode.Access;
import io.knet4j.interop.CNode.AclType;
import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dynamic links and access lists on one side, a static link on the other. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class DynamicLinksInteropTest {
    private static final int JAVA = 1;
    private static final int C = 2;
    private static final int JAVA_PING = 100;
    private static final int C_PING = 200;

    /** Long where links are to stay up: the machine may be busy. */
    private static final int PATIENT = 20_000;

    private static final int IMPATIENT = 1000;

    /** What both sides are to do to what they send. */
    enum Protection {
        CLEAR,
        ENCRYPTED;

        void apply(Knet java) {
            if (this == ENCRYPTED) {
                Suite.USUAL.enable(java);
            }
        }

        void apply(CNode c) {
            if (this == ENCRYPTED) {
                Suite.USUAL.enable(c);
            }
        }
    }

    private final List<KnetEvent> events = new CopyOnWriteArrayList<>();

    private Knet java(Protection protection) {
        // It must not hear that a port which the peer has left is closed.
        Knet java = Knet.builder(JAVA).withoutUdpFeature(UdpFeature.ERROR_QUEUE).open();
        protection.apply(java);
        java.onEvent(events::add);
        java.channel(0);
        java.startForwarding();
        java.addHost(C);
        return java;
    }

    private static Host peer(Knet java) {
        return java.host(C).orElseThrow();
    }

    private static Link dynamicJava(
            Knet java, InetSocketAddress local, int timeout, String... rules) {
        return peer(java)
                .addLink(
                        0,
                        LinkConfig.dynamicUdp(local)
                                .withPing(Duration.ofMillis(JAVA_PING), Duration.ofMillis(timeout))
                                .withPongCount(1)
                                .withAccessRules(
                                        List.of(rules).stream().map(AccessRule::parse).toList()));
    }

    private static CNode c(Protection protection) {
        CNode c = CNode.open(C);
        protection.apply(c);
        c.addHost(JAVA);
        c.openChannel(0);
        c.forwarding(true);
        return c;
    }

    private static void addLink(
            CNode c, InetSocketAddress local, @Nullable InetSocketAddress remote, int timeout) {
        c.addLink(JAVA, CLinkConfig.fast(0, local, remote).withPing(C_PING, timeout));
    }

    private static void awaitReachable(Knet java, CNode c, boolean reachable) throws Exception {
        Await.until(
                "Java: host reachable: " + reachable,
                () -> peer(java).status().reachable() == reachable);
        c.awaitReachable(JAVA, reachable, Await.LIMIT);
    }

    private static void exchange(Knet java, CNode c, int length) throws Exception {
        byte[] payload = Payloads.pattern(length, length);
        java.channel(0).send(ByteBuffer.wrap(payload), Destination.host(C));
        CMessage inC = c.poll(Await.LIMIT);
        assertNotNull(inC, "Java to C");
        Payloads.assertSame(payload, inC.payload(), "Java to C");
        c.send(0, payload);
        Payloads.assertSame(
                payload, java.channel(0).receive(Await.LIMIT).orElseThrow().payload(), "C to Java");
    }

    private static void exchange(Knet java, CNode c) throws Exception {
        exchange(java, c, 20);
        exchange(java, c, 5000);
    }

    private List<PeerAddressChanged> moves() {
        return events.stream()
                .filter(PeerAddressChanged.class::isInstance)
                .map(PeerAddressChanged.class::cast)
                .toList();
    }

    // ---- Java learns

    @ParameterizedTest
    @EnumSource
    void javaLearnsAStaticCNode(Protection protection) throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress ofC = JavaAndC.loopback4(1);
        try (Knet java = java(protection);
                CNode c = c(protection)) {
            Link link = dynamicJava(java, ofJava, PATIENT, "accept 127.0.0.2");
            addLink(c, ofC, ofJava, PATIENT);
            awaitReachable(java, c, true);
            exchange(java, c);
            assertEquals(Optional.of(ofC), link.status().peer());
            assertEquals(List.of(new PeerAddressChanged(C, 0, Optional.empty(), ofC)), moves());
        }
    }

    @ParameterizedTest
    @EnumSource
    void javaLearnsAStaticCNodeByIPv6(Protection protection) throws Exception {
        InetSocketAddress ofJava = FreePorts.loopback6();
        InetSocketAddress ofC = FreePorts.loopback6();
        try (Knet java = java(protection);
                CNode c = c(protection)) {
            Link link = dynamicJava(java, ofJava, PATIENT, "accept ::1");
            addLink(c, ofC, ofJava, PATIENT);
            awaitReachable(java, c, true);
            exchange(java, c);
            assertEquals(Optional.of(ofC), link.status().peer());
        }
    }

    /** The link stays up, and messages go to the new port as soon as it is confirmed. */
    @ParameterizedTest
    @EnumSource
    void javaFollowsACNodeThatIsRestartedOnAnotherPort(Protection protection) throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress first = JavaAndC.loopback4(1);
        InetSocketAddress second = JavaAndC.loopback4(1);
        try (Knet java = java(protection)) {
            Link link = dynamicJava(java, ofJava, PATIENT, "accept 127.0.0.0/8");
            try (CNode c = c(protection)) {
                addLink(c, first, ofJava, PATIENT);
                awaitReachable(java, c, true);
                exchange(java, c);
            }
            try (CNode c = c(protection)) {
                addLink(c, second, ofJava, PATIENT);
                Await.until(
                        "Java: peer at " + second,
                        () -> link.status().peer().equals(Optional.of(second)));
                awaitReachable(java, c, true);
                // C's numbers start from 1 again, which two of its pings show.
                long pings = link.status().statistics().rxPing().packets();
                Await.until(
                        "two pings",
                        () -> link.status().statistics().rxPing().packets() > pings + 2);
                exchange(java, c);
            }
            assertEquals(2, moves().size());
            assertTrue(events.stream().noneMatch(LinkDown.class::isInstance), "the link stays up");
        }
    }

    @ParameterizedTest
    @EnumSource
    void javaFollowsACNodeThatMovesToAnotherAddress(Protection protection) throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress first = JavaAndC.loopback4(1);
        InetSocketAddress second = JavaAndC.loopback4(2);
        try (Knet java = java(protection);
                CNode c = c(protection)) {
            Link link = dynamicJava(java, ofJava, PATIENT, "accept 127.0.0.0/8");
            addLink(c, first, ofJava, PATIENT);
            awaitReachable(java, c, true);
            exchange(java, c);
            c.enableLink(JAVA, 0, false);
            c.clearLink(JAVA, 0);
            addLink(c, second, ofJava, PATIENT);
            Await.until(
                    "Java: peer at " + second,
                    () -> link.status().peer().equals(Optional.of(second)));
            awaitReachable(java, c, true);
            exchange(java, c);
            assertTrue(events.stream().noneMatch(LinkDown.class::isInstance), "the link stays up");
        }
    }

    /** What upstream's fun_acl_check demands. */
    @ParameterizedTest
    @EnumSource
    void rejectingACNodeCutsItOff(Protection protection) throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress ofC = JavaAndC.loopback4(1);
        try (Knet java = java(protection);
                CNode c = c(protection)) {
            java.setAccessLists(false);
            Link link = dynamicJava(java, ofJava, IMPATIENT);
            addLink(c, ofC, ofJava, IMPATIENT);
            awaitReachable(java, c, true);
            exchange(java, c);
            link.accessList().add(AccessRule.parse("accept 127.0.0.0/8"));
            java.setAccessLists(true);
            exchange(java, c);
            List<String> kinds =
                    List.of(
                            "reject 127.0.0.2",
                            "reject 127.0.0.0/24",
                            "reject 127.0.0.2-127.0.0.9");
            for (String rule : protection == Protection.CLEAR ? kinds : kinds.subList(0, 1)) {
                link.accessList().insert(0, AccessRule.parse(rule));
                awaitReachable(java, c, false);
                assertTrue(java.statistics().drops(DropCause.ACCESS_DENIED) > 0);
                assertTrue(link.accessList().remove(AccessRule.parse(rule)));
                awaitReachable(java, c, true);
                exchange(java, c);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCNodeWithoutTheKeyIsNotLearned(boolean encrypts) throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress ofC = JavaAndC.loopback4(1);
        try (Knet java = java(Protection.ENCRYPTED);
                CNode c = c(Protection.CLEAR)) {
            if (encrypts) {
                Suite.USUAL.withKey(1024, 2).enable(c);
            }
            Link link = dynamicJava(java, ofJava, IMPATIENT, "accept 127.0.0.0/8");
            addLink(c, ofC, ofJava, IMPATIENT);
            DropCause cause = encrypts ? DropCause.NOT_AUTHENTIC : DropCause.CLEAR_TRAFFIC;
            Await.until("pings of C", () -> java.statistics().drops(cause) > 3);
            assertEquals(Optional.empty(), link.status().peer());
            assertEquals(0, link.status().statistics().txPong().packets());
            assertEquals(0, c.linkStatus(JAVA, 0).stats().rxPongPackets());
        }
    }

    // ---- C learns

    @ParameterizedTest
    @EnumSource
    void aDynamicCNodeWithAccessListsLearnsJava(Protection protection) throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(1);
        InetSocketAddress ofC = JavaAndC.loopback4(0);
        try (Knet java = java(protection);
                CNode c = c(protection)) {
            c.accessLists(true);
            addLink(c, ofC, null, IMPATIENT);
            c.insertAcl(JAVA, 0, -1, AclType.ADDRESS, ofJava, null, Access.ACCEPT);
            peer(java).addLink(0, JavaAndC.javaLink(ofJava, ofC, IMPATIENT));
            awaitReachable(java, c, true);
            exchange(java, c);
            InetSocketAddress mask = new InetSocketAddress("255.0.0.0", 0);
            InetSocketAddress network = new InetSocketAddress("127.0.0.0", 0);
            c.insertAcl(JAVA, 0, 0, AclType.MASK, network, mask, Access.REJECT);
            awaitReachable(java, c, false);
            c.removeAcl(JAVA, 0, AclType.MASK, network, mask, Access.REJECT);
            awaitReachable(java, c, true);
            exchange(java, c);
            assertFalse(events.isEmpty());
        }
    }
}
