package io.knet4j.bench;

import io.knet4j.bench.overload.OverloadCommand;
import io.knet4j.bench.scaling.ScalingCommand;
import io.knet4j.bench.soak.SoakCommand;
import io.knet4j.cli.CommandRunner;
import io.knet4j.cli.Terminal;
import picocli.CommandLine;

/** Entry point of {@code knet bench}. */
public final class Main {
    private Main() {}

    /** Runs the command line {@code args} and ends the process with its exit code. */
    public static void main(String[] args) {
        Quiet.logs();
        int exitCode;
        try (Terminal terminal = Terminal.ofProcess()) {
            exitCode = run(terminal, args);
        }
        System.exit(exitCode);
    }

    /** Runs the command line {@code args} and returns its exit code. */
    public static int run(Terminal terminal, String... args) {
        CommandLine command =
                new CommandLine(new BenchCommand(terminal))
                        .addSubcommand(new ScalingCommand(terminal))
                        .addSubcommand(new Failover())
                        .addSubcommand(new SoakCommand(terminal))
                        .addSubcommand(new OverloadCommand(terminal));
        return CommandRunner.run(terminal, command, args);
    }
}
