package io.knet4j.cli.config;

import io.knet4j.cli.config.ConfTree.Entry;
import io.knet4j.cli.config.ConfTree.Section;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the syntax of {@code corosync.conf(5)}: one item a line, which is a comment ({@code #}
 * first), {@code section {}, {@code key: value} or {@code }}; white space around each part does not
 * count, and there are no comments behind a value.
 *
 * <p>It agrees with corosync on what a line is: a line with an opening brace anywhere is a section,
 * so a value cannot contain one, while a closing brace inside a value is part of the value.
 */
public final class CorosyncConfParser {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]+");

    private static final Pattern KEY_AND_MORE =
            Pattern.compile("(key)(?!file).{2,}", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final String source;
    private final List<Problem> problems = new ArrayList<>();
    private final Deque<OpenSection> open = new ArrayDeque<>();
    private boolean nestingSound = true;

    private CorosyncConfParser(String source) {
        this.source = source;
        open.push(new OpenSection("", 1));
    }

    /**
     * Parses the text of one file.
     *
     * @param source what to call the file in messages
     * @throws ConfigException when a line is none of the items above or the braces do not match; it
     *     lists all such lines
     */
    public static ConfTree parse(String source, String text) throws ConfigException {
        Outcome outcome = parseAll(source, text);
        if (!outcome.problems().isEmpty()) {
            throw new ConfigException(outcome.problems());
        }
        return outcome.tree();
    }

    /**
     * As {@link #parse}, but hands back the tree together with what is wrong, so that a caller can
     * add to the list.
     */
    static Outcome parseAll(String source, String text) {
        var parser = new CorosyncConfParser(source);
        int lineNumber = 0;
        for (String line : text.split("\n", -1)) {
            parser.line(++lineNumber, line.strip());
        }
        Section root = parser.finish(text.endsWith("\n") ? lineNumber - 1 : lineNumber);
        return new Outcome(
                new ConfTree(source, root), List.copyOf(parser.problems), parser.nestingSound);
    }

    /**
     * @param nestingSound whether every key is known to be in the section it was meant for; when
     *     not, what the tree lacks or has too much says nothing about the file
     */
    record Outcome(ConfTree tree, List<Problem> problems, boolean nestingSound) {}

    private void line(int number, String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        int brace = line.indexOf('{');
        int colon = line.indexOf(':');
        if (brace >= 0) {
            openSection(number, line, brace);
        } else if (colon >= 0) {
            String key = line.substring(0, colon).strip();
            checkName("key", key, number);
            open.element().entries.add(new Entry(key, line.substring(colon + 1).strip(), number));
        } else if (line.indexOf('}') >= 0) {
            closeSection(number, line);
        } else {
            problem(number, "neither 'section {', nor 'key: value', nor '}'");
        }
    }

    private void openSection(int number, String line, int brace) {
        String name = line.substring(0, brace).strip();
        if (brace + 1 == line.length()) {
            checkName("section name", name, number);
            open.push(new OpenSection(name, number));
            return;
        }
        nestingSound = false;
        problem(number, "something follows the '{'; a section opens with a line of its own");
        boolean meantAsSection = name.indexOf(':') < 0 && line.indexOf('}', brace) < 0;
        if (meantAsSection) {
            open.push(new OpenSection(name, number));
        }
    }

    private void closeSection(int number, String line) {
        if (line.length() > 1) {
            nestingSound = false;
            problem(
                    number,
                    "something stands beside the '}'; a section closes with a line of its own");
        }
        if (open.size() > 1) {
            Section closed = open.pop().toSection();
            open.element().sections.add(closed);
        } else {
            nestingSound = false;
            problem(number, "'}' without an open section");
        }
    }

    private Section finish(int lastLine) {
        while (open.size() > 1) {
            OpenSection unclosed = open.pop();
            nestingSound = false;
            problem(
                    Math.max(lastLine, unclosed.line),
                    "missing '}': section '"
                            + shown(unclosed.name)
                            + "' of line "
                            + unclosed.line
                            + " is still open at the end of the file");
            open.element().sections.add(unclosed.toSection());
        }
        return open.element().toSection();
    }

    private void checkName(String what, String name, int number) {
        if (!NAME.matcher(name).matches()) {
            problem(
                    number,
                    what
                            + " '"
                            + shown(name)
                            + "' is not a name; allowed: letters, digits, '.', '_', '-', '/'");
        }
    }

    /**
     * A name that is none. What follows a colon was meant as a value, and what follows the word
     * {@code key} in any spelling may be the secret.
     */
    private static String shown(String name) {
        int colon = name.indexOf(':');
        String start = colon < 0 ? name : name.substring(0, colon + 1);
        Matcher key = KEY_AND_MORE.matcher(start);
        return key.matches() ? key.group(1) + "..." : Quote.of(start);
    }

    private void problem(int line, String description) {
        problems.add(new Problem.Line(source, line, description));
    }

    private static final class OpenSection {
        final String name;
        final int line;
        final List<Entry> entries = new ArrayList<>();
        final List<Section> sections = new ArrayList<>();

        OpenSection(String name, int line) {
            this.name = name;
            this.line = line;
        }

        Section toSection() {
            return new Section(name, line, entries, sections);
        }
    }
}
