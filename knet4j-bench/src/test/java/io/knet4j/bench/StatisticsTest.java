package io.knet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void medianIsTheMiddleValueWhateverTheOrder() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
    }

    @Test
    void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
        assertThat(Statistics.median(List.of(4.0, 1.0, 100.0, 2.0))).isEqualTo(3);
    }

    @Test
    void medianOfNothingIsNotANumber() {
        assertThat(Statistics.median(List.of())).isNaN();
        assertThat(Statistics.median(List.of(1.0, Double.NaN))).isNaN();
    }

    @Test
    void percentilesAreValuesThatOccurred() {
        long[] sorted = LongStream.rangeClosed(1, 10_000).toArray();
        assertThat(Statistics.percentile(sorted, 50)).isEqualTo(5000);
        assertThat(Statistics.percentile(sorted, 99)).isEqualTo(9900);
        assertThat(Statistics.percentile(sorted, 99.9)).isEqualTo(9990);
        assertThat(Statistics.percentile(sorted, 100)).isEqualTo(10_000);
    }

    @Test
    void percentilesOfFewValuesAreTheLargest() {
        assertThat(Statistics.percentile(new long[] {3, 8}, 50)).isEqualTo(3);
        assertThat(Statistics.percentile(new long[] {3, 8}, 99.9)).isEqualTo(8);
        assertThat(Statistics.percentile(new long[] {7}, 1)).isEqualTo(7);
    }
}
