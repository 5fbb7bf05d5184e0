package io.knet4j.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.security.auth.module.UnixSystem;
import io.knet4j.cli.control.ControlFolders.UnusableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFoldersTest {

    private static final long ME = new UnixSystem().getUid();

    @TempDir private Path folder;

    private Path run() {
        return folder.resolve("run");
    }

    private Path tmp() throws IOException {
        return Files.createDirectories(folder.resolve("tmp"));
    }

    private ControlFolders of(long uid, String... environment) throws IOException {
        return ControlFolders.of(
                uid,
                environment.length == 0 ? Map.of() : Map.of("XDG_RUNTIME_DIR", environment[0]),
                run(),
                tmp());
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void knowsTheUsualPlaces() throws Exception {
        assertThat(of(0, "/x").candidates())
                .containsExactly(
                        Path.of("/x/knet"),
                        run().resolve("knet"),
                        run().resolve("user/0/knet"),
                        tmp().resolve("knet-0"));
        assertThat(of(7, "relative").candidates())
                .containsExactly(run().resolve("user/7/knet"), tmp().resolve("knet-7"));
    }

    @Test
    void takesTheFirstPlaceThatIsThere() throws Exception {
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        ControlFolders folders = of(ME, runtime.toString());
        assertThat(folders.existing(new ArrayList<>())).isEmpty();
        Path made = folders.makeOne();
        assertThat(made).isEqualTo(runtime.resolve("knet"));
        assertThat(permissions(made)).isEqualTo("rwx------");
        assertThat(folders.makeOne()).as("made once, used again").isEqualTo(made);
        assertThat(folders.existing(new ArrayList<>())).containsExactly(made);
        assertThat(of(ME, "/nowhere").makeOne()).isEqualTo(tmp().resolve("knet-" + ME));
    }

    @Test
    void refusesWhatBelongsToOthers() throws Exception {
        ControlFolders folders = of(ME + 1);
        Path theirs = Files.createDirectory(tmp().resolve("knet-" + (ME + 1)));
        Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwx------"));
        String problem = theirs + " belongs to user " + Files.getOwner(theirs).getName();
        assertThatThrownBy(folders::makeOne)
                .isInstanceOf(UnusableException.class)
                .hasMessage(problem);
        List<String> problems = new ArrayList<>();
        assertThat(folders.existing(problems)).isEmpty();
        assertThat(problems).containsExactly(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx-----x", "rwxr--r--"})
    void refusesWhatOthersCanEnter(String permissions) throws Exception {
        Path open = Files.createDirectory(tmp().resolve("knet-" + ME));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(of(ME)::makeOne)
                .hasMessage(
                        open
                                + " has permissions "
                                + permissions
                                + "; allowed: none for group and others (chmod 700)");
    }

    @Test
    void refusesWhatIsNoFolder() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(tmp().resolve("knet-" + ME), elsewhere);
        assertThatThrownBy(of(ME)::makeOne).hasMessage(link + " is no folder");
    }

    @Test
    void whereAPathWasGivenOthersMayLookButNotWrite() throws Exception {
        Path given = Files.createDirectory(folder.resolve("given"));
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rwxr-xr-x"));
        ControlFolders.checkSafe(given, ME);
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThatThrownBy(() -> ControlFolders.checkSafe(given, ME))
                .hasMessageStartingWith(given + " has permissions rwxrwxr-x, so others may");
        Files.setAttribute(given, "unix:mode", 01777);
        ControlFolders.checkSafe(given, ME);
    }
}
