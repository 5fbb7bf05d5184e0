package io.knet4j.cli.control;

import io.knet4j.cli.CommandException;
import io.knet4j.cli.control.ControlFolders.UnusableException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --control} says, or the environment variable {@code KNET_CONTROL}: a socket, a folder
 * for sockets, none, or nothing.
 */
public sealed interface ControlPlace {

    /** The environment variable. */
    String VARIABLE = "KNET_CONTROL";

    /** The word for no socket at all. */
    String NONE = "none";

    /** No socket. */
    record None() implements ControlPlace {}

    /** Where all users' nodes have them. */
    record Usual() implements ControlPlace {}

    /** A socket, or a folder with several. */
    record At(Path path) implements ControlPlace {}

    /**
     * Understands an option.
     *
     * @param option null if it is not there: the variable counts then
     * @throws CommandException if it is no path
     */
    static ControlPlace of(@Nullable String option) throws CommandException {
        String variable = System.getenv(VARIABLE);
        String value = option != null ? option : variable == null ? "" : variable;
        if (value.equals(NONE)) {
            return new None();
        }
        if (value.isEmpty() && option == null) {
            return new Usual();
        }
        try {
            if (!value.isEmpty()) {
                return new At(Path.of(value));
            }
        } catch (InvalidPathException _) {
            // told below
        }
        throw CommandException.usage(
                "--control: value '" + value + "' is not allowed; allowed: a path, none");
    }

    /**
     * Opens the socket of a node.
     *
     * @return empty if there is to be none
     * @throws UnusableException if it cannot be
     */
    default Optional<ControlSocket> open(int node) throws UnusableException {
        String stem = node + "-" + ProcessHandle.current().pid();
        try {
            return switch (this) {
                case None _ -> Optional.empty();
                case Usual _ -> Optional.of(openIn(ControlFolders.ofProcess().makeOne(), stem));
                case At(Path path) -> {
                    boolean isFolder = Files.isDirectory(path);
                    Path parent = path.toAbsolutePath().getParent();
                    Path folder = isFolder || parent == null ? path : parent;
                    ControlFolders.checkSafe(folder, ControlFolders.ofProcess().uid());
                    yield Optional.of(isFolder ? openIn(path, stem) : ControlSocket.bind(path));
                }
            };
        } catch (FileAlreadyExistsException e) {
            throw new UnusableException(
                    Path.of(e.getFile()),
                    "is there already: the socket of another node, or something else");
        } catch (NoSuchFileException e) {
            throw new UnusableException(
                    Path.of(e.getFile()), "cannot be made: its folder is missing");
        } catch (IOException e) {
            throw new UnusableException(String.valueOf(e.getMessage()));
        }
    }

    private static ControlSocket openIn(Path folder, String stem) throws IOException {
        ControlSocket.removeDead(folder);
        return ControlSocket.bindIn(folder, stem);
    }

    /**
     * The sockets that are there, whether their nodes are alive or not.
     *
     * @param problems gets a line for each folder that cannot be looked into
     * @throws CommandException if there is no place to look at
     */
    default List<Path> sockets(List<String> problems) throws CommandException {
        return switch (this) {
            case None _ ->
                    throw CommandException.usage(
                            "--control: value none is not allowed here; allowed: the path of a"
                                    + " node's control socket, or of a folder with some");
            case Usual _ -> usual(problems);
            case At(Path path) -> Files.isDirectory(path) ? in(path, problems) : List.of(path);
        };
    }

    private static List<Path> usual(List<String> problems) {
        try {
            return ControlFolders.ofProcess().existing(problems).stream()
                    .flatMap(folder -> in(folder, problems).stream())
                    .toList();
        } catch (UnusableException e) {
            problems.add(String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private static List<Path> in(Path folder, List<String> problems) {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ControlSocket.SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            problems.add(folder + " cannot be read: " + e.getMessage());
            return List.of();
        }
    }

    /** Where it was looked for sockets, for people. */
    default String text() {
        return switch (this) {
            case None _ -> NONE;
            case Usual _ -> usualText();
            case At(Path path) -> path.toString();
        };
    }

    private static String usualText() {
        try {
            return ControlFolders.ofProcess().candidates().stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(", "));
        } catch (UnusableException _) {
            return "nothing";
        }
    }
}
