package io.knet4j.testkit;

import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Small clusters to which anything may happen, each determined by its seed. {@code -Dknet4j.runs=n}
 * sets how many, {@code -Dknet4j.seed=n} runs one.
 */
class RandomScenariosTest {
    private static final long FIRST_SEED = 1;
    private static final int STEPS = 60;

    @Test
    void promisesHoldWhateverHappens() {
        run(Integer.getInteger("knet4j.runs", 40));
    }

    @Test
    @Tag("slow")
    void promisesHoldForLong() {
        run(Integer.getInteger("knet4j.runs", 3000));
    }

    private static void run(int runs) {
        boolean single = Long.getLong(SimNetwork.SEED_PROPERTY) != null;
        for (int i = 0; i < (single ? 1 : runs); i++) {
            SimNetwork.simulate(FIRST_SEED + i, network -> new Run(network).run());
        }
    }

    /** One cluster and its fate. */
    private static final class Run {
        private final SimNetwork network;
        private final RandomGenerator random;
        private final SimCluster cluster;
        private final Checker checker;
        private final int links;

        /** A path as it is when nothing harms it: packets have some usual size. */
        private final PathConditions clean;

        private Run(SimNetwork network) {
            this.network = network;
            random = network.random();
            links = 1 + random.nextInt(3);
            cluster =
                    SimCluster.builder(network)
                            .nodes(2 + random.nextInt(4))
                            .links(links)
                            .policy(policy())
                            .build();
            int[] payloads = {Rig.SMALLEST_PAYLOAD, 1472, 8972, 65_507};
            clean = PathConditions.clean().withLocalMaxPayload(payloads[random.nextInt(4)]);
            setClean();
            checker = Checker.attach(network);
            checker.watch(cluster);
        }

        private void run() {
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(3) == 0) {
                    disturb();
                }
                talk();
                network.advance(ms(random.nextInt(150)));
            }
            recover();
            int size = cluster.size();
            for (int from = 1; from <= size; from++) {
                for (int i = 0; i < 20; i++) {
                    checker.send(cluster.node(from), 0, Destination.broadcast(), length());
                    network.advance(ms(1));
                }
            }
            network.advance(ms(500));
            for (int from = 1; from <= size; from++) {
                for (int to = 1; to <= size; to++) {
                    if (from != to) {
                        requireLast(cluster.node(from), cluster.node(to));
                    }
                }
            }
            checker.finish();
        }

        /** All messages sent after the recovery must have arrived. */
        private void requireLast(Knet from, Knet to) {
            List<Integer> missing = checker.missing(from, to);
            int last = checker.sent(from) - 20;
            if (!missing.isEmpty() && missing.getLast() >= last) {
                throw new AssertionError(
                        "message "
                                + missing.getLast()
                                + " of node "
                                + from.nodeId()
                                + " to node "
                                + to.nodeId()
                                + " is missing although all is well again; "
                                + to.statistics());
            }
        }

        private void talk() {
            for (int i = random.nextInt(40); i > 0; i--) {
                int from = node();
                if (!network.isPaused(cluster.node(from))) {
                    int to = other(from);
                    Destination destination =
                            random.nextInt(4) == 0 ? Destination.broadcast() : Destination.host(to);
                    checker.send(cluster.node(from), 0, destination, length());
                }
                if (random.nextBoolean()) {
                    network.advance(Duration.ofNanos(random.nextInt(2_000_000)));
                }
            }
        }

        private int length() {
            return Checker.MIN_LENGTH
                    + (random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(1000));
        }

        private void disturb() {
            int a = node();
            int b = other(a);
            int link = random.nextInt(links);
            SimPath path = cluster.path(a, b, link);
            switch (random.nextInt(16)) {
                case 0 -> cluster.cut(a, b, link);
                case 1 -> cluster.heal(a, b, link);
                case 2 -> path.cut();
                case 3 -> path.set(clean);
                case 4 -> path.change(now -> now.withLoss(random.nextDouble() / 2));
                case 5 -> path.change(now -> now.withDelay(ms(random.nextInt(60))));
                case 6 -> path.change(now -> now.withJitter(ms(random.nextInt(40))));
                case 7 ->
                        path.change(now ->
                                now.withDuplication(random.nextDouble(), ms(random.nextInt(50))));
                case 8 -> path.change(now -> now.withReordering(0.3, ms(random.nextInt(30))));
                case 9 -> path.change(now -> now.withMaxPayload(100 + random.nextInt(2000)));
                case 10 -> path.change(now -> now.withRefusal(Reason.NETWORK_UNREACHABLE));
                case 11 -> path.change(now -> now.withSocketFull(random.nextBoolean()));
                case 12 -> pause(cluster.node(a));
                case 13 -> restart(a);
                case 14 -> configure(a, b, link);
                default -> path.change(now -> now.withBandwidth(200_000, 50_000));
            }
        }

        private void pause(Knet node) {
            if (!network.isPaused(node)) {
                network.pause(node, ms(random.nextInt(600)));
            }
        }

        private void restart(int id) {
            if (random.nextBoolean()) {
                network.crash(cluster.node(id));
                network.advance(ms(random.nextInt(400)));
            }
            checker.watch(cluster.restart(id), 0);
        }

        private void configure(int a, int b, int link) {
            if (network.isPaused(cluster.node(a))) {
                return;
            }
            Host host = cluster.host(a, b);
            Link end = host.link(link).orElseThrow();
            switch (random.nextInt(4)) {
                case 0 -> end.setEnabled(random.nextBoolean());
                case 1 -> end.setPriority(random.nextInt(5));
                case 2 -> host.setPolicy(policy());
                default -> {
                    host.remove();
                    cluster.join(a, b);
                }
            }
        }

        private void setClean() {
            for (int link = 0; link < links; link++) {
                cluster.change(link, _ -> clean);
            }
        }

        private void recover() {
            for (Knet node : network.nodes()) {
                if (network.isPaused(node)) {
                    network.resume(node);
                }
            }
            setClean();
            for (int a = 1; a <= cluster.size(); a++) {
                for (int b = 1; b <= cluster.size(); b++) {
                    if (a != b) {
                        for (int link = 0; link < links; link++) {
                            cluster.host(a, b).link(link).orElseThrow().setEnabled(true);
                        }
                    }
                }
            }
            cluster.awaitConnected(ms(5000));
            // What bandwidth held back arrives, and pings have shown who was restarted.
            network.advance(ms(3000));
        }

        private LinkPolicy policy() {
            List<LinkPolicy> all = List.of(LinkPolicy.values());
            return all.get(random.nextInt(all.size()));
        }

        private int node() {
            return 1 + random.nextInt(cluster.size());
        }

        private int other(int than) {
            int other = 1 + random.nextInt(cluster.size() - 1);
            return other >= than ? other + 1 : other;
        }

        private static Duration ms(long millis) {
            return Duration.ofMillis(millis);
        }
    }
}
