package io.knet4j.testkit;

import static io.knet4j.testkit.SimCluster.address;

import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigChange;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.HostConfig;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three nodes whose configuration changes at random while messages flow, as a whole and in single
 * changes. One link between each two of them stays; no message may be lost then, none may come
 * twice, and the pings on that link must be in time. {@code -Dknet4j.runs=n} sets how many, {@code
 * -Dknet4j.seed=n} runs one.
 *
 * <p>Node 1 changes its side of links without telling its peers. What they send it by other links
 * than the one that stays could be lost on the way, so they send by all links, or prefer that one.
 */
class RandomConfigurationsTest {
    private static final long FIRST_SEED = 1;
    private static final int STEPS = 40;
    private static final int LINKS = 3;

    /** The link that stays. */
    private static final int ANCHOR = 2;

    private static final Duration LATE = Duration.ofMillis(5);

    @Test
    void nothingIsLostOnLinksThatStay() {
        run(Integer.getInteger("knet4j.runs", 40));
    }

    @Test
    @Tag("slow")
    void nothingIsLostForLong() {
        run(Integer.getInteger("knet4j.runs", 2000));
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
        private final Rekey rekey = new Rekey();
        private final Map<Integer, Pings> pings = new HashMap<>();

        private Run(SimNetwork network) {
            this.network = network;
            random = network.random();
            cluster =
                    SimCluster.builder(network)
                            .nodes(3)
                            .links(LINKS)
                            .config(id -> Knet.builder(id).crypto(Rekey.crypto(0)).build())
                            .build();
            checker = Checker.attach(network);
            checker.watch(cluster);
            cluster.host(2, 1).setPolicy(LinkPolicy.ACTIVE);
            cluster.host(3, 1).link(ANCHOR).orElseThrow().setPriority(200);
            cluster.awaitConnected(Duration.ofSeconds(10));
            network.tap(this::onDatagram);
        }

        private void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0 -> applyWhatCannotBe();
                    case 1, 2 -> rekey.step();
                    case 3, 4 -> changeOne();
                    default -> applyAny(1);
                }
                talk();
                // What is checked about links has time to see each of them.
                network.advance(Duration.ofMillis(30 + random.nextInt(100)));
            }
            network.advance(Duration.ofMillis(500));
            for (int other = 2; other <= 3; other++) {
                checker.requireAll(cluster.node(1), cluster.node(other));
                checker.requireAll(cluster.node(other), cluster.node(1));
            }
            for (int id = 1; id <= 3; id++) {
                requireAnchorNeverDown(cluster.node(id));
                requireNone(cluster.node(id), DropCause.NOT_AUTHENTIC);
                requireNone(cluster.node(id), DropCause.CLEAR_TRAFFIC);
            }
            checker.finish();
        }

        private static void requireNone(Knet node, DropCause cause) {
            if (node.statistics().drops(cause) > 0) {
                throw new AssertionError(node + ": " + node.statistics());
            }
        }

        private static void requireAnchorNeverDown(Knet node) {
            for (Host host : node.hosts()) {
                if (host.id() <= 3) {
                    Link anchor = host.link(ANCHOR).orElseThrow();
                    if (anchor.status().statistics().downCount() > 0) {
                        throw new AssertionError(anchor + " of " + node + ": " + anchor.status());
                    }
                }
            }
        }

        // ---- traffic

        private void talk() {
            for (int i = random.nextInt(60); i > 0; i--) {
                int other = 2 + random.nextInt(2);
                boolean out = random.nextBoolean();
                Destination destination =
                        out && random.nextInt(4) == 0
                                ? Destination.broadcast()
                                : Destination.host(out ? other : 1);
                checker.send(cluster.node(out ? 1 : other), 0, destination, length());
                if (random.nextBoolean()) {
                    network.advance(Duration.ofNanos(random.nextInt(2_000_000)));
                }
            }
        }

        private int length() {
            return Checker.MIN_LENGTH
                    + (random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(1000));
        }

        /** When the pings of a link were sent, and the longest interval since. */
        private static final class Pings {
            private long count;
            private Duration last = Duration.ZERO;
            private Duration interval = Duration.ZERO;
        }

        private void onDatagram(Datagram datagram) {
            if (!datagram.from().equals(address(1, ANCHOR))) {
                return;
            }
            for (int other = 2; other <= 3; other++) {
                if (!datagram.to().equals(address(other, ANCHOR))) {
                    continue;
                }
                Pings known = pings.computeIfAbsent(other, _ -> new Pings());
                Link link = cluster.host(1, other).link(ANCHOR).orElseThrow();
                long count = link.status().statistics().txPing().packets();
                if (count == known.count) {
                    continue;
                }
                Duration gap = datagram.sentAt().minus(known.last);
                if (known.count > 0 && gap.compareTo(known.interval.plus(LATE)) > 0) {
                    throw new AssertionError(
                            "no ping to host "
                                    + other
                                    + " for "
                                    + gap
                                    + " at an interval of "
                                    + known.interval);
                }
                known.count = count;
                known.last = datagram.sentAt();
                known.interval = link.config().pingInterval();
            }
        }

        // ---- changes

        private void applyAny(int id) {
            Knet node = cluster.node(id);
            NodeConfig before = node.nodeConfig();
            NodeConfig desired = mutated(before);
            List<ConfigChange> plan = node.plan(desired);
            require(node.nodeConfig().equals(before), "a plan changes nothing");
            int other = 2 + random.nextInt(2);
            checker.send(node, 0, Destination.host(other), length());
            List<ConfigChange> changes = node.apply(desired);
            checker.send(node, 0, Destination.host(other), length());
            require(changes.equals(plan), changes + " instead of " + plan);
            require(node.nodeConfig().equals(desired), node.nodeConfig() + " not " + desired);
            require(node.plan(desired).isEmpty(), "nothing is left to do");
            pings.values().forEach(known -> known.interval = longest(known.interval));
        }

        // A ping may be due by the old interval or by the new one.
        private static Duration longest(Duration interval) {
            return interval.compareTo(Duration.ofMillis(60)) > 0 ? interval : Duration.ofMillis(60);
        }

        private void applyWhatCannotBe() {
            Knet node = cluster.node(1);
            NodeConfig before = node.nodeConfig();
            List<HostStatus> hosts = node.hosts().stream().map(Host::status).toList();
            int sockets = network.runtime(node).openSockets();
            NodeConfig desired = mutated(before);
            int id = 20 + random.nextInt(2);
            desired =
                    desired.toBuilder()
                            .host(
                                    id,
                                    HostConfig.named("impossible")
                                            .withLink(
                                                    random.nextInt(8),
                                                    LinkConfig.udp(
                                                            address(2, ANCHOR),
                                                            address(3, ANCHOR))))
                            .build();
            try {
                node.apply(desired);
                throw new AssertionError("the address of another node was bound");
            } catch (ConfigurationException e) {
                require(e.reason() == Reason.ADDRESS_UNAVAILABLE, e.toString());
                require(
                        e.getMessage().startsWith("host " + id + " (impossible), link"),
                        e.toString());
            }
            require(node.nodeConfig().equals(before), "nothing has changed");
            require(
                    node.hosts().stream().map(Host::status).toList().equals(hosts),
                    "routes are as before");
            require(network.runtime(node).openSockets() == sockets, "sockets are as before");
        }

        private static void require(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(what);
            }
        }

        private NodeConfig mutated(NodeConfig config) {
            NodeConfig.Builder builder = config.toBuilder();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                mutate(builder);
            }
            return builder.build();
        }

        private void mutate(NodeConfig.Builder builder) {
            int peer = 2 + random.nextInt(2);
            HostConfig host = builder.hosts().get(peer);
            switch (random.nextInt(9)) {
                case 0 -> builder.host(peer, host.withPolicy(policy()));
                case 1 -> swapNames(builder);
                case 2 ->
                        builder.interfaceMtu(
                                random.nextBoolean()
                                        ? OptionalInt.empty()
                                        : OptionalInt.of(600 + random.nextInt(1000)));
                case 3 ->
                        builder.compression(
                                random.nextBoolean()
                                        ? CompressionConfig.NONE
                                        : CompressionConfig.of(CompressionMethod.ZLIB)
                                                .withLevel(1 + random.nextInt(9)));
                case 4 -> stranger(builder);
                case 5 ->
                        builder.host(peer, host.withLink(ANCHOR, timers(host.links().get(ANCHOR))));
                default -> {
                    int link = random.nextInt(ANCHOR);
                    LinkConfig now = host.links().get(link);
                    builder.host(
                            peer,
                            now != null && random.nextInt(4) == 0
                                    ? host.withoutLink(link)
                                    : host.withLink(link, link(peer, link, now)));
                }
            }
        }

        private LinkConfig link(int peer, int link, LinkConfig now) {
            LinkConfig config =
                    now == null ? LinkConfig.udp(address(1, link), address(peer, link)) : now;
            return switch (random.nextInt(5)) {
                case 0 -> config.withEnabled(random.nextBoolean());
                case 1 -> config.withPriority(random.nextInt(5));
                case 2 -> timers(config);
                case 3 ->
                        config.withLocal(
                                random.nextBoolean()
                                        ? address(1, link)
                                        : new InetSocketAddress(
                                                (link == 0 ? "10.60.0." : "fd00:60::")
                                                        + (1 + random.nextInt(3)),
                                                5405));
                default ->
                        LinkConfig.udp(
                                        config.local(),
                                        random.nextBoolean()
                                                ? address(peer, link)
                                                : new InetSocketAddress(
                                                        address(peer, link).getAddress(), 7000))
                                .withPing(config.pingInterval(), config.pingTimeout());
            };
        }

        private LinkConfig timers(LinkConfig config) {
            return config.withPing(
                            Duration.ofMillis(10 + random.nextInt(50)),
                            Duration.ofMillis(150 + random.nextInt(200)),
                            1 + random.nextInt(100))
                    .withPongCount(1 + random.nextInt(4));
        }

        private void swapNames(NodeConfig.Builder builder) {
            HostConfig two = builder.hosts().get(2);
            HostConfig three = builder.hosts().get(3);
            builder.host(2, two.withName(three.name())).host(3, three.withName(two.name()));
        }

        /** A host that is not there comes, goes or changes. */
        private void stranger(NodeConfig.Builder builder) {
            int id = 10 + random.nextInt(4);
            if (builder.hosts().containsKey(id) && random.nextBoolean()) {
                builder.withoutHost(id);
                return;
            }
            HostConfig host = HostConfig.named("stranger-" + id);
            for (int link = random.nextInt(4); link > 0; link--) {
                host =
                        host.withLink(
                                link,
                                LinkConfig.udp(
                                                random.nextBoolean()
                                                        ? address(1, ANCHOR)
                                                        : new InetSocketAddress("10.50.0.1", link),
                                                address(id, ANCHOR))
                                        .withPing(Duration.ofMillis(50), Duration.ofMillis(200)));
            }
            builder.host(id, host);
        }

        private void changeOne() {
            Knet node = cluster.node(1);
            int peer = 2 + random.nextInt(2);
            Host host = cluster.host(1, peer);
            int id = random.nextInt(ANCHOR);
            switch (random.nextInt(7)) {
                case 0 -> host.setPolicy(policy());
                case 1 -> node.setInterfaceMtu(OptionalInt.of(600 + random.nextInt(1000)));
                case 2 -> host.link(id).ifPresent(link -> link.setPriority(random.nextInt(5)));
                case 3 -> host.link(id).ifPresent(link -> link.setEnabled(random.nextBoolean()));
                case 4 -> host.link(id).ifPresent(Link::remove);
                case 5 ->
                        node.setFilter(random.nextBoolean() ? null : _ -> Destination.broadcast());
                default -> {
                    if (host.link(id).isEmpty()) {
                        host.addLink(id, timers(LinkConfig.udp(address(1, id), address(peer, id))));
                    }
                }
            }
        }

        private LinkPolicy policy() {
            List<LinkPolicy> all = List.of(LinkPolicy.values());
            return all.get(random.nextInt(all.size()));
        }

        /** Changes of the key, in three configurations each, node after node. */
        private final class Rekey {
            private final Deque<Integer> waiting = new ArrayDeque<>();
            private UnaryOperator<CryptoSettings> change = settings -> settings;
            private int stage;
            private int key;

            static CryptoConfig crypto(int key) {
                byte[] bytes = new byte[128];
                bytes[0] = (byte) key;
                return CryptoConfig.aes256Sha256(SharedKey.of(bytes));
            }

            void step() {
                if (waiting.isEmpty()) {
                    List<Integer> order = new ArrayList<>(List.of(1, 2, 3));
                    Collections.shuffle(order, random);
                    waiting.addAll(order);
                    begin();
                }
                int id = waiting.remove();
                Knet node = cluster.node(id);
                NodeConfig now = node.nodeConfig();
                node.apply(now.toBuilder().crypto(change.apply(now.crypto())).build());
            }

            private void begin() {
                change =
                        switch (stage) {
                            case 0 -> {
                                CryptoConfig next = crypto(++key);
                                yield now -> now.withSlot(3 - now.sendingSlot(), next);
                            }
                            case 1 -> now -> now.withSendingSlot(3 - now.sendingSlot());
                            default ->
                                    now ->
                                            now.withoutSlot(3 - now.sendingSlot())
                                                    .withClearTraffic(ClearTraffic.REFUSE);
                        };
                stage = (stage + 1) % 3;
            }
        }
    }
}
