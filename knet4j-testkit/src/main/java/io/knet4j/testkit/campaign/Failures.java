package io.knet4j.testkit.campaign;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Words for what a run throws. */
final class Failures {
    private static final int FRAMES = 6;

    private Failures() {}

    /** What was wrong in the first place; for what nobody expects also where. */
    static String text(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof AssertionError && cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause
                + Arrays.stream(cause.getStackTrace())
                        .limit(FRAMES)
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining());
    }
}
