package io.knet4j.cli.node;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoConfig;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetException;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ClusterKey;
import io.knet4j.cli.config.ClusterNode;
import io.knet4j.cli.config.CompressionSettings;
import io.knet4j.cli.config.ConfigException;
import io.knet4j.cli.config.CryptoSettings;
import io.knet4j.cli.config.LinkMode;
import io.knet4j.cli.config.LinkPlan;
import io.knet4j.cli.config.LinkSettings;
import io.knet4j.cli.config.LinkTransport;
import io.knet4j.cli.config.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes a running node from a configuration file. */
public final class NodeOpener {

    /** A node may listen on all its channels, so the queue of each is smaller than usual. */
    private static final int RECEIVE_QUEUE_BYTES = 1 << 20;

    private NodeOpener() {}

    /**
     * Reads a configuration file.
     *
     * @throws CommandException with a line for each problem
     */
    public static ClusterConfig load(Path file) throws CommandException {
        try {
            ClusterConfig config = ClusterConfig.load(file);
            refuseUnsupported(config);
            return config;
        } catch (ConfigException e) {
            throw wrong(e);
        }
    }

    /**
     * Finds a node of the configuration.
     *
     * @throws CommandException when there is none with this id
     */
    public static ClusterNode node(ClusterConfig config, int id) throws CommandException {
        try {
            return config.node(id);
        } catch (ConfigException e) {
            throw wrong(e);
        }
    }

    private static CommandException wrong(ConfigException e) {
        return CommandException.usage(e.problems().stream().map(Problem::toString).toList());
    }

    /** What would be silently left out otherwise. */
    private static void refuseUnsupported(ClusterConfig config) throws CommandException {
        List<String> problems = new ArrayList<>();
        if (config.ipDscp() != 0) {
            problems.add(
                    unsupported(
                            config,
                            config.lines().ofTotem("ip_dscp"),
                            "ip_dscp",
                            Integer.toString(config.ipDscp()),
                            "0"));
        }
        for (LinkSettings link : config.links().values()) {
            if (link.transport() == LinkTransport.SCTP) {
                int line = config.lines().ofLink(link.number(), "knet_transport");
                problems.add(unsupported(config, line, "knet_transport", "sctp", "udp"));
            }
        }
        CompressionSettings compression = config.compression();
        List<String> available =
                Stream.concat(Stream.of(CompressionMethod.NONE), Knet.compressionMethods().stream())
                        .map(CompressionMethod::methodName)
                        .toList();
        if (!available.contains(compression.model())) {
            problems.add(
                    new Problem.Field(
                                    config.source(),
                                    config.lines().ofTotem("knet_compression_model"),
                                    "knet_compression_model",
                                    compression.model(),
                                    "is not available here",
                                    String.join(", ", available))
                            .toString());
        }
        if (!problems.isEmpty()) {
            throw CommandException.usage(problems);
        }
    }

    private static String unsupported(
            ClusterConfig config, int line, String field, String value, String allowed) {
        return new Problem.Field(
                        config.source(), line, field, value, "is not supported yet", allowed)
                .toString();
    }

    /**
     * Opens a node with all its hosts and links.
     *
     * @param prepare called with the node before it has any host, so that no event is missed
     * @throws CommandException when a value is refused or an address cannot be bound; nothing is
     *     left open then
     */
    public static Knet open(ClusterConfig config, int id, Consumer<? super Knet> prepare)
            throws CommandException {
        Knet knet = null;
        try {
            knet = open(config, id);
            prepare.accept(knet);
            for (LinkPlan plan : config.linksOf(id)) {
                addLink(knet, plan);
            }
            Knet open = knet;
            knet = null;
            return open;
        } catch (ConfigException e) {
            throw wrong(e);
        } catch (ConfigurationException e) {
            throw CommandException.usage(config.source() + ": " + e.getMessage());
        } finally {
            if (knet != null) {
                knet.close();
            }
        }
    }

    /** The node alone, which has a copy of the key then. */
    private static Knet open(ClusterConfig config, int id) throws ConfigException {
        Knet.Builder builder =
                Knet.builder(id)
                        .receiveQueueBytes(RECEIVE_QUEUE_BYTES)
                        .accessLists(config.blockUnlistedIps());
        if (config.knetMtu() != 0) {
            builder.interfaceMtu(config.knetMtu());
        }
        builder.pathMtuInterval(config.pmtudInterval());
        builder.compression(compression(config.compression()));
        if (!config.cryptoRequested()) {
            return builder.open();
        }
        CryptoSettings crypto = config.crypto();
        try (SharedKey key = ClusterKey.read(config)) {
            CryptoConfig.named(crypto.model(), crypto.cipher(), crypto.hash(), key)
                    .ifPresent(builder::crypto);
            return builder.open();
        }
    }

    private static CompressionConfig compression(CompressionSettings settings) {
        return new CompressionConfig(
                CompressionMethod.named(settings.model()), settings.level(), settings.threshold());
    }

    private static void addLink(Knet knet, LinkPlan plan) throws CommandException {
        ClusterNode peer = plan.peer();
        Host host = knet.host(peer.id()).orElse(null);
        if (host == null) {
            host = knet.addHost(peer.id(), peer.displayName());
            host.setPolicy(policy(plan.policy()));
        }
        LinkSettings settings = plan.settings();
        try {
            host.addLink(
                    plan.number(),
                    LinkConfig.udp(plan.local(), plan.remote())
                            .withPriority(settings.priority())
                            .withPing(
                                    settings.pingInterval(),
                                    settings.pingTimeout(),
                                    settings.pingPrecision())
                            .withPongCount(settings.pongCount()));
        } catch (KnetException e) {
            String line =
                    "link "
                            + plan.number()
                            + " to "
                            + HostNames.text(peer.id(), peer.name().orElse(""))
                            + ": "
                            + explain(e, plan);
            throw e.reason() == Reason.INVALID_ARGUMENT || e.reason() == Reason.ALREADY_EXISTS
                    ? CommandException.usage(line)
                    : CommandException.failed(line, e);
        }
    }

    private static String explain(KnetException e, LinkPlan plan) {
        if (e.reason() == Reason.INVALID_ARGUMENT) {
            return String.valueOf(e.getMessage());
        }
        Throwable cause = e.getCause();
        return "cannot bind "
                + plan.local().getAddress().getHostAddress()
                + " port "
                + plan.local().getPort()
                + ": "
                + (cause == null ? e.getMessage() : cause.getMessage());
    }

    private static LinkPolicy policy(LinkMode mode) {
        return switch (mode) {
            case PASSIVE -> LinkPolicy.PASSIVE;
            case ACTIVE -> LinkPolicy.ACTIVE;
            case RR -> LinkPolicy.ROUND_ROBIN;
        };
    }
}
