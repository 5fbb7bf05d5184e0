package io.knet4j.internal.engine;

import io.knet4j.LatencyHistogram;
import io.knet4j.LatencyHistogram.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Round trip times of a link for the statistics, in nanoseconds. Belongs to the control loop. */
final class LatencyCounter {
    private static final int BUCKETS = 33;
    private static final long MICRO = 1000;

    /** Of bucket n: round trips below 2<sup>n</sup> microseconds that are in no bucket before. */
    private final long[] samplesOf = new long[BUCKETS];

    private long samples;
    private long total;
    private long min;
    private long max;

    void count(long roundTrip) {
        min = samples == 0 ? roundTrip : Math.min(min, roundTrip);
        max = Math.max(max, roundTrip);
        samples++;
        total += roundTrip;
        samplesOf[bucket(roundTrip)]++;
    }

    private static int bucket(long roundTrip) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(roundTrip / MICRO);
        return Math.min(bits, BUCKETS - 1);
    }

    long samples() {
        return samples;
    }

    Optional<Duration> min() {
        return optional(min);
    }

    Optional<Duration> average() {
        return samples == 0 ? Optional.empty() : optional(total / samples);
    }

    Optional<Duration> max() {
        return optional(max);
    }

    private Optional<Duration> optional(long nanos) {
        return samples == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    LatencyHistogram histogram() {
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            if (samplesOf[i] > 0) {
                long from = i == 0 ? 0 : MICRO << (i - 1);
                buckets.add(
                        new Bucket(
                                Duration.ofNanos(from),
                                Duration.ofNanos(MICRO << i),
                                samplesOf[i]));
            }
        }
        return new LatencyHistogram(buckets);
    }

    void clear() {
        samples = 0;
        total = 0;
        min = 0;
        max = 0;
        Arrays.fill(samplesOf, 0);
    }
}
