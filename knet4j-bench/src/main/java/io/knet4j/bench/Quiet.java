package io.knet4j.bench;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the log out of the tables. */
final class Quiet {
    private static final Logger LOGGER = Logger.getLogger("io.knet4j");

    private Quiet() {}

    static void logs() {
        LOGGER.setLevel(Level.SEVERE);
    }
}
