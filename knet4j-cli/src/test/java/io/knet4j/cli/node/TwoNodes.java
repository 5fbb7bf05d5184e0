package io.knet4j.cli.node;

import io.knet4j.cli.CommandRun;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A cluster of the nodes 1 (alpha) and 2 (beta), joined by two links that a test can cut. Each node
 * has a file of its own, in which the other one has the address of a relay. Their control sockets
 * are in the folder.
 */
public final class TwoNodes implements AutoCloseable {

    private static final long SEED = 1;

    private final Path folder;
    private final Relay relay = Relay.open(SEED);
    private final List<RelayLink> links = new ArrayList<>();
    private final int[] ports = {port(), port()};
    private final Map<Integer, CommandRun> nodes = new TreeMap<>();

    public TwoNodes(Path folder) throws IOException {
        this.folder = folder;
        for (int link = 0; link < 2; link++) {
            links.add(
                    relay.link(
                            address(link, 1),
                            address(link, 3),
                            address(link, 2),
                            address(link, 4)));
        }
        Files.writeString(file(1), text(1));
        Files.writeString(file(2), text(2));
    }

    private static int port() {
        return FreePorts.loopback4().getPort();
    }

    private InetSocketAddress address(int link, int host) {
        return new InetSocketAddress(
                InetAddress.ofLiteral("127.0." + link + '.' + host), ports[link]);
    }

    /** The configuration as one node sees it. */
    private String text(int node) {
        StringBuilder text = new StringBuilder("totem {\n\tversion: 2\n\tcluster_name: two\n");
        for (int link = 0; link < 2; link++) {
            text.append(
                    """
                    	interface {
                    		linknumber: %d
                    		mcastport: %d
                    		knet_link_priority: %d
                    		knet_ping_interval: 20
                    		knet_ping_timeout: 1500
                    		knet_pong_count: 1
                    	}
                    """
                            .formatted(link, ports[link], 2 - link));
        }
        text.append("}\nnodelist {\n");
        for (int host = 1; host <= 2; host++) {
            text.append(
                    """
                    	node {
                    		nodeid: %d
                    		name: %s
                    		ring0_addr: 127.0.0.%d
                    		ring1_addr: 127.0.1.%d
                    	}
                    """
                            .formatted(
                                    host,
                                    host == 1 ? "alpha" : "beta",
                                    host == node ? host : node + 2,
                                    host == node ? host : node + 2));
        }
        return text.append("}\n").toString();
    }

    /** The configuration file of a node. */
    public Path file(int node) {
        return folder.resolve(node + ".conf");
    }

    /** Changes the file of a node, in which the text must occur. */
    public void edit(int node, String text, String replacement) throws IOException {
        String before = Files.readString(file(node));
        if (!before.contains(text)) {
            throw new IllegalArgumentException(text + " is not in " + before);
        }
        Files.writeString(file(node), before.replace(text, replacement));
    }

    public RelayLink link(int link) {
        return links.get(link);
    }

    /** Where the control sockets are. */
    public Path folder() {
        return folder;
    }

    /** Starts a node, which runs until the end of the test. */
    public CommandRun start(int node, String... options) {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "node",
                                "--config=" + file(node),
                                "--id=" + node,
                                "--control=" + folder));
        args.addAll(List.of(options));
        CommandRun run = CommandRun.start(args.toArray(String[]::new));
        nodes.put(node, run);
        return run;
    }

    /** A node that was started. */
    public CommandRun node(int node) {
        return Objects.requireNonNull(nodes.get(node));
    }

    /** Starts both, and waits until the first reaches the second by both links. */
    public CommandRun startBoth() throws InterruptedException {
        CommandRun one = start(1);
        start(2);
        for (int link = 0; link < 2; link++) {
            String up = "link " + link + " to host 2 (beta) is up";
            one.err().await(line -> line.contains(up));
        }
        one.err().await(line -> line.contains("now uses link 0"));
        return one;
    }

    /** Runs a command with the control sockets of this cluster to its end. */
    public CommandRun run(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--control=" + folder);
        return CommandRun.toTheEnd(all.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        for (CommandRun node : nodes.values()) {
            node.close();
        }
        relay.close();
    }
}
