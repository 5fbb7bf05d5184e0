package io.knet4j.testkit.campaign;

import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatus;
import io.knet4j.MtuLimit;
import io.knet4j.Reason;
import io.knet4j.internal.node.Nodes;
import io.knet4j.testkit.Checker;
import io.knet4j.testkit.PathConditions;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Makes all well again, and demands what must be then. */
final class Aftermath {
    /** How long messages may stay incomplete. */
    static final Duration LIFETIME = Duration.ofMillis(250);

    /** Long enough for whatever is sent on a clean network. */
    static final Duration ARRIVAL = Duration.ofMillis(50);

    static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    static final Duration MARGIN = Duration.ofMillis(500);

    private static final Duration DRAIN = Duration.ofMillis(5);
    private static final Duration STEP = Duration.ofMillis(10);
    private static final int BROADCASTS = 5;
    private static final int CHANNEL = 1;
    private static final int IPV4_HEADERS = 28;
    private static final int IPV6_HEADERS = 48;

    /** The pings by which loss is judged at most, and some more. */
    private static final int PINGS_OF_LOSS = 40;

    private final Setup setup;
    private final SimNetwork network;
    private final SimCluster cluster;
    private final Checker checker;
    private final Counts counts;
    private final SplittableRandom random;
    private final PathConditions clean;
    private final boolean mayBeMisled;

    Aftermath(
            Plan plan,
            SimNetwork network,
            SimCluster cluster,
            Checker checker,
            Counts counts,
            SplittableRandom random,
            PathConditions clean) {
        setup = plan.setup();
        mayBeMisled = plan.damagesClearPackets();
        this.network = network;
        this.cluster = cluster;
        this.checker = checker;
        this.counts = counts;
        this.random = random;
        this.clean = clean;
    }

    // ---- recovery

    void recover() {
        for (int link = 0; link < setup.links(); link++) {
            cluster.change(link, _ -> clean);
        }
        for (Knet node : network.nodes()) {
            node.hosts().stream()
                    .flatMap(host -> host.links().stream())
                    .forEach(link -> link.setEnabled(true));
        }
        cluster.awaitConnected(CONNECT_LIMIT);
        // What bandwidth held back arrives, and pings have shown who was restarted.
        network.advance(setup.settling());
    }

    /** Lets time pass until something holds, or fails. */
    void await(String what, BooleanSupplier condition, Duration limit) {
        await(() -> what, condition, limit);
    }

    /** The same, with a description of how things stand in the end. */
    void await(Supplier<String> what, BooleanSupplier condition, Duration limit) {
        Duration deadline = network.now().plus(limit);
        while (!condition.getAsBoolean()) {
            if (network.now().compareTo(deadline) >= 0) {
                throw new AssertionError(what.get() + " after " + limit);
            }
            network.advance(STEP);
        }
    }

    // ---- messages

    void talkAtLast() {
        network.nodes().forEach(node -> checker.watch(node, CHANNEL));
        List<Traffic> traffic = new ArrayList<>();
        forAllPairs((from, to) -> traffic.add(new Traffic(checker, from, host(from, to))));
        for (int from = 1; from <= setup.hosts(); from++) {
            Knet node = cluster.node(from);
            for (int i = 0; i < BROADCASTS; i++) {
                checker.send(node, CHANNEL, Destination.broadcast(), length());
            }
        }
        network.advance(DRAIN); // what is sent at once would overtake
        for (int from = 1; from <= setup.hosts(); from++) {
            Knet node = cluster.node(from);
            checker.sendSync(node, CHANNEL, Destination.host(1 + from % setup.hosts()), length());
        }
        network.advance(ARRIVAL);
        forAllPairs((from, to) -> requireLast(from, to, BROADCASTS + 1));
        for (Knet node : network.nodes()) {
            if (node.host(node.nodeId()).isPresent()) {
                requireLast(node, node, BROADCASTS + 1);
            }
        }
        traffic.forEach(links -> links.requirePolicy(BROADCASTS));
        counts.check("messages by policy", traffic.size());
    }

    private int length() {
        return Checker.MIN_LENGTH + random.nextInt(2000);
    }

    private static Host host(Knet node, Knet peer) {
        return node.host(peer.nodeId()).orElseThrow();
    }

    /** The last messages of a node must have arrived at another one. */
    void requireLast(Knet from, Knet to, int messages) {
        counts.check("arrivals on a clean network", messages);
        List<Integer> missing = checker.missing(from, to);
        if (!missing.isEmpty() && missing.getLast() >= checker.sent(from) - messages) {
            throw new AssertionError(
                    "a message is missing although all is well again: number "
                            + missing.getLast()
                            + " of node "
                            + from.nodeId()
                            + " to node "
                            + to.nodeId()
                            + "; "
                            + Failures.losses(to)
                            + (from.equals(to) ? "" : "; " + Failures.losses(from)));
        }
    }

    void requireNothingLost() {
        forAllPairs(checker::requireAll);
        for (Knet node : network.nodes()) {
            Map<Reason, Long> failures = new HashMap<>(node.statistics().sendFailures());
            failures.remove(Reason.QUEUE_FULL);
            if (!failures.isEmpty()) {
                throw new AssertionError(
                        "failures were told, but everything was delivered: "
                                + failures
                                + " at node "
                                + node.nodeId());
            }
            for (Host host : node.hosts()) {
                Link anchor = host.link(0).orElseThrow();
                if (anchor.status().statistics().downCount() > 0) {
                    throw new AssertionError(
                            "the link that nobody touched was down: "
                                    + Failures.link(node, anchor.status()));
                }
            }
        }
    }

    // ---- what is left behind

    /** Demands that nothing is left of what has happened. */
    void requireCalm() {
        await("links are still held back", this::isUnrestrained, longestRestraint());
        await(
                "fragments are kept for longer than their lifetime",
                () -> network.nodes().stream().allMatch(node -> Nodes.incompleteBytes(node) == 0),
                LIFETIME.plus(MARGIN));
        for (Knet node : network.nodes()) {
            counts.check("counters", 1);
            long counted = node.statistics().messagesDelivered();
            if (counted != checker.taken(node)) {
                throw new AssertionError(
                        counted
                                + " messages were counted as delivered, but "
                                + checker.taken(node)
                                + " were: node "
                                + node.nodeId());
            }
            checker.requireAllCounted(node);
            for (LinkStatus link : node.linkStatuses()) {
                requireMtuThatPasses(node, link);
                counts.check("path MTUs", 1);
            }
        }
    }

    private boolean isUnrestrained() {
        return network.nodes().stream()
                .flatMap(node -> node.linkStatuses().stream())
                .map(LinkStatus::stability)
                .allMatch(stability ->
                        stability.heldDown().isEmpty()
                                && stability.suppressed().isEmpty()
                                && !stability.lossy());
    }

    private Duration longestRestraint() {
        Duration told =
                network.nodes().stream()
                        .flatMap(node -> node.linkStatuses().stream())
                        .map(LinkStatus::stability)
                        .map(Aftermath::restraint)
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO);
        Duration untilLossless = Duration.ofMillis((long) PINGS_OF_LOSS * setup.pingMillis());
        return (told.compareTo(untilLossless) > 0 ? told : untilLossless).plus(MARGIN);
    }

    private static Duration restraint(LinkStability stability) {
        Duration held = stability.heldDown().orElse(Duration.ZERO);
        Duration suppressed = stability.suppressed().orElse(Duration.ZERO);
        return held.compareTo(suppressed) > 0 ? held : suppressed;
    }

    /** Unless an answer that was changed on its way has told of another size. */
    void requireMtuThatPasses(Knet node, LinkStatus link) {
        if (!mayBeMisled
                && link.config().transport() == LinkConfig.Transport.UDP
                && link.pathMtu().limit() != MtuLimit.MANUAL
                && link.pathMtu().packetBytes() > setup.payload() + headers(link)) {
            throw new AssertionError(
                    "larger packets than any path takes: " + Failures.link(node, link));
        }
    }

    /** Bytes of the headers of IP and UDP on a link. */
    static int headers(LinkStatus link) {
        return Objects.requireNonNull(link.config().local()).getAddress() instanceof Inet6Address
                ? IPV6_HEADERS
                : IPV4_HEADERS;
    }

    // ---- pairs

    /** Something about two nodes. */
    @FunctionalInterface
    interface PairCheck {
        void check(Knet from, Knet to);
    }

    void forAllPairs(PairCheck check) {
        List<Knet> nodes = network.nodes();
        for (Knet from : nodes) {
            for (Knet to : nodes) {
                if (!from.equals(to)) {
                    check.check(from, to);
                }
            }
        }
    }
}
