package io.knet4j.internal.node;

import io.knet4j.DropCause;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Logs drops: the first of each cause, then at most one line per cause and minute that says how
 * many there were.
 */
final class DropLog {
    private static final System.Logger LOG = System.getLogger("io.knet4j.drops");
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

    private final long[] unlogged = new long[DropCause.values().length];
    private final long[] nextLine = new long[DropCause.values().length];

    DropLog() {
        Arrays.fill(nextLine, Long.MIN_VALUE);
    }

    /** To be called by the control loop only. */
    void dropped(long now, DropCause cause, @Nullable InetSocketAddress source) {
        int index = cause.ordinal();
        unlogged[index]++;
        if (now < nextLine[index]) {
            return;
        }
        LOG.log(
                level(cause),
                "dropped {0}: {1}, last from {2}",
                cause,
                Long.toString(unlogged[index]),
                source);
        unlogged[index] = 0;
        nextLine[index] = now + INTERVAL;
    }

    private static System.Logger.Level level(DropCause cause) {
        return switch (cause) {
            case DUPLICATE,
                    DUPLICATE_FRAGMENT,
                    DUPLICATE_PONG,
                    LATE_PONG,
                    HOST_UNREACHABLE,
                    FORWARDING_DISABLED,
                    FILTER_REFUSED,
                    NOT_FOR_US,
                    CHANNEL_NOT_OPEN ->
                    System.Logger.Level.DEBUG;
            default -> System.Logger.Level.WARNING;
        };
    }
}
