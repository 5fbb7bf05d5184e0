package io.knet4j.cli.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * A configuration file as nested sections of keys, each with its line, and no meaning given to any
 * of them.
 *
 * @param source the file as the user named it, for messages
 * @param root the file's top level, as a section without a name at line 1
 */
public record ConfTree(String source, Section root) {

    /** One block with a name and braces. */
    public record Section(String name, int line, List<Entry> entries, List<Section> sections) {

        public Section {
            entries = List.copyOf(entries);
            sections = List.copyOf(sections);
        }

        /** The direct sub-sections of that name, in file order. */
        public Stream<Section> sections(String name) {
            return sections.stream().filter(s -> s.name().equals(name));
        }
    }

    /** A {@code key: value} line; the value may be empty. */
    public record Entry(String key, String value, int line) {

        /** Leaves the value out, which may be a secret. */
        @Override
        public String toString() {
            return "Entry[key=" + Quote.of(key) + ", line=" + line + ']';
        }
    }
}
