package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.LatencyHistogram.Bucket;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyCounterTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final LatencyCounter latency = new LatencyCounter();

    @Test
    void tellsMinimumMeanAndMaximumOfTheSamplesThemselves() {
        assertThat(latency.min()).isEmpty();
        assertThat(latency.average()).isEmpty();
        assertThat(latency.max()).isEmpty();
        assertThat(latency.histogram().buckets()).isEmpty();
        for (long sample : new long[] {3000, 0, 9000}) {
            latency.count(sample);
        }
        assertThat(latency.samples()).isEqualTo(3);
        assertThat(latency.min()).contains(Duration.ZERO);
        assertThat(latency.average()).contains(Duration.ofNanos(4000));
        assertThat(latency.max()).contains(Duration.ofNanos(9000));
    }

    @Test
    void startsAgainWithoutAMinimum() {
        latency.count(5);
        latency.clear();
        assertThat(latency.samples()).isZero();
        assertThat(latency.min()).isEmpty();
        assertThat(latency.max()).isEmpty();
        assertThat(latency.histogram().samples()).isZero();
        latency.count(8000);
        assertThat(latency.min()).contains(Duration.ofNanos(8000));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 1",
        "999, 0, 1",
        "1000, 1, 2",
        "1999, 1, 2",
        "2000, 2, 4",
        "3999, 2, 4",
        "4000, 4, 8",
        "1048575999, 524288, 1048576",
        "1048576000, 1048576, 2097152",
        "3600000000000, 2147483648, 4294967296",
    })
    void bucketsEndAtPowersOfTwoOfMicroseconds(long nanos, long fromMicros, long toMicros) {
        latency.count(nanos);
        assertThat(latency.histogram().buckets())
                .containsExactly(
                        new Bucket(
                                Duration.ofNanos(fromMicros * 1000),
                                Duration.ofNanos(toMicros * 1000),
                                1));
    }

    @Test
    void everySampleIsInItsBucket() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 2000; i++) {
            LatencyCounter one = new LatencyCounter();
            long sample = random.nextLong(HOUR + 1) >>> random.nextInt(42);
            one.count(sample);
            Bucket bucket = one.histogram().buckets().getFirst();
            assertThat(Duration.ofNanos(sample))
                    .isGreaterThanOrEqualTo(bucket.from())
                    .isLessThan(bucket.to());
        }
    }
}
