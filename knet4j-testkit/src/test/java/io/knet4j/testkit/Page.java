package io.knet4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation, with its tables, its links and the tests that it names. */
record Page(Path file, String text) {
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
    private static final Pattern LINK =
            Pattern.compile("\\[([^]]*)](?:\\(([^)\\s]+)\\)|\\[(\\w+)])");
    private static final Pattern DEFINITION =
            Pattern.compile("^\\[(\\w+)]: (\\S+)$", Pattern.MULTILINE);
    private static final Pattern RULE = Pattern.compile("\\|[ :|-]+\\|");
    private static final Pattern TEST_METHOD =
            Pattern.compile(
                    "@(?:Test|ParameterizedTest|RepeatedTest)\\b(.*?)\\bvoid (\\w+)\\(",
                    Pattern.DOTALL);

    /** A row of a table: a cell for each title. */
    record Row(List<String> titles, List<String> cells) {
        boolean has(String title) {
            return titles.contains(title);
        }

        String cell(String title) {
            return cells.get(titles.indexOf(title));
        }

        String first() {
            return cells.getFirst();
        }

        /** The tests that a cell names, as class and method. */
        List<String> tests(String title) {
            return TEST.matcher(cell(title)).results().map(Page::test).toList();
        }
    }

    /** A link to a file, from the page's folder. */
    record Link(String text, String target) {
        boolean isFile() {
            return !target.contains("://") && !target.startsWith("#");
        }

        String path() {
            return target.replaceFirst("#.*", "");
        }
    }

    private static String test(MatchResult match) {
        return match.group(1) + '.' + match.group(2);
    }

    /** Folder of the project; the test is skipped where there is none. */
    static Path root() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path parent = module.getParent();
        assumeTrue(parent != null && Files.isDirectory(parent.resolve("docs")), "no docs here");
        return parent;
    }

    static Page open(String name) {
        Path file = root().resolve("docs").resolve(name);
        try {
            return new Page(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tests that are named anywhere on the page, as class and method. */
    List<String> namedTests() {
        return TEST.matcher(text).results().map(Page::test).toList();
    }

    /** The rows of all tables, in order. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        List<String> titles = List.of();
        for (String line : text.lines().toList()) {
            if (!line.startsWith("|")) {
                titles = List.of();
            } else if (titles.isEmpty()) {
                titles = cells(line);
            } else if (!RULE.matcher(line).matches()) {
                List<String> cells = cells(line);
                assertThat(cells).as(line).hasSameSizeAs(titles);
                rows.add(new Row(titles, cells));
            }
        }
        return rows;
    }

    private static List<String> cells(String line) {
        String[] cells = line.split("\\|", -1);
        return Stream.of(cells).skip(1).limit(cells.length - 2L).map(String::strip).toList();
    }

    /** The links; those that name their target elsewhere on the page lead there. */
    List<Link> links() {
        Map<String, String> targets = new TreeMap<>();
        DEFINITION
                .matcher(text)
                .results()
                .forEach(match -> targets.put(match.group(1), match.group(2)));
        return LINK.matcher(text).results().map(match -> link(match, targets)).toList();
    }

    private static Link link(MatchResult match, Map<String, String> targets) {
        if (match.group(2) != null) {
            return new Link(match.group(1), match.group(2));
        }
        assertThat(targets).as("targets of links").containsKey(match.group(3));
        return new Link(match.group(1), targets.get(match.group(3)));
    }

    /**
     * The tests of all modules as class and method, each with what stands between its annotation
     * and its name.
     */
    static Map<String, String> tests() {
        Map<String, String> tests = new TreeMap<>();
        try (Stream<Path> modules = Files.list(root())) {
            modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .forEach(folder -> addTests(folder, tests));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tests;
    }

    private static void addTests(Path folder, Map<String, String> tests) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                Matcher method = TEST_METHOD.matcher(Files.readString(file));
                while (method.find()) {
                    tests.put(name + '.' + method.group(2), method.group(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
