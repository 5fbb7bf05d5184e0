package io.knet4j.cli;

import io.knet4j.cli.demo.DemoCommand;
import io.knet4j.cli.demo.DemoHostCommand;
import io.knet4j.cli.keygen.KeygenCommand;
import io.knet4j.cli.link.LinkCommand;
import io.knet4j.cli.node.NodeCommand;
import io.knet4j.cli.reload.ReloadCommand;
import io.knet4j.cli.simulate.SimulateCommand;
import io.knet4j.cli.status.StatusCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Entry point of the {@code knet} command. Each subcommand has a package of its own and is added in
 * {@link #run}.
 */
@Command(
        name = "knet",
        description = "Runs, tests and watches redundant cluster links.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.FAILED_TEXT, ExitCode.USAGE_TEXT})
public final class Main implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /** Runs the command line {@code args} and ends the process with its exit code. */
    public static void main(String[] args) {
        int exitCode;
        try (Terminal terminal = Terminal.ofProcess()) {
            exitCode = run(terminal, args);
        }
        System.exit(exitCode);
    }

    /** Runs the command line {@code args} and returns its exit code. */
    public static int run(Terminal terminal, String... args) {
        var command =
                new CommandLine(new Main())
                        .addSubcommand(new NodeCommand(terminal))
                        .addSubcommand(new StatusCommand(terminal))
                        .addSubcommand(new LinkCommand(terminal))
                        .addSubcommand(new ReloadCommand(terminal))
                        .addSubcommand(new KeygenCommand(terminal))
                        .addSubcommand(new DemoCommand(terminal))
                        .addSubcommand(new SimulateCommand(terminal))
                        .addSubcommand(new BenchCommand())
                        .addSubcommand(new DemoHostCommand(terminal));
        return CommandRunner.run(terminal, command, args);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
