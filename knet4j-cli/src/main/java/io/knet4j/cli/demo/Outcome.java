package io.knet4j.cli.demo;

import io.knet4j.cli.CommandException;
import java.util.function.Consumer;

/** A phase, and how many tries it took. */
record Outcome(PhaseResult result, int attempts) {

    /** A machine that is busy all the time is no excuse. */
    static final int ATTEMPTS = 4;

    /** Measures a phase. */
    @FunctionalInterface
    interface Measurement {
        PhaseResult measure() throws CommandException, InterruptedException;
    }

    /**
     * Measures a phase, and once more as long as the result is doubtful.
     *
     * @param again told each result that is measured once more
     */
    static Outcome of(Measurement measurement, Consumer<? super PhaseResult> again)
            throws CommandException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            PhaseResult result = measurement.measure();
            if (!result.isDoubtful() || attempt == ATTEMPTS) {
                return new Outcome(result, attempt);
            }
            again.accept(result);
        }
    }
}
