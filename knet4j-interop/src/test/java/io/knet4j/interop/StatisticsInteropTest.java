package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.CryptoStatistics;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatistics.Traffic;
import io.knet4j.LinkStatus;
import io.knet4j.StatisticsScope;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same traffic, counted by both libraries. */
@RequiresLibKnet
class StatisticsInteropTest {
    private static final int[] SIZES = {1, 15, 16, 100, 999, 1400, 5000, 65_536};
    private static final int PING = 26;
    private static final int QUIET_POLLS = 25;
    private static final int POLL_MILLIS = 2;

    /** What protects the packets, and how long that makes them. */
    private record Protection(@Nullable Suite suite, IntUnaryOperator sealedLength) {
        private JavaAndC open(boolean ipv6) {
            JavaAndC.Settings settings = new JavaAndC.Settings();
            if (suite != null) {
                settings.crypto(suite);
            }
            return (ipv6 ? settings.ipv6() : settings).open();
        }

        @Override
        public String toString() {
            return suite == null ? "clear" : suite.toString();
        }
    }

    /**
     * None that signs only: the C library then cuts messages by memory that it never set, into any
     * number of packets.
     */
    static Stream<Protection> protections() {
        return Stream.of(
                new Protection(null, length -> length),
                new Protection(
                        new Suite("openssl", "aes256", "sha256", 1024, 1),
                        length -> 16 + (length / 16 + 1) * 16 + 32));
    }

    private static void enable(JavaAndC pair, boolean enabled) {
        pair.peer.link(0).orElseThrow().setEnabled(enabled);
        pair.c.enableLink(pair.javaId, 0, enabled);
    }

    /** Waits until nothing is counted any more, neither here nor there. */
    private static void awaitQuiet(JavaAndC pair) throws Exception {
        Callable<List<Object>> counted =
                () -> {
                    LinkStatistics ofJava = pair.javaLink(0).statistics();
                    CLinkStats ofC = pair.cLink(0).stats();
                    return List.of(ofJava.rxTotal(), ofJava.txTotal(), ofC);
                };
        List<Object> before = counted.call();
        for (int same = 0; same < QUIET_POLLS; same++) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            List<Object> now = counted.call();
            if (!now.equals(before)) {
                before = now;
                same = 0;
            }
        }
    }

    /** Packets that a message of this length is sent in, as lengths. */
    private static List<Integer> packets(int length, int dataMtu) {
        List<Integer> packets = new ArrayList<>();
        for (int left = length; left > 0; left -= dataMtu) {
            packets.add(14 + Math.min(left, dataMtu));
        }
        return packets;
    }

    @ParameterizedTest
    @MethodSource("protections")
    void bothCountTheSame(Protection protection) throws Exception {
        try (JavaAndC pair = protection.open(false)) {
            pair.awaitUp();
            pair.java.setInterfaceMtu(OptionalInt.of(1500));
            enable(pair, false);
            awaitQuiet(pair);
            pair.java.clearStatistics(StatisticsScope.NODE_AND_LINKS);
            pair.c.clearStats(true);
            enable(pair, true);
            pair.awaitUp();
            for (int size : SIZES) {
                pair.exchange(Payloads.pattern(size, size), size + " bytes");
            }
            Await.until(
                    "some pings of each",
                    () ->
                            pair.javaLink(0).statistics().rxPing().packets() > 5
                                    && pair.javaLink(0).statistics().txPing().packets() > 5);
            enable(pair, false);
            awaitQuiet(pair);

            LinkStatus status = pair.javaLink(0);
            LinkStatistics ofJava = status.statistics();
            CLinkStats ofC = pair.cLink(0).stats();
            compareControl(protection, ofJava, ofC);
            compareData(protection, pair, ofJava, ofC);
            assertEquals(0, ofJava.txErrors());
            assertEquals(0, ofC.txErrors());
            if (protection.suite != null) {
                compareCrypto(pair, ofJava, ofC);
            } else {
                assertEquals(0, pair.java.statistics().crypto().txPackets());
                assertEquals(0, pair.java.statistics().crypto().rxPackets());
            }
            assertEquals(1, ofJava.upCount());
            assertEquals(1, ofJava.downCount());
        }
    }

    private static void compareControl(
            Protection protection, LinkStatistics ofJava, CLinkStats ofC) {
        long sealed = protection.sealedLength.applyAsInt(PING);
        // What is sent counts sealed, what is received opened, on both sides.
        assertEquals(new Traffic(ofC.txPingPackets(), ofC.txPingPackets() * PING), ofJava.rxPing());
        assertEquals(new Traffic(ofC.txPongPackets(), ofC.txPongPackets() * PING), ofJava.rxPong());
        assertEquals(ofC.txPingPackets() * sealed, ofC.txPingBytes());
        assertEquals(ofC.txPongPackets() * sealed, ofC.txPongBytes());
        assertEquals(
                new Traffic(ofC.rxPingPackets(), ofC.rxPingPackets() * sealed), ofJava.txPing());
        assertEquals(
                new Traffic(ofC.rxPongPackets(), ofC.rxPongPackets() * sealed), ofJava.txPong());
        assertEquals(ofC.rxPingPackets() * PING, ofC.rxPingBytes());
        assertEquals(ofC.rxPongPackets() * PING, ofC.rxPongBytes());
        // The C library counts the replies that it receives, but not those that it sends.
        assertEquals(ofC.rxPmtuPackets(), ofJava.txPmtud().packets());
        assertTrue(ofC.txPmtuPackets() > 0);
        assertTrue(ofC.txPmtuPackets() <= ofJava.rxPmtud().packets());
    }

    private static void compareData(
            Protection protection, JavaAndC pair, LinkStatistics ofJava, CLinkStats ofC) {
        List<Integer> packets = new ArrayList<>();
        for (int size : SIZES) {
            packets.addAll(packets(size, pair.javaLink(0).pathMtu().fragmentBytes()));
        }
        long opened = packets.stream().mapToLong(length -> length).sum();
        long sealed = packets.stream().mapToLong(protection.sealedLength::applyAsInt).sum();
        assertEquals(new Traffic(packets.size(), sealed), ofJava.txData());
        assertEquals(packets.size(), ofC.rxDataPackets());
        assertEquals(opened, ofC.rxDataBytes());
        // C cuts messages by a data MTU of its own finding.
        assertEquals(new Traffic(ofC.txDataPackets(), openedFromC(ofC)), ofJava.rxData());
    }

    /** Bytes of all messages, and a header for each packet. */
    private static long openedFromC(CLinkStats ofC) {
        long bytes = 14 * ofC.txDataPackets();
        for (int size : SIZES) {
            bytes += size;
        }
        return bytes;
    }

    private static void compareCrypto(JavaAndC pair, LinkStatistics ofJava, CLinkStats ofC) {
        CryptoStatistics java = pair.java.statistics().crypto();
        CNodeStats c = pair.c.stats();
        assertEquals(c.txCryptPackets(), java.rxPackets(), "sealed by C, opened by Java");
        assertEquals(ofJava.rxTotal().packets(), java.rxPackets());
        assertEquals(ofJava.txTotal().packets(), java.txPackets());
        assertEquals(
                ofC.rxDataPackets()
                        + ofC.rxPingPackets()
                        + ofC.rxPongPackets()
                        + ofC.rxPmtuPackets(),
                java.txPackets(),
                "sealed by Java, opened by C");
        assertEquals(ofC.rxDataPackets(), c.rxCryptPackets(), "C counts opened data only");
        assertEquals(ofJava.txData().bytes() - ofC.rxDataBytes(), java.txOverheadBytes());
        assertEquals(ofC.txDataBytes() - ofJava.rxData().bytes(), c.txCryptByteOverhead());
        assertTrue(java.txTime().samples() > 0);
        assertTrue(java.rxTime().samples() > 0);
        assertTrue(c.txCryptAverageNanos() > 0);
    }

    /** What the C library takes for headers, here and there. */
    @ParameterizedTest
    @MethodSource("protections")
    void headersTakeTheSameFromAPacket(Protection protection) throws Exception {
        for (boolean ipv6 : new boolean[] {false, true}) {
            try (JavaAndC pair = protection.open(ipv6)) {
                pair.awaitUp();
                pair.c.awaitLink(pair.javaId, 0, link -> link.protoOverhead() > 0, Await.LIMIT);
                assertEquals(pair.cLink(0).protoOverhead(), pair.javaLink(0).protoOverhead());
            }
        }
    }

    /** The latency as either side sees it is of one kind. */
    @Test
    void latenciesAreAlike() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().relayed().open()) {
            pair.awaitUp();
            Await.until(
                    "samples on both sides",
                    () ->
                            pair.javaLink(0).statistics().latencySamples() >= 5
                                    && pair.cLink(0).stats().latencySamples() >= 5);
            LinkStatistics ofJava = pair.javaLink(0).statistics();
            assertTrue(ofJava.latencyMin().orElseThrow().isPositive());
            assertTrue(
                    ofJava.latencyMin()
                                    .orElseThrow()
                                    .compareTo(ofJava.latencyAverage().orElseThrow())
                            <= 0);
            assertTrue(
                    ofJava.latencyAverage()
                                    .orElseThrow()
                                    .compareTo(ofJava.latencyMax().orElseThrow())
                            <= 0);
            assertEquals(ofJava.latencySamples(), ofJava.latencyHistogram().samples());
            assertTrue(pair.cLink(0).stats().latencyAverageMicros() > 0);
            assertEquals(0, pair.javaLink(0).loss().lost());
        }
    }
}
