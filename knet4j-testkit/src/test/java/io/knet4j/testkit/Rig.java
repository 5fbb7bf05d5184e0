package io.knet4j.testkit;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A connected cluster with a checker, on a network that is still clean, except that packets are not
 * larger than every path takes them, so that most messages are cut into fragments.
 */
record Rig(SimNetwork network, SimCluster cluster, Checker checker) {
    static final long SEED = 20_261;
    static final int SMALL = 40;

    /** What discovery assumes to pass everywhere; 494 bytes of a message fit in. */
    static final int SMALLEST_PAYLOAD = 508;

    /** A scenario on such a cluster. */
    @FunctionalInterface
    interface Scenario {
        void run(Rig rig) throws Exception;
    }

    static void run(LinkPolicy policy, int nodes, int links, Scenario scenario) {
        run(policy, nodes, links, builder -> builder, scenario);
    }

    static void run(
            LinkPolicy policy,
            int nodes,
            int links,
            UnaryOperator<SimCluster.Builder> change,
            Scenario scenario) {
        SimNetwork.simulate(
                SEED,
                network -> {
                    SimCluster cluster =
                            change.apply(
                                            SimCluster.builder(network)
                                                    .nodes(nodes)
                                                    .links(links)
                                                    .policy(policy))
                                    .build();
                    for (int link = 0; link < links; link++) {
                        cluster.change(link, now -> now.withLocalMaxPayload(SMALLEST_PAYLOAD));
                    }
                    Checker checker = Checker.attach(network);
                    checker.watch(cluster);
                    cluster.awaitConnected(Duration.ofSeconds(10));
                    scenario.run(new Rig(network, cluster, checker));
                    checker.finish();
                });
    }

    static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    Knet node(int id) {
        return cluster.node(id);
    }

    Channel channel(int id) {
        return node(id).channel(0);
    }

    /** Sends messages from one node to another, in regular distances. */
    void stream(int from, int to, int messages, Duration distance, int length) {
        for (int i = 0; i < messages; i++) {
            checker.send(node(from), 0, Destination.host(to), length);
            network.advance(distance);
        }
    }

    /** Sends messages as fast as queues allow. */
    void burst(int from, int to, int messages, int length) {
        for (int i = 0; i < messages; i++) {
            checker.send(node(from), 0, Destination.host(to), length);
            if (i % 100 == 99) {
                network.advance(ms(1));
            }
        }
        settle();
    }

    void settle() {
        network.advance(ms(500));
    }

    void requireAll(int from, int to) {
        checker.requireAll(node(from), node(to));
    }

    List<Integer> missing(int from, int to) {
        return checker.missing(node(from), node(to));
    }

    long drops(int node, DropCause cause) {
        return node(node).statistics().drops(cause);
    }

    /** Events of a node from now on. */
    List<KnetEvent> events(int node) {
        List<KnetEvent> events = new ArrayList<>();
        node(node).onEvent(events::add);
        return events;
    }

    static <T extends KnetEvent> List<T> of(Class<T> type, List<KnetEvent> events) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
