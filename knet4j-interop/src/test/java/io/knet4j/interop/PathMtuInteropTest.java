package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.knet4j.DropCause;
import io.knet4j.MtuLimit;
import io.knet4j.PathMtu;
import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.Impairment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Discovery on the loopback interface, whose MTU is 65,536, and through a relay that cuts. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class PathMtuInteropTest {
    private static final long PATIENT = 5000;

    record Case(Optional<Suite> suite, boolean ipv6) {
        @Override
        public String toString() {
            return suite.map(Suite::toString).orElse("clear") + (ipv6 ? ", IPv6" : ", IPv4");
        }
    }

    /** Each class of suites for which libknet computes right, on both kinds of IP. */
    static Stream<Case> cases() {
        List<Optional<Suite>> suites = new ArrayList<>();
        suites.add(Optional.empty());
        for (String hash : List.of("md5", "sha1", "sha256", "sha384", "sha512")) {
            suites.add(Optional.of(new Suite("nss", "aes256", hash, 1024, 6)));
        }
        suites.add(Optional.of(new Suite("openssl", "aes-128-ctr", "sha256", 1024, 6)));
        return suites.stream()
                .flatMap(suite -> Stream.of(new Case(suite, false), new Case(suite, true)));
    }

    private static PathMtu found(JavaAndC pair) throws Exception {
        Await.until(
                () -> "Java: path MTU, is " + pair.javaLink(0).pathMtu(),
                () -> {
                    PathMtu mtu = pair.javaLink(0).pathMtu();
                    return mtu.limit() != MtuLimit.NOT_PROBED_YET && !mtu.searching();
                });
        return pair.javaLink(0).pathMtu();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void javaFindsWhatCFinds(Case one) throws Exception {
        assumeTrue(!one.ipv6 || FreePorts.hasLoopback6(), "no IPv6 on loopback");
        JavaAndC.Settings settings = new JavaAndC.Settings().timeoutMillis(PATIENT);
        one.suite.ifPresent(settings::crypto);
        try (JavaAndC pair = (one.ipv6 ? settings.ipv6() : settings).open()) {
            pair.awaitUp();
            PathMtu mtu = found(pair);
            boolean counterMode = one.suite.filter(s -> s.cipher().endsWith("ctr")).isPresent();
            int inC = mtu.dataMtu() - (counterMode ? 1 : 0); // libknet 1.x wastes one there
            pair.c.awaitLink(pair.javaId, 0, s -> s.mtu() == inC, Await.LIMIT);
            Await.until(
                    () -> "C: data MTU " + inC + ", is " + pair.c.dataMtu(),
                    () -> pair.c.dataMtu() == inC);
            assertEquals(MtuLimit.PROTOCOL, mtu.limit());
            assertEquals(mtu.dataMtu(), pair.java.dataMtu());
            Await.until(
                    "what C found towards Java",
                    () -> pair.javaLink(0).pathMtu().receivedPacketBytes().isPresent());
            int received = pair.javaLink(0).pathMtu().receivedPacketBytes().getAsInt();
            assertEquals(mtu.packetBytes() - (counterMode ? 1 : 0), received);
            assertEquals(0, pair.java.statistics().drops(DropCause.UNSOLICITED_PMTUD_REPLY));
            for (int size :
                    List.of(1, mtu.dataMtu(), mtu.fragmentBytes(), mtu.fragmentBytes() + 1)) {
                pair.exchange(Payloads.pattern(Math.min(size, 65_536), size), size + " bytes");
            }
        }
    }

    /** Fragments are 12 bytes larger than those of C, which puts them together all the same. */
    @ParameterizedTest
    @ValueSource(ints = {508, 1232, 1372, 1409, 1472, 8972})
    void findsWhereARelayCutsAndFillsItsPacketsWithFragmentsThatCTakes(int payload)
            throws Exception {
        for (Optional<Suite> suite : List.of(Optional.<Suite>empty(), Optional.of(Suite.USUAL))) {
            JavaAndC.Settings settings =
                    new JavaAndC.Settings()
                            .timeoutMillis(PATIENT)
                            .relayed()
                            .prepare((java, c) -> {
                                suite.ifPresent(s -> s.enable(java));
                                suite.ifPresent(s -> s.enable(c));
                                c.interfaceMtu(576); // it would take minutes to find out
                            });
            try (JavaAndC pair = settings.open()) {
                pair.relayed.getFirst().aToB().impair(Impairment.none().withMaxPayload(payload));
                pair.awaitUp();
                PathMtu mtu = found(pair);
                int room = suite.isEmpty() ? payload : (payload - 48) / 16 * 16 - 1;
                assertEquals(room - 26, mtu.dataMtu());
                assertEquals(MtuLimit.PATH, mtu.limit());
                assertEquals(OptionalInt.empty(), mtu.receivedPacketBytes());
                int full = mtu.fragmentBytes();
                assertEquals(room - 14, full);
                List<Integer> sizes = new ArrayList<>(List.of(1, 2, 100, 1000, 65_536));
                for (int count : List.of(1, 2, 7, 65_536 / full)) {
                    sizes.addAll(List.of(count * full - 1, count * full, count * full + 1));
                }
                for (int size : sizes) {
                    if (size <= 65_536) {
                        pair.exchange(Payloads.pattern(size, size), size + " bytes in " + mtu);
                    }
                }
            }
        }
    }

    @Test
    void followsARelayThatCutsMoreAndThenLess() throws Exception {
        JavaAndC.Settings settings =
                new JavaAndC.Settings()
                        .timeoutMillis(PATIENT)
                        .relayed()
                        .prepare((_, c) -> c.interfaceMtu(576));
        try (JavaAndC pair = settings.open()) {
            for (int payload : List.of(8972, 1372, 1472)) {
                pair.relayed.getFirst().impair(Impairment.none().withMaxPayload(payload));
                pair.awaitUp();
                Await.until(
                        () -> payload + " bytes pass, " + pair.javaLink(0).pathMtu(),
                        () -> pair.javaLink(0).pathMtu().packetBytes() == payload + 28);
                found(pair);
                pair.exchange(Payloads.pattern(65_536, payload), payload + " bytes");
            }
            assertEquals(0, pair.javaLink(0).statistics().downCount());
        }
    }

    /** C waits for several ping timeouts, ten times as long in the beginning. */
    @Test
    @Tag("slow")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void cAgreesWhereARelayCuts() throws Exception {
        JavaAndC.Settings settings = new JavaAndC.Settings().timeoutMillis(1000).relayed();
        try (JavaAndC pair = settings.open()) {
            pair.relayed.getFirst().impair(Impairment.none().withMaxPayload(1409));
            pair.awaitUp();
            assertEquals(1383, found(pair).dataMtu());
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (pair.c.dataMtu() != 1383) {
                assertTrue(System.nanoTime() < end, "C: data MTU is " + pair.c.dataMtu());
                TimeUnit.MILLISECONDS.sleep(100);
            }
            Await.until(
                    "what C found towards Java",
                    () ->
                            pair.javaLink(0)
                                    .pathMtu()
                                    .receivedPacketBytes()
                                    .equals(OptionalInt.of(1437)));
        }
    }
}
