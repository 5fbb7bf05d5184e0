package io.knet4j.bench.compare;

import java.util.OptionalDouble;

/**
 * What a run of messages in one direction gave.
 *
 * @param rate messages per second at the receiver, from the first to the last
 * @param megabytes 10⁶ bytes of messages per second, likewise
 * @param loss share of the messages that did not arrive, 0 to 1
 * @param cpu seconds of processor time of both processes per million messages that arrived
 * @param cleanRate highest rate tried at which less than a thousandth was lost; empty when that
 *     holds for {@code rate}, or for none that was tried
 */
record Throughput(
        double rate, double megabytes, double loss, double cpu, OptionalDouble cleanRate) {
    /** Share of lost messages that is still no loss worth speaking of. */
    static final double CLEAN = 0.001;

    boolean clean() {
        return loss < CLEAN;
    }

    Throughput withCleanRate(OptionalDouble found) {
        return new Throughput(rate, megabytes, loss, cpu, found);
    }
}
