package io.knet4j.testkit.campaign;

import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.MtuLimit;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.testkit.Checker;
import io.knet4j.testkit.PathConditions;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import io.knet4j.testkit.SimPath;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/** Does to a cluster that is well what shows a promise, and makes it well again. */
final class Trials {
    private static final int CHANNEL = 1;

    /** A change of a path is looked for every five seconds; a few rounds of probes follow. */
    private static final Duration MTU_LIMIT = Duration.ofSeconds(40);

    /** Packets are filled but for what a cipher's blocks leave over. */
    private static final int LEFT_OVER = 32;

    /** What the largest packets of the protocol leave free. */
    private static final int LARGEST = 65_000;

    private static final int MESSAGES = 3;
    private static final int MOST_BYTES = 60_000;

    /** Each time a quarter of the ping timeout, and a little time between that is not enough. */
    private static final int STALLS = 40;

    /** More than half of all numbers, and such that places in a window are taken again. */
    private static final int FIVE_TURNS = 5 * 8192 - 60;

    private static final int FIRST_PLACES = 200;

    /** Each time by an eighth of the ping timeout, there and back. */
    private static final int SLOWER = 12;

    private static final int FRAGMENTS = 20;
    private static final Duration BEHIND = Duration.ofMillis(200);

    private final Setup setup;
    private final SimNetwork network;
    private final SimCluster cluster;
    private final Checker checker;
    private final Counts counts;
    private final Aftermath aftermath;
    private final PathConditions clean;
    private final IntConsumer revive;

    Trials(
            Setup setup,
            SimNetwork network,
            SimCluster cluster,
            Checker checker,
            Counts counts,
            Aftermath aftermath,
            PathConditions clean,
            IntConsumer revive) {
        this.setup = setup;
        this.network = network;
        this.cluster = cluster;
        this.checker = checker;
        this.counts = counts;
        this.aftermath = aftermath;
        this.clean = clean;
        this.revive = revive;
    }

    void take(Step.Trial trial) {
        counts.check("trials", 1);
        trial.fault().ifPresent(counts::fault);
        switch (trial) {
            case Step.Narrow narrow -> narrow(narrow);
            case Step.Isolate isolate -> isolate(isolate.host());
            case Step.Stutter stutter -> stutter(stutter.host(), stutter.peer());
            case Step.Outrun outrun -> outrun(outrun);
            case Step.Scatter scatter -> scatter(scatter.from(), scatter.to());
            case Step.Straggle straggle -> straggle(straggle);
            case Step.Reborn reborn -> reborn(reborn.host(), reborn.messages());
            case Step.Slow slow -> slow(slow);
        }
    }

    private void narrow(Step.Narrow step) {
        Knet node = cluster.node(step.from());
        Link link = cluster.host(step.from(), step.to()).link(step.link()).orElseThrow();
        SimPath path = cluster.path(step.from(), step.to(), step.link());
        if (link.status().pathMtu().limit() == MtuLimit.MANUAL) {
            node.setInterfaceMtu(OptionalInt.empty());
        }
        int headers = Aftermath.headers(link.status());
        int most = setup.payload() + headers;
        aftermath.await(
                () -> "the path MTU is not found: " + Failures.link(node, link.status()),
                () ->
                        packetBytes(link) <= most
                                && packetBytes(link) > Math.min(most - LEFT_OVER, LARGEST),
                MTU_LIMIT);
        int found = packetBytes(link);
        path.change(now ->
                step.local()
                        ? now.withLocalMaxPayload(step.bytes())
                        : now.withMaxPayload(step.bytes()));
        int length = Math.min(4 * step.bytes(), MOST_BYTES);
        boolean refused =
                step.local()
                        && link.status().active()
                        && smallestDataMtu(node) >= step.bytes()
                        && node.compression().method() == CompressionMethod.NONE;
        if (refused) { // by this machine, which is a reason to look at once
            broadcast(node, 1 + setup.links(), length);
            network.advance(Aftermath.ARRIVAL);
        }
        aftermath.await(
                () ->
                        "a path that has become smaller is not noticed: "
                                + Failures.link(node, link.status()),
                () -> packetBytes(link) <= step.bytes() + headers,
                refused ? Duration.ZERO : MTU_LIMIT);
        broadcast(node, MESSAGES, length);
        network.advance(Aftermath.ARRIVAL);
        requireBy(network.nodes(), node);
        path.set(clean);
        aftermath.await(
                () ->
                        "a path that has become larger is not noticed: "
                                + Failures.link(node, link.status()),
                () -> packetBytes(link) == found,
                MTU_LIMIT);
        counts.check("path MTUs", 3);
    }

    /** By which broadcasts are cut. */
    private static int smallestDataMtu(Knet node) {
        return node.hosts().stream().mapToInt(host -> host.status().dataMtu()).min().orElseThrow();
    }

    private void broadcast(Knet node, int messages, int length) {
        for (int i = 0; i < messages; i++) {
            checker.send(node, CHANNEL, Destination.broadcast(), length);
        }
    }

    /** Nodes must have the last messages of another one. */
    private void requireBy(List<Knet> nodes, Knet from) {
        for (Knet to : nodes) {
            if (!to.equals(from)) {
                aftermath.requireLast(from, to, MESSAGES);
            }
        }
    }

    private static int packetBytes(Link link) {
        return link.status().pathMtu().packetBytes();
    }

    private void isolate(int host) {
        for (int other = 1; other <= setup.hosts(); other++) {
            if (other != host) {
                cut(host, other);
            }
        }
        List<Knet> others = othersThan(host);
        aftermath.await(
                "a host that is cut off is still reachable",
                () ->
                        others.stream()
                                .noneMatch(
                                        node -> node.host(host).orElseThrow().status().reachable()),
                Aftermath.CONNECT_LIMIT);
        for (Knet node : others) {
            requireRefusal(node, host);
            broadcast(node, MESSAGES, Checker.MIN_LENGTH);
        }
        network.advance(Aftermath.ARRIVAL);
        others.forEach(from -> requireBy(others, from));
        aftermath.recover();
    }

    private List<Knet> othersThan(int host) {
        return network.nodes().stream().filter(node -> node.nodeId() != host).toList();
    }

    private void requireRefusal(Knet node, int host) {
        try {
            checker.sendSync(node, CHANNEL, Destination.host(host), Checker.MIN_LENGTH);
        } catch (SendException e) {
            if (e.reason() == Reason.HOST_DOWN) {
                return;
            }
            throw e;
        }
        throw new AssertionError("a message to a host that is cut off was taken");
    }

    private void cut(int one, int other) {
        for (int link = 0; link < setup.links(); link++) {
            cluster.cut(one, other, link);
        }
    }

    private void stutter(int host, int peer) {
        cut(host, peer);
        Knet node = cluster.node(host);
        Duration timeout = Duration.ofMillis(setup.timeoutMillis());
        for (int i = 0; i < STALLS; i++) {
            network.pause(node);
            network.advance(timeout.dividedBy(4));
            network.resume(node);
            network.advance(timeout.dividedBy(64).plusMillis(2));
        }
        if (cluster.host(host, peer).status().reachable()) {
            throw new AssertionError(
                    "a node that is late all the time does not find out that a host is gone: "
                            + Failures.link(
                                    node, cluster.host(host, peer).links().getFirst().status()));
        }
        aftermath.recover();
    }

    private void outrun(Step.Outrun step) {
        Knet node = cluster.node(step.from());
        flood(node, step.to(), FIVE_TURNS);
        flood(node, step.other(), FIRST_PLACES);
        aftermath.requireLast(node, cluster.node(step.other()), FIRST_PLACES);
    }

    private void flood(Knet node, int to, int messages) {
        for (int sent = 0; sent < messages; ) {
            try {
                checker.send(node, CHANNEL, Destination.host(to), Checker.MIN_LENGTH);
                sent++;
            } catch (SendException e) {
                if (e.reason() != Reason.QUEUE_FULL) {
                    throw e;
                }
                network.advance(Duration.ofMillis(1));
            }
        }
        network.advance(Aftermath.ARRIVAL);
    }

    /** The fragments of a message come one by one, in any order. */
    private void scatter(int from, int to) {
        Duration jitter = Duration.ofMillis(setup.timeoutMillis()).dividedBy(4);
        change(from, to, now -> now.withJitter(jitter));
        int length = Math.min(FRAGMENTS * setup.payload(), MOST_BYTES);
        for (int i = 0; i < MESSAGES; i++) {
            checker.send(cluster.node(from), CHANNEL, Destination.host(to), length);
        }
        network.advance(jitter.plus(Aftermath.ARRIVAL));
        aftermath.requireLast(cluster.node(from), cluster.node(to), MESSAGES);
        change(from, to, _ -> clean);
    }

    /** One message, and a copy of another one, come behind many others. */
    private void straggle(Step.Straggle step) {
        Knet node = cluster.node(step.from());
        Knet peer = cluster.node(step.to());
        change(step.from(), step.to(), now -> now.withDuplication(1, BEHIND));
        flood(node, step.to(), 1);
        change(step.from(), step.to(), _ -> clean.withReordering(1, BEHIND));
        checker.send(node, CHANNEL, Destination.host(step.to()), Checker.MIN_LENGTH);
        network.advance(Duration.ofMillis(1));
        change(step.from(), step.to(), _ -> clean);
        flood(node, step.to(), step.messages());
        network.advance(BEHIND);
        boolean mustCome = step.messages() < Step.Straggle.WINDOW;
        aftermath.requireLast(node, peer, mustCome ? step.messages() + 1 : step.messages());
    }

    private void change(int from, int to, UnaryOperator<PathConditions> change) {
        for (int link = 0; link < setup.links(); link++) {
            cluster.path(from, to, link).change(change);
        }
    }

    /** A host is restarted, which the others have to tell before they take its messages. */
    private void reborn(int host, int messages) {
        flood(cluster.node(host), 1 + host % setup.hosts(), messages);
        broadcast(cluster.node(host), 1, Checker.MIN_LENGTH);
        network.advance(Aftermath.ARRIVAL);
        List<Knet> others = othersThan(host);
        long before = restartsTold(others, host);
        network.crash(cluster.node(host));
        network.advance(Duration.ofMillis(messages % (2L * setup.timeoutMillis())));
        revive.accept(host);
        cluster.awaitConnected(Aftermath.CONNECT_LIMIT);
        network.advance(setup.settling());
        long told = restartsTold(others, host) - before;
        if (told != others.size()) {
            throw new AssertionError(
                    "a host was restarted, and " + told + " of " + others.size() + " told it");
        }
        checker.watch(cluster.node(host), CHANNEL);
        for (Knet node : network.nodes()) {
            broadcast(node, MESSAGES, Checker.MIN_LENGTH);
        }
        network.advance(Aftermath.ARRIVAL);
        network.nodes().forEach(node -> requireBy(network.nodes(), node));
    }

    /** Late pongs keep a link up. */
    private void slow(Step.Slow step) {
        Duration timeout = Duration.ofMillis(setup.timeoutMillis());
        Link link = cluster.host(step.from(), step.to()).link(step.link()).orElseThrow();
        long before = link.status().statistics().downCount();
        for (int part = 1; part <= SLOWER; part++) {
            Duration delay = timeout.multipliedBy(part).dividedBy(16);
            cluster.change(step.from(), step.to(), step.link(), _ -> clean.withDelay(delay));
            network.advance(Duration.ofMillis(2L * setup.pingMillis()));
        }
        network.advance(timeout.multipliedBy(5));
        if (link.status().statistics().downCount() != before) {
            throw new AssertionError(
                    "a link went down whose pongs come late, but come: " + link.status());
        }
        cluster.change(step.from(), step.to(), step.link(), _ -> clean);
        aftermath.recover();
    }

    private long restartsTold(List<Knet> nodes, int host) {
        return nodes.stream().mapToLong(node -> checker.restarts(node, host)).sum();
    }
}
