package io.knet4j.bench;

import java.util.Locale;

/** Formats lines in the same way everywhere in the world. */
public final class Lines {
    private Lines() {}

    /** As {@link String#format(Locale, String, Object...)}. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library that we do without
    public static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
