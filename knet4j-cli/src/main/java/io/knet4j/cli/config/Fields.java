package io.knet4j.cli.config;

import io.knet4j.cli.config.ConfTree.Entry;
import io.knet4j.cli.config.ConfTree.Section;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one section, read by type. A bad value is reported once and the default handed back,
 * so that the reader can go on to the next key; that default is never used, for a file with an
 * error yields no configuration.
 */
final class Fields {

    /** As corosync has it: a sign and leading zeros are fine, hexadecimal is not. */
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");

    private static final Pattern FITS_LONG = Pattern.compile("[+-]?0*[0-9]{1,18}");

    private final Diagnostics diagnostics;
    private final int sectionLine;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> asked = new HashSet<>();

    /**
     * Of a key that is given more than once the last one counts, also across sections of the same
     * name, as with corosync.
     */
    Fields(Diagnostics diagnostics, List<Section> sections) {
        this.diagnostics = diagnostics;
        sectionLine = sections.getFirst().line();
        sections.stream().flatMap(section -> section.entries().stream()).forEach(this::add);
    }

    private void add(Entry entry) {
        Entry earlier = entries.put(entry.key(), entry);
        if (earlier != null) {
            diagnostics.warn(
                    earlier.line(),
                    "field '"
                            + Quote.of(entry.key())
                            + "' is given again in line "
                            + entry.line()
                            + ", and that one counts");
        }
    }

    /** The entries whose whole key matches. */
    List<Entry> withKeysLike(Pattern pattern) {
        List<Entry> found =
                entries.values().stream()
                        .filter(entry -> pattern.matcher(entry.key()).matches())
                        .toList();
        found.forEach(entry -> asked.add(entry.key()));
        return found;
    }

    @Nullable Entry entry(String key) {
        asked.add(key);
        return entries.get(key);
    }

    int lineOr(String key, int ifMissing) {
        Entry entry = entries.get(key);
        return entry == null ? ifMissing : entry.line();
    }

    /** The line of each key. */
    Map<String, Integer> lines() {
        var lines = new LinkedHashMap<String, Integer>();
        entries.values().forEach(entry -> lines.put(entry.key(), entry.line()));
        return lines;
    }

    /** The entries that nobody asked for so far. */
    List<Entry> unasked() {
        return entries.values().stream().filter(entry -> !asked.contains(entry.key())).toList();
    }

    /** A text; one that is given but empty is an error. */
    Optional<String> text(String key, String allowed) {
        Entry entry = entry(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.value().isEmpty()) {
            diagnostics.error(entry.line(), key, null, "has no value", allowed);
            return Optional.empty();
        }
        return Optional.of(entry.value());
    }

    long number(String key, long min, long max, String unit, long ifMissing) {
        Entry entry = entry(key);
        return entry == null
                ? ifMissing
                : number(entry, min, max, range(min, max, unit)).orElse(ifMissing);
    }

    /**
     * A number for which corosync takes 0 as "the default": empty when it is missing, 0 or wrong.
     */
    Optional<Long> numberUnlessDefault(String key, long min, long max, String unit) {
        Entry entry = entry(key);
        if (entry == null) {
            return Optional.empty();
        }
        String allowed = range(min, max, unit) + ", or 0 for the default";
        Optional<Long> value = number(entry, 0, max, allowed);
        if (value.isPresent() && value.get() == 0) {
            diagnostics.warn(entry.line(), "field '" + key + "': 0 stands for the default");
            return Optional.empty();
        }
        if (value.isPresent() && value.get() < min) {
            diagnostics.error(entry.line(), key, entry.value(), "is out of range", allowed);
            return Optional.empty();
        }
        return value;
    }

    /** A number that has to be there; empty when it is missing or wrong. */
    Optional<Long> requiredNumber(String key, long min, long max) {
        String allowed = range(min, max, "");
        Entry entry = entry(key);
        if (entry == null) {
            diagnostics.error(sectionLine, key, null, "is missing", allowed);
            return Optional.empty();
        }
        return number(entry, min, max, allowed);
    }

    private Optional<Long> number(Entry entry, long min, long max, String allowed) {
        String value = entry.value();
        if (FITS_LONG.matcher(value).matches()) {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return Optional.of(number);
            }
        }
        String reason =
                WHOLE_NUMBER.matcher(value).matches() ? "is out of range" : "is not a whole number";
        diagnostics.error(entry.line(), entry.key(), value, reason, allowed);
        return Optional.empty();
    }

    /** One of some words, spelled exactly so. */
    String choice(String key, List<String> words, String ifMissing, String ifWrong) {
        Entry entry = entry(key);
        if (entry == null) {
            return ifMissing;
        }
        if (!words.contains(entry.value())) {
            diagnostics.error(
                    entry.line(),
                    key,
                    entry.value(),
                    "is not one of the choices",
                    String.join(", ", words));
            return ifWrong;
        }
        return entry.value();
    }

    String choice(String key, List<String> words, String ifMissing) {
        return choice(key, words, ifMissing, ifMissing);
    }

    /**
     * Warns of every key that nobody asked for and that is not in the list of those that are of no
     * interest.
     */
    void warnUnknown(Set<String> ofNoInterest) {
        for (Entry entry : entries.values()) {
            if (!asked.contains(entry.key()) && !ofNoInterest.contains(entry.key())) {
                diagnostics.warn(
                        entry.line(),
                        "field '" + Quote.of(entry.key()) + "' is not known and has no effect");
            }
        }
    }

    private static String range(long min, long max, String unit) {
        String numbers = min == max ? Long.toString(min) : min + ".." + max;
        return unit.isEmpty() ? numbers : numbers + " " + unit;
    }
}
