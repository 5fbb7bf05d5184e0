package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for what must become true. */
final class Await {
    /** Much longer than anything takes on a machine that is not stuck. */
    static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int POLL_MILLIS = 2;

    private Await() {}

    /** Waits until the condition holds and fails when it doesn't in time. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(() -> what, condition);
    }

    /** The same, with a description of how things stand in the end. */
    static void until(Supplier<String> what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                fail("not within " + LIMIT.toSeconds() + " s: " + what.get());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
