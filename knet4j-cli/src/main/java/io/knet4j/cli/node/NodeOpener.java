package io.knet4j.cli.node;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetException;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ClusterNode;
import io.knet4j.cli.config.CompressionSettings;
import io.knet4j.cli.config.ConfigException;
import io.knet4j.cli.config.LinkMode;
import io.knet4j.cli.config.LinkPlan;
import io.knet4j.cli.config.LinkSettings;
import io.knet4j.cli.config.LinkTransport;
import io.knet4j.cli.config.Problem;
import java.nio.file.Path;
import java.util.function.Consumer;

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

    /** What would be silently left out otherwise: a plain-text node in an encrypted cluster. */
    private static void refuseUnsupported(ClusterConfig config) throws CommandException {
        if (config.cryptoRequested()) {
            boolean cipher = !"none".equals(config.crypto().cipher());
            throw unsupported(
                    config,
                    cipher ? "crypto_cipher" : "crypto_hash",
                    cipher ? config.crypto().cipher() : config.crypto().hash(),
                    "none");
        }
        compression(config);
        if (config.transportRequested(LinkTransport.SCTP)) {
            throw unsupported(config, "knet_transport", "sctp", "udp");
        }
        if (config.ipDscp() != 0) {
            throw unsupported(config, "ip_dscp", Integer.toString(config.ipDscp()), "0");
        }
    }

    private static CompressionConfig compression(ClusterConfig config) throws CommandException {
        if (!config.compressionRequested()) {
            return CompressionConfig.NONE;
        }
        CompressionSettings settings = config.compression();
        CompressionMethod method = CompressionMethod.named(settings.model());
        if (!method.acceptsLevel(settings.level())) {
            throw CommandException.usage(
                    new Problem.Field(
                                    config.source(),
                                    0,
                                    "knet_compression_level",
                                    Integer.toString(settings.level()),
                                    "is not a level of " + settings.model(),
                                    method.minLevel() + ".." + method.maxLevel())
                            .toString());
        }
        return CompressionConfig.of(method)
                .withLevel(settings.level())
                .withThreshold(settings.threshold());
    }

    private static CommandException unsupported(
            ClusterConfig config, String field, String value, String allowed) {
        return CommandException.usage(
                new Problem.Field(config.source(), 0, field, value, "is not supported yet", allowed)
                        .toString());
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
            Knet.Builder builder = Knet.builder(id).receiveQueueBytes(RECEIVE_QUEUE_BYTES);
            if (config.knetMtu() != 0) {
                builder.interfaceMtu(config.knetMtu());
            }
            builder.compression(compression(config));
            knet = builder.open();
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
