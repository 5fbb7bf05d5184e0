package io.knet4j.bench.node;

import java.util.Locale;

/**
 * How long round trips took.
 *
 * @param p50 half of them took no longer, in nanoseconds
 * @param p99 99 % took no longer
 * @param p999 99.9 % took no longer
 */
public record RoundTripTimes(long p50, long p99, long p999) {
    /** Reads what {@link #toString} wrote. */
    public static RoundTripTimes parse(String text) {
        long[] numbers = NodeCommands.numbers(text);
        return new RoundTripTimes(numbers[0], numbers[1], numbers[2]);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d %d %d", p50, p99, p999);
    }
}
