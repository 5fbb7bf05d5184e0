package io.knet4j.testkit;

import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * Nodes 1 to n on a {@link SimNetwork}, each joined with each other by the same number of links.
 *
 * <p>Node {@code n} has the address {@code 10.<link>.<n / 256>.<n % 256>}, on odd links {@code
 * fd00:<link>::<n>}, and port 5405. All nodes forward.
 */
public final class SimCluster {
    private static final int PORT = 5405;

    private final SimNetwork network;
    private final Builder settings;
    private final List<Knet> nodes = new ArrayList<>();

    private SimCluster(Builder settings) {
        this.network = settings.network;
        this.settings = settings;
    }

    /** Settings of a cluster. */
    public static final class Builder {
        private final SimNetwork network;
        private int nodes = 2;
        private int links = 1;
        private LinkPolicy policy = LinkPolicy.PASSIVE;
        private UnaryOperator<LinkConfig> linkConfig =
                config ->
                        config.withPing(Duration.ofMillis(50), Duration.ofMillis(200))
                                .withPongCount(2);
        private IntFunction<KnetConfig> config = id -> Knet.builder(id).build();

        private Builder(SimNetwork network) {
            this.network = network;
        }

        /**
         * How many nodes; 2 by default.
         *
         * @param count their ids are 1 to this
         * @return this
         */
        public Builder nodes(int count) {
            nodes = count;
            return this;
        }

        /**
         * How many links join each two nodes; 1 by default.
         *
         * @param count 1 to 8
         * @return this
         */
        public Builder links(int count) {
            links = count;
            return this;
        }

        /**
         * How nodes choose their links; {@link LinkPolicy#PASSIVE} by default.
         *
         * @param value for each host on each node
         * @return this
         */
        public Builder policy(LinkPolicy value) {
            policy = value;
            return this;
        }

        /**
         * Changes the configuration of every link. By default links are pinged every 50 ms, have a
         * timeout of 200 ms and come up with the third pong.
         *
         * @param change from {@link LinkConfig#udp} with its defaults to what is wanted
         * @return this
         */
        public Builder link(UnaryOperator<LinkConfig> change) {
            linkConfig = change;
            return this;
        }

        /**
         * Changes the configuration of the nodes.
         *
         * @param configOfNode the configuration for a node id
         * @return this
         */
        public Builder config(IntFunction<KnetConfig> configOfNode) {
            config = configOfNode;
            return this;
        }

        /**
         * Opens the nodes and configures their hosts and links.
         *
         * @return a cluster whose links are not up yet
         */
        public SimCluster build() {
            SimCluster cluster = new SimCluster(this);
            for (int id = 1; id <= nodes; id++) {
                cluster.nodes.add(network.open(config.apply(id)));
            }
            for (int id = 1; id <= nodes; id++) {
                cluster.join(id);
            }
            return cluster;
        }
    }

    /**
     * Starts with two nodes and one link.
     *
     * @param network where the nodes will live
     * @return settings of a cluster
     */
    public static Builder builder(SimNetwork network) {
        return new Builder(network);
    }

    private void join(int id) {
        for (int other = 1; other <= nodes.size(); other++) {
            if (other != id) {
                join(id, other);
            }
        }
        node(id).startForwarding();
    }

    /**
     * Adds a host with all its links to a node.
     *
     * @param id the node
     * @param other the host to add
     * @return the host
     */
    public Host join(int id, int other) {
        Host host = node(id).addHost(other);
        host.setPolicy(settings.policy);
        for (int link = 0; link < settings.links; link++) {
            host.addLink(
                    link,
                    settings.linkConfig.apply(
                            LinkConfig.udp(address(id, link), address(other, link))));
        }
        return host;
    }

    /**
     * Number of nodes.
     *
     * @return as built
     */
    public int size() {
        return nodes.size();
    }

    /**
     * A node, in its present life.
     *
     * @param id 1 to the number of nodes
     * @return the node
     */
    public Knet node(int id) {
        return nodes.get(id - 1);
    }

    /**
     * What a node knows about a host.
     *
     * @param id the node
     * @param other the host
     * @return the host
     */
    public Host host(int id, int other) {
        return node(id).host(other).orElseThrow();
    }

    /**
     * Address of a node on a link.
     *
     * @param id the node
     * @param link 0 to 7
     * @return address and port
     */
    public static InetSocketAddress address(int id, int link) {
        byte[] bytes = {10, (byte) link, (byte) (id >>> 8), (byte) id};
        if (link % 2 == 1) {
            bytes = new byte[16];
            bytes[0] = (byte) 0xfd;
            bytes[3] = (byte) link;
            bytes[14] = (byte) (id >>> 8);
            bytes[15] = (byte) id;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), PORT);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * One direction of a link.
     *
     * @param from the node that sends
     * @param to the node that receives
     * @param link 0 to 7
     * @return the path
     */
    public SimPath path(int from, int to, int link) {
        return network.path(address(from, link), address(to, link));
    }

    /**
     * Changes the conditions of both directions of a link.
     *
     * @param a a node
     * @param b another node
     * @param link 0 to 7
     * @param change from what they were to what they are from now on
     */
    public void change(int a, int b, int link, UnaryOperator<PathConditions> change) {
        path(a, b, link).change(change);
        path(b, a, link).change(change);
    }

    /**
     * Changes the conditions of a link between all nodes.
     *
     * @param link 0 to 7
     * @param change from what they were to what they are from now on
     */
    public void change(int link, UnaryOperator<PathConditions> change) {
        for (int a = 1; a <= size(); a++) {
            for (int b = a + 1; b <= size(); b++) {
                change(a, b, link, change);
            }
        }
    }

    /**
     * Cuts both directions of a link.
     *
     * @param a a node
     * @param b another node
     * @param link 0 to 7
     */
    public void cut(int a, int b, int link) {
        change(a, b, link, now -> now.withCut(true));
    }

    /**
     * Heals both directions of a link.
     *
     * @param a a node
     * @param b another node
     * @param link 0 to 7
     */
    public void heal(int a, int b, int link) {
        change(a, b, link, now -> now.withCut(false));
    }

    /**
     * Gives a node a new life, with the hosts and links that it had when the cluster was built.
     *
     * @param id the node; may be closed or crashed already
     * @return the new life
     */
    public Knet restart(int id) {
        nodes.set(id - 1, network.restart(node(id)));
        join(id);
        return node(id);
    }

    /**
     * Whether all links between living nodes are up, as the node at each end sees it.
     *
     * @return whether messages can go everywhere on every link
     */
    public boolean isFullyConnected() {
        List<Knet> alive = network.nodes();
        return alive.stream()
                .filter(nodes::contains)
                .flatMap(node -> node.hosts().stream())
                .filter(host -> host.id() <= size() && alive.contains(node(host.id())))
                .flatMap(host -> host.links().stream())
                .allMatch(link -> link.status().connected());
    }

    /**
     * Lets time pass until the cluster {@linkplain #isFullyConnected() is fully connected}.
     *
     * @param limit longest time
     * @throws AssertionError when the time is over
     */
    public void awaitConnected(Duration limit) {
        Duration deadline = network.now().plus(limit);
        while (!isFullyConnected()) {
            if (network.now().compareTo(deadline) >= 0) {
                throw new AssertionError("not all links are up after " + limit);
            }
            network.advance(Duration.ofMillis(10));
        }
    }
}
