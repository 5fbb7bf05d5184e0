package io.knet4j.internal.engine;

import java.time.Duration;
import java.util.Locale;

/** Times in words. */
public final class Durations {
    private Durations() {}

    /** In seconds from one second, else in milliseconds. */
    public static String text(Duration time) {
        double millis = time.toNanos() / 1e6;
        return millis < 1000
                ? String.format(Locale.ROOT, "%.3f ms", millis)
                : String.format(Locale.ROOT, "%.3f s", millis / 1000);
    }
}
