package io.knet4j.cli.demo;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The one clock that all processes of a machine share. */
final class WallClock {

    private WallClock() {}

    /** Microseconds since 1970. */
    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
