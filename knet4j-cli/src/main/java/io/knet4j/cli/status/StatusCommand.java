package io.knet4j.cli.status;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import io.knet4j.cli.control.ControlRequest;
import io.knet4j.cli.control.NodeSelection;
import io.knet4j.cli.control.RunningNode;
import java.io.Console;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code knet status}. */
@Command(
        name = "status",
        description = {
            "Shows how a running node is doing.",
            "",
            "Asks a node of this user that was started by 'knet node': which hosts it reaches, over"
                    + " which links, why each link is in use or not, and what was lost on the way."
                    + " What is wrong is in capitals.",
            "",
            "  knet status",
            "  knet status --node alpha --watch",
            "  knet status --json | jq '.hosts[] | select(.reachable | not) | .name'",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            ExitCode.OK_TEXT,
            "1:no node is running, or it does not answer",
            "2:the command line is wrong, or several nodes may be meant"
        })
public final class StatusCommand implements Callable<Integer> {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final String CLEAR = "\033[H\033[2J";

    @Mixin private NodeSelection selection = new NodeSelection();

    @Option(
            names = "--json",
            description =
                    "Print a JSON object on one line; times in the unit that their names end in, sizes in bytes, null"
                            + " for what is not known.")
    private boolean json;

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "2",
            converter = Pause.class,
            description =
                    "Show it again and again, each so many seconds; default ${FALLBACK-VALUE}. Ends"
                            + " with the node, and exit code 1.")
    private @Nullable BigDecimal watch;

    private final Terminal terminal;

    public StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --watch} takes. */
    static final class Pause extends NumberOption.Seconds {
        Pause() {
            super(new BigDecimal("0.1"));
        }
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        RunningNode node = selection.find();
        show(node, "");
        if (watch == null) {
            return ExitCode.OK;
        }
        Duration pause = NumberOption.Seconds.duration(watch);
        String before = json ? "" : isOnTerminal() ? CLEAR : "\n";
        while (true) {
            Thread.sleep(pause);
            show(node, before);
            if (terminal.out().checkError()) {
                throw CommandException.failed("standard output is closed");
            }
        }
    }

    private void show(RunningNode node, String before) throws CommandException {
        JsonObject answer = NodeSelection.ask(node, new ControlRequest.Status(), ANSWER_LIMIT);
        JsonElement status = answer.get("status");
        String text =
                json
                        ? StatusJson.text(status)
                        : StatusText.of(StatusJson.parse(status)).stripTrailing();
        terminal.outLine(before + text);
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it does so again without a terminal
    private static boolean isOnTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
