package io.knet4j;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
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

    /** An unmodifiable copy in the natural order of the ids. */
    static <T> SortedMap<Integer, T> copy(String field, SortedMap<Integer, T> value) {
        notNull(field, value);
        SortedMap<Integer, T> copy = new TreeMap<>();
        value.forEach((id, element) -> copy.put(notNull(field, id), notNull(field, element)));
        return Collections.unmodifiableSortedMap(copy);
    }
}
