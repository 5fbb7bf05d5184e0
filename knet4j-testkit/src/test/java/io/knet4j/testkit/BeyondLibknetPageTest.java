package io.knet4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/beyond-libknet.md} and the tests that it names together. */
class BeyondLibknetPageTest {
    private static final String PAGE = "docs/beyond-libknet.md";
    private static final Pattern NUMBER = Pattern.compile("[DLC]\\d+.*");
    private static final Pattern REFERENCE = Pattern.compile("[Ss]ee ([DLC]\\d+)");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern NUMBERED =
            Pattern.compile("@DisplayName\\(\\s*\"([DLC]\\d+): [^\"]+\"\\)\\s*void (\\w+)\\(");

    private Path root = Path.of("");

    /** A row of the page. */
    private record Row(String number, String answer, String tests) {
        boolean isLater() {
            return answer.startsWith("Later");
        }

        /** The number that its test carries. */
        String numberOfTest() {
            Matcher reference = REFERENCE.matcher(answer);
            return reference.find() ? reference.group(1) : number;
        }
    }

    @BeforeEach
    void findPage() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path parent = module.getParent();
        assumeTrue(parent != null && Files.exists(parent.resolve(PAGE)), "no docs here");
        root = parent;
    }

    private List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve(PAGE))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length > 1 && NUMBER.matcher(cells[1].strip()).matches()) {
                assertThat(cells).as(line).hasSize(6);
                rows.add(new Row(cells[1].strip(), cells[3].strip(), cells[4].strip()));
            }
        }
        return rows;
    }

    /** The numbers of the tests that carry one, by class and method. */
    private Map<String, String> numberedTests() throws IOException {
        Map<String, String> numbers = new LinkedHashMap<>();
        for (String module : List.of("knet4j-core", "knet4j-testkit", "knet4j-compress")) {
            Path tests = root.resolve(module).resolve("src/test/java");
            if (!Files.isDirectory(tests)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(tests)) {
                files.filter(file -> file.getFileName().toString().endsWith("Test.java"))
                        .forEach(file -> addNumbered(file, numbers));
            }
        }
        return numbers;
    }

    private static void addNumbered(Path file, Map<String, String> numbers) {
        String name = file.getFileName().toString().replace(".java", "");
        try {
            Matcher test = NUMBERED.matcher(Files.readString(file));
            while (test.find()) {
                numbers.put(name + '.' + test.group(2), test.group(1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyRowThatIsBuiltNamesTestsThatCarryItsNumber() throws IOException {
        Map<String, String> numbers = numberedTests();
        List<Row> rows = rows();
        assertThat(rows).hasSizeGreaterThan(50);
        for (Row row : rows) {
            if (row.isLater()) {
                assertThat(row.tests()).as("tests of %s, which is not built", row).isEmpty();
                continue;
            }
            List<String> named =
                    TEST.matcher(row.tests())
                            .results()
                            .map(test -> test.group(1) + '.' + test.group(2))
                            .toList();
            assertThat(named).as("tests of %s", row).isNotEmpty();
            assertThat(named)
                    .allSatisfy(test ->
                            assertThat(numbers)
                                    .as("numbered tests")
                                    .containsEntry(test, row.numberOfTest()));
        }
    }

    @Test
    void everyNumberedTestIsOnThePage() throws IOException {
        String page = Files.readString(root.resolve(PAGE));
        assertThat(numberedTests().keySet())
                .isNotEmpty()
                .allSatisfy(test -> assertThat(page).contains('`' + test + '`'));
    }
}
