package io.knet4j.internal.engine;

import io.knet4j.LogSubsystem;
import java.util.function.Supplier;

/** What changes in the engine, for the log; lines are made only when they are logged. */
final class EngineLog {
    private final EngineOutput output;

    EngineLog(EngineOutput output) {
        this.output = output;
    }

    void debug(LogSubsystem subsystem, Supplier<String> line) {
        if (output.isLogged(subsystem, System.Logger.Level.DEBUG)) {
            output.log(subsystem, System.Logger.Level.DEBUG, line.get(), null);
        }
    }
}
