package io.knet4j.compress;

import java.util.zip.DataFormatException;

/** Makes the exception that says that a message is damaged. */
final class Damaged {
    private Damaged() {}

    static DataFormatException because(Exception cause) {
        DataFormatException damaged = new DataFormatException(cause.getMessage());
        damaged.initCause(cause);
        return damaged;
    }
}
