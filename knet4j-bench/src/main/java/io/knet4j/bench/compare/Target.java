package io.knet4j.bench.compare;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a ratio of knet4j to the C library has to reach.
 *
 * @param cell the work
 * @param metric what is compared
 * @param bound the smallest or largest ratio
 * @param atLeast whether {@code bound} is the smallest
 */
record Target(Cell cell, Metric metric, double bound, boolean atLeast) {
    private static final Kind PLAIN = new Kind.Plain();
    private static final Kind ENCRYPTED = new Kind.Protected("aes256", "sha256");

    /** What the project has promised. */
    static final List<Target> ALL =
            List.of(
                    atLeast(10, 64, PLAIN, Metric.RATE),
                    atLeast(10, 1400, PLAIN, Metric.RATE),
                    atLeast(4, 65_536, PLAIN, Metric.MBPS),
                    atLeast(5, 1400, ENCRYPTED, Metric.RATE),
                    atLeast(1.4, 65_536, ENCRYPTED, Metric.MBPS),
                    atMost(0.75, 64, PLAIN, Metric.RTT_P50),
                    atMost(0.75, 1400, PLAIN, Metric.RTT_P50),
                    atMost(0.2, 1400, PLAIN, Metric.CPU));

    private static Target atLeast(double bound, int size, Kind kind, Metric metric) {
        return new Target(new Cell(size, kind), metric, bound, true);
    }

    private static Target atMost(double bound, int size, Kind kind, Metric metric) {
        return new Target(new Cell(size, kind), metric, bound, false);
    }

    /**
     * How a target stands.
     *
     * @param target the target
     * @param ratio what was measured; empty if it was not
     * @param loss knet4j's share of lost messages, if messages per second were measured
     */
    record Verdict(Target target, OptionalDouble ratio, OptionalDouble loss) {
        /** Whether the ratio is reached, and not at the price of losses. */
        boolean reached() {
            return ratio.isPresent() && inBound(ratio.getAsDouble()) && isClean();
        }

        private boolean inBound(double value) {
            return target.atLeast ? value >= target.bound : value <= target.bound;
        }

        private boolean isClean() {
            return loss.isEmpty() || loss.getAsDouble() < Throughput.CLEAN;
        }

        /** What to say about it besides the figures. */
        Optional<String> remark() {
            return ratio.isEmpty()
                    ? Optional.of("not measured")
                    : isClean() ? Optional.empty() : Optional.of("with loss");
        }
    }

    String name() {
        return Contender.KNET4J.ratioName(cell, metric);
    }

    Verdict judge(Results results) {
        return new Verdict(
                this,
                results.ratio(Contender.KNET4J, cell, metric),
                metric == Metric.RATE || metric == Metric.MBPS
                        ? results.median(Contender.KNET4J, cell, Metric.LOSS)
                        : OptionalDouble.empty());
    }

    /** How all targets stand. */
    static List<Verdict> verdicts(Results results) {
        return ALL.stream().map(target -> target.judge(results)).toList();
    }

    /** Whether every target was measured and reached. */
    static boolean allReached(List<Verdict> verdicts) {
        return verdicts.stream().allMatch(Verdict::reached);
    }
}
