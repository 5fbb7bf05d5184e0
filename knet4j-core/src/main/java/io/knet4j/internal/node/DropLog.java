package io.knet4j.internal.node;

import io.knet4j.DropCause;
import io.knet4j.internal.engine.ReportLimit;
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

    private final Map<DropCause, ReportLimit> lines = new EnumMap<>(DropCause.class);

    DropLog() {
        for (DropCause cause : DropCause.values()) {
            lines.put(cause, new ReportLimit(INTERVAL));
        }
    }

    /** To be called by the control loop only. */
    void dropped(long now, DropCause cause, @Nullable InetSocketAddress source, Events events) {
        long drops = Objects.requireNonNull(lines.get(cause)).count(now);
        if (drops > 0) {
            String last = source == null ? "" : ", last from " + text(source);
            events.log(() ->
                    LOG.log(
                            level(cause),
                            "dropped {0}: {1}{2}",
                            cause,
                            Long.toString(drops),
                            last));
        }
    }

    private static String text(InetSocketAddress source) {
        return source.getAddress().getHostAddress() + " port " + source.getPort();
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
