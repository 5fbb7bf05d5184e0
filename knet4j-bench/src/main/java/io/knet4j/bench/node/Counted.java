package io.knet4j.bench.node;

import java.util.Locale;

/**
 * What arrived.
 *
 * @param messages how many messages
 * @param bytes their bytes
 * @param timedMessages how many of them came in {@code nanos}
 * @param nanos time from the first message to the last one of those
 */
public record Counted(long messages, long bytes, long timedMessages, long nanos) {
    /** {@return messages per second, from the first to the last one} */
    public double messagesPerSecond() {
        return nanos == 0 ? 0 : timedMessages * 1e9 / nanos;
    }

    /** Reads what {@link #toString} wrote. */
    public static Counted parse(String text) {
        long[] numbers = NodeCommands.numbers(text);
        return new Counted(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d %d %d %d", messages, bytes, timedMessages, nanos);
    }
}
