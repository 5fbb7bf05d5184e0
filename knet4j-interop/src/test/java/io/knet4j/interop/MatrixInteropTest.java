package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.KnetStatistics;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import io.knet4j.ReceivedMessage;
import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every policy, on one link and two, over IPv4 and IPv6. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class MatrixInteropTest {
    private static final Integer[] CHANNELS = {0, 5, 31};
    private static final int[] SIZES = {1, 2, 100, 1000, 1400, 10_000, 65_536};

    // Of 65,535 bytes per packet, without the headers of IP and UDP and the 26 bytes libknet keeps.
    private static final int LARGEST_MTU_4 = 65_535 - 20 - 8 - 26;
    private static final int LARGEST_MTU_6 = 65_535 - 40 - 8 - 26;

    record Configuration(int links, boolean ipv6, LinkPolicy policy) {
        @Override
        public String toString() {
            return links + (ipv6 ? " x IPv6, " : " x IPv4, ") + policy;
        }
    }

    static Stream<Configuration> configurations() {
        return Stream.of(LinkPolicy.values())
                .flatMap(policy ->
                        Stream.of(
                                new Configuration(1, false, policy),
                                new Configuration(1, true, policy),
                                new Configuration(2, false, policy),
                                new Configuration(2, true, policy)));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void messagesArriveCompleteAndOnceAndBothSidesAgree(Configuration configuration)
            throws Exception {
        assumeTrue(!configuration.ipv6 || FreePorts.hasLoopback6(), "no IPv6 on loopback");
        JavaAndC.Settings settings =
                new JavaAndC.Settings()
                        .links(configuration.links)
                        .policy(configuration.policy)
                        .channels(CHANNELS);
        try (JavaAndC pair = (configuration.ipv6 ? settings.ipv6() : settings).open()) {
            pair.awaitUp();
            awaitLargestMtu(pair, configuration);
            exchangeAll(pair, 1);
            pair.java.setInterfaceMtu(OptionalInt.of(576));
            assertEquals(
                    576 - (configuration.ipv6 ? 40 : 20) - 8 - 26, pair.peer.status().dataMtu());
            exchangeAll(pair, 2);
            awaitSameCounts(pair, configuration);
            assertNothingLeft(pair);
            checkPolicy(pair, configuration);
            for (int i = 0; i < configuration.links; i++) {
                checkStatus(pair, i);
            }
        }
    }

    private static void awaitLargestMtu(JavaAndC pair, Configuration configuration)
            throws Exception {
        int expected = configuration.ipv6 ? LARGEST_MTU_6 : LARGEST_MTU_4;
        for (int i = 0; i < configuration.links; i++) {
            int link = i;
            pair.c.awaitLink(pair.javaId, i, s -> s.mtu() == expected, Await.LIMIT);
            Await.until(
                    () -> "Java: MTU " + expected + ", is " + pair.javaLink(link).pathMtu(),
                    () ->
                            pair.javaLink(link).pathMtu().dataMtu() == expected
                                    && !pair.javaLink(link).pathMtu().searching());
        }
        assertEquals(expected, pair.peer.status().dataMtu());
        Await.until(
                () -> "C: data MTU " + expected + ", is " + pair.c.dataMtu(),
                () -> pair.c.dataMtu() == expected);
    }

    private static void exchangeAll(JavaAndC pair, int round) throws Exception {
        for (int channel : CHANNELS) {
            for (int i = 0; i < SIZES.length; i++) {
                for (boolean broadcast : List.of(false, true)) {
                    int seed =
                            ((round * 32 + channel) * SIZES.length + i) * 2 + (broadcast ? 1 : 0);
                    exchange(pair, channel, Payloads.pattern(SIZES[i], seed), broadcast);
                }
            }
        }
    }

    private static void exchange(JavaAndC pair, int channel, byte[] payload, boolean broadcast)
            throws Exception {
        String what =
                payload.length + " bytes on channel " + channel + (broadcast ? " to all" : "");
        pair.java
                .channel(channel)
                .send(
                        ByteBuffer.wrap(payload),
                        broadcast ? Destination.broadcast() : Destination.host(pair.cId));
        CMessage inC = pair.c.poll(Await.LIMIT);
        assertNotNull(inC, "Java to C, lost: " + what);
        assertEquals(channel, inC.channel(), what);
        Payloads.assertSame(payload, inC.payload(), "Java to C, " + what);

        pair.c.destinations(broadcast ? Destinations.broadcast() : Destinations.to(pair.javaId));
        pair.c.send(channel, payload);
        ReceivedMessage inJava =
                pair.java
                        .channel(channel)
                        .receive(Await.LIMIT)
                        .orElseThrow(() -> new AssertionError("C to Java, lost: " + what));
        assertEquals(pair.cId, inJava.source(), what);
        assertEquals(channel, inJava.channel(), what);
        Payloads.assertSame(payload, inJava.payload(), "C to Java, " + what);
    }

    /** Until the last copy on the slower link has come, and both sides have counted the same. */
    private static void awaitSameCounts(JavaAndC pair, Configuration configuration)
            throws Exception {
        // There is one loopback address in IPv6, and by that the C library can't tell links apart.
        List<List<Integer>> groups =
                configuration.ipv6
                        ? List.of(IntStream.range(0, configuration.links).boxed().toList())
                        : IntStream.range(0, configuration.links).mapToObj(List::of).toList();
        for (List<Integer> links : groups) {
            Await.until(
                    () ->
                            "the same counters on both sides of links "
                                    + links
                                    + ": "
                                    + sum(links, l -> countedByJava(pair, l))
                                    + ", "
                                    + sum(links, l -> countedByC(pair, l)),
                    () ->
                            sum(links, l -> countedByJava(pair, l))
                                    .equals(sum(links, l -> countedByC(pair, l))));
        }
    }

    /** Packets and bytes from Java to C, packets and bytes from C to Java. */
    private static List<Long> countedByJava(JavaAndC pair, int link) {
        LinkStatistics s = pair.javaLink(link).statistics();
        return List.of(
                s.txData().packets(), s.txData().bytes(), s.rxData().packets(), s.rxData().bytes());
    }

    private static List<Long> countedByC(JavaAndC pair, int link) {
        CLinkStats s = pair.cLink(link).stats();
        return List.of(s.rxDataPackets(), s.rxDataBytes(), s.txDataPackets(), s.txDataBytes());
    }

    private static List<Long> sum(List<Integer> links, IntFunction<List<Long>> counted) {
        List<Long> sum = List.of(0L, 0L, 0L, 0L);
        for (int link : links) {
            List<Long> before = sum;
            List<Long> more = counted.apply(link);
            sum = IntStream.range(0, 4).mapToObj(i -> before.get(i) + more.get(i)).toList();
        }
        return sum;
    }

    private static void assertNothingLeft(JavaAndC pair) throws Exception {
        for (int channel : CHANNELS) {
            assertTrue(
                    pair.java.channel(channel).receive(Duration.ZERO).isEmpty(),
                    "Java got a message twice");
        }
        // The C library hands on in order: behind a last message nothing can be on its way.
        for (int channel : CHANNELS) {
            exchange(pair, channel, Payloads.numbered(channel), false);
        }
        assertNull(pair.c.poll(Duration.ZERO), "C got a message twice");
    }

    private static void checkPolicy(JavaAndC pair, Configuration configuration) {
        List<Long> sent = new ArrayList<>();
        List<Long> received = new ArrayList<>();
        for (int i = 0; i < configuration.links; i++) {
            LinkStatistics statistics = pair.javaLink(i).statistics();
            sent.add(statistics.txData().packets());
            received.add(statistics.rxData().packets());
        }
        KnetStatistics statistics = pair.java.statistics();
        boolean copies = configuration.policy == LinkPolicy.ACTIVE && configuration.links == 2;
        assertEquals(
                copies, statistics.drops(DropCause.DUPLICATE) > 0, "copies: " + statistics.drops());
        assertEquals(
                Map.of(),
                without(
                        statistics.drops(),
                        copies
                                ? List.of(DropCause.DUPLICATE, DropCause.DUPLICATE_FRAGMENT)
                                : List.of()),
                "drops");
        assertEquals(Map.of(), statistics.sendFailures());
        if (configuration.links == 1) {
            return;
        }
        for (List<Long> counts : List.of(sent, received)) {
            assertTrue(counts.getFirst() > 0);
            switch (configuration.policy) {
                case PASSIVE -> assertEquals(0, counts.getLast(), "the other link is idle");
                case ROUND_ROBIN -> assertTrue(counts.getLast() > 0, "the other link takes turns");
                case ACTIVE -> assertTrue(counts.getLast() > 0, "the other link has copies");
            }
        }
    }

    private static Map<DropCause, Long> without(
            Map<DropCause, Long> drops, List<DropCause> expected) {
        return drops.entrySet().stream()
                .filter(e -> !expected.contains(e.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void checkStatus(JavaAndC pair, int link) {
        // C's counters first: pings and pongs go on, and what C has counted as received was sent.
        CLinkStatus ofC = pair.cLink(link);
        LinkStatus ofJava = pair.javaLink(link);
        LinkStatistics statistics = ofJava.statistics();
        assertTrue(ofC.connected());
        assertTrue(ofC.enabled());
        assertTrue(ofJava.connected());
        assertTrue(pair.c.hostReachable(pair.javaId));
        assertTrue(ofC.latencyMicros() > 0);
        assertFalse(ofJava.latency().orElseThrow().isNegative());
        assertTrue(
                ofJava.sinceLastPong().orElseThrow().compareTo(ofJava.config().pingTimeout()) < 0);
        assertTrue(ofC.stats().rxPingPackets() >= 2);
        assertTrue(ofC.stats().rxPingPackets() <= statistics.txPing().packets());
        assertTrue(ofC.stats().rxPongPackets() <= statistics.txPong().packets());
        assertTrue(ofC.stats().rxPongPackets() >= 2);
        assertEquals(26 * ofC.stats().rxPingPackets(), ofC.stats().rxPingBytes());
        assertEquals(26 * statistics.rxPing().packets(), statistics.rxPing().bytes());
        assertEquals(26 * statistics.txPong().packets(), statistics.txPong().bytes());
        assertEquals(statistics.rxPing().packets(), statistics.txPong().packets());
        assertTrue(ofC.stats().txPmtuPackets() >= 1);
        // Every probe was answered, those of C and those of Java.
        assertTrue(statistics.txPmtud().packets() > ofC.stats().txPmtuPackets());
        assertEquals(statistics.txPmtud().packets(), statistics.rxPmtud().packets());
        assertEquals(statistics.txPmtud().packets(), ofC.stats().rxPmtuPackets());
        assertEquals(1, statistics.upCount());
        assertEquals(0, statistics.downCount());
        assertEquals(1, ofC.stats().upCount());
        assertEquals(0, ofC.stats().txErrors());
        assertEquals(0, statistics.txErrors());
    }
}
