package io.knet4j.bench;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the log out of the tables. */
public final class Quiet {
    private static final List<Logger> LOGGERS =
            List.of(Logger.getLogger("io.knet4j"), Logger.getLogger("org.jgroups"));

    private Quiet() {}

    /** From now on. */
    public static void logs() {
        LOGGERS.forEach(logger -> logger.setLevel(Level.SEVERE));
    }
}
