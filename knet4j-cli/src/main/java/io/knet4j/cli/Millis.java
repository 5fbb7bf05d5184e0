package io.knet4j.cli;

import java.time.Duration;
import java.util.Locale;

/** Times as people and programs read them: in milliseconds. */
public final class Millis {

    private static final long NANOS_PER_MICRO = 1_000;
    private static final double MICROS_PER_MILLI = 1_000;

    private Millis() {}

    /** A number of milliseconds, exact to the microsecond. */
    public static double of(Duration time) {
        return ofMicros(Math.round((double) time.toNanos() / NANOS_PER_MICRO));
    }

    /** A number of milliseconds, exact to the microsecond. */
    public static double ofMicros(long micros) {
        return micros / MICROS_PER_MILLI;
    }

    /** What {@link #of} made a number of. */
    public static Duration duration(double millis) {
        return Duration.ofNanos(Math.round(millis * MICROS_PER_MILLI) * NANOS_PER_MICRO);
    }

    /** For people: {@code 0.31 ms}, {@code 4.2 ms}, {@code 150 ms}, {@code 1.0 s}. */
    public static String text(Duration time) {
        double millis = of(time);
        if (millis >= 1_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1_000);
        }
        String format = millis < 1 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%.0f ms";
        return String.format(Locale.ROOT, format, millis);
    }
}
