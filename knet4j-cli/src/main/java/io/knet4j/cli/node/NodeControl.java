package io.knet4j.cli.node;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.knet4j.Host;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.control.ControlHandler;
import io.knet4j.cli.control.ControlRequest;
import io.knet4j.cli.status.NodeIdentity;
import io.knet4j.cli.status.StatusJson;
import io.knet4j.cli.status.StatusReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** Does what a node is asked to do through its control socket, and has it reported. */
final class NodeControl implements ControlHandler {

    /** How long a change waits for the one before. */
    private static final Duration TURN_LIMIT = Duration.ofSeconds(30);

    private final Knet knet;
    private final ConfiguredNode node;
    private final Path file;
    private final StatusReader status;
    private final HostNames names;
    private final NodeReporter reporter;
    private final ReentrantLock changing = new ReentrantLock();

    NodeControl(ConfiguredNode node, Path file, HostNames names, NodeReporter reporter) {
        this.node = node;
        this.file = file;
        knet = node.knet();
        status = new StatusReader(knet, Clock.systemUTC());
        this.names = names;
        this.reporter = reporter;
    }

    /** A change that is made when no other one is being made. */
    @FunctionalInterface
    private interface Change {
        JsonObject make() throws CommandException;
    }

    @Override
    public JsonObject answer(ControlRequest request) throws CommandException {
        return switch (request) {
            case ControlRequest.Hello _ -> hello();
            case ControlRequest.Status _ -> {
                JsonObject answer = new JsonObject();
                answer.add("status", StatusJson.of(status.read(node.identity())));
                yield answer;
            }
            case ControlRequest.SetEnabled r -> inTurn(() -> setEnabled(r));
            case ControlRequest.SetPriority r -> inTurn(() -> setPriority(r));
            case ControlRequest.Reload r -> inTurn(() -> reload(r));
        };
    }

    private JsonObject inTurn(Change change) throws CommandException {
        try {
            if (!changing.tryLock(TURN_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw CommandException.failed("another change is still being made");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandException.failed("the node ends", e);
        }
        try {
            return change.make();
        } finally {
            changing.unlock();
        }
    }

    private JsonObject hello() {
        NodeIdentity identity = node.identity();
        JsonObject node = new JsonObject();
        node.addProperty("id", identity.id());
        node.addProperty("name", identity.name().orElse(null));
        node.addProperty("cluster", identity.cluster().orElse(null));
        node.addProperty("config_file", identity.configFile());
        node.addProperty("pid", identity.pid());
        JsonObject answer = new JsonObject();
        answer.add("node", node);
        return answer;
    }

    // ---- links

    private JsonObject setEnabled(ControlRequest.SetEnabled request) throws CommandException {
        Link link = link(request.host(), request.link());
        boolean before = link.config().enabled();
        String state = request.enabled() ? "enabled" : "disabled";
        if (before == request.enabled()) {
            return text(List.of(subject(link) + " is " + state + " already"));
        }
        link.setEnabled(request.enabled());
        reporter.changed(
                new OperatorChange.LinkEnabled(link.host().id(), link.id(), request.enabled()));
        return text(
                List.of(
                        subject(link)
                                + " is "
                                + state
                                + " now, and was "
                                + (before ? "enabled" : "disabled"),
                        use(link)));
    }

    private JsonObject setPriority(ControlRequest.SetPriority request) throws CommandException {
        Link link = link(request.host(), request.link());
        int before = link.config().priority();
        if (before == request.priority()) {
            return text(List.of(subject(link) + " has priority " + before + " already"));
        }
        link.setPriority(request.priority());
        reporter.changed(
                new OperatorChange.LinkPriority(
                        link.host().id(), link.id(), before, request.priority()));
        return text(
                List.of(
                        subject(link)
                                + " has priority "
                                + request.priority()
                                + " now, and had "
                                + before,
                        use(link)));
    }

    private Link link(String hostName, int id) throws CommandException {
        Host host =
                hostById(hostName)
                        .or(() -> knet.host(hostName))
                        .orElseThrow(() -> notThere("HOST", hostName, hosts()));
        return host.link(id)
                .orElseThrow(() ->
                        notThere(
                                "LINK",
                                Integer.toString(id),
                                host.links().stream()
                                        .map(link -> Integer.toString(link.id()))
                                        .collect(Collectors.joining(", "))));
    }

    private Optional<Host> hostById(String text) {
        try {
            return knet.host(Integer.parseInt(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private String hosts() {
        return knet.hosts().stream()
                .map(host ->
                        host.id()
                                + (names.name(host.id()).isEmpty()
                                        ? ""
                                        : " (" + names.name(host.id()) + ')'))
                .collect(Collectors.joining(", "));
    }

    private static CommandException notThere(String field, String value, String allowed) {
        return CommandException.usage(
                field + ": value " + value + " is not allowed; allowed: " + allowed);
    }

    private String subject(Link link) {
        return "link " + link.id() + " to " + names.text(link.host().id());
    }

    /** What the operator wants to know next. */
    private String use(Link link) {
        HostStatus host = link.host().status();
        return host.activeLinks().isEmpty()
                ? names.text(host.id()) + " is NOT REACHABLE: " + whyNot(link.host())
                : "traffic to "
                        + names.text(host.id())
                        + " uses "
                        + EventText.links(host.activeLinks());
    }

    private static String whyNot(Host host) {
        return host.links().stream().anyMatch(link -> link.config().enabled())
                ? "no link is up yet"
                : "all links are disabled";
    }

    private static JsonObject text(List<String> lines) {
        JsonObject answer = new JsonObject();
        answer.add("text", array(lines));
        return answer;
    }

    private static JsonArray array(List<String> lines) {
        JsonArray array = new JsonArray();
        lines.forEach(array::add);
        return array;
    }

    // ---- the file

    private JsonObject reload(ControlRequest.Reload request) throws CommandException {
        ClusterConfig changed = NodeFile.load(file);
        List<String> changes;
        if (request.dryRun()) {
            changes = node.plan(changed, request.prepareKey());
        } else {
            changes = change(changed, request.prepareKey());
            reporter.changed(new OperatorChange.Reloaded(changes));
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                changes.isEmpty()
                        ? request.dryRun() ? "nothing would change" : "nothing has changed"
                        : TextReporter.count(changes.size(), "change")
                                + (request.dryRun() ? " would be made:" : " made:"));
        changes.forEach(change -> lines.add("  " + change));
        JsonObject answer = text(lines);
        answer.add("changes", array(changes));
        answer.add("warnings", array(NodeFile.warnings(changed)));
        return answer;
    }

    /** What happens by it is told with the new names. */
    private List<String> change(ClusterConfig changed, boolean prepareKey) throws CommandException {
        names.update(changed);
        try {
            return node.change(changed, prepareKey);
        } finally {
            names.update(node.cluster());
        }
    }
}
