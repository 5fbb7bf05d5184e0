package io.knet4j.cli.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds out what somebody meant to write. */
final class Spelling {

    /** So many letters wrong, missing or too much are a slip; with more it is another word. */
    private static final int SLIPS = 2;

    private Spelling() {}

    /** The word that is closest, upper and lower case being the same; empty if none is close. */
    static Optional<String> closest(String written, Collection<String> words) {
        String closest = null;
        int fewest = SLIPS + 1;
        for (String word : words) {
            // Also keeps what is far too long from being looked at.
            if (Math.abs(written.length() - word.length()) > SLIPS) {
                continue;
            }
            int distance = distance(written.toLowerCase(Locale.ROOT), word);
            if (distance < fewest) {
                closest = word;
                fewest = distance;
            }
        }
        return Optional.ofNullable(closest);
    }

    /** How many letters have to be changed, added or left out to make one from the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
