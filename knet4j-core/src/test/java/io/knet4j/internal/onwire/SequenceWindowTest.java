package io.knet4j.internal.onwire;

import static io.knet4j.internal.onwire.SequenceWindow.Verdict.DUPLICATE;
import static io.knet4j.internal.onwire.SequenceWindow.Verdict.NEW;
import static io.knet4j.internal.onwire.SequenceWindow.Verdict.STALE;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.internal.onwire.SequenceWindow.Verdict;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceWindowTest {
    private final SequenceWindow window = new SequenceWindow();

    private Verdict deliver(int sequence) {
        Verdict verdict = window.check(sequence);
        if (verdict == NEW) {
            window.markDelivered(sequence);
        }
        return verdict;
    }

    /** The number that many messages later (or earlier) than another. */
    private static int step(int sequence, int by) {
        return Math.floorMod(sequence - 1 + by, 65_535) + 1;
    }

    @Test
    void takesAnyFirstNumber() {
        assertThat(window.isEmpty()).isTrue();
        assertThat(window.check(61_441)).isEqualTo(NEW);
        assertThat(window.isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4095, 4096, 4097, 20_000, 61_439, 65_534, 65_535})
    void slidesToNewerNumbersAndForgetsTheSlotsInBetween(int start) {
        for (int by : new int[] {1, 2, 4095, 4096, 4097, 8191, 8192, 32_767}) {
            window.reset();
            deliver(start);
            deliver(step(start, -10));
            assertThat(deliver(step(start, by))).as("ahead by %d", by).isEqualTo(NEW);
            for (int before = 1; before <= Math.min(by - 1, 4095); before++) {
                int between = step(start, by - before);
                assertThat(window.check(between)).as("%d in between", between).isEqualTo(NEW);
            }
            assertThat(window.check(step(start, by))).isEqualTo(DUPLICATE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 4095, 4096, 5000, 65_535})
    void looksUpTheSameNumberAndOlderOnesByLessThan4096(int newest) {
        window.check(newest);
        for (int by = 0; by < 4096; by++) {
            assertThat(deliver(step(newest, -by))).as("older by %d", by).isEqualTo(NEW);
        }
        for (int by = 0; by < 4096; by++) {
            assertThat(deliver(step(newest, -by))).as("older by %d", by).isEqualTo(DUPLICATE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 4095, 4096, 5000, 65_535})
    void callsWhatIsOlderBy4096OrMoreStaleAndStaysWhereItIs(int newest) {
        deliver(newest);
        for (int by : new int[] {4096, 4097, 8192, 30_000, 32_767}) {
            assertThat(window.check(step(newest, -by))).as("older by %d", by).isEqualTo(STALE);
        }
        assertThat(window.check(newest)).isEqualTo(DUPLICATE);
        assertThat(window.check(step(newest, -4095))).isEqualTo(NEW);
    }

    @Test
    void wrapsFrom65535To1() {
        for (int sequence = 65_530; sequence <= 65_535; sequence++) {
            assertThat(deliver(sequence)).isEqualTo(NEW);
        }
        for (int sequence = 1; sequence <= 4; sequence++) {
            assertThat(deliver(sequence)).isEqualTo(NEW);
        }
        assertThat(deliver(65_533)).isEqualTo(DUPLICATE);
        assertThat(deliver(2)).isEqualTo(DUPLICATE);
        assertThat(deliver(65_529)).isEqualTo(NEW);
    }

    @Test
    void keeps4096NumbersApartAcrossTheWrap() {
        // 65,535 and 4095 are 4095 apart; by their low 12 bits they look the same.
        deliver(65_535);
        deliver(4095);
        assertThat(window.check(65_535)).isEqualTo(DUPLICATE);
        assertThat(window.check(4094)).isEqualTo(NEW);
        deliver(4096);
        assertThat(window.check(65_535)).isEqualTo(STALE);
        assertThat(window.check(1)).isEqualTo(NEW);
    }

    @Test
    void forgetsNothingWithoutMarking() {
        assertThat(window.check(5)).isEqualTo(NEW);
        assertThat(window.check(5)).isEqualTo(NEW);
        window.markDelivered(5);
        assertThat(window.check(5)).isEqualTo(DUPLICATE);
    }

    @Test
    void deliversAnOlderMessageAfterNewerOnes() {
        deliver(1000);
        deliver(1001);
        assertThat(deliver(999)).isEqualTo(NEW);
        assertThat(deliver(999)).isEqualTo(DUPLICATE);
    }

    @Test
    void announcedNumbersMoveTheWindowButAreNotMarked() {
        deliver(10);
        window.announce(8191);
        assertThat(window.check(10)).isEqualTo(STALE);
        assertThat(window.check(8191)).isEqualTo(NEW);
        window.announce(100);
        window.announce(0);
        assertThat(window.check(4095)).isEqualTo(STALE);
        assertThat(window.check(4096)).isEqualTo(NEW);
    }

    @Test
    void zeroAnnouncesNothingToAFreshWindow() {
        window.announce(0);
        assertThat(window.isEmpty()).isTrue();
    }

    @Test
    void isContradictedByNumbersFarBehindAndByZero() {
        assertThat(window.contradicts(0)).isFalse();
        assertThat(window.contradicts(77)).isFalse();
        deliver(10_000);
        assertThat(window.contradicts(0)).isTrue();
        assertThat(window.contradicts(10_000)).isFalse();
        assertThat(window.contradicts(10_001)).isFalse();
        assertThat(window.contradicts(10_000 - 4095)).isFalse();
        assertThat(window.contradicts(10_000 - 4096)).isTrue();
        assertThat(window.contradicts(10_000 + 32_767)).isFalse();
    }

    @Test
    void forgetsEverythingAtReset() {
        deliver(40_000);
        deliver(40_001);
        window.reset();
        assertThat(window.isEmpty()).isTrue();
        assertThat(deliver(1)).isEqualTo(NEW);
        assertThat(deliver(40_001)).isEqualTo(STALE);
        window.reset();
        assertThat(deliver(40_001)).isEqualTo(NEW);
        assertThat(deliver(40_000)).isEqualTo(NEW);
    }

    @Test
    void measuresTheWayAroundTheCircle() {
        assertThat(SequenceWindow.distance(65_535, 1)).isEqualTo(1);
        assertThat(SequenceWindow.distance(1, 65_535)).isEqualTo(-1);
        assertThat(SequenceWindow.distance(1, 32_768)).isEqualTo(32_767);
        assertThat(SequenceWindow.distance(1, 32_769)).isEqualTo(-32_767);
        assertThat(SequenceWindow.distance(7, 7)).isZero();
    }

    /** The window as an endless line of numbers with a set of those that were delivered. */
    private static final class Model {
        private final Set<Long> delivered = new HashSet<>();
        private long newest = Long.MIN_VALUE;

        private Verdict deliver(long position) {
            if (newest == Long.MIN_VALUE || position > newest) {
                newest = position;
            }
            if (newest - position >= 4096) {
                return STALE;
            }
            return delivered.add(position) ? NEW : DUPLICATE;
        }
    }

    @Test
    void agreesWithTheModelOnARandomWalk() {
        long seed = Long.getLong("knet4j.seed", 20_261_122L);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int walk = 0; walk < 20; walk++) {
            window.reset();
            Model model = new Model();
            long newest = random.nextLong(1, 200_000);
            for (int i = 0; i < 20_000; i++) {
                long position =
                        newest
                                + switch (random.nextInt(40)) {
                                    case 0 -> random.nextInt(-8000, 8000);
                                    case 1 -> random.nextInt(4090, 4100);
                                    case 2 -> random.nextInt(-4100, -4090);
                                    case 3 -> random.nextInt(0, 32_768);
                                    case 4, 5, 6, 7, 8, 9, 10 -> random.nextInt(-40, 0);
                                    default -> random.nextInt(0, 4);
                                };
                position = Math.max(position, newest - 30_000);
                newest = Math.max(newest, position);
                int sequence = Math.floorMod(position, 65_535) + 1;
                assertThat(deliver(sequence))
                        .as("seed %d, walk %d, step %d: %d", seed, walk, i, position)
                        .isEqualTo(model.deliver(position));
            }
        }
    }
}
