package io.knet4j;

import java.time.Duration;
import java.util.Optional;

/**
 * How long something took each time.
 *
 * @param samples how often it was measured
 * @param min shortest time; empty without samples
 * @param average mean time; empty without samples
 * @param max longest time; empty without samples
 */
public record Timings(
        long samples, Optional<Duration> min, Optional<Duration> average, Optional<Duration> max) {
    /** Nothing was measured. */
    public static final Timings NONE =
            new Timings(0, Optional.empty(), Optional.empty(), Optional.empty());
}
