package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Timings;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimeCounterTest {
    private final TimeCounter times = new TimeCounter();

    private static Optional<Duration> nanos(long nanos) {
        return Optional.of(Duration.ofNanos(nanos));
    }

    @Test
    void tellsTheShortestTheMeanAndTheLongest() {
        assertThat(times.snapshot()).isEqualTo(Timings.NONE);
        times.count(30);
        assertThat(times.snapshot()).isEqualTo(new Timings(1, nanos(30), nanos(30), nanos(30)));
        times.count(10);
        times.count(50);
        assertThat(times.snapshot()).isEqualTo(new Timings(3, nanos(10), nanos(30), nanos(50)));
    }

    /** In libknet, minima are 0 for ever after they were cleared. */
    @Test
    void hasNoMinimumAfterItWasCleared() {
        times.count(30);
        times.clear();
        assertThat(times.snapshot()).isEqualTo(Timings.NONE);
        times.count(70);
        assertThat(times.snapshot()).isEqualTo(new Timings(1, nanos(70), nanos(70), nanos(70)));
    }

    @Test
    void aTimerMeasuresTheFirstAndThenOneOfMany() {
        long[] looks = {0};
        SampledTimer timer = new SampledTimer(() -> 100 * ++looks[0]);
        for (int i = 0; i < 2 * SampledTimer.PERIOD + 1; i++) {
            timer.count(timer.since(timer.start()));
        }
        assertThat(looks[0]).as("two looks for each that is measured").isEqualTo(6);
        assertThat(timer.times().snapshot())
                .isEqualTo(new Timings(3, nanos(100), nanos(100), nanos(100)));
    }

    @Test
    void nothingToMeasureUsesUpTheTurn() {
        long[] looks = {0};
        SampledTimer timer = new SampledTimer(() -> ++looks[0]);
        for (int i = 0; i < 10 * SampledTimer.PERIOD; i++) {
            timer.since(timer.start());
            timer.skip();
        }
        assertThat(looks[0]).isEqualTo(2 * 10);
        assertThat(timer.times().snapshot()).isEqualTo(Timings.NONE);
    }

    /** So that a node which receives hardly anything but pings measures its data all the same. */
    @Test
    void whatDoesNotCountDoesNotUseUpTheTurn() {
        long[] looks = {0};
        SampledTimer timer = new SampledTimer(() -> 100 * ++looks[0]);
        for (int i = 0; i < 200; i++) {
            assertThat(timer.since(timer.start())).isEqualTo(100);
        }
        timer.count(timer.since(timer.start()));
        assertThat(timer.times().snapshot().samples()).isEqualTo(1);
        assertThat(timer.since(timer.start())).isEqualTo(SampledTimer.SKIPPED);
    }
}
