package io.knet4j.testkit.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bugs to be put in by hand can still be put in. Whether they are found takes longer. */
class MutationsTest {
    private static final String FILE = "+++ b/";
    private static final String HUNK = "@@ ";

    static List<Path> patches() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src", "mutations"))) {
            List<Path> patches =
                    files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
            assertThat(patches).hasSizeGreaterThanOrEqualTo(10);
            return patches;
        }
    }

    @ParameterizedTest
    @MethodSource("patches")
    void fits(Path patch) throws IOException {
        List<String> lines = Files.readAllLines(patch);
        String file =
                lines.stream()
                        .filter(line -> line.startsWith(FILE))
                        .findFirst()
                        .orElseThrow()
                        .substring(FILE.length());
        String source = Files.readString(Path.of("..", file));
        assertThat(hunks(lines))
                .isNotEmpty()
                .allSatisfy(hunk -> assertThat(source).contains(before(hunk)));
    }

    private static List<List<String>> hunks(List<String> lines) {
        List<List<String>> hunks = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(HUNK)) {
                hunks.add(new ArrayList<>());
            } else if (!hunks.isEmpty()) {
                hunks.getLast().add(line);
            }
        }
        return hunks;
    }

    /** The lines that a hunk is to be put in for. */
    private static String before(List<String> hunk) {
        return hunk.stream()
                .filter(line -> !line.startsWith("+"))
                .map(line -> line.isEmpty() ? line : line.substring(1))
                .collect(Collectors.joining("\n"));
    }
}
