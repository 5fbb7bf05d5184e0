package io.knet4j.internal.node;

import io.knet4j.DropCause;
import io.knet4j.LogSubsystem;
import io.knet4j.internal.engine.ReportLimit;
import io.knet4j.internal.transport.Addresses;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Logs drops: the first of each cause, then at most one line per cause and minute that says how
 * many there were.
 */
final class DropLog {
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

    private final NodeLog log;
    private final Events events;
    private final Map<DropCause, ReportLimit> lines = new EnumMap<>(DropCause.class);

    DropLog(NodeLog log, Events events) {
        this.log = log;
        this.events = events;
        for (DropCause cause : DropCause.values()) {
            lines.put(cause, new ReportLimit(INTERVAL));
        }
    }

    /** To be called by the control loop only. */
    void dropped(long now, DropCause cause, long count, @Nullable InetSocketAddress source) {
        ReportLimit limit = Objects.requireNonNull(lines.get(cause));
        limit.add(count);
        if (limit.isDue(now) && log.isLogged(subsystem(cause), level(cause))) {
            events.log(subsystem(cause), level(cause), text(cause, limit.take(now), source), null);
        }
    }

    private static String text(DropCause cause, long drops, @Nullable InetSocketAddress source) {
        return drops
                + " dropped: "
                + cause.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (source == null ? "" : ", the last one from " + Addresses.text(source));
    }

    private static LogSubsystem subsystem(DropCause cause) {
        return switch (cause) {
            case NOT_AUTHENTIC, CLEAR_TRAFFIC, OTHER_HASH, OTHER_CIPHER, ENCRYPTED ->
                    LogSubsystem.CRYPTO;
            case UNSOLICITED_PONG, DUPLICATE_PONG, LATE_PONG -> LogSubsystem.HEARTBEAT;
            case UNSOLICITED_PMTUD_REPLY -> LogSubsystem.PMTUD;
            case UNKNOWN_COMPRESSION, BAD_COMPRESSION -> LogSubsystem.COMPRESS;
            case FILTER_REFUSED, FILTER_FAILED, NOT_FOR_US -> LogSubsystem.FILTER;
            default -> LogSubsystem.RX;
        };
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
