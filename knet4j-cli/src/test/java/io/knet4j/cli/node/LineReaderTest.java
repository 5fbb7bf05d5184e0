package io.knet4j.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineReaderTest {

    private static List<String> lines(int limit, String input) throws IOException {
        LineReader reader =
                new LineReader(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)),
                        limit);
        List<String> lines = new ArrayList<>();
        for (Optional<LineReader.Line> line = reader.next();
                line.isPresent();
                line = reader.next()) {
            lines.add(
                    line.get().isTooLong()
                            ? "too long: " + line.get().length()
                            : new String(line.get().bytes(), StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    @Test
    void splitsAtLineFeedsOnly() throws IOException {
        assertThat(lines(10, "a\r\n\n\0b\377\nlast")).containsExactly("a\r", "", "\0b\377", "last");
        assertThat(lines(10, "")).isEmpty();
        assertThat(lines(10, "\n")).containsExactly("");
    }

    @Test
    void keepsLinesUpToTheLimit() throws IOException {
        assertThat(lines(3, "abc\nabcd\nx\n")).containsExactly("abc", "too long: 4", "x");
    }

    @Test
    void keepsLinesThatComeInSeveralParts() throws IOException {
        String longLine = "x".repeat(200_000);
        assertThat(lines(200_000, longLine + "\n" + longLine + "y\n"))
                .containsExactly(longLine, "too long: 200001");
    }
}
