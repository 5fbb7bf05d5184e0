package io.knet4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.compare.Target.Verdict;
import io.knet4j.bench.node.RoundTripTimes;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetTest {

    @Test
    void targetsAreNamedAsTheirRatios() {
        assertThat(Target.ALL)
                .extracting(Target::name)
                .containsExactly(
                        "64B-plain-rate",
                        "1400B-plain-rate",
                        "65536B-plain-mbps",
                        "1400B-aes256+sha256-rate",
                        "65536B-aes256+sha256-mbps",
                        "64B-plain-rtt-p50",
                        "1400B-plain-rtt-p50",
                        "1400B-plain-cpu");
        assertThat(Measured.reached(0).ratios().keySet())
                .containsAll(Target.ALL.stream().map(Target::name).toList());
    }

    @Test
    void allAreReachedWhenEveryRatioIsAtItsBound() {
        List<Verdict> verdicts = Target.verdicts(Measured.reached(0));
        assertThat(verdicts).allMatch(Verdict::reached);
        assertThat(Target.allReached(verdicts)).isTrue();
    }

    @Test
    void aRateAtTheCostOfLossReachesNothing() {
        List<Verdict> verdicts = Target.verdicts(Measured.reached(0.001));
        assertThat(verdicts)
                .filteredOn(verdict -> !verdict.reached())
                .hasSize(5)
                .allSatisfy(verdict -> assertThat(verdict.remark()).hasValue("with loss"));
        assertThat(Target.allReached(verdicts)).isFalse();
    }

    @Test
    void lessIsBetterForTimeAndProcessors() {
        Results results = Measured.reached(0);
        Cell cell = new Cell(1400, Measured.PLAIN);
        results.add(1, Contender.KNET4J, cell, Measured.throughput(1400, 1_000_000, 0, 3));
        results.add(1, Contender.KNET4J, cell, new RoundTripTimes(76_000, 80_000, 80_000));
        assertThat(Target.verdicts(results))
                .filteredOn(verdict -> !verdict.reached())
                .extracting(verdict -> verdict.target().name())
                .containsExactly("1400B-plain-rtt-p50", "1400B-plain-cpu");
    }

    @Test
    void whatWasNotMeasuredIsNotReached() {
        List<Verdict> verdicts = Target.verdicts(new Results());
        assertThat(verdicts)
                .noneMatch(Verdict::reached)
                .allSatisfy(verdict -> assertThat(verdict.remark()).hasValue("not measured"));
        assertThat(Target.allReached(verdicts)).isFalse();
    }
}
