package io.knet4j;

import java.util.List;
import java.util.Optional;

/**
 * Libknet's log levels: error 0, warning 1, info 2, debug 3, and trace 4, which versions before
 * 1.35 do not know. Here they are {@link System.Logger.Level}s; those beside them, {@link
 * System.Logger.Level#ALL ALL} and {@link System.Logger.Level#OFF OFF}, have no id in libknet.
 */
public final class LogLevels {
    private static final List<System.Logger.Level> BY_ID =
            List.of(
                    System.Logger.Level.ERROR,
                    System.Logger.Level.WARNING,
                    System.Logger.Level.INFO,
                    System.Logger.Level.DEBUG,
                    System.Logger.Level.TRACE);

    private LogLevels() {}

    /**
     * Finds a level by libknet's id. Answers to {@code knet_log_get_loglevel_name}, which says
     * {@code "ERROR"} where this is empty.
     *
     * @param id any number
     * @return the level, empty when there is none with this id
     */
    public static Optional<System.Logger.Level> withId(int id) {
        return id >= 0 && id < BY_ID.size() ? Optional.of(BY_ID.get(id)) : Optional.empty();
    }

    /**
     * Finds a level by its name. Answers to {@code knet_log_get_loglevel_id}, which says 0, the id
     * of error, where this is empty.
     *
     * @param name any name; case does not matter
     * @return the level, empty when libknet has none with this name
     */
    public static Optional<System.Logger.Level> named(String name) {
        Checks.notNull("level", name);
        return BY_ID.stream().filter(level -> level.name().equalsIgnoreCase(name)).findFirst();
    }

    /**
     * Libknet's id of a level.
     *
     * @param level any level
     * @return 0 to 4
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} for {@code ALL} and {@code
     *     OFF}
     */
    public static int id(System.Logger.Level level) {
        Checks.notNull("level", level);
        int id = BY_ID.indexOf(level);
        if (id < 0) {
            throw ConfigurationException.invalid("level", level, BY_ID.toString());
        }
        return id;
    }
}
