package io.knet4j.cli.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong and what is doubtful while one file is read. */
final class Diagnostics {

    private final String source;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    Diagnostics(String source, List<Problem> errorsSoFar) {
        this.source = source;
        errors.addAll(errorsSoFar);
    }

    void error(int line, String description) {
        errors.add(new Problem.Line(source, line, description));
    }

    void error(int line, String field, @Nullable String value, String reason, String allowed) {
        errors.add(new Problem.Field(source, line, field, value, reason, allowed));
    }

    void warn(int line, String description) {
        warnings.add(new Problem.Line(source, line, description));
    }

    void throwErrors() throws ConfigException {
        if (!errors.isEmpty()) {
            throw new ConfigException(errors);
        }
    }

    List<Problem> warnings() {
        return ConfigException.inLineOrder(warnings);
    }
}
