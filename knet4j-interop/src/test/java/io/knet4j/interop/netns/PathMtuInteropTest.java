package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.interop.junit.RequiresNetworkNamespaces;
import io.knet4j.interop.netns.Node.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
@Execution(ExecutionMode.CONCURRENT)
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

    /** How long nothing may come when packets suddenly do not fit through the middle any more. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(4);

    /** A path of each kind. */
    private enum Path {
        V4_576(0, 576, false),
        V4_1280(1, 1280, false),
        V4_1500(2, 1500, false),
        V4_9000(3, 9000, false),
        V6_1280(4, 1280, true),
        V6_1500(5, 1500, true),
        V6_9000(6, 9000, true);

        private final int wire;
        private final int mtu;
        private final boolean ipv6;

        Path(int wire, int mtu, boolean ipv6) {
            this.wire = wire;
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

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        @Execution(ExecutionMode.SAME_THREAD)
        void findBothDirections(boolean useIpv6) throws Exception {
            findBoth(useIpv6);
        }

        /** Nothing tells the sender that packets are too large for the interface of the other. */
        @Test
        @Execution(ExecutionMode.SAME_THREAD)
        void followTheInterfaceOfThePeer() throws Exception {
            int wire = Path.V4_1500.wire;
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
    class PureJavaAndJava extends Cases {
        PureJavaAndJava() {
            super(Kind.PURE_JAVA, Kind.JAVA);
        }
    }

    @Nested
    @RequiresLibKnet
    class JavaAndC extends Cases {
        JavaAndC() {
            super(Kind.JAVA, Kind.C);
        }

        /** C searches slowly where nothing answers. */
        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        @Execution(ExecutionMode.SAME_THREAD)
        @Tag("slow")
        void findBothDirections(boolean useIpv6) throws Exception {
            findBoth(useIpv6);
        }
    }

    /** Two nodes, and wires of all kinds between them. Each test adds the links that it needs. */
    abstract static class Cases extends TwoNodes {
        private final Kind kindOfA;
        private final Kind kindOfB;
        private boolean ipv6;
        private int firstLink;
        private int links;

        Cases(Kind kindOfA, Kind kindOfB) {
            this.kindOfA = kindOfA;
            this.kindOfB = kindOfB;
        }

        @BeforeAll
        void start() throws Exception {
            TwoHosts.Kind[] wires = new TwoHosts.Kind[ROUTED + 1];
            Arrays.fill(wires, TwoHosts.Kind.DIRECT);
            wires[ROUTED] = TwoHosts.Kind.ROUTED;
            startNodes(TwoHosts.open(wires), kindOfA, kindOfB);
            for (Node node : nodes()) {
                node.command("pmtud-interval", PATH_MTU_INTERVAL_SECONDS);
            }
            for (Path path : Path.values()) {
                hosts.wire(path.wire).mtu(path.mtu);
            }
        }

        @AfterEach
        void removeLinks() {
            stopFlows();
            for (int i = firstLink; i < firstLink + links; i++) {
                a.removeLink(i);
                b.removeLink(i);
            }
            links = 0;
            Suite.CLEAR.enable(a); // C may crash when that is done while there are links
            Suite.CLEAR.enable(b);
            hosts.router().clearFilters();
            hosts.wire(ROUTED).limitToA(0);
            hosts.wire(ROUTED).limitToB(0);
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
                addLink(path.wire, path.ipv6);
            }
            for (Path path : Path.values()) {
                for (Node node : nodes()) {
                    node.await(path.wire, true);
                }
            }
            long up = System.nanoTime();
            for (Node node : nodes()) {
                for (Path path : Path.values()) {
                    node.awaitMtu(path.wire, suite.mtu(path.mtu, path.ipv6));
                }
                Duration took = Duration.ofNanos(System.nanoTime() - up);
                if (node.kind != Kind.C) {
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
            int wire = (useIpv6 ? Path.V6_1500 : Path.V4_1500).wire;
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
            b.resetSilence();
            hosts.wire(ROUTED).limitToB(1300);
            awaitBoth(1300, 1500); // each direction has its own
            assertFlows();
            if (a.kind != Kind.C) {
                assertTrue(
                        b.tally(0, 0).silenceMicros() < LONGEST_SILENCE.toNanos() / 1000,
                        () -> "nothing came for " + b.tally(0, 0).silenceMicros() + " us");
            }
            if (a.kind == Kind.JAVA) {
                assertEquals("PATH", a.state(ROUTED).get("limit"));
            }
            hosts.wire(ROUTED).limitToB(0);
            if (a.kind == Kind.PURE_JAVA) {
                hosts.a().forgetPathMtus(); // or wait for ten minutes
            }
            awaitBoth(1500, 1500);
            assertFlows();
        }

        /**
         * The link comes up on a path that is different in both directions, and takes all of it.
         */
        void findBoth(boolean useIpv6) throws Exception {
            hosts.router().swallowTooBig();
            hosts.wire(ROUTED).limitToA(1400);
            hosts.wire(ROUTED).limitToB(1300);
            int told = a.events().size();
            startTraffic(ROUTED, useIpv6);
            awaitBoth(1300, 1400);
            assertFlows();
            if (useIpv6) {
                return; // it takes a while until it is told
            }
            awaitDiffers(a, told, 1300, 1400);
            if (b.kind != Kind.C) {
                awaitDiffers(b, 0, 1400, 1300);
            }
        }

        private void awaitDiffers(Node node, int told, int sent, int received) throws Exception {
            String event =
                    "event PathMtuDiffers[host="
                            + node.peerId
                            + ", link="
                            + firstLink
                            + ", sentPacketBytes="
                            + sent
                            + ", receivedPacketBytes="
                            + received
                            + ']';
            Node.await(
                    () -> node + " does not tell " + event + " but " + since(node, told),
                    () -> since(node, told).contains(event));
        }

        private static List<String> since(Node node, int told) {
            List<String> events = node.events();
            return events.subList(told, events.size());
        }

        void startTraffic(int wire, boolean useIpv6) throws Exception {
            ipv6 = useIpv6;
            addLink(wire, useIpv6);
            a.await(wire, true);
            b.await(wire, true);
            startFlows(SIZE, MICROS_BETWEEN_MESSAGES);
            assertFlows();
        }

        /** Waits for the size of packets from a to b, and from b to a. */
        void awaitBoth(int fromA, int fromB) throws Exception {
            a.awaitMtu(firstLink, Suite.CLEAR.mtu(fromA, ipv6));
            b.awaitMtu(firstLink, Suite.CLEAR.mtu(fromB, ipv6));
            for (Node node : nodes()) {
                assertEquals(node.mtu(firstLink), node.dataMtu());
            }
        }
    }
}
