package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.interop.junit.RequiresNetworkNamespaces;
import io.knet4j.interop.netns.Node.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Links find the MTU of their path to the byte, as libknet finds it on the same path, and follow it
 * when it changes: at either end, or in the middle.
 */
@RequiresNetworkNamespaces
class PathMtuInteropTest {
    private static final int PORT = 5405;
    private static final int INTERVAL = 100;
    private static final int TIMEOUT = 500;

    /** More than one datagram carries, up to an MTU of 1500. */
    private static final int SIZE = 3000;

    private static final int MICROS_BETWEEN_MESSAGES = 5000;

    /** From link-up. */
    private static final Duration LATEST = Duration.ofSeconds(2);

    private static final int PATH_MTU_INTERVAL_SECONDS = 1;

    /** A path of each kind. */
    private enum Path {
        V4_576(576, false),
        V4_1280(1280, false),
        V4_1500(1500, false),
        V4_9000(9000, false),
        V6_1280(1280, true),
        V6_1500(1500, true),
        V6_9000(9000, true);

        private final int mtu;
        private final boolean ipv6;

        Path(int mtu, boolean ipv6) {
            this.mtu = mtu;
            this.ipv6 = ipv6;
        }
    }

    /** Number of the wire with a router in the middle. */
    private static final int ROUTED = Path.values().length;

    /** Crypto settings that differ in what they add to a packet. */
    enum Suite {
        CLEAR("none", "none", 0, 0),
        SHA256("none", "sha256", 0, 32),
        AES256_MD5("aes256", "md5", 16, 16),
        AES256_SHA1("aes256", "sha1", 16, 20),
        AES256_SHA256("aes256", "sha256", 16, 32),
        AES256_SHA384("aes256", "sha384", 16, 48),
        AES256_SHA512("aes256", "sha512", 16, 64);

        private final String cipher;
        private final String hash;
        private final int block;
        private final int signature;

        Suite(String cipher, String hash, int block, int signature) {
            this.cipher = cipher;
            this.hash = hash;
            this.block = block;
            this.signature = signature;
        }

        void enable(Node node) {
            if (this == CLEAR) {
                node.command("crypto", "none");
            } else {
                node.crypto(cipher, hash);
            }
        }

        /** What libknet calls the MTU of a link: bytes of a message in a packet of that size. */
        int mtu(int packet, boolean ipv6) {
            int knetHeader = 26;
            int room = packet - (ipv6 ? 48 : 28) - signature;
            if (block == 0) {
                return room - knetHeader;
            }
            int salt = block;
            int blocks = (room - salt) / block;
            return blocks * block - 1 - knetHeader;
        }
    }

    @Nested
    class JavaAndJava extends Cases {
        JavaAndJava() {
            super(Kind.JAVA, Kind.JAVA);
        }

        /** Nothing tells the sender that packets are too large for the interface of the other. */
        @Test
        @Execution(ExecutionMode.SAME_THREAD)
        void followTheInterfaceOfThePeer() throws Exception {
            int wire = Path.V4_1500.ordinal();
            startTraffic(wire, false);
            awaitBoth(1500, 1500);
            hosts.wire(wire).b().mtu(1300);
            awaitBoth(1304, 1300); // with room for a VLAN tag
            assertFlows();
            hosts.wire(wire).b().mtu(1500);
            awaitBoth(1500, 1500);
            assertFlows();
        }
    }

    @Nested
    @RequiresLibKnet
    class JavaAndC extends Cases {
        JavaAndC() {
            super(Kind.valueOf(System.getProperty("exp.a", "JAVA")), Kind.C);
        }
    }

    /** Two nodes, and wires of all kinds between them. Each test adds the links that it needs. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.CONCURRENT)
    abstract static class Cases {
        private final Kind kindOfA;
        private final Kind kindOfB;
        private Node a;
        private Node b;
        private boolean ipv6;
        private boolean flowing;
        private int firstLink;
        private int links;
        TwoHosts hosts;

        Cases(Kind kindOfA, Kind kindOfB) {
            this.kindOfA = kindOfA;
            this.kindOfB = kindOfB;
        }

        @BeforeAll
        void start() throws Exception {
            TwoHosts.Kind[] wires = new TwoHosts.Kind[ROUTED + 1];
            Arrays.fill(wires, TwoHosts.Kind.DIRECT);
            wires[ROUTED] = TwoHosts.Kind.ROUTED;
            hosts = TwoHosts.open(wires);
            a = Node.start(kindOfA, hosts.a(), 1, 2);
            b = Node.start(kindOfB, hosts.b(), 2, 1);
            for (Node node : List.of(a, b)) {
                node.command("pmtud-interval", PATH_MTU_INTERVAL_SECONDS);
            }
            for (Path path : Path.values()) {
                hosts.wire(path.ordinal()).mtu(path.mtu);
            }
        }

        @AfterAll
        void stop() {
            for (Node node : new Node[] {a, b}) {
                if (node != null) {
                    node.close();
                }
            }
            if (hosts != null) {
                hosts.close();
            }
        }

        @AfterEach
        void removeLinks() {
            if (flowing) {
                a.stopFlow();
                b.stopFlow();
                flowing = false;
            }
            for (int i = firstLink; i < firstLink + links; i++) {
                a.removeLink(i);
                b.removeLink(i);
            }
            links = 0;
            Suite.CLEAR.enable(a); // C may crash when that is done while there are links
            Suite.CLEAR.enable(b);
            hosts.router().clearFilters();
        }

        private void addLink(int wire, boolean isIpv6) {
            TwoHosts.Wire ends = hosts.wire(wire);
            a.link(
                    wire,
                    ends.a().address(isIpv6, PORT),
                    ends.b().address(isIpv6, PORT),
                    INTERVAL,
                    TIMEOUT);
            b.link(
                    wire,
                    ends.b().address(isIpv6, PORT),
                    ends.a().address(isIpv6, PORT),
                    INTERVAL,
                    TIMEOUT);
            if (links++ == 0) {
                firstLink = wire;
            }
        }

        /** All links at once: each has its own, and the messages that of the smallest. */
        @ParameterizedTest
        @EnumSource(Suite.class)
        @Execution(ExecutionMode.SAME_THREAD)
        void findTheMtuOfEachPath(Suite suite) throws Exception {
            suite.enable(a);
            suite.enable(b);
            for (Path path : Path.values()) {
                addLink(path.ordinal(), path.ipv6);
            }
            for (Path path : Path.values()) {
                for (Node node : List.of(a, b)) {
                    node.await(path.ordinal(), true);
                }
            }
            long up = System.nanoTime();
            for (Node node : List.of(a, b)) {
                for (Path path : Path.values()) {
                    node.awaitMtu(path.ordinal(), suite.mtu(path.mtu, path.ipv6));
                }
                Duration took = Duration.ofNanos(System.nanoTime() - up);
                if (node.kind == Kind.JAVA) {
                    assertTrue(
                            took.compareTo(LATEST) < 0,
                            () -> node + " found it after " + took.toMillis() + " ms");
                }
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        @Execution(ExecutionMode.SAME_THREAD)
        void followTheInterfaces(boolean useIpv6) throws Exception {
            int wire = (useIpv6 ? Path.V6_1500 : Path.V4_1500).ordinal();
            startTraffic(wire, useIpv6);
            awaitBoth(1500, 1500);
            for (int mtu : new int[] {1300, 1400, 9000, 1500}) {
                hosts.wire(wire).mtu(mtu);
                awaitBoth(mtu, mtu);
                assertFlows();
            }
        }

        @ParameterizedTest
        @CsvSource({"false, true", "false, false", "true, true", "true, false"})
        @Execution(ExecutionMode.SAME_THREAD)
        void followTheMiddle(boolean useIpv6, boolean routerTellsTheSender) throws Exception {
            if (!routerTellsTheSender) {
                hosts.router().swallowTooBig();
            }
            startTraffic(ROUTED, useIpv6);
            awaitBoth(1500, 1500);
            try {
                hosts.wire(ROUTED).limitToB(1300);
                awaitBoth(1300, 1500); // each direction has its own
                assertFlows();
                hosts.wire(ROUTED).limitToA(1400);
                awaitBoth(1300, 1400);
                assertFlows();
            } finally {
                hosts.wire(ROUTED).limitToB(0);
                hosts.wire(ROUTED).limitToA(0);
            }
            awaitBoth(1500, 1500);
            assertFlows();
        }

        void startTraffic(int wire, boolean useIpv6) throws Exception {
            ipv6 = useIpv6;
            addLink(wire, useIpv6);
            a.await(wire, true);
            b.await(wire, true);
            a.startFlow(SIZE, MICROS_BETWEEN_MESSAGES);
            b.startFlow(SIZE, MICROS_BETWEEN_MESSAGES);
            flowing = true;
            assertFlows();
        }

        /** Waits for the size of packets from a to b, and from b to a. */
        void awaitBoth(int fromA, int fromB) throws Exception {
            long start = System.nanoTime();
            a.awaitMtu(firstLink, Suite.CLEAR.mtu(fromA, ipv6));
            System.err.println(a + " " + fromA + " after " + (System.nanoTime() - start) / 1000000);
            b.awaitMtu(firstLink, Suite.CLEAR.mtu(fromB, ipv6));
            System.err.println(b + " " + fromB + " after " + (System.nanoTime() - start) / 1000000);
            for (Node node : List.of(a, b)) {
                assertEquals(node.mtu(firstLink), node.dataMtu());
            }
        }

        /** Messages come that are sent from now on. */
        void assertFlows() throws Exception {
            Node.assertFlows(a, b);
            Node.assertFlows(b, a);
        }
    }
}
