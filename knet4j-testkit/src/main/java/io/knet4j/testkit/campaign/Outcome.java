package io.knet4j.testkit.campaign;

import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param failure what went wrong; null when nothing did
 */
record Outcome(Plan plan, Counts counts, @Nullable String failure) {

    private static final int TELLING_WORDS = 6;

    /** What kind of failure it is: its first words, but for numbers. */
    String kind() {
        if (failure == null) {
            return "";
        }
        StringBuilder kind = new StringBuilder();
        int words = 0;
        for (String word : failure.split("\\s+", -1)) {
            if (words < TELLING_WORDS && word.chars().noneMatch(Character::isDigit)) {
                kind.append(word).append(' ');
                words++;
            }
        }
        return kind.toString();
    }
}
