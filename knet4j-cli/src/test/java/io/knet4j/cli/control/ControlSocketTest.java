package io.knet4j.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {

    @TempDir private Path folder;

    private static boolean answers(Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(path));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** A socket whose process is gone. */
    private Path dead(String name) throws IOException {
        Path path = folder.resolve(name);
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(path));
        }
        return path;
    }

    @Test
    void onlyItsOwnerCanConnect() throws Exception {
        Path path = folder.resolve("a.sock");
        try (ControlSocket _ = ControlSocket.bind(path)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(answers(path)).isTrue();
            assertThat(files()).as("nothing else is left behind").containsExactly(path);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void replacesTheSocketOfADeadProcessOnly() throws Exception {
        Path path = dead("a.sock");
        try (ControlSocket _ = ControlSocket.bind(path)) {
            assertThat(answers(path)).isTrue();
            assertThatThrownBy(() -> ControlSocket.bind(path))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(answers(path)).isTrue();
            assertThat(files()).containsExactly(path);
        }
        Files.writeString(path, "precious");
        assertThatThrownBy(() -> ControlSocket.bind(path))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(path).hasContent("precious");
        assertThat(files()).containsExactly(path);
    }

    @Test
    void oneOfManyGetsAPath() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path path = dead("a.sock");
            Callable<ControlSocket> bind = () -> ControlSocket.bind(path);
            int winners = 0;
            ControlSocket winner = null;
            try (var threads = Executors.newFixedThreadPool(4)) {
                for (Future<ControlSocket> attempt :
                        threads.invokeAll(List.of(bind, bind, bind, bind))) {
                    if (attempt.state() == Future.State.SUCCESS) {
                        winners++;
                        winner = attempt.resultNow();
                    } else {
                        assertThat(attempt.exceptionNow())
                                .isInstanceOf(FileAlreadyExistsException.class);
                    }
                }
            }
            assertThat(winners).isEqualTo(1);
            assertThat(answers(path)).isTrue();
            assertThat(files()).containsExactly(path);
            winner.close();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void nodesWithOneIdHaveSocketsOfTheirOwn() throws Exception {
        try (ControlSocket one = ControlSocket.bindIn(folder, "1-99");
                ControlSocket two = ControlSocket.bindIn(folder, "1-99")) {
            assertThat(one.path()).isEqualTo(folder.resolve("1-99.sock"));
            assertThat(two.path()).isEqualTo(folder.resolve("1-99-2.sock"));
        }
    }

    @Test
    void removesDeadSocketsOnly() throws Exception {
        dead("1-7.sock");
        dead("2-7.sock");
        Path file = Files.writeString(folder.resolve("3-7.sock"), "");
        try (ControlSocket alive = ControlSocket.bindIn(folder, "4-7")) {
            ControlSocket.removeDead(folder);
            assertThat(files()).containsExactly(file, alive.path());
            assertThat(answers(alive.path())).isTrue();
        }
    }

    @Test
    void leavesWhatAnotherHasPutInItsPlace() throws Exception {
        Path path = folder.resolve("a.sock");
        ControlSocket first = ControlSocket.bind(path);
        Files.delete(path);
        try (ControlSocket _ = ControlSocket.bind(path)) {
            first.close();
            assertThat(answers(path)).isTrue();
        }
    }

    @Test
    void namesAPathThatIsTooLong() throws Exception {
        Path path = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> ControlSocket.bind(path))
                .hasMessage(
                        "control socket: value "
                                + path
                                + " has "
                                + path.toString().length()
                                + " bytes; allowed: up to 107");
        Path deep =
                Files.createDirectory(folder.resolve("y".repeat(97 - folder.toString().length())));
        assertThatThrownBy(() -> ControlSocket.bindIn(deep, "1-9"))
                .hasMessageStartingWith("the folder of a control socket: value " + deep)
                .hasMessageEndingWith("bytes; allowed: up to 94");
        assertThat(files()).containsExactly(deep);
        assertThat(deep).isEmptyDirectory();
    }
}
