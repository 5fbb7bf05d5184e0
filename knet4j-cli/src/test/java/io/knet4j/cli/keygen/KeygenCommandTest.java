package io.knet4j.cli.keygen;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.SharedKey;
import io.knet4j.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeygenCommandTest {

    @TempDir private Path folder;

    @Test
    void writesAKeyThatOnlyItsOwnerCanRead() throws Exception {
        Path file = folder.resolve("authkey");
        CommandRun run = CommandRun.toTheEnd("keygen", file.toString());
        assertThat(run.err().lines()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "wrote a key of 1024 bytes to "
                                + file
                                + ", readable by its owner only (mode 0400)");
        assertThat(run.exitCode()).isZero();
        assertThat(Files.size(file)).isEqualTo(1024);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--------");
        try (SharedKey key = SharedKey.read(file)) {
            assertThat(key.toByteArray()).isEqualTo(Files.readAllBytes(file));
        }
    }

    @Test
    void writesAnotherKeyEachTime() throws Exception {
        for (String name : new String[] {"a", "b"}) {
            CommandRun.toTheEnd("keygen", "--bytes=128", folder.resolve(name).toString());
        }
        assertThat(Files.readAllBytes(folder.resolve("a")))
                .hasSize(128)
                .isNotEqualTo(Files.readAllBytes(folder.resolve("b")));
    }

    @Test
    void leavesExistingFilesAlone() throws Exception {
        Path file = Files.writeString(folder.resolve("authkey"), "mine");
        assertFails(1, "key file " + file + ": exists already", file.toString());
        assertThat(file).hasContent("mine");
    }

    @Test
    void namesTheFolderThatIsMissing() throws Exception {
        Path file = folder.resolve("nowhere/authkey");
        assertFails(
                1,
                "key file "
                        + file
                        + ": cannot be written: there is no folder "
                        + folder.resolve("nowhere"),
                file.toString());
    }

    @Test
    void refusesWrongUse() throws Exception {
        Path file = folder.resolve("authkey");
        for (String bytes : new String[] {"127", "4097", "-1", "x", "99999999999999999999", ""}) {
            assertFails(
                    2,
                    "--bytes: value " + bytes + " is not allowed; allowed: 128 to 4096",
                    "--bytes=" + bytes,
                    file.toString());
        }
        assertFails(2, "FILE: value '-' is not allowed; allowed: the path of a new file", "-");
        assertFails(2, "Missing required parameter: 'FILE' (see: knet keygen --help)");
        assertThat(file).doesNotExist();
    }

    private static void assertFails(int exitCode, String line, String... args) throws Exception {
        String[] all = new String[args.length + 1];
        all[0] = "keygen";
        System.arraycopy(args, 0, all, 1, args.length);
        CommandRun run = CommandRun.toTheEnd(all);
        assertThat(run.err().lines()).containsExactly("knet: " + line);
        assertThat(run.out().lines()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }
}
