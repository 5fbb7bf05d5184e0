package io.knet4j;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Argument checks whose errors name the field, the value and what is allowed. */
final class Checks {
    private Checks() {}

    static int range(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw ConfigurationException.invalid(field, value, min + " to " + max);
        }
        return value;
    }

    static Duration range(String field, Duration value, Duration min, Duration max) {
        notNull(field, value);
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw ConfigurationException.invalid(field, value, min + " to " + max);
        }
        return value;
    }

    static <T> T notNull(String field, @Nullable T value) {
        if (value == null) {
            throw ConfigurationException.invalid(field, "null", "a value");
        }
        return value;
    }
}
