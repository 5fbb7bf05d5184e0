package io.knet4j;

import java.time.Duration;

/** A time for people: in seconds or milliseconds when it is a whole number of them. */
final class DurationText {
    private DurationText() {}

    static String of(Duration time) {
        long millis = time.toMillis();
        if (!time.equals(Duration.ofMillis(millis))) {
            return time.toNanos() / 1000 + " µs";
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
