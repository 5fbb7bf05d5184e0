package io.knet4j.cli.config;

/**
 * Makes text from a file fit for a terminal: one line, no control or invisible characters, not too
 * long.
 */
final class Quote {

    private static final int LIMIT = 80;

    private Quote() {}

    static String of(String text) {
        String shown = line(text.substring(0, text.offsetByCodePoints(0, shownOf(text))));
        return text.codePointCount(0, text.length()) > LIMIT ? shown + "..." : shown;
    }

    private static int shownOf(String text) {
        return Math.min(text.codePointCount(0, text.length()), LIMIT);
    }

    /** The same for text of any length. */
    static String line(String text) {
        var out = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    switch (Character.getType(c)) {
                        case Character.CONTROL,
                                Character.FORMAT,
                                Character.SURROGATE,
                                Character.UNASSIGNED,
                                Character.PRIVATE_USE,
                                Character.LINE_SEPARATOR,
                                Character.PARAGRAPH_SEPARATOR ->
                                out.append("\\u{").append(Integer.toHexString(c)).append('}');
                        default -> out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }
}
