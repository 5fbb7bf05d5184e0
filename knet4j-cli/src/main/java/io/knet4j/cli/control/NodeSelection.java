package io.knet4j.cli.control;

import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose a running node, and the way to it. */
public final class NodeSelection {

    private static final Duration HELLO_LIMIT = Duration.ofSeconds(3);

    /** Names in a configuration file are looked up, which may take its time. */
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(60);

    @Option(
            names = "--node",
            paramLabel = "NAME|ID",
            description = "Which running node; not needed when there is only one.")
    private @Nullable String node;

    @Option(
            names = "--control",
            paramLabel = "PATH",
            description =
                    "The node's control socket, or a folder with control sockets; default: the"
                            + " environment variable KNET_CONTROL, else where the nodes of this user"
                            + " have them.")
    private @Nullable String control;

    /**
     * What was found.
     *
     * @param silent lines about sockets where something is, but does not answer
     * @param dead lines about sockets and folders where nothing is
     */
    private record Found(List<RunningNode> nodes, List<String> silent, List<String> dead) {}

    /**
     * Finds the node.
     *
     * @throws CommandException if there is none, or several that may be meant, with a line for each
     */
    public RunningNode find() throws CommandException, InterruptedException {
        ControlPlace place = ControlPlace.of(control);
        Found found = look(place);
        List<RunningNode> meant =
                found.nodes.stream()
                        .filter(running -> node == null || running.isCalled(node))
                        .toList();
        if (meant.size() == 1 && (node != null || found.silent.isEmpty())) {
            return meant.getFirst();
        }
        if (found.nodes.isEmpty()) {
            throw CommandException.of(
                    ExitCode.FAILED,
                    lines(
                            "no running node was found; looked at " + place.text(),
                            found.silent,
                            found.dead));
        }
        throw CommandException.usage(
                lines(
                        headline(meant),
                        (meant.isEmpty() ? found.nodes : meant)
                                .stream().map(RunningNode::toString).toList(),
                        found.silent));
    }

    private String headline(List<RunningNode> meant) {
        if (node == null) {
            return "several nodes are running; choose one with --node or --control:";
        }
        return meant.isEmpty()
                ? "--node: value "
                        + ControlProtocol.quote(node)
                        + " is not allowed; allowed: the name or id of a running node:"
                : "several nodes are called "
                        + ControlProtocol.quote(node)
                        + "; choose one with --control:";
    }

    private static List<String> lines(String headline, List<String> details, List<String> more) {
        return Stream.concat(
                        Stream.of(headline),
                        Stream.concat(details.stream(), more.stream()).map(line -> "  " + line))
                .toList();
    }

    private static Found look(ControlPlace place) throws CommandException, InterruptedException {
        Found found = new Found(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<Callable<RunningNode>> questions =
                place.sockets(found.dead).stream()
                        .<Callable<RunningNode>>map(path -> () -> hello(path))
                        .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<RunningNode> answer : threads.invokeAll(questions)) {
                try {
                    found.nodes.add(answer.get());
                } catch (ExecutionException e) {
                    Throwable problem = Objects.requireNonNullElse(e.getCause(), e);
                    (ControlClient.isAbsence(problem) ? found.dead : found.silent)
                            .add(String.valueOf(problem.getMessage()));
                }
            }
        }
        found.nodes.sort(
                Comparator.comparingInt(RunningNode::id).thenComparingLong(RunningNode::pid));
        return found;
    }

    private static RunningNode hello(Path socket) throws CommandException {
        return node(socket, ControlClient.ask(socket, new ControlRequest.Hello(), HELLO_LIMIT));
    }

    /** What a node tells of itself, if it is understood. */
    static RunningNode node(Path socket, JsonObject answer) throws CommandException {
        try {
            return RunningNode.of(socket, answer);
        } catch (RuntimeException e) {
            throw CommandException.failed(
                    "control socket " + socket + ": the answer is not understood", e);
        }
    }

    /**
     * Asks a node.
     *
     * @param limit longest wait
     * @throws CommandException with what the node answers, or because it does not
     */
    public static JsonObject ask(RunningNode node, ControlRequest request, Duration limit)
            throws CommandException {
        return ControlClient.ask(node.socket(), request, limit);
    }

    /**
     * Has the node change something, and prints what it says about that.
     *
     * @throws CommandException with what the node answers otherwise, or because it does not
     */
    public void askAndPrint(ControlRequest request, Terminal terminal)
            throws CommandException, InterruptedException {
        JsonObject answer = ask(find(), request, CHANGE_LIMIT);
        ControlProtocol.lines(answer.get("warnings"))
                .forEach(line -> terminal.errLine("warning: " + line));
        ControlProtocol.lines(answer.get("text")).forEach(terminal::outLine);
    }
}
