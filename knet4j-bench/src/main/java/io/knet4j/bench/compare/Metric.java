package io.knet4j.bench.compare;

/** What is measured and compared. */
enum Metric {
    RATE("rate"),
    MBPS("mbps"),
    LOSS("loss"),
    CPU("cpu"),
    CLEAN_RATE("clean-rate"),
    RTT_P50("rtt-p50"),
    RTT_P99("rtt-p99"),
    RTT_P999("rtt-p99.9");

    private final String label;

    Metric(String label) {
        this.label = label;
    }

    /** How it is called in JSON, in rows and in the names of ratios. */
    String label() {
        return label;
    }

    /** Losses are mostly 0, and what is clean anyhow has no clean rate of its own. */
    boolean hasRatio() {
        return this != LOSS && this != CLEAN_RATE;
    }
}
