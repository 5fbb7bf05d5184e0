package io.knet4j.internal.node;

import io.knet4j.DropCause;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Logs drops: the first of each cause, then at most one line per cause and minute that says how
 * many there were.
 */
final class DropLog {
    private static final System.Logger LOG = System.getLogger("io.knet4j.drops");
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

    private final Map<DropCause, Line> lines = new EnumMap<>(DropCause.class);

    /** What is logged of one cause. */
    private static final class Line {
        private long drops;
        private long next = Long.MIN_VALUE;
    }

    DropLog() {
        for (DropCause cause : DropCause.values()) {
            lines.put(cause, new Line());
        }
    }

    /** To be called by the control loop only. */
    void dropped(long now, DropCause cause, @Nullable InetSocketAddress source, Events events) {
        Line line = Objects.requireNonNull(lines.get(cause));
        line.drops++;
        if (now < line.next) {
            return;
        }
        String drops = Long.toString(line.drops);
        events.log(() ->
                LOG.log(level(cause), "dropped {0}: {1}, last from {2}", cause, drops, source));
        line.drops = 0;
        line.next = now + INTERVAL;
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
