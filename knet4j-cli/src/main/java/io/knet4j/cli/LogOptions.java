package io.knet4j.cli;

import io.knet4j.KnetEvent;
import java.io.PrintStream;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import picocli.CommandLine.Option;

/** The option {@code --log-level}, and the log of a command: single lines on standard error. */
public final class LogOptions {

    /** How much is logged. */
    public enum LogLevel {
        OFF,
        ERROR,
        WARNING,
        INFO,
        DEBUG,
        TRACE;

        private Level level() {
            return switch (this) {
                case OFF -> Level.OFF;
                case ERROR -> Level.SEVERE;
                case WARNING -> Level.WARNING;
                case INFO -> Level.INFO;
                case DEBUG -> Level.FINE;
                case TRACE -> Level.FINER;
            };
        }

        /** As the user writes it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "warning",
            description =
                    "What is logged on standard error beside the events: ${COMPLETION-CANDIDATES};"
                            + " default ${DEFAULT-VALUE}.")
    private LogLevel logLevel = LogLevel.WARNING;

    // The log manager holds loggers weakly, and with them their levels.
    private List<Logger> loggers = List.of();

    /** Sends the log to standard error; the events of nodes only when asked for more than usual. */
    public void apply(Terminal terminal) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        Logger own = Logger.getLogger("io.knet4j");
        // The command shows each event itself, in its own words.
        boolean events = logLevel.compareTo(LogLevel.DEBUG) >= 0;
        root.addHandler(new LineHandler(terminal.err(), events));
        root.setLevel(logLevel == LogLevel.OFF ? Level.OFF : Level.WARNING);
        own.setLevel(logLevel.level());
        loggers = List.of(root, own);
    }

    @Override
    public String toString() {
        return logLevel + " for " + loggers.size() + " loggers";
    }

    private static final class LineHandler extends Handler {
        private final PrintStream stream;
        private final boolean events;

        private LineHandler(PrintStream stream, boolean events) {
            this.stream = stream;
            this.events = events;
            setLevel(Level.ALL);
        }

        @Override
        public void publish(LogRecord record) {
            if (!isLoggable(record) || (!events && isEvent(record))) {
                return;
            }
            String text = record.getMessage();
            if (record.getParameters() != null && record.getParameters().length > 0) {
                text = MessageFormat.format(text, record.getParameters());
            }
            synchronized (stream) {
                stream.append("log ").append(name(record.getLevel())).append(": ");
                stream.append(text).append('\n');
                if (record.getThrown() != null) {
                    record.getThrown().printStackTrace(stream);
                }
                stream.flush();
            }
        }

        /** Lines about events have the event as their last parameter. */
        private static boolean isEvent(LogRecord record) {
            Object[] parameters = record.getParameters();
            return parameters != null
                    && parameters.length > 0
                    && parameters[parameters.length - 1] instanceof KnetEvent;
        }

        private static String name(Level level) {
            for (LogLevel known : LogLevel.values()) {
                if (known.level().equals(level)) {
                    return known.toString();
                }
            }
            return level.getName().toLowerCase(Locale.ROOT);
        }

        @Override
        public void flush() {
            stream.flush();
        }

        @Override
        public void close() {
            // the stream is not ours
        }
    }
}
