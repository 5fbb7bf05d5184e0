package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.interop.netns.Node.Kind;
import io.knet4j.interop.netns.Node.Tally;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages go both ways over two links that the kernel's netem harms. What is lost, comes twice or
 * late is compared with what the kernel says that it did, and printed as a table, a line for each
 * direction. Runs with {@code -Pnetem} only, and fails where there is no netem.
 */
@Tag("netem")
class NetemInteropTest {
    private static final int PORT = 5405;

    /** Sixteen pings in a timeout: such a link survives a loss of a fifth for weeks. */
    private static final int INTERVAL = 200;

    private static final int TIMEOUT = 3200;
    private static final int LINKS = 2;
    private static final int MESSAGES = 500;
    private static final int MICROS_BETWEEN_MESSAGES = 8000;

    /** Data MTU with which the longer messages take four datagrams. */
    private static final int ENOUGH_FOR_FOUR = 5000 / 4;

    /** Else netem loses up to 64 datagrams at once, and counts one. */
    private static final String NO_SEGMENTATION_OFFLOAD =
            "-Dio.knet4j.udp.without=segmentation-offload";

    /** libknet would look again each minute, and stops sending when probes are lost. */
    private static final int PATH_MTU_INTERVAL_OF_C = 86_400;

    /** So many standard deviations are not reached by chance. */
    private static final double DEVIATIONS = 5;

    private static final double SLACK = 3;
    private static final Pattern NOT_AUTHENTIC = Pattern.compile("NOT_AUTHENTIC=(\\d+)");

    /** What netem does to each packet on either link, in both directions. */
    enum Harm {
        NONE("", 0, false),
        LOSS_1("loss 1%", 0.01, false),
        LOSS_5("loss 5%", 0.05, false),
        LOSS_20("loss 20%", 0.2, false),
        JITTER("delay 20ms 10ms", 0, true),
        REORDERING("delay 10ms reorder 50%", 0, true),
        DUPLICATION("duplicate 20%", 0, false),
        /** The checksum of UDP catches it. */
        CORRUPTION("corrupt 5%", 0.05, false),
        /** The checksums are right: the nodes get what is damaged. */
        CORRUPTION_UNSEEN("corrupt 5%", 0.05, false),
        /** What is to be lost and doubled as well comes once. */
        MIXTURE("loss 5% delay 20ms 10ms duplicate 10%", 0.045, true);

        private final String netem;
        private final double loss;
        private final boolean reorders;

        Harm(String netem, double loss, boolean reorders) {
            this.netem = netem;
            this.loss = loss;
            this.reorders = reorders;
        }

        @Override
        public String toString() {
            return this == CORRUPTION_UNSEEN ? netem + ", unseen" : netem.isEmpty() ? "-" : netem;
        }
    }

    /** How many datagrams a message of some size takes, at an MTU of 1500. */
    enum Size {
        ONE_DATAGRAM(600, 1),
        FOUR_DATAGRAMS(5000, 4);

        private final int bytes;
        private final int datagrams;

        Size(int bytes, int datagrams) {
            this.bytes = bytes;
            this.datagrams = datagrams;
        }
    }

    @Nested
    class JavaAndJavaPassive extends Cases {
        JavaAndJavaPassive() {
            super(Kind.JAVA, false, false);
        }
    }

    @Nested
    class JavaAndJavaActiveEncrypted extends Cases {
        JavaAndJavaActiveEncrypted() {
            super(Kind.JAVA, true, true);
        }
    }

    @Nested
    @RequiresLibKnet
    class JavaAndCPassiveEncrypted extends Cases {
        JavaAndCPassiveEncrypted() {
            super(Kind.C, false, true);
        }
    }

    @Nested
    @RequiresLibKnet
    class JavaAndCActive extends Cases {
        JavaAndCActive() {
            super(Kind.C, true, false);
        }
    }

    /** A pair of nodes that lives through all harm, one after the other. */
    @Execution(ExecutionMode.SAME_THREAD)
    abstract static class Cases extends TwoNodes {
        private final Kind peerKind;
        private final boolean active;
        private final boolean encrypted;
        private final List<Netem> ofA = new ArrayList<>();
        private final List<Netem> ofB = new ArrayList<>();
        private final List<AutoCloseable> mended = new ArrayList<>();

        Cases(Kind peerKind, boolean active, boolean encrypted) {
            this.peerKind = peerKind;
            this.active = active;
            this.encrypted = encrypted;
        }

        @BeforeAll
        void start() throws Exception {
            hosts = TwoHosts.open(TwoHosts.Kind.DIRECT, TwoHosts.Kind.DIRECT);
            hosts.wire(0).a().harm(Harm.NONE.netem).close(); // fails at once where there is none
            startNodes(hosts, Kind.JAVA, peerKind, NO_SEGMENTATION_OFFLOAD);
            for (Node node : nodes()) {
                node.policy(active ? "active" : "passive");
                if (encrypted) {
                    node.crypto("aes256", "sha256");
                }
                if (node.kind == Kind.C) {
                    node.command("pmtud-interval", 1);
                }
            }
            for (int i = 0; i < LINKS; i++) {
                InetSocketAddress endA = hosts.wire(i).a().address(false, PORT);
                InetSocketAddress endB = hosts.wire(i).b().address(false, PORT);
                a.link(i, endA, endB, INTERVAL, TIMEOUT);
                b.link(i, endB, endA, INTERVAL, TIMEOUT);
            }
            for (int i = 0; i < LINKS; i++) {
                a.await(i, true);
                b.await(i, true);
            }
            for (Node node : nodes()) {
                Node.await(
                        () -> node + ": data MTU " + node.dataMtu(),
                        () -> node.dataMtu() >= ENOUGH_FOR_FOUR);
                if (node.kind == Kind.C) {
                    node.command("pmtud-interval", PATH_MTU_INTERVAL_OF_C);
                }
            }
            exchangeUnharmed();
            System.out.println(Line.HEADING);
        }

        /** Only encryption notices damage that checksums do not show. */
        Stream<Arguments> harms() {
            return Stream.of(Harm.values())
                    .filter(harm -> harm != Harm.CORRUPTION_UNSEEN || encrypted)
                    .flatMap(
                            harm -> Stream.of(Size.values()).map(size -> Arguments.of(harm, size)));
        }

        /** When what is sent now has come, all has come that was sent before and not lost. */
        private void exchangeUnharmed() throws Exception {
            startFlows(Size.ONE_DATAGRAM.bytes, MICROS_BETWEEN_MESSAGES);
            assertFlows();
            stopFlows();
        }

        @ParameterizedTest
        @MethodSource("harms")
        void onlyWhatTheNetworkLosesIsLostAndNothingComesTwiceOrDamaged(Harm harm, Size size)
                throws Exception {
            for (int i = 0; i < LINKS; i++) {
                NetInterface endA = hosts.wire(i).a();
                NetInterface endB = hosts.wire(i).b();
                if (harm == Harm.CORRUPTION_UNSEEN) {
                    mended.add(endA.mendChecksums());
                    mended.add(endB.mendChecksums());
                }
                ofA.add(endA.harm(harm.netem));
                ofB.add(endB.harm(harm.netem));
            }
            Direction fromA = new Direction(a, b, hosts.a(), hosts.b(), ofA, nextOfA);
            Direction fromB = new Direction(b, a, hosts.b(), hosts.a(), ofB, nextOfB);
            startFlows(size.bytes, MICROS_BETWEEN_MESSAGES);
            Node.await(
                    () -> "messages are sent",
                    () -> fromA.isSent(MESSAGES) && fromB.isSent(MESSAGES));
            stopFlows();
            int endOfA = nextOfA;
            int endOfB = nextOfB;
            Node.await(
                    () -> "netem holds nothing back",
                    () -> fromA.netem().delayed() == 0 && fromB.netem().delayed() == 0);
            fromA.noteNetem();
            fromB.noteNetem();
            endHarm();
            exchangeUnharmed();
            Line first = fromA.line(endOfA);
            Line second = fromB.line(endOfB);
            for (Line line : List.of(first, second)) {
                System.out.println(line.row(active, encrypted, harm, size));
            }
            assertAll(() -> check(first, harm, size), () -> check(second, harm, size));
        }

        @AfterEach
        void endHarm() throws Exception {
            stopFlows();
            for (List<? extends AutoCloseable> each : List.of(ofA, ofB, mended)) {
                for (AutoCloseable one : each) {
                    one.close();
                }
                each.clear();
            }
        }

        private void check(Line line, Harm harm, Size size) {
            assertEquals(0, line.doubled, () -> "doubled: " + line);
            assertEquals(0, line.damaged, () -> "damaged: " + line);
            assertEquals(0, line.downs, () -> "links went down: " + line);
            if (harm != Harm.CORRUPTION_UNSEEN) {
                // A datagram takes one message with it, or one of its two copies.
                long mostLost =
                        (harm == Harm.CORRUPTION
                                        ? line.out - line.in
                                        : line.dropped + line.overflows)
                                / (active ? LINKS : 1);
                assertTrue(line.lost <= mostLost, () -> "lost, of " + mostLost + ": " + line);
            }
            double datagram = active ? Math.pow(harm.loss, LINKS) : harm.loss;
            assertShare(
                    line.lost,
                    line.sent,
                    1 - Math.pow(1 - datagram, size.datagrams),
                    line.overflows,
                    line);
            if (!active) {
                assertEquals(harm.reorders, line.overtaken > 0, () -> "overtaken: " + line);
            }
            checkNetem(line, harm);
        }

        /** Else the messages would have had it easy. */
        private static void checkNetem(Line line, Harm harm) {
            switch (harm) {
                case LOSS_1, LOSS_5, LOSS_20 ->
                        assertShare(line.dropped, line.offered, harm.loss, 0, line);
                case DUPLICATION ->
                        assertTrue(
                                line.in + line.overflows > line.out + 0.1 * line.offered,
                                () -> "not duplicated: " + line);
                case CORRUPTION ->
                        assertTrue(line.badChecksums > 0, () -> "not corrupted: " + line);
                case CORRUPTION_UNSEEN -> {
                    assertEquals(0, line.badChecksums, () -> "seen: " + line);
                    if (line.receiver.kind == Kind.JAVA) {
                        assertTrue(line.notAuthentic > 0, () -> "not corrupted: " + line);
                    }
                }
                case NONE, JITTER, REORDERING ->
                        assertEquals(0, line.dropped, () -> "dropped: " + line);
                case MIXTURE -> assertTrue(line.dropped > 0, () -> "nothing dropped: " + line);
            }
        }

        private static void assertShare(long part, long of, double share, long slack, Line line) {
            double deviation = Math.sqrt(of * share * (1 - share));
            double tolerance = DEVIATIONS * deviation + SLACK + slack;
            assertEquals(
                    of * share, (double) part, tolerance, () -> part + " of " + of + ": " + line);
        }
    }

    /** From one node to the other. */
    private static final class Direction {
        private final Node sender;
        private final Node receiver;
        private final Namespace senderHost;
        private final Namespace receiverHost;
        private final List<Netem> netems;
        private final int first;
        private final Map<String, Long> sentBefore;
        private final Map<String, Long> receivedBefore;
        private final Tally tallyBefore;
        private final int downsBefore;
        private final long notAuthenticBefore;
        private Netem.Counters netem = new Netem.Counters(0, 0, 0);

        Direction(
                Node sender,
                Node receiver,
                Namespace senderHost,
                Namespace receiverHost,
                List<Netem> netems,
                int first) {
            this.sender = sender;
            this.receiver = receiver;
            this.senderHost = senderHost;
            this.receiverHost = receiverHost;
            this.netems = netems;
            this.first = first;
            tallyBefore = receiver.tally(first, first);
            downsBefore = downs();
            notAuthenticBefore = notAuthentic();
            sentBefore = senderHost.counters("Udp");
            receivedBefore = receiverHost.counters("Udp");
        }

        private int downs() {
            return sender.downs(0) + sender.downs(1);
        }

        private long notAuthentic() {
            Matcher matcher = NOT_AUTHENTIC.matcher(receiver.command("stats"));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }

        boolean isSent(int messages) {
            return sender.sent() - first >= messages;
        }

        Netem.Counters netem() {
            return netems.stream().map(Netem::counters).reduce(Netem.Counters::plus).orElseThrow();
        }

        void noteNetem() {
            netem = netem();
        }

        /** How it went, up to before the message with a number. */
        Line line(int end) {
            Tally tally = receiver.tally(first, end);
            // Those of the receiver first: what is sent meanwhile must not seem to have come.
            Map<String, Long> received = receiverHost.counters("Udp");
            Map<String, Long> sent = senderHost.counters("Udp");
            return new Line(
                    sender,
                    receiver,
                    end - first,
                    tally.missing(),
                    tally.doubled() - tallyBefore.doubled(),
                    tally.damaged() - tallyBefore.damaged(),
                    tally.overtaken() - tallyBefore.overtaken(),
                    difference("OutDatagrams", sentBefore, sent),
                    netem.sent() + netem.dropped(),
                    netem.dropped(),
                    difference("InDatagrams", receivedBefore, received),
                    difference("InCsumErrors", receivedBefore, received),
                    difference("RcvbufErrors", receivedBefore, received),
                    notAuthentic() - notAuthenticBefore,
                    downs() - downsBefore);
        }

        private static long difference(
                String counter, Map<String, Long> before, Map<String, Long> after) {
            return Objects.requireNonNull(after.get(counter))
                    - Objects.requireNonNull(before.get(counter));
        }
    }

    /**
     * What came of the messages of one direction, and of the datagrams that carried them and the
     * heartbeats.
     *
     * @param out datagrams that the sending host sent, also those of the messages that came
     *     afterwards, unharmed
     * @param offered packets that netem sent or dropped
     * @param dropped packets that netem dropped
     * @param in datagrams that the receiving node got
     * @param badChecksums datagrams that the receiving host found damaged
     * @param overflows datagrams that found no room in the receiver's socket
     * @param notAuthentic datagrams that the receiving node, if it is of knet4j, found damaged
     * @param downs how often the sender took a link down
     */
    private record Line(
            Node sender,
            Node receiver,
            int sent,
            int lost,
            int doubled,
            int damaged,
            int overtaken,
            long out,
            long offered,
            long dropped,
            long in,
            long badChecksums,
            long overflows,
            long notAuthentic,
            int downs) {
        private static final String HEADING =
                """
                | direction | policy | netem, each way | bytes | sent | lost | doubled | damaged | overtaken | datagrams out | dropped | in | no room | bad checksum | not authentic | link downs |
                | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\
                """;

        String row(boolean active, boolean encrypted, Harm harm, Size size) {
            return Stream.of(
                            sender.kind + " to " + receiver.kind,
                            (active ? "active" : "passive") + (encrypted ? ", encrypted" : ""),
                            harm,
                            size.bytes,
                            sent,
                            lost,
                            doubled,
                            damaged,
                            overtaken,
                            out,
                            dropped,
                            in,
                            overflows,
                            badChecksums,
                            receiver.kind == Kind.C ? "" : notAuthentic,
                            downs)
                    .map(String::valueOf)
                    .collect(Collectors.joining(" | ", "| ", " |"));
        }
    }
}
