package io.knet4j.cli.reload;

import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import io.knet4j.cli.control.ControlRequest;
import io.knet4j.cli.control.NodeSelection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet reload}. */
@Command(
        name = "reload",
        description = {
            "Has a running node read its configuration file again.",
            "",
            "The file is checked as a whole first. Then everything that has changed in it is put in"
                    + " force while messages flow, or, if anything is wrong, nothing is. Hosts and"
                    + " links that did not change are not touched. What was changed by 'knet link"
                    + " priority' goes back to what the file says; links that were disabled stay"
                    + " so.",
            "",
            "A key, cipher or hash that has changed is used for sending from now on, and the old"
                    + " one is still understood, until the next reload. Nodes that were not"
                    + " reloaded yet understand the old one only. So, to change a key without losing"
                    + " a message, copy the new file to all nodes, then run this on each of them:",
            "",
            "  knet reload --prepare-key   all nodes understand both",
            "  knet reload                 all send with the new one",
            "  knet reload                 all forget the old one",
            "",
            "and go on to the next line when the one before has been run on all nodes.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            ExitCode.OK_TEXT,
            "1:no node is running, it does not answer, or an address cannot be bound",
            "2:the command line or the configuration file is wrong, or several nodes may be meant"
        })
public final class ReloadCommand implements Callable<Integer> {

    @Option(
            names = "--dry-run",
            description =
                    "Only show what would change. Addresses are not tried out: one that cannot be"
                            + " bound is noticed when it is done.")
    private boolean dryRun;

    @Option(
            names = "--prepare-key",
            description =
                    "Understand a key, cipher or hash that has changed, but do not send with it"
                            + " yet.")
    private boolean prepareKey;

    @Mixin private NodeSelection selection = new NodeSelection();

    private final Terminal terminal;

    public ReloadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        selection.askAndPrint(new ControlRequest.Reload(dryRun, prepareKey), terminal);
        return ExitCode.OK;
    }
}
