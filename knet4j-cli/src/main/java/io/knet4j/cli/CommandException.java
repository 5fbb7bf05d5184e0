package io.knet4j.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends a command with an exit code and a few lines for the user, without a stack trace. */
public final class CommandException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient List<String> lines;

    private CommandException(int exitCode, List<String> lines, @Nullable Throwable cause) {
        super(String.join("\n", lines), cause);
        this.exitCode = exitCode;
        this.lines = List.copyOf(lines);
    }

    /** The work failed. */
    public static CommandException failed(String line) {
        return new CommandException(ExitCode.FAILED, List.of(line), null);
    }

    /** The work failed. */
    public static CommandException failed(String line, Throwable cause) {
        return new CommandException(ExitCode.FAILED, List.of(line), cause);
    }

    /** The command line or the configuration is wrong. */
    public static CommandException usage(String line) {
        return usage(List.of(line));
    }

    /** The command line or the configuration is wrong in several places. */
    public static CommandException usage(List<String> lines) {
        return new CommandException(ExitCode.USAGE, lines, null);
    }

    /** What another process says: one of the exit codes of {@link ExitCode}. */
    public static CommandException of(int exitCode, List<String> lines) {
        return new CommandException(exitCode, lines, null);
    }

    public int exitCode() {
        return exitCode;
    }

    public List<String> lines() {
        return lines;
    }
}
