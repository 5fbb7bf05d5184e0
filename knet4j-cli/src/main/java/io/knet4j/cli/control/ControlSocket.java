package io.knet4j.cli.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket in the file system that only its owner can connect to.
 *
 * <p>The socket comes into being in a folder that nobody else can enter, and moves to its path when
 * it has its permissions and listens. So whatever is found at a path and refuses connections
 * belongs to a process that is gone, and there is never a moment at which others could connect.
 */
final class ControlSocket implements AutoCloseable {

    /** What the names of sockets end with. */
    static final String SUFFIX = ".sock";

    /** Node id, process id, and a number where a process runs several nodes. */
    private static final Pattern NAME = Pattern.compile("\\d+-\\d+(-\\d+)?\\.sock");

    /** Longest path of a socket: {@code sun_path} has 108 bytes, the last of them 0. */
    static final int MAX_PATH_BYTES = 107;

    private static final int BACKLOG = 64;
    private static final int ATTEMPTS = 1_000;
    private static final String STAGED = "s";
    private static final Set<PosixFilePermission> OWNER_ENTERS =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_CONNECTS =
            PosixFilePermissions.fromString("rw-------");

    private final ServerSocketChannel channel;
    private final Path path;
    private final @Nullable Object fileKey;

    private ControlSocket(ServerSocketChannel channel, Path path) throws IOException {
        this.channel = channel;
        this.path = path;
        fileKey = fileKey(path);
    }

    /**
     * Listens at a path. The socket of a process that is gone is replaced.
     *
     * @throws FileAlreadyExistsException if a process listens there, or something else is there
     */
    static ControlSocket bind(Path path) throws IOException {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
        checkLength("control socket", path, MAX_PATH_BYTES);
        Path staging = makeStaging(folder);
        Path staged = staging.resolve(STAGED);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean done = false;
        try {
            channel.bind(UnixDomainSocketAddress.of(staged), BACKLOG);
            Files.setPosixFilePermissions(staged, OWNER_CONNECTS);
            claim(staged, path, folder);
            ControlSocket socket = new ControlSocket(channel, path);
            done = true;
            return socket;
        } finally {
            if (!done) {
                channel.close();
            }
            Files.deleteIfExists(staged);
            Files.deleteIfExists(staging);
        }
    }

    /**
     * Listens in a folder, under a name that no other process uses.
     *
     * @param stem what the name begins with
     */
    static ControlSocket bindIn(Path folder, String stem) throws IOException {
        for (int i = 1; i <= ATTEMPTS; i++) {
            try {
                return bind(folder.resolve(stem + (i == 1 ? "" : "-" + i) + SUFFIX));
            } catch (FileAlreadyExistsException _) {
                // another node with this id in this process, or in a container's with the same id
            }
        }
        throw new IOException("too many sockets " + folder.resolve(stem) + "-*" + SUFFIX);
    }

    private static Path makeStaging(Path folder) throws IOException {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        Path staging = folder.resolve(".k" + random);
        checkLength(
                "the folder of a control socket",
                folder,
                MAX_PATH_BYTES - (bytes(staging.resolve(STAGED)) - bytes(folder)));
        return Files.createDirectory(staging, PosixFilePermissions.asFileAttribute(OWNER_ENTERS));
    }

    private static void checkLength(String what, Path path, int limit) throws IOException {
        if (bytes(path) > limit) {
            throw new IOException(
                    what
                            + ": value "
                            + path
                            + " has "
                            + bytes(path)
                            + " bytes; allowed: up to "
                            + limit);
        }
    }

    private static int bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    private static void claim(Path staged, Path path, Path folder) throws IOException {
        try {
            publish(staged, path);
        } catch (FileAlreadyExistsException e) {
            try (FolderLock _ = FolderLock.of(folder)) {
                if (!removeIfDead(path)) {
                    throw e;
                }
                publish(staged, path);
            }
        }
    }

    private static void publish(Path staged, Path path) throws IOException {
        try {
            Files.createLink(path, staged);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException _) {
            Files.move(staged, path); // no hard links here; not as sure that nobody comes between
        }
    }

    /** Takes away the sockets in a folder whose processes are gone. */
    static void removeDead(Path folder) throws IOException {
        try (FolderLock _ = FolderLock.of(folder);
                DirectoryStream<Path> sockets = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path socket : sockets) {
                if (NAME.matcher(socket.getFileName().toString()).matches()) {
                    removeIfOurs(socket);
                }
            }
        }
    }

    /** Others may have sockets in a folder that was named by the user. */
    private static void removeIfOurs(Path path) {
        try {
            removeIfDead(path);
        } catch (IOException _) {
            // not to be asked or taken away by us, so none of ours
        }
    }

    /**
     * Needs the lock, or two processes might find the same one dead, and the second remove what the
     * first has put in its place.
     *
     * @return whether nothing is there any more
     */
    private static boolean removeIfDead(Path path) throws IOException {
        try {
            boolean dead = isDead(path);
            if (dead) {
                Files.delete(path);
            }
            return dead;
        } catch (NoSuchFileException _) {
            return true; // a process that ended took it away
        }
    }

    /** Whether this is a socket on which nobody listens. */
    private static boolean isDead(Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // A process that is alive but has too many clients must not hold us up.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return false;
        } catch (ConnectException _) {
            return true;
        }
    }

    private static @Nullable Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    ServerSocketChannel channel() {
        return channel;
    }

    Path path() {
        return path;
    }

    /** Takes the socket away, unless somebody has put another one in its place. */
    @Override
    public void close() throws IOException {
        try {
            if (Objects.equals(fileKey, fileKey(path))) {
                Files.delete(path);
            }
        } catch (NoSuchFileException _) {
            // gone already
        } finally {
            channel.close();
        }
    }
}
