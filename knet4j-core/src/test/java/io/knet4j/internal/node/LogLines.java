package io.knet4j.internal.node;

import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the library logs, by whatever thread, while this is open. */
final class LogLines extends Handler {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Logger logger = Logger.getLogger("io.knet4j");
    private final Level levelBefore = logger.getLevel();
    private final boolean parentsBefore = logger.getUseParentHandlers();
    private final List<LogRecord> records = new ArrayList<>();

    /** A line as it would be written. */
    record Line(String logger, Level level, String text) {}

    LogLines(Level level) {
        setLevel(Level.ALL);
        logger.setLevel(level);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /** Changes which lines the loggers let pass. */
    void loggerLevel(Level level) {
        logger.setLevel(level);
    }

    @Override
    public synchronized void publish(LogRecord record) {
        records.add(record);
        notifyAll();
    }

    synchronized List<LogRecord> records() {
        return List.copyOf(records);
    }

    List<Line> lines() {
        return records().stream().map(LogLines::line).toList();
    }

    List<String> texts() {
        return lines().stream().map(Line::text).toList();
    }

    private static Line line(LogRecord record) {
        Object[] parameters = record.getParameters();
        return new Line(
                record.getLoggerName().substring("io.knet4j.".length()),
                record.getLevel(),
                parameters == null || parameters.length == 0
                        ? record.getMessage()
                        : MessageFormat.format(record.getMessage(), parameters));
    }

    /** Takes out all lines. */
    synchronized List<Line> drain() {
        List<Line> all = lines();
        records.clear();
        return all;
    }

    /** Waits for a line. */
    synchronized Line await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (Line line : lines()) {
                if (wanted.test(line.text)) {
                    return line;
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("no such line among " + texts());
            }
            wait(left);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(levelBefore);
        logger.setUseParentHandlers(parentsBefore);
    }
}
