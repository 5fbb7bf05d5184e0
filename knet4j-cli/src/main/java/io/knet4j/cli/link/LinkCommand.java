package io.knet4j.cli.link;

import io.knet4j.Knet;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import io.knet4j.cli.control.ControlRequest;
import io.knet4j.cli.control.NodeSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code knet link}. */
@Command(
        name = "link",
        description = {
            "Changes a link of a running node. The configuration file stays as it is.",
            "",
            "Disable a link before work on its network, and no message is lost: the other links take"
                    + " over at once. The node at the other end keeps its own settings, so disable"
                    + " it there, too. 'knet status' shows all links, and why each is in use or not.",
            "",
            "  knet link disable beta 0",
            "  knet link enable beta 0",
            "  knet link priority 2 1 10 --node alpha",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, LinkCommand.FAILED_TEXT, LinkCommand.USAGE_TEXT})
public final class LinkCommand implements Runnable {

    static final String FAILED_TEXT = "1:no node is running, or it does not answer";
    static final String USAGE_TEXT =
            "2:the command line is wrong, there is no such host or link, or several nodes may be"
                    + " meant";

    @Spec private CommandSpec spec = CommandSpec.create();

    private final Terminal terminal;

    public LinkCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "disable",
            description = {
                "Takes a link out of use.",
                "",
                "It carries no messages and sends no pings any more, until it is enabled again or"
                        + " the node ends; 'knet reload' leaves it disabled.",
                ""
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            exitCodeListHeading = ExitCode.HEADING,
            exitCodeList = {ExitCode.OK_TEXT, FAILED_TEXT, USAGE_TEXT})
    int disable(@Mixin Target target, @Mixin NodeSelection node)
            throws CommandException, InterruptedException {
        return ask(new ControlRequest.SetEnabled(target.host, target.link, false), node);
    }

    @Command(
            name = "enable",
            description = {
                "Puts a link that was disabled into use again.",
                "",
                "It comes up when enough pongs have come.",
                ""
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            exitCodeListHeading = ExitCode.HEADING,
            exitCodeList = {ExitCode.OK_TEXT, FAILED_TEXT, USAGE_TEXT})
    int enable(@Mixin Target target, @Mixin NodeSelection node)
            throws CommandException, InterruptedException {
        return ask(new ControlRequest.SetEnabled(target.host, target.link, true), node);
    }

    @Command(
            name = "priority",
            description = {
                "Changes the priority of a link.",
                "",
                "With 'link_mode: passive', the link with the highest priority of those that are up"
                        + " carries the messages. Lasts until 'knet reload', which goes back to"
                        + " what the file says, or the node ends.",
                ""
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            exitCodeListHeading = ExitCode.HEADING,
            exitCodeList = {ExitCode.OK_TEXT, FAILED_TEXT, USAGE_TEXT})
    int priority(
            @Mixin Target target,
            @Parameters(
                            index = "2",
                            paramLabel = "VALUE",
                            converter = Priority.class,
                            description = "The new priority, 0 to 255; the highest wins.")
                    int value,
            @Mixin NodeSelection node)
            throws CommandException, InterruptedException {
        return ask(new ControlRequest.SetPriority(target.host, target.link, value), node);
    }

    private int ask(ControlRequest request, NodeSelection selection)
            throws CommandException, InterruptedException {
        selection.askAndPrint(request, terminal);
        return ExitCode.OK;
    }

    /** Which link. */
    static final class Target {
        @Parameters(
                index = "0",
                paramLabel = "HOST",
                description = "Name or id of the host at the other end.")
        private String host = "";

        @Parameters(
                index = "1",
                paramLabel = "LINK",
                converter = LinkId.class,
                description = "Number of the link, 0 to 7.")
        private int link;
    }

    /** What {@code LINK} takes. */
    static final class LinkId extends NumberOption.Whole {
        LinkId() {
            super(0, Knet.MAX_LINKS - 1, "");
        }
    }

    /** What {@code VALUE} takes. */
    static final class Priority extends NumberOption.Whole {
        Priority() {
            super(0, ControlRequest.MAX_PRIORITY, "");
        }
    }
}
