package io.knet4j;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Round trip times of a link by length. The bounds of its buckets are the powers of two of
 * microseconds: 0 to 1 µs, 1 to 2 µs, 2 to 4 µs and so on, the last one up to 2<sup>32</sup> µs (71
 * minutes).
 *
 * @param buckets those with at least one sample, shortest first
 */
public record LatencyHistogram(List<Bucket> buckets) {
    /** Copies the list. */
    public LatencyHistogram {
        buckets = List.copyOf(buckets);
    }

    /**
     * Samples of similar length.
     *
     * @param from shortest round trip in this bucket
     * @param to shortest round trip that is in the next bucket
     * @param samples how many, at least 1
     */
    public record Bucket(Duration from, Duration to, long samples) {}

    /**
     * Number of samples in all buckets.
     *
     * @return 0 or more
     */
    public long samples() {
        return buckets.stream().mapToLong(Bucket::samples).sum();
    }

    /**
     * A round trip time that at least this share of the samples does not exceed.
     *
     * @param percent more than 0, at most 100; 50 is the median
     * @return upper bound of the bucket in which that sample lies, so up to twice the exact value;
     *     empty without samples
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the percentage is out of
     *     range
     */
    public Optional<Duration> percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw ConfigurationException.invalid("percent", percent, "more than 0, at most 100");
        }
        double wanted = samples() * percent / 100;
        long passed = 0;
        for (Bucket bucket : buckets) {
            passed += bucket.samples;
            if (passed >= wanted) {
                return Optional.of(bucket.to);
            }
        }
        return Optional.empty();
    }
}
