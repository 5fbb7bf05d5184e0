package io.knet4j.testkit.campaign;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.Link;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.testkit.Checker;
import io.knet4j.testkit.PathConditions;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import io.knet4j.testkit.SimPath;
import io.knet4j.testkit.campaign.Setup.Promise;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Carries out a plan. When everything was done that it says, all is made well again; the links must
 * come up then, and what is sent must arrive.
 */
final class Run {
    private static final int SEND_QUEUE = 1 << 18;
    private static final int RECEIVE_QUEUE = 1 << 20;
    private static final int SOCKET_BUFFER = 1 << 22;
    private static final int LAST_MESSAGES = 5;
    private static final int ANCHOR_PRIORITY = 200;
    private static final int MANY_LINK_ENDS = 60;
    private static final int BANDWIDTH_QUEUE = 50_000;
    private static final Duration ARRIVAL = Duration.ofMillis(50);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private final Plan plan;
    private final Setup setup;
    private final SimNetwork network;
    private final Counts counts;
    private final SplittableRandom random;
    private final PathConditions clean;
    private final SimCluster cluster;
    private final Checker checker;
    private final Agenda agenda;
    private final Rekeying rekeying;
    private final Recorder recorder;

    private Run(Plan plan, SimNetwork network, Counts counts) {
        this.plan = plan;
        this.network = network;
        this.counts = counts;
        setup = plan.setup();
        random = new SplittableRandom(plan.seed() + 1);
        clean = PathConditions.clean().withLocalMaxPayload(setup.payload());
        cluster =
                SimCluster.builder(network)
                        .nodes(setup.hosts())
                        .links(setup.links())
                        .policy(setup.policy())
                        .link(config ->
                                config.withPing(
                                                Duration.ofMillis(setup.pingMillis()),
                                                Duration.ofMillis(setup.timeoutMillis()))
                                        .withPongCount(setup.pongCount()))
                        .config(this::config)
                        .build();
        agenda = new Agenda(network);
        rekeying = new Rekeying(setup, network, cluster, agenda);
        recorder = Recorder.of(plan, network);
        healAll();
        checker = Checker.attach(network);
        demand();
    }

    /** Carries out a plan on a network of its own. */
    static Outcome of(Plan plan) {
        Counts counts = new Counts();
        try (SimNetwork network = SimNetwork.create(plan.seed())) {
            new Run(plan, network, counts).run();
            return new Outcome(plan, counts, null);
        } catch (RuntimeException | AssertionError e) {
            return new Outcome(plan, counts, Failures.text(e));
        }
    }

    private KnetConfig config(int id) {
        Knet.Builder builder =
                Knet.builder(id)
                        .sendQueueBytes(SEND_QUEUE)
                        .receiveQueueBytes(RECEIVE_QUEUE)
                        .socketBufferBytes(SOCKET_BUFFER)
                        .compression(CompressionConfig.of(available(setup.compression())))
                        .flapControl(setup.flapControl());
        if (setup.encrypted()) {
            builder.crypto(Rekeying.crypto(setup, 0));
        }
        return builder.build();
    }

    /** Not all methods are there in every program. */
    private static CompressionMethod available(CompressionMethod method) {
        return method == CompressionMethod.NONE || Knet.compressionMethods().contains(method)
                ? method
                : CompressionMethod.ZLIB;
    }

    private void demand() {
        checker.watch(cluster);
        checker.requireRealRestarts();
        if (setup.hosts() * (setup.hosts() - 1) * setup.links() > MANY_LINK_ENDS) {
            checker.checkStatesEvery(Duration.ofMillis(200));
        }
        if (plan.damagesClearPackets()) {
            checker.tolerateDamage();
        }
        if (setup.promise() == Promise.ORDER) {
            checker.requireOrder();
        }
        if (setup.promise() == Promise.NOTHING_LOST && setup.policy() == LinkPolicy.PASSIVE) {
            network.nodes().stream()
                    .flatMap(node -> node.hosts().stream())
                    .forEach(host -> host.link(0).orElseThrow().setPriority(ANCHOR_PRIORITY));
        }
    }

    private void run() {
        cluster.awaitConnected(CONNECT_LIMIT);
        for (TimedStep step : plan.steps()) {
            agenda.in(step.millis(), () -> take(step.step()));
        }
        agenda.run();
        recover();
        talkAtLast();
        if (setup.promise() == Promise.NOTHING_LOST) {
            requireNothingLost();
        }
        count();
        checker.finish(ARRIVAL);
        checker.checks().forEach(counts::check);
    }

    private void count() {
        counts.time(network.now().toNanos());
        counts.tolerated(
                checker.formerLifeCopies(),
                checker.mistakenRestartCopies(),
                checker.rejoinCopies(),
                checker.damaged());
        for (int from = 1; from <= setup.hosts(); from++) {
            for (int to = 1; to <= setup.hosts(); to++) {
                for (int link = 0; link < setup.links() && from != to; link++) {
                    SimPath path = cluster.path(from, to, link);
                    counts.path(path.sent(), path.lost());
                }
            }
        }
    }

    // ---- steps

    private void take(Step step) {
        boolean taken =
                switch (step) {
                    case Step.Talk talk -> talk(talk);
                    case Step.Harm harm -> harm(harm);
                    case Step.Heal heal -> heal(heal);
                    case Step.Pause pause -> pause(pause);
                    case Step.Restart restart -> restart(restart);
                    case Step.Drift drift -> drift(drift);
                    case Step.Rekey rekey -> rekey(rekey);
                    case Step.Replay replay -> replay(replay);
                    case Step.Garbage garbage -> garbage(garbage);
                    case Step.SetPolicy set -> reconfigure(set.host(), set.peer(), set);
                    case Step.SetEnabled set -> reconfigure(set.host(), set.peer(), set);
                    case Step.SetPriority set -> reconfigure(set.host(), set.peer(), set);
                    case Step.Rejoin rejoin -> reconfigure(rejoin.host(), rejoin.peer(), rejoin);
                    case Step.SetCompression set -> reconfigure(set.host(), set.host(), set);
                    case Step.SetMtu set -> reconfigure(set.host(), set.host(), set);
                };
        if (taken) {
            step.fault().ifPresent(counts::fault);
        }
    }

    private boolean isAwake(int host) {
        Knet node = cluster.node(host);
        return network.nodes().contains(node) && !network.isPaused(node);
    }

    private boolean talk(Step.Talk talk) {
        if (!isAwake(talk.from())) {
            return false;
        }
        Destination destination =
                talk.to() == 0 ? Destination.broadcast() : Destination.host(talk.to());
        for (int i = 0; i < talk.messages(); i++) {
            if (!send(talk.from(), destination, talk.length())) {
                break;
            }
            if (talk.gapMicros() > 0) {
                network.advance(Duration.ofNanos(1000L * talk.gapMicros()));
            }
        }
        return true;
    }

    /** Returns whether there was room for the message, if need be after a while. */
    private boolean send(int from, Destination destination, int length) {
        counts.message();
        try {
            checker.send(cluster.node(from), 0, destination, length);
            return true;
        } catch (SendException e) {
            if (e.reason() != Reason.QUEUE_FULL) {
                throw e;
            }
            return false;
        }
    }

    private boolean harm(Step.Harm harm) {
        SimPath out = cluster.path(harm.from(), harm.to(), harm.link());
        out.change(now -> harmed(now, harm));
        if (harm.bothWays()) {
            SimPath back = cluster.path(harm.to(), harm.from(), harm.link());
            back.change(now -> harmed(now, harm));
        }
        return true;
    }

    private PathConditions harmed(PathConditions now, Step.Harm harm) {
        double chance = harm.probability();
        int amount = harm.amount();
        Duration time = Duration.ofMillis(amount);
        return switch (harm.kind()) {
            case LOSS -> now.withLoss(chance);
            case BURSTS -> now.withBursts(chance, amount);
            case DELAY -> now.withDelay(time);
            case JITTER -> now.withJitter(time);
            case REORDERING -> now.withReordering(chance, time);
            case DUPLICATION -> now.withDuplication(chance, time);
            case CORRUPTION -> now.withBitFlips(chance, amount);
            case TRUNCATION -> now.withTruncation(chance);
            case ONE_WAY_CUT, CUT -> now.withCut(true);
            case BLACK_HOLE -> now.withMaxPayload(Math.min(amount, setup.payload()));
            case LOCAL_MTU -> now.withLocalMaxPayload(Math.min(amount, setup.payload()));
            case BANDWIDTH -> now.withBandwidth(amount, BANDWIDTH_QUEUE);
            case REFUSAL -> now.withRefusal(Reason.NETWORK_UNREACHABLE);
            case FULL_SOCKET -> now.withSocketFull(true);
            default -> throw new IllegalArgumentException(harm.toString());
        };
    }

    private boolean pause(Step.Pause pause) {
        if (!isAwake(pause.host())) {
            return false;
        }
        Knet node = cluster.node(pause.host());
        if (pause.suspended()) {
            network.suspend(node);
        } else {
            network.pause(node);
        }
        agenda.in(
                pause.millis(),
                () -> {
                    if (network.nodes().contains(node)) {
                        network.resume(node);
                    }
                });
        return true;
    }

    private boolean restart(Step.Restart restart) {
        if (!isAwake(restart.host())) {
            return false;
        }
        Knet node = cluster.node(restart.host());
        if (restart.crash()) {
            network.crash(node);
        } else {
            node.close();
        }
        agenda.in(
                restart.millis(),
                () -> {
                    Knet next = cluster.restart(restart.host());
                    rekeying.configure(restart.host());
                    checker.watch(next, 0);
                    recorder.forget();
                });
        return true;
    }

    private boolean heal(Step.Heal heal) {
        cluster.change(heal.from(), heal.to(), heal.link(), _ -> clean);
        return true;
    }

    private boolean drift(Step.Drift drift) {
        if (!isAwake(drift.host())) {
            return false;
        }
        network.drift(cluster.node(drift.host()), drift.ppm());
        return true;
    }

    private boolean rekey(Step.Rekey rekey) {
        if (!setup.encrypted()) {
            return false;
        }
        rekeying.begin(rekey);
        return true;
    }

    private boolean replay(Step.Replay replay) {
        for (int i = 0; i < replay.packets(); i++) {
            recorder.any(random, replay.from(), replay.to()).ifPresent(network::replay);
        }
        return true;
    }

    private boolean garbage(Step.Garbage garbage) {
        for (int i = 0; i < garbage.packets(); i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            int claimed = garbage.stranger() ? setup.hosts() + 1 : garbage.from();
            network.inject(
                    SimCluster.address(claimed, garbage.link()),
                    SimCluster.address(garbage.to(), garbage.link()),
                    noise);
        }
        return true;
    }

    private boolean reconfigure(int id, int peer, Step step) {
        if (!isAwake(id)) {
            return false;
        }
        Knet node = cluster.node(id);
        switch (step) {
            case Step.SetPolicy set -> cluster.host(id, peer).setPolicy(set.policy());
            case Step.SetEnabled set -> {
                link(id, peer, set.link()).setEnabled(set.enabled());
                if (!set.enabled()) {
                    checker.disabled(node, peer, set.link());
                }
            }
            case Step.SetPriority set -> link(id, peer, set.link()).setPriority(set.priority());
            case Step.SetCompression set ->
                    node.setCompression(CompressionConfig.of(available(set.method())));
            case Step.SetMtu set ->
                    node.setInterfaceMtu(
                            set.bytes() == 0 ? OptionalInt.empty() : OptionalInt.of(set.bytes()));
            case Step.Rejoin _ -> {
                cluster.host(id, peer).remove();
                cluster.join(id, peer);
                checker.rejoined(node, peer);
                recorder.forget();
            }
            default -> throw new IllegalArgumentException(step.toString());
        }
        return true;
    }

    private Link link(int id, int peer, int link) {
        return cluster.host(id, peer).link(link).orElseThrow();
    }

    // ---- the end

    private void healAll() {
        for (int link = 0; link < setup.links(); link++) {
            cluster.change(link, _ -> clean);
        }
    }

    private void recover() {
        healAll();
        for (Knet node : network.nodes()) {
            node.hosts().stream()
                    .flatMap(host -> host.links().stream())
                    .forEach(link -> link.setEnabled(true));
        }
        cluster.awaitConnected(CONNECT_LIMIT);
        // What bandwidth held back arrives, and pings have shown who was restarted.
        network.advance(setup.settling());
    }

    private void talkAtLast() {
        for (int from = 1; from <= setup.hosts(); from++) {
            for (int i = 0; i < LAST_MESSAGES; i++) {
                send(from, Destination.broadcast(), Checker.MIN_LENGTH + random.nextInt(2000));
            }
        }
        network.advance(ARRIVAL);
        forAllPairs(this::requireLast);
    }

    private void requireNothingLost() {
        forAllPairs(checker::requireAll);
        for (Knet node : network.nodes()) {
            for (Host host : node.hosts()) {
                Link anchor = host.link(0).orElseThrow();
                if (anchor.status().statistics().downCount() > 0) {
                    throw new AssertionError(
                            "the link that nobody touched was down: " + anchor.status());
                }
            }
        }
    }

    /** Messages sent after the recovery must have arrived. */
    private void requireLast(Knet from, Knet to) {
        counts.check("arrivals on a clean network", LAST_MESSAGES);
        List<Integer> missing = checker.missing(from, to);
        if (!missing.isEmpty() && missing.getLast() >= checker.sent(from) - LAST_MESSAGES) {
            throw new AssertionError(
                    "a message is missing although all is well again: number "
                            + missing.getLast()
                            + " of node "
                            + from.nodeId()
                            + " to node "
                            + to.nodeId()
                            + "; "
                            + to.statistics());
        }
    }

    /** Something about two nodes. */
    @FunctionalInterface
    private interface PairCheck {
        void check(Knet from, Knet to);
    }

    private void forAllPairs(PairCheck check) {
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
