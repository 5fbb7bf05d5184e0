package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.MtuLimit;
import io.knet4j.PathMtu;
import io.knet4j.internal.onwire.MtuArithmetic;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The search alone: rounds on a path that is a function. */
class LinkMtuTest {
    private static final int MAX_PACKET = 65_535;

    /** Every class of suites: without and with cipher blocks, every length of hash. */
    private static final List<MtuArithmetic> SUITES =
            List.of(
                    MtuArithmetic.CLEAR,
                    new MtuArithmetic(0, 0, 16),
                    new MtuArithmetic(0, 0, 20),
                    new MtuArithmetic(0, 0, 32),
                    new MtuArithmetic(0, 0, 48),
                    new MtuArithmetic(0, 0, 64),
                    new MtuArithmetic(16, 16, 16),
                    new MtuArithmetic(16, 16, 20),
                    new MtuArithmetic(16, 16, 32),
                    new MtuArithmetic(16, 16, 48),
                    new MtuArithmetic(16, 16, 64),
                    new MtuArithmetic(0, 16, 16),
                    new MtuArithmetic(0, 16, 20),
                    new MtuArithmetic(0, 16, 32),
                    new MtuArithmetic(0, 16, 48),
                    new MtuArithmetic(0, 16, 64));

    /** What a path does to probes. */
    private static final class Network {
        private int passes = MAX_PACKET;
        private int refusedFrom = MAX_PACKET + 1;
        private double loss;
        private boolean answering = true;
        private RandomGenerator random = RandomGenerator.getDefault();
        private int rounds;
        private int waits;
        private int probes;
        private int longestRound;

        /** Runs rounds until the link comes to rest. */
        private void settle(LinkMtu mtu) {
            rounds = 0;
            waits = 0;
            probes = 0;
            while (mtu.isProbing()) {
                round(mtu);
            }
        }

        private void round(LinkMtu mtu) {
            rounds++;
            ProbeRound round = mtu.round();
            List<Integer> answers = new ArrayList<>();
            int sent = 0;
            while (round.hasUnsent()) {
                int size = round.nextUnsent();
                int packet = mtu.range().packetBytes(size);
                probes++;
                sent++;
                if (packet >= refusedFrom) {
                    if (size <= mtu.dataMtu() && mtu.refuse(packet)) {
                        return;
                    }
                    mtu.refused(size);
                    continue;
                }
                round.sent(size);
                if (answering && packet <= passes && random.nextDouble() >= loss) {
                    answers.add(packet);
                }
            }
            longestRound = Math.max(longestRound, sent);
            answers.forEach(mtu::answered);
            if (!round.isOver()) {
                waits += mtu.patience();
            }
            mtu.endRound();
        }
    }

    private final Network network = new Network();

    static Stream<Arguments> ranges() {
        return SUITES.stream()
                .flatMap(suite ->
                        Stream.of(
                                Arguments.of(new MtuRange(suite, false)),
                                Arguments.of(new MtuRange(suite, true))));
    }

    /** The largest data MTU whose packets pass, for every path MTU up to 9100. */
    private static int[] optimums(MtuRange range) {
        int[] best = new int[9101];
        int size = range.smallest();
        for (int mtu = 576; mtu < best.length; mtu++) {
            while (packet(range, size + range.step()) <= mtu) {
                size += range.step();
            }
            best[mtu] = size;
        }
        return best;
    }

    /** Spelled out: headers of IP and UDP, salt, packet and at least one byte of padding, hash. */
    private static int packet(MtuRange range, int dataMtu) {
        MtuArithmetic arithmetic = range.arithmetic();
        int plain = dataMtu + 26;
        int block = arithmetic.block();
        int padded = block == 0 ? plain : (plain / block + 1) * block;
        return (range.ipv6() ? 48 : 28) + arithmetic.salt() + padded + arithmetic.hash();
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void findsTheOptimumOnEveryPathThatLosesWhatIsTooLarge(MtuRange range) {
        int[] best = optimums(range);
        for (int mtu = 576; mtu <= 9100; mtu++) {
            network.passes = mtu;
            LinkMtu link = new LinkMtu(range);
            link.search();
            network.settle(link);
            check(link, range, mtu, best[mtu], MtuLimit.PATH);
        }
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void findsTheOptimumOfAnInterfaceWithoutWaiting(MtuRange range) {
        int[] best = optimums(range);
        for (int mtu = 576; mtu <= 9100; mtu += 5) {
            network.refusedFrom = mtu + 1;
            LinkMtu link = new LinkMtu(range);
            link.search();
            network.settle(link);
            check(link, range, mtu, best[mtu], MtuLimit.INTERFACE);
        }
        assertThat(waits).isZero();
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void findsTheOptimumBehindAnInterfaceThatTakesMore(MtuRange range) {
        network.refusedFrom = 9001;
        int[] best = optimums(range);
        for (int mtu = 576; mtu <= 9100; mtu += 5) {
            network.passes = mtu;
            LinkMtu link = new LinkMtu(range);
            link.search();
            network.settle(link);
            int expected = best[Math.min(mtu, 9000)];
            MtuLimit limit = expected == best[9000] ? MtuLimit.INTERFACE : MtuLimit.PATH;
            check(link, range, mtu, expected, limit);
        }
    }

    private void check(LinkMtu link, MtuRange range, int mtu, int best, MtuLimit limit) {
        PathMtu found = link.snapshot(0);
        PathMtu expected =
                new PathMtu(
                        packet(range, best),
                        best,
                        best + 12,
                        limit,
                        OptionalInt.of(packet(range, best + range.step())),
                        OptionalInt.empty(),
                        false);
        if (!found.equals(expected)) { // quicker than an assertion, a million times
            assertThat(found).as("path MTU %s, %s", mtu, range).isEqualTo(expected);
        }
        rounds = Math.max(rounds, network.rounds);
        waits = Math.max(waits, network.waits);
    }

    /** Of all paths of a test. */
    private int rounds;

    private int waits;

    @AfterEach
    void searchesAreShort() {
        assertThat(rounds).isLessThanOrEqualTo(9);
        assertThat(waits).isLessThanOrEqualTo(10);
        assertThat(network.longestRound).isLessThanOrEqualTo(15);
    }

    /** The sizes at which libknet ends, and how large its last probe is. */
    @ParameterizedTest
    @CsvSource({
        "576,   false, 0,  0,  0,  522,   576",
        "576,   false, 16, 16, 32, 469,   572",
        "576,   false, 16, 16, 20, 485,   576",
        "576,   false, 16, 16, 64, 437,   572",
        "1280,  true,  0,  0,  0,  1206,  1280",
        "1280,  true,  16, 16, 32, 1157,  1280",
        "1280,  true,  16, 16, 20, 1157,  1268",
        "1280,  true,  16, 16, 64, 1125,  1280",
        "1500,  false, 0,  0,  0,  1446,  1500",
        "1500,  false, 16, 16, 32, 1397,  1500",
        "1500,  false, 16, 16, 20, 1397,  1488",
        "1500,  false, 16, 16, 64, 1365,  1500",
        "1500,  true,  0,  0,  0,  1426,  1500",
        "1500,  true,  16, 16, 32, 1365,  1488",
        "1500,  true,  16, 16, 20, 1381,  1492",
        "1500,  true,  16, 16, 64, 1333,  1488",
        "9000,  false, 0,  0,  0,  8946,  9000",
        "9000,  false, 16, 16, 32, 8885,  8988",
        "9000,  false, 16, 16, 20, 8901,  8992",
        "9000,  false, 16, 16, 64, 8853,  8988",
        "9000,  true,  0,  0,  0,  8926,  9000",
        "9000,  true,  16, 16, 32, 8869,  8992",
        "9000,  true,  16, 16, 20, 8885,  8996",
        "9000,  true,  16, 16, 64, 8837,  8992",
        "65536, false, 0,  0,  0,  65481, 65535",
        "65536, false, 16, 16, 32, 65429, 65532",
        "65536, false, 16, 16, 20, 65429, 65520",
        "65536, false, 16, 16, 64, 65397, 65532",
        "65536, true,  0,  0,  0,  65461, 65535",
        "65536, true,  16, 16, 32, 65397, 65520",
        "65536, true,  16, 16, 20, 65413, 65524",
        "65536, true,  16, 16, 64, 65365, 65520"
    })
    void findsWhatLibknetFinds(
            int interfaceMtu,
            boolean ipv6,
            int block,
            int salt,
            int hash,
            int dataMtu,
            int packetBytes) {
        network.refusedFrom = interfaceMtu + 1;
        LinkMtu link = new LinkMtu(new MtuRange(new MtuArithmetic(block, salt, hash), ipv6));
        link.search();
        network.settle(link);
        assertThat(link.dataMtu()).isEqualTo(dataMtu);
        assertThat(link.packetBytes()).isEqualTo(packetBytes);
        assertThat(link.limit())
                .isEqualTo(interfaceMtu == 65_536 ? MtuLimit.PROTOCOL : MtuLimit.INTERFACE);
    }

    private static final MtuRange CLEAR = new MtuRange(MtuArithmetic.CLEAR, false);
    private static final MtuRange AES = new MtuRange(new MtuArithmetic(16, 16, 32), false);

    private LinkMtu found(int mtu) {
        LinkMtu link = new LinkMtu(CLEAR);
        network.passes = mtu;
        link.search();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(mtu);
        return link;
    }

    @Test
    void aConfirmationOfWhatIsKnownCostsThreeProbes() {
        LinkMtu link = found(1500);
        link.confirm();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1500);
        assertThat(link.limit()).isEqualTo(MtuLimit.PATH);
        assertThat(network.probes).isEqualTo(3);
        assertThat(link.snapshot(0).failedPacketBytes()).hasValue(1501);
    }

    @Test
    void aPathThatHasGrownIsFoundByAConfirmation() {
        LinkMtu link = found(1400);
        network.passes = 8999;
        link.confirm();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(8999);
    }

    @Test
    void aPathThatHasShrunkIsLeftAtOnceAndSearchedAgain() {
        LinkMtu link = found(9000);
        network.passes = 1437;
        network.waits = 0;
        link.confirm();
        while (link.packetBytes() == 9000) {
            network.round(link);
        }
        assertThat(link.packetBytes()).isEqualTo(536);
        assertThat(link.limit()).isEqualTo(MtuLimit.PATH);
        assertThat(link.snapshot(0).searching()).isTrue();
        assertThat(link.snapshot(0).failedPacketBytes()).hasValue(9000);
        assertThat(network.waits).isLessThanOrEqualTo(5);
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1437);
    }

    @Test
    void aNewSearchFindsAPathThatHasShrunk() {
        LinkMtu link = found(9000);
        network.passes = 1437;
        link.search();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1437);
        assertThat(link.limit()).isEqualTo(MtuLimit.PATH);
    }

    @Test
    void aNewSearchLeavesInUseWhatIsKnown() {
        LinkMtu link = found(9000);
        link.search();
        while (link.isProbing()) {
            assertThat(link.packetBytes()).isEqualTo(9000);
            network.round(link);
        }
        assertThat(link.packetBytes()).isEqualTo(9000);
    }

    @Test
    void anInterfaceThatWasLoweredIsSeenByTheFirstProbe() {
        LinkMtu link = found(9000);
        network.refusedFrom = 1501;
        link.confirm();
        network.round(link);
        assertThat(link.packetBytes()).isEqualTo(536);
        assertThat(link.limit()).isEqualTo(MtuLimit.INTERFACE);
        network.waits = 0;
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1500);
        assertThat(network.waits).isZero();
    }

    @Test
    void aRefusedMessageStartsASearchBelowIt() {
        LinkMtu link = found(9000);
        network.refusedFrom = 1501;
        assertThat(link.refuse(9000)).isTrue();
        assertThat(link.packetBytes()).isEqualTo(536);
        assertThat(link.limit()).isEqualTo(MtuLimit.INTERFACE);
        assertThat(link.refuse(9000)).as("it was sent before").isFalse();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1500);
        assertThat(link.refuse(9000)).as("it was sent before").isFalse();
        assertThat(link.refuse(1501)).isFalse();
        network.refusedFrom = 1281;
        assertThat(link.refuse(1400)).as("the last fragment of a message").isTrue();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1280);
    }

    @Test
    void aPeerThatDoesNotAnswerProbesGetsTheSmallestPackets() {
        network.answering = false;
        LinkMtu link = new LinkMtu(CLEAR);
        link.search();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(536);
        assertThat(link.dataMtu()).isEqualTo(482);
        assertThat(link.limit()).isEqualTo(MtuLimit.PEER);
        assertThat(link.isFound()).isFalse();
        assertThat(network.rounds).isEqualTo(5);
        link.confirm();
        network.settle(link);
        assertThat(network.probes).as("it is not asked for long again").isEqualTo(2);
        assertThat(link.limit()).isEqualTo(MtuLimit.PEER);
        network.answering = true;
        link.confirm();
        network.settle(link);
        assertThat(link.limit()).isEqualTo(MtuLimit.PROTOCOL);
    }

    @Test
    void aPeerThatCeasesToAnswerGetsTheSmallestPackets() {
        LinkMtu link = found(1500);
        network.answering = false;
        link.confirm();
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(536);
        assertThat(link.limit()).isEqualTo(MtuLimit.PEER);
    }

    @Test
    void aPeerThatIsHeldUpForAWhileChangesNothing() {
        LinkMtu link = found(1500);
        link.confirm();
        network.answering = false;
        network.round(link);
        network.round(link);
        assertThat(link.packetBytes()).isEqualTo(1500);
        network.answering = true;
        network.settle(link);
        assertThat(link.packetBytes()).isEqualTo(1500);
        assertThat(link.limit()).isEqualTo(MtuLimit.PATH);
    }

    @Test
    void aPathThatShrinksDuringTheSearchIsSearchedAgain() {
        for (int rounds = 1; rounds < 5; rounds++) {
            LinkMtu link = new LinkMtu(CLEAR);
            network.passes = 5000;
            link.search();
            for (int i = 0; i < rounds; i++) {
                network.round(link);
            }
            network.passes = 1337;
            network.settle(link);
            link.confirm();
            network.settle(link);
            assertThat(link.packetBytes()).isEqualTo(1337);
        }
    }

    @Test
    void packetsThatPassedStillDoWhenTheyAreSealedOtherwise() {
        LinkMtu link = found(1500);
        link.setRange(AES);
        assertThat(link.dataMtu()).isEqualTo(1397);
        assertThat(link.packetBytes()).isEqualTo(1500);
        link.search();
        network.settle(link);
        assertThat(link.dataMtu()).isEqualTo(1397);
        link.setRange(new MtuRange(new MtuArithmetic(16, 16, 20), false));
        assertThat(link.packetBytes()).isEqualTo(1488);
        link.setRange(CLEAR);
        assertThat(link.dataMtu()).as("never more than has passed").isEqualTo(1434);
        link.search();
        network.settle(link);
        assertThat(link.dataMtu()).isEqualTo(1446);
    }

    @Test
    void theSmallestSizeIsTheOneOfTheSealing() {
        LinkMtu link = new LinkMtu(AES);
        assertThat(link.dataMtu()).isEqualTo(421);
        link.setRange(CLEAR);
        assertThat(link.dataMtu()).isEqualTo(482);
        link.setRange(AES);
        assertThat(link.dataMtu()).isEqualTo(421);
    }

    @Test
    void lossesDoNotLookLikeASmallMtu() {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        network.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        // Losses of 1 %, 10 % and 30 % in each direction.
        lossy(0.02, 10, 5, 5, seed);
        lossy(0.19, 50, 10, 20, seed);
        lossy(0.51, 450, 60, 150, seed);
    }

    /** Searches a thousand paths, and confirms what was found a dozen times on each. */
    private void lossy(double loss, int maxWrong, int maxStillWrong, int maxFallBacks, long seed) {
        network.loss = loss;
        int wrong = 0;
        int stillWrong = 0;
        int fallBacks = 0;
        for (int i = 0; i < 1000; i++) {
            LinkMtu link = new LinkMtu(CLEAR);
            int mtu = 576 + network.random.nextInt(8500);
            network.passes = mtu;
            link.search();
            network.settle(link);
            wrong += link.packetBytes() == mtu ? 0 : 1;
            for (int confirmations = 0; confirmations < 12; confirmations++) {
                if (link.isFound()) {
                    link.confirm();
                } else {
                    link.search();
                }
                int before = link.packetBytes();
                network.settle(link);
                fallBacks += link.packetBytes() < before ? 1 : 0;
                assertThat(link.packetBytes()).as("seed %s", seed).isLessThanOrEqualTo(mtu);
            }
            stillWrong += link.packetBytes() == mtu ? 0 : 1;
        }
        String run = "loss " + loss + ", seed " + seed;
        assertThat(wrong).as("too small at first, %s", run).isLessThanOrEqualTo(maxWrong);
        assertThat(stillWrong).as("too small in the end, %s", run).isLessThan(maxStillWrong);
        assertThat(fallBacks).as("smaller without need, %s", run).isLessThan(maxFallBacks);
    }
}
