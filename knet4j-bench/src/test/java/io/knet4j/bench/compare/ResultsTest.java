package io.knet4j.bench.compare;

import static io.knet4j.bench.compare.Measured.PLAIN;
import static io.knet4j.bench.compare.Measured.throughput;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.node.RoundTripTimes;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Cell CELL = new Cell(64, PLAIN);

    private final Results results = new Results();

    @Test
    void ratioIsTheMedianOfRatiosNotTheRatioOfMedians() {
        double[] knet4j = {100, 400, 300};
        double[] libknet = {10, 200, 100};
        for (int round = 1; round <= 3; round++) {
            results.add(round, Contender.KNET4J, CELL, throughput(64, knet4j[round - 1], 0, 1));
            results.add(round, Contender.LIBKNET, CELL, throughput(64, libknet[round - 1], 0, 1));
        }
        assertThat(results.ratio(Contender.KNET4J, CELL, Metric.RATE)).hasValue(3);
        assertThat(results.median(Contender.KNET4J, CELL, Metric.RATE)).hasValue(300);
        assertThat(results.median(Contender.LIBKNET, CELL, Metric.RATE)).hasValue(100);
    }

    @Test
    void ratiosComeFromRoundsThatHaveBothSides() {
        results.add(1, Contender.KNET4J, CELL, throughput(64, 100, 0, 1));
        results.add(2, Contender.KNET4J, CELL, throughput(64, 500, 0, 1));
        results.add(2, Contender.LIBKNET, CELL, throughput(64, 100, 0, 1));
        assertThat(results.ratio(Contender.KNET4J, CELL, Metric.RATE)).hasValue(5);
    }

    @Test
    void thereIsNoRatioToWhatWasNotMeasured() {
        results.add(1, Contender.KNET4J, CELL, throughput(64, 100, 0, 1));
        assertThat(results.ratio(Contender.KNET4J, CELL, Metric.RATE)).isEmpty();
        assertThat(results.ratios()).isEmpty();
    }

    @Test
    void namesOfRatiosTellSizeKindMetricAndWho() {
        for (Contender contender : Contender.values()) {
            results.add(1, contender, CELL, throughput(64, 100, 0, 1));
        }
        results.add(1, Contender.KNET4J, CELL, new RoundTripTimes(50, 60, 70));
        results.add(1, Contender.LIBKNET, CELL, new RoundTripTimes(100, 60, 70));
        assertThat(results.ratios())
                .containsEntry("64B-plain-rtt-p50", 0.5)
                .containsKeys(
                        "64B-plain-rate",
                        "64B-plain-mbps",
                        "64B-plain-cpu",
                        "64B-plain-rtt-p99",
                        "64B-plain-rtt-p99.9",
                        "64B-plain-rate-vs-aeron",
                        "64B-plain-cpu-vs-jgroups",
                        "64B-plain-rate-knet4j-to-libknet",
                        "64B-plain-rate-libknet-to-knet4j")
                .doesNotContainKeys("64B-plain-loss", "64B-plain-clean-rate");
    }
}
