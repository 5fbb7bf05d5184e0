package io.knet4j.internal.engine;

import io.knet4j.LogSubsystem;

/** Closes what other people wrote. */
final class Closing {
    private Closing() {}

    /** Whatever closing throws does not matter to messages. */
    static void quietly(AutoCloseable resource, EngineOutput output) {
        try {
            resource.close();
        } catch (Throwable e) {
            output.log(
                    LogSubsystem.COMPRESS,
                    System.Logger.Level.WARNING,
                    "could not be closed: " + resource.getClass().getName(),
                    e);
        }
    }
}
