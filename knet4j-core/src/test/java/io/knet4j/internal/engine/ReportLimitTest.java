package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportLimitTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000, -5, Long.MAX_VALUE - 50, Long.MIN_VALUE})
    void reportsTheFirstAtOnceAndTheRestOncePerInterval(long start) {
        ReportLimit limit = new ReportLimit(100);
        assertThat(limit.count(start)).isEqualTo(1);
        for (int i = 1; i < 100; i++) {
            assertThat(limit.count(start + i)).isZero();
        }
        assertThat(limit.count(start + 100)).isEqualTo(100);
        assertThat(limit.count(start + 199)).isZero();
        assertThat(limit.count(start + 1000)).isEqualTo(2);
    }

    @Test
    void countsWithoutLimitWhenTheIntervalIsOver() {
        ReportLimit limit = new ReportLimit(1);
        for (int now = 0; now < 10; now++) {
            assertThat(limit.count(now)).isEqualTo(1);
        }
    }
}
