package io.knet4j.cli;

import static java.util.stream.Collectors.joining;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs command lines in the way that all of {@code knet} has: streams, errors, exit codes. */
public final class CommandRunner {

    private CommandRunner() {}

    /** Runs a command with its arguments and returns its exit code. */
    public static int run(Terminal terminal, CommandLine command, String... args) {
        return command.setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, _) -> misused(terminal, e))
                .setExecutionExceptionHandler((e, _, _) -> failed(terminal, e))
                .execute(args);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static int misused(Terminal terminal, ParameterException e) {
        ArgSpec option = e.getArgSpec();
        String allowed = option == null ? "" : allowed(option, e.getCause());
        if (option != null && !allowed.isEmpty()) {
            terminal.error(
                    name(option)
                            + ": value "
                            + e.getValue()
                            + " is not allowed; allowed: "
                            + allowed);
            return ExitCode.USAGE;
        }
        CommandSpec where = e.getCommandLine().getCommandSpec();
        String command = where.qualifiedName();
        String reason =
                where.parent() == null && e instanceof UnmatchedArgumentException unknown
                        ? "unknown command or option: " + unknown.getUnmatched().getFirst()
                        : String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        terminal.error(reason + " (see: " + command + " --help)");
        return ExitCode.USAGE;
    }

    /** What an option takes whose value was refused; empty when it is about something else. */
    private static String allowed(ArgSpec option, @Nullable Throwable cause) {
        if (cause instanceof NumberOption.NotAllowed number) {
            return number.allowed();
        }
        Object[] choices = option.type().getEnumConstants();
        return cause instanceof TypeConversionException && choices != null
                ? Arrays.stream(choices).map(Object::toString).collect(joining(", "))
                : "";
    }

    private static String name(ArgSpec option) {
        return option instanceof OptionSpec named ? named.longestName() : option.paramLabel();
    }

    private static int failed(Terminal terminal, Exception e) {
        if (e instanceof CommandException known) {
            known.lines().forEach(terminal::error);
            return known.exitCode();
        }
        terminal.error("internal error: " + e);
        System.getLogger("io.knet4j.cli").log(System.Logger.Level.DEBUG, "internal error", e);
        return ExitCode.FAILED;
    }
}
