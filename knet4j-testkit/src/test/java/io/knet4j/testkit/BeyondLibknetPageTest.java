package io.knet4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/beyond-libknet.md} and the tests that it names together. */
class BeyondLibknetPageTest {
    private static final Pattern NUMBER = Pattern.compile("[DLC]\\d+.*");
    private static final Pattern REFERENCE = Pattern.compile("[Ss]ee ([DLC]\\d+)");
    private static final Pattern NUMBERED =
            Pattern.compile("@DisplayName\\(\\s*\"([DLC]\\d+): [^\"]+\"\\)");

    private final Page page = Page.open("beyond-libknet.md");

    private List<Page.Row> rows() {
        return page.rows().stream().filter(row -> NUMBER.matcher(row.first()).matches()).toList();
    }

    private static boolean isLater(Page.Row row) {
        return row.cell("knet4j").startsWith("Later");
    }

    /** The number that the test of a row carries. */
    private static String numberOfTest(Page.Row row) {
        Matcher reference = REFERENCE.matcher(row.cell("knet4j"));
        return reference.find() ? reference.group(1) : row.first();
    }

    /** The numbers of the tests that carry one, by class and method. */
    private static Map<String, String> numberedTests() {
        Map<String, String> numbers = new LinkedHashMap<>();
        Page.tests()
                .forEach((test, annotations) -> {
                    Matcher number = NUMBERED.matcher(annotations);
                    if (number.find()) {
                        numbers.put(test, number.group(1));
                    }
                });
        return numbers;
    }

    @Test
    void everyRowThatIsBuiltNamesTestsThatCarryItsNumber() {
        Map<String, String> numbers = numberedTests();
        List<Page.Row> rows = rows();
        assertThat(rows).hasSizeGreaterThan(50);
        for (Page.Row row : rows) {
            if (isLater(row)) {
                assertThat(row.cell("Test")).as("tests of %s, which is not built", row).isEmpty();
                continue;
            }
            List<String> named = row.tests("Test");
            assertThat(named).as("tests of %s", row).isNotEmpty();
            assertThat(named)
                    .allSatisfy(test ->
                            assertThat(numbers)
                                    .as("numbered tests")
                                    .containsEntry(test, numberOfTest(row)));
        }
    }

    @Test
    void everyNumberedTestIsOnThePage() {
        assertThat(numberedTests().keySet())
                .isNotEmpty()
                .allSatisfy(test -> assertThat(page.text()).contains('`' + test + '`'));
    }
}
