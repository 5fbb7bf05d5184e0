package io.knet4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimClockTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void isFastOrSlowFromNowOn() {
        SimClock clock = new SimClock(SECOND, 7 * SECOND);
        assertThat(clock.at(2 * SECOND)).isEqualTo(9 * SECOND);
        clock.drift(2 * SECOND, 1000);
        assertThat(clock.at(2 * SECOND)).isEqualTo(9 * SECOND);
        assertThat(clock.at(3 * SECOND)).isEqualTo(10 * SECOND + 1_000_000);
        clock.drift(3 * SECOND, -1000);
        assertThat(clock.at(4 * SECOND)).isEqualTo(11 * SECOND);
        assertThatThrownBy(() -> clock.drift(4 * SECOND, 200_000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void standsStill() {
        SimClock clock = new SimClock(0, SECOND);
        clock.stop(SECOND);
        assertThat(clock.at(5 * SECOND)).isEqualTo(2 * SECOND);
        clock.go(5 * SECOND);
        assertThat(clock.at(6 * SECOND)).isEqualTo(3 * SECOND);
    }

    @Test
    void knowsWhenItWillShowATime() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            SimClock clock = new SimClock(0, random.nextLong(-(1L << 40), 1L << 40));
            clock.drift(random.nextLong(SECOND), random.nextInt(-50_000, 50_000));
            long shown = clock.at(SECOND) + random.nextLong(100 * SECOND);
            long time = clock.when(shown);
            assertThat(clock.at(time)).isGreaterThanOrEqualTo(shown);
            assertThat(clock.at(time - 1)).isLessThan(shown);
        }
    }
}
