package io.knet4j.bench;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about. */
public final class Waiting {
    private static final Duration STEP = Duration.ofMillis(1);

    private Waiting() {}

    /**
     * Waits until something is so.
     *
     * @param limit longest wait
     * @param otherwise what is wrong if it is not by then
     * @throws IllegalStateException when the time is over
     */
    public static void until(BooleanSupplier condition, Duration limit, String otherwise)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(otherwise);
            }
            Thread.sleep(STEP);
        }
    }
}
