package io.knet4j.testkit.campaign;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A plan as the Java expression that makes it, so that what a campaign found becomes a test. */
final class PlanSource {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private PlanSource() {}

    /** The seed, the cluster and each step in a line of its own. */
    static String of(Plan plan) {
        String steps =
                plan.steps().stream()
                        .map(step -> "\n        " + value(step))
                        .collect(Collectors.joining(","));
        return "new Plan(\n    "
                + value(plan.seed())
                + ",\n    "
                + value(plan.setup())
                + ",\n    List.of("
                + steps
                + "))";
    }

    private static String value(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Boolean _, Integer _, Double _ -> value.toString();
            case Long number -> number + "L";
            case Enum<?> constant -> name(constant.getDeclaringClass()) + "." + constant.name();
            case Duration time -> time(time);
            case Optional<?> some ->
                    some.map(it -> "Optional.of(" + value(it) + ")").orElse("Optional.empty()");
            case List<?> list -> "List.of(" + values(list) + ")";
            case Record data -> "new " + name(data.getClass()) + "(" + components(data) + ")";
            default -> throw new IllegalArgumentException(value.getClass().getName());
        };
    }

    private static String time(Duration time) {
        long nanos = time.toNanos();
        return nanos % NANOS_PER_MILLI == 0
                ? "Duration.ofMillis(" + nanos / NANOS_PER_MILLI + ")"
                : "Duration.ofNanos(" + nanos + "L)";
    }

    private static String values(List<?> values) {
        return values.stream().map(PlanSource::value).collect(Collectors.joining(", "));
    }

    private static String components(Record data) {
        return Arrays.stream(data.getClass().getRecordComponents())
                .map(component -> value(read(data, component)))
                .collect(Collectors.joining(", "));
    }

    private static @Nullable Object read(Record data, RecordComponent component) {
        try {
            return component.getAccessor().invoke(data);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As it is called where the package, or the outermost class, is imported. */
    private static String name(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return (outer == null ? "" : name(outer) + ".") + type.getSimpleName();
    }
}
