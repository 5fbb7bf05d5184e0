package io.knet4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.knet4j.DropCause;
import io.knet4j.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds {@code docs/from-libknet.md} and {@code docs/conformance.md} together with libknet's
 * functions, with what its tests demand, and with the tests here.
 */
class LibknetPagesTest {
    private static final String FUNCTIONS = "from-libknet.md";
    private static final String CONFORMANCE = "conformance.md";
    private static final Path HEADER = Path.of("/usr/include/libknet.h");
    private static final Pattern FUNCTION = Pattern.compile("`(knet_\\w+)`");
    private static final Pattern QUIRK = Pattern.compile("Q\\d+");

    /** In the header a declaration begins its line. */
    private static final Pattern DECLARATION =
            Pattern.compile("^[a-z][\\w ]*[ *](knet_\\w+)\\(", Pattern.MULTILINE);

    /** The text of a link to a member of a type. */
    private static final Pattern MEMBER = Pattern.compile("`(?:\\w+\\.)*(\\w+)(?:\\(.*\\))?`");

    private static List<String> list(String name) {
        try (InputStream list = LibknetPagesTest.class.getResourceAsStream("/libknet/" + name)) {
            byte[] bytes = Objects.requireNonNull(list, name).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Page.Row> rows(String page, String firstTitle) {
        return Page.open(page).rows().stream()
                .filter(row -> row.titles().getFirst().equals(firstTitle))
                .toList();
    }

    @Test
    void theListHasTheFunctionsOfAllVersions() throws IOException {
        List<String> functions = list("functions.txt");
        assertThat(functions).hasSize(79).doesNotHaveDuplicates();
        assumeTrue(Files.exists(HEADER), "no header of libknet here");
        List<String> declared =
                DECLARATION
                        .matcher(Files.readString(HEADER))
                        .results()
                        .map(match -> match.group(1))
                        .toList();
        assertThat(declared).hasSizeGreaterThanOrEqualTo(65);
        assertThat(functions).containsAll(declared);
    }

    @Test
    void everyFunctionHasARowAndEveryRowAnAnswerAndATest() {
        List<Page.Row> rows = rows(FUNCTIONS, "Function");
        assertThat(
                        rows.stream()
                                .map(row -> FUNCTION.matcher(row.first()).replaceFirst("$1"))
                                .toList())
                .containsExactlyInAnyOrderElementsOf(list("functions.txt"));
        for (Page.Row row : rows) {
            assertThat(row.cell("Versions")).as("%s", row).isNotEmpty();
            assertThat(row.cell("Here")).as("%s", row).isNotEmpty();
            if (!row.cell("Here").startsWith("Planned")) {
                assertThat(row.tests("Test")).as("%s", row).isNotEmpty();
            }
        }
    }

    /** Only what connection-oriented transports need may be missing. */
    @Test
    void nothingButSctpIsPlanned() {
        assertThat(
                        rows(FUNCTIONS, "Function").stream()
                                .filter(row -> row.cell("Here").startsWith("Planned"))
                                .map(Page.Row::first))
                .containsExactlyInAnyOrder(
                        "`knet_handle_set_transport_reconnect_interval`",
                        "`knet_handle_get_transport_reconnect_interval`");
    }

    @Test
    void everyReasonIsExplained() {
        List<String> explained =
                rows(FUNCTIONS, "Reason").stream()
                        .map(row -> row.first().replace("`", ""))
                        .toList();
        assertThat(explained)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Reason.values()).map(Reason::name).toList());
        for (Page.Row row : rows(FUNCTIONS, "Reason")) {
            assertThat(row.cell("errno"))
                    .contains(Reason.valueOf(row.first().replace("`", "")).errno());
        }
    }

    @Test
    void everyQuirkIsAnswered() {
        List<Page.Row> quirks =
                Page.open(FUNCTIONS).rows().stream()
                        .filter(row -> QUIRK.matcher(row.first()).matches())
                        .toList();
        assertThat(quirks)
                .extracting(Page.Row::first)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 23).mapToObj(number -> "Q" + number).toList());
        for (Page.Row row : quirks) {
            assertThat(row.cell("Here")).as("%s", row).isNotEmpty();
            if (!row.cell("Here").startsWith("Later")
                    && !row.cell("Here").startsWith("There is no")) {
                assertThat(row.tests("Test")).as("%s", row).isNotEmpty();
            }
        }
    }

    @Test
    void everyDemandOfUpstreamHasATestOrAReason() {
        List<Page.Row> rows = rows(CONFORMANCE, "Upstream test");
        assertThat(rows.stream().map(row -> row.first().replace("`", "")))
                .containsExactlyElementsOf(list("conformance.txt"));
        for (Page.Row row : rows) {
            assertThat(row.cell("Demands")).as("%s", row).isNotEmpty();
            if (row.tests("Test").isEmpty()) {
                assertThat(row.cell("What cannot apply, and why")).as("%s", row).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({FUNCTIONS + ",100", CONFORMANCE + ",70", "beyond-libknet.md,60", "security.md,40"})
    void everyTestThatIsNamedExists(String page, int least) {
        List<String> named = Page.open(page).namedTests();
        assertThat(named).hasSizeGreaterThanOrEqualTo(least);
        assertThat(Page.tests().keySet()).containsAll(named);
    }

    @ParameterizedTest
    @EnumSource
    void operatorsAreToldOfEachCauseOfDrops(DropCause cause) {
        String name = cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
        assertThat(rowTexts("operations.md")).contains('`' + name + '`');
    }

    private static String rowTexts(String page) {
        return rows(page, "`dropped`").stream()
                .map(Page.Row::first)
                .collect(Collectors.joining(", "));
    }

    private static List<String> pages() throws IOException {
        try (Stream<Path> pages = Files.list(Page.root().resolve("docs"))) {
            return pages.map(page -> page.getFileName().toString())
                    .filter(name -> name.endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFileThatHasWhatItNames(String name) throws IOException {
        Page page = Page.open(name);
        for (Page.Link link : page.links()) {
            if (!link.isFile()) {
                continue;
            }
            Path target = page.file().resolveSibling(link.path()).normalize();
            assertThat(target).as("%s in %s", link, name).exists();
            if (target.toString().endsWith(".java")) {
                String member = MEMBER.matcher(link.text()).replaceFirst("$1");
                Pattern named = Pattern.compile("\\b" + Pattern.quote(member) + "\\b");
                assertThat(named.matcher(Files.readString(target)).find())
                        .as("%s in %s", link, name)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void nothingIsLeftToBeWritten(String name) {
        assertThat(Page.open(name).text()).doesNotContain("TODO", "FIXME");
    }
}
