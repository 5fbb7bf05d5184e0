package io.knet4j.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Starts one of the measurements. */
@Command(
        name = "knet4j-bench/run",
        description = "Measures knet4j.",
        mixinStandardHelpOptions = true,
        subcommands = {Throughput.class, Failover.class, Idle.class})
public final class Bench implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /**
     * Runs the command line.
     *
     * @param args the measurement and its options
     */
    public static void main(String[] args) {
        Quiet.logs();
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Name a measurement.");
    }
}
