package io.knet4j.cli.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used, with everything that is wrong with it; the message has one
 * line per problem.
 */
public final class ConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    ConfigException(List<? extends Problem> problems) {
        List<Problem> ordered = inLineOrder(problems);
        super(ordered.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = ordered;
    }

    ConfigException(Problem problem) {
        this(List.of(problem));
    }

    /** All problems of the file, in line order; never empty. */
    public List<Problem> problems() {
        return problems;
    }

    static List<Problem> inLineOrder(List<? extends Problem> problems) {
        return problems.stream()
                .<Problem>map(p -> p)
                .sorted(Comparator.comparingInt(Problem::line))
                .toList();
    }
}
