package io.knet4j.cli.control;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the control sockets of a user's nodes are, unless told otherwise.
 *
 * @param uid of the user
 * @param candidates the folders, best first; they need not exist
 */
record ControlFolders(long uid, List<Path> candidates) {

    private static final long ROOT = 0;
    private static final Set<PosixFilePermission> PRIVATE =
            PosixFilePermissions.fromString("rwx------");

    /** A folder that cannot be used, and why. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(Path folder, String why) {
            this(folder + " " + why);
        }

        UnusableException(String message) {
            super(message);
        }
    }

    ControlFolders {
        candidates = List.copyOf(candidates);
    }

    /**
     * Those of this process.
     *
     * @throws UnusableException on systems without users and permissions as Unix has them
     */
    static ControlFolders ofProcess() throws UnusableException {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
            throw new UnusableException("this system has no file permissions as Unix has them");
        }
        return of(
                new UnixSystem().getUid(),
                System.getenv(),
                Path.of("/run"),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    static ControlFolders of(long uid, Map<String, String> environment, Path run, Path tmp) {
        Set<Path> folders = new LinkedHashSet<>();
        runtimeFolder(environment).ifPresent(base -> folders.add(base.resolve("knet")));
        if (uid == ROOT) {
            folders.add(run.resolve("knet"));
        }
        folders.add(run.resolve("user").resolve(Long.toString(uid)).resolve("knet"));
        folders.add(tmp.resolve("knet-" + uid));
        return new ControlFolders(uid, List.copyOf(folders));
    }

    private static Optional<Path> runtimeFolder(Map<String, String> environment) {
        try {
            Path folder = Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", ""));
            return folder.isAbsolute() ? Optional.of(folder) : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /**
     * The first folder that can be used, which is made if there is none.
     *
     * @throws UnusableException saying of each why it cannot be used
     */
    Path makeOne() throws UnusableException {
        List<String> problems = new ArrayList<>();
        for (Path folder : candidates) {
            try {
                make(folder);
                checkPrivate(folder, uid);
                return folder;
            } catch (NoSuchFileException _) {
                // this system has no such place
            } catch (IOException e) {
                problems.add(folder + " cannot be made: " + e.getMessage());
            } catch (UnusableException e) {
                problems.add(e.getMessage());
            }
        }
        throw new UnusableException(String.join("; ", problems));
    }

    private static void make(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        } catch (FileAlreadyExistsException _) {
            // whose it is will be checked
        }
    }

    /**
     * The folders that there are.
     *
     * @param problems gets a line for each that cannot be trusted
     */
    List<Path> existing(List<String> problems) {
        List<Path> found = new ArrayList<>();
        for (Path folder : candidates) {
            try {
                if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                    checkPrivate(folder, uid);
                    found.add(folder);
                }
            } catch (IOException | UnusableException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return found;
    }

    /** Nobody else may put a socket there, or take ours away. */
    private static void checkPrivate(Path folder, long uid) throws IOException, UnusableException {
        Map<String, Object> attributes =
                Files.readAttributes(
                        folder, "unix:uid,isDirectory,owner", LinkOption.NOFOLLOW_LINKS);
        if (!Boolean.TRUE.equals(attributes.get("isDirectory"))) {
            throw new UnusableException(folder, "is no folder");
        }
        if (owner(attributes) != uid) {
            throw new UnusableException(folder, "belongs to user " + attributes.get("owner"));
        }
        Set<PosixFilePermission> permissions =
                Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        if (!PRIVATE.containsAll(permissions)) {
            throw new UnusableException(
                    folder,
                    "has permissions "
                            + PosixFilePermissions.toString(permissions)
                            + "; allowed: none for group and others (chmod 700)");
        }
    }

    /**
     * Checks the folder of a socket whose path was given: others may look into it, but not replace
     * what is in it.
     */
    static void checkSafe(Path folder, long uid) throws IOException, UnusableException {
        Map<String, Object> attributes = Files.readAttributes(folder, "unix:uid,mode,owner");
        long owner = owner(attributes);
        if (owner != uid && owner != ROOT) {
            throw new UnusableException(folder, "belongs to user " + attributes.get("owner"));
        }
        int mode = (Integer) attributes.getOrDefault("mode", 0);
        boolean othersWrite = (mode & 0022) != 0;
        boolean sticky = (mode & 01000) != 0;
        if (othersWrite && !sticky) {
            throw new UnusableException(
                    folder,
                    "has permissions "
                            + PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
                            + ", so others may replace the socket (chmod go-w)");
        }
    }

    private static long owner(Map<String, Object> attributes) {
        return Integer.toUnsignedLong((Integer) attributes.getOrDefault("uid", -1));
    }
}
