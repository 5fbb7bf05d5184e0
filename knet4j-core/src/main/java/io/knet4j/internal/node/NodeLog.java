package io.knet4j.internal.node;

import io.knet4j.LogSubsystem;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The log of a node: a line goes to the logger of its subsystem when the node lets its level pass.
 * May be used by any thread; writing may take its time, asking does not.
 */
final class NodeLog {
    private final String node;
    private final Map<LogSubsystem, Part> parts = new EnumMap<>(LogSubsystem.class);

    /** The log of one subsystem. */
    private static final class Part {
        private final System.Logger logger;
        private volatile System.Logger.Level least = System.Logger.Level.ALL;

        private Part(LogSubsystem subsystem) {
            logger = System.getLogger(subsystem.loggerName());
        }
    }

    NodeLog(int nodeId) {
        node = Integer.toString(nodeId);
        for (LogSubsystem subsystem : LogSubsystem.values()) {
            parts.put(subsystem, new Part(subsystem));
        }
    }

    private Part part(LogSubsystem subsystem) {
        return Objects.requireNonNull(parts.get(subsystem));
    }

    void setLevel(LogSubsystem subsystem, System.Logger.Level level) {
        part(subsystem).least = level;
    }

    System.Logger.Level level(LogSubsystem subsystem) {
        return part(subsystem).least;
    }

    boolean isLogged(LogSubsystem subsystem, System.Logger.Level level) {
        Part part = part(subsystem);
        return level.getSeverity() >= part.least.getSeverity() && part.logger.isLoggable(level);
    }

    /** Writes a line, if it is to be logged. */
    void write(
            LogSubsystem subsystem,
            System.Logger.Level level,
            String text,
            @Nullable Throwable thrown) {
        if (isLogged(subsystem, level)) {
            part(subsystem).logger.log(level, "node " + node + ": " + text, thrown);
        }
    }

    /**
     * Writes a line about something that has a structure of its own, if it is to be logged.
     *
     * @param object last parameter of the record; what handles the log may look at it
     */
    void write(LogSubsystem subsystem, System.Logger.Level level, String text, Object object) {
        if (isLogged(subsystem, level)) {
            part(subsystem).logger.log(level, "node {0}: {1}", node, text, object);
        }
    }
}
