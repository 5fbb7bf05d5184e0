package io.knet4j.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.knet4j.cli.config.ConfTree.Entry;
import io.knet4j.cli.config.ConfTree.Section;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorosyncConfParserTest {

    @Test
    void sectionsAndKeysKeepTheirLines() throws ConfigException {
        ConfTree tree =
                CorosyncConfParser.parse(
                        "c",
                        """
                        # a comment
                        totem {

                            version: 2
                            interface {
                                # indented comment
                                linknumber: 0
                            }
                            token: 1000
                        }
                        """);

        var iface =
                new Section("interface", 5, List.of(new Entry("linknumber", "0", 7)), List.of());
        var totem =
                new Section(
                        "totem",
                        2,
                        List.of(new Entry("version", "2", 4), new Entry("token", "1000", 9)),
                        List.of(iface));
        assertEquals(new ConfTree("c", new Section("", 1, List.of(), List.of(totem))), tree);
    }

    @Test
    void sectionsOfOneNameAreAllKept() throws ConfigException {
        ConfTree tree = CorosyncConfParser.parse("c", "node {\n}\nnode {\n}\n");

        assertEquals(List.of(1, 3), tree.root().sections("node").map(Section::line).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "totem{\nversion:2\n}",
                "  totem\t {\n\tversion\t:\t 2 \t\n } \n",
                "totem {\r\nversion: 2\r\n}\r\n",
                "\n\n#{\n# }\n#x\ntotem {\nversion: 2\n}\n#",
            })
    void whiteSpaceCommentsAndLineEndsDoNotCount(String text) throws ConfigException {
        Section totem =
                CorosyncConfParser.parse("c", text)
                        .root()
                        .sections("totem")
                        .findFirst()
                        .orElseThrow();

        assertEquals("2", totem.entries().getFirst().value());
        assertEquals("version", totem.entries().getFirst().key());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "k: a:b       | a:b",
                "k: ::1       | ::1",
                "k: a}b       | a}b",
                "k: a # b     | a # b",
                "k: two words | two words",
                "k:           | ``",
            })
    void aValueIsAllThatFollowsTheFirstColon(String line, String value) throws ConfigException {
        assertEquals(
                new Entry("k", value, 1),
                CorosyncConfParser.parse("c", line).root().entries().getFirst());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "junk                  | 1 | neither 'section {', nor 'key: value', nor '}'",
                "a {;junk;}            | 2 | neither 'section {', nor 'key: value', nor '}'",
                "}                     | 1 | '}' without an open section",
                "a {;};}               | 3 | '}' without an open section",
                "a {;b: c              | 2 | missing '}': section 'a' of line 1 is still open at the end of the file",
                "a {;b: c;             | 2 | missing '}': section 'a' of line 1 is still open at the end of the file",
                "a {;} # end           | 2 | something stands beside the '}'; a section closes with a line of its own",
                "a { b: c };           | 1 | something follows the '{'; a section opens with a line of its own",
                "k: a{b                | 1 | something follows the '{'; a section opens with a line of its own",
                "{;}                   | 1 | section name '' is not a name; allowed: letters, digits, '.', '_', '-', '/'",
                "k: {;}                | 1 | section name 'k:' is not a name; allowed: letters, digits, '.', '_', '-', '/'",
                ": x                   | 1 | key '' is not a name; allowed: letters, digits, '.', '_', '-', '/'",
                "a b: x                | 1 | key 'a b' is not a name; allowed: letters, digits, '.', '_', '-', '/'",
            })
    void aLineOutOfShapeIsAnErrorAtItsLine(String text, int line, String description) {
        var e =
                assertThrows(
                        ConfigException.class,
                        () -> CorosyncConfParser.parse("c", text.replace(';', '\n')));

        assertEquals(List.of(new Problem.Line("c", line, description)), e.problems());
        assertEquals("c:" + line + ": " + description, e.getMessage());
    }

    @Test
    void allErrorsAreReportedInLineOrder() {
        var e =
                assertThrows(
                        ConfigException.class,
                        () -> CorosyncConfParser.parse("c", "junk\na {\nmore junk\nb {\n"));

        assertEquals(List.of(1, 3, 4, 4), e.problems().stream().map(Problem::line).toList());
    }

    @Test
    void whatIsQuotedFitsOnATerminalLine() {
        var escape =
                assertThrows(
                        ConfigException.class,
                        () -> CorosyncConfParser.parse("c", "a\u001b[31mb: x"));
        assertEquals(
                "key 'a\\u{1b}[31mb' is not a name; allowed: letters, digits, '.', '_', '-', '/'",
                escape.problems().getFirst().description());

        var huge =
                assertThrows(
                        ConfigException.class,
                        () -> CorosyncConfParser.parse("c", "=".repeat(5000) + ": x"));
        assertEquals(
                "key '"
                        + "=".repeat(80)
                        + "...' is not a name; allowed: letters, digits, '.', '_', '-', '/'",
                huge.problems().getFirst().description());
    }

    @Test
    void deepNestingIsNoProblem() throws ConfigException {
        Section section =
                CorosyncConfParser.parse("c", "a {\n".repeat(100_000) + "}\n".repeat(100_000))
                        .root();

        int depth = 0;
        while (!section.sections().isEmpty()) {
            section = section.sections().getFirst();
            depth++;
        }
        assertEquals(100_000, depth);
    }
}
