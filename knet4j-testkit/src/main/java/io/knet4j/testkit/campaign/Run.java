package io.knet4j.testkit.campaign;

import io.knet4j.AccessRule;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.ReassemblyLimits;
import io.knet4j.SendException;
import io.knet4j.testkit.Checker;
import io.knet4j.testkit.PathConditions;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import io.knet4j.testkit.SimPath;
import io.knet4j.testkit.campaign.Setup.Promise;
import java.net.InetAddress;
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

    /** So little that senders have to wait now and then. */
    private static final int SEND_WINDOW = 1 << 17;

    private static final int ANCHOR_PRIORITY = 200;
    private static final int MANY_LINK_ENDS = 60;
    private static final int BANDWIDTH_QUEUE = 50_000;
    private static final ReassemblyLimits REASSEMBLY =
            new ReassemblyLimits(
                    ReassemblyLimits.DEFAULT.messagesPerHost(),
                    ReassemblyLimits.DEFAULT.bytesTotal(),
                    Aftermath.LIFETIME);

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
    private final Forger forger;
    private final Aftermath aftermath;
    private final Trials trials;

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
        for (int link = 0; link < setup.links(); link++) {
            cluster.change(link, _ -> clean);
        }
        checker = Checker.attach(network);
        aftermath = new Aftermath(plan, network, cluster, checker, counts, random, clean);
        forger = new Forger(plan, network, cluster, checker, agenda, rekeying, aftermath);
        trials =
                new Trials(
                        setup, network, cluster, checker, counts, aftermath, clean, this::revive);
        demand();
    }

    /** Carries out a plan on a network of its own. */
    static Outcome of(Plan plan) {
        Counts counts = new Counts();
        try (SimNetwork network = SimNetwork.create(plan.seed())) {
            Run run = new Run(plan, network, counts);
            try {
                run.run();
            } finally {
                run.count(); // also what was done until it failed
            }
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
                        .reassembly(REASSEMBLY)
                        .sendWindowBytes(SEND_WINDOW)
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
        cluster.awaitConnected(Aftermath.CONNECT_LIMIT);
        for (TimedStep step : plan.steps()) {
            if (!(step.step() instanceof Step.Trial)) {
                agenda.in(step.millis(), () -> take(step.step()));
            }
        }
        agenda.run();
        aftermath.recover();
        aftermath.talkAtLast();
        if (setup.promise() == Promise.NOTHING_LOST) {
            aftermath.requireNothingLost();
        }
        for (TimedStep step : plan.steps()) {
            if (step.step() instanceof Step.Trial trial) {
                trials.take(trial);
            }
        }
        aftermath.requireCalm();
        checker.finish(Aftermath.ARRIVAL);
    }

    private void count() {
        counts.time(network.now().toNanos());
        counts.messages(checker.sent());
        checker.checks().forEach(counts::check);
        if (forger.forged() > 0) {
            counts.check("forged packets", forger.forged());
        }
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
                    case Step.Forge forge -> forge(forge);
                    case Step.Loopback loopback -> loopback(loopback.host());
                    case Step.Roam roam -> roam(roam);
                    case Step.SetPolicy set -> reconfigure(set.host(), set.peer(), set);
                    case Step.SetEnabled set -> reconfigure(set.host(), set.peer(), set);
                    case Step.SetPriority set -> reconfigure(set.host(), set.peer(), set);
                    case Step.Rejoin rejoin -> reconfigure(rejoin.host(), rejoin.peer(), rejoin);
                    case Step.SetCompression set -> reconfigure(set.host(), set.host(), set);
                    case Step.SetMtu set -> reconfigure(set.host(), set.host(), set);
                    case Step.Trial trial -> throw new IllegalArgumentException(trial.toString());
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
        agenda.in(restart.millis(), () -> revive(restart.host()));
        return true;
    }

    private void revive(int host) {
        Knet next = cluster.restart(host);
        rekeying.configure(host);
        checker.watch(next, 0);
        recorder.forget();
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

    private boolean forge(Step.Forge forge) {
        forger.begin(forge);
        return true;
    }

    private boolean loopback(int host) {
        if (!isAwake(host)) {
            return false;
        }
        cluster.node(host).addHost(host).addLink(0, LinkConfig.loopback());
        return true;
    }

    private boolean roam(Step.Roam roam) {
        if (!isAwake(roam.host())) {
            return false;
        }
        InetAddress peer = SimCluster.address(roam.peer(), roam.link()).getAddress();
        Link link = link(roam.host(), roam.peer(), roam.link());
        LinkConfig config = link.config();
        checker.beforeRemoval(cluster.node(roam.host()), link);
        link.remove();
        cluster.host(roam.host(), roam.peer())
                .addLink(
                        roam.link(),
                        LinkConfig.dynamicUdp(SimCluster.address(roam.host(), roam.link()))
                                .withPing(config.pingInterval(), config.pingTimeout())
                                .withPongCount(config.pongCount())
                                .withAccessRules(
                                        List.of(
                                                new AccessRule.Address(
                                                        peer, AccessRule.Action.ACCEPT))));
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
                cluster.host(id, peer).links().forEach(link -> checker.beforeRemoval(node, link));
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
}
