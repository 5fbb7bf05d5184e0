package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.LatencyHistogram.Bucket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
    private static final LatencyHistogram HISTOGRAM =
            new LatencyHistogram(
                    List.of(bucket(0, 1, 10), bucket(64, 128, 80), bucket(1024, 2048, 10)));

    private static Bucket bucket(int fromMicros, int toMicros, long samples) {
        return new Bucket(
                Duration.ofNanos(fromMicros * 1000L), Duration.ofNanos(toMicros * 1000L), samples);
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 1",
        "10, 1",
        "10.01, 128",
        "50, 128",
        "90, 128",
        "90.5, 2048",
        "99, 2048",
        "100, 2048",
    })
    void tellsWhatAShareOfTheSamplesDoesNotExceed(double percent, int micros) {
        assertThat(HISTOGRAM.percentile(percent)).contains(Duration.ofNanos(micros * 1000L));
    }

    @Test
    void countsAllSamples() {
        assertThat(HISTOGRAM.samples()).isEqualTo(100);
        assertThat(new LatencyHistogram(List.of()).samples()).isZero();
        assertThat(new LatencyHistogram(List.of()).percentile(50)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 100.1, Double.NaN})
    void refusesOtherPercentages(double percent) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> HISTOGRAM.percentile(percent))
                .withMessageContaining("percent: value " + percent);
    }
}
