package io.knet4j.cli.config;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, or at least doubtful, in a configuration file; {@code toString} is the
 * line to show.
 */
public sealed interface Problem {

    /** The file as the user named it. */
    String source();

    /** The line it is about, counted from 1; 0 when it is about the file as a whole. */
    int line();

    /** What is wrong, without the place. */
    String description();

    /** A problem of a line or of the whole file: its shape rather than a value in it. */
    record Line(String source, int line, String description) implements Problem {
        @Override
        public String toString() {
            return Problem.place(this) + description;
        }
    }

    /**
     * A problem of one field.
     *
     * @param field the key as it is written in the file
     * @param value the value found there; null when the field is missing or its value is a secret
     * @param reason what is wrong, reading on from the value: {@code is not a whole number}
     * @param allowed what may stand there instead
     */
    record Field(
            String source,
            int line,
            String field,
            @Nullable String value,
            String reason,
            String allowed)
            implements Problem {
        @Override
        public String description() {
            String subject = value == null ? reason : "value '" + Quote.of(value) + "' " + reason;
            return "field '" + Quote.of(field) + "': " + subject + "; allowed: " + allowed;
        }

        @Override
        public String toString() {
            return Problem.place(this) + description();
        }
    }

    private static String place(Problem problem) {
        return problem.line() == 0
                ? problem.source() + ": "
                : problem.source() + ":" + problem.line() + ": ";
    }
}
