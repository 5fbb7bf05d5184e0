package io.knet4j.internal.node;

import java.time.Duration;

/** How long to wait. */
final class Waits {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Waits() {}

    /** Nanoseconds from 0 to as many as there are. */
    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            return 0;
        }
        return timeout.compareTo(LONGEST) >= 0 ? Long.MAX_VALUE : timeout.toNanos();
    }
}
