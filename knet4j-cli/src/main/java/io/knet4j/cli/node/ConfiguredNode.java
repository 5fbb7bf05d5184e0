package io.knet4j.cli.node;

import io.knet4j.ConfigChange;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.Knet;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.Version;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ClusterKey;
import io.knet4j.cli.config.ClusterNode;
import io.knet4j.cli.config.ConfigException;
import io.knet4j.cli.status.NodeIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A running node that is as its configuration file says, or said when it was read. */
final class ConfiguredNode implements AutoCloseable {

    /** A node may listen on all its channels, so the queue of each is smaller than usual. */
    private static final int RECEIVE_QUEUE_BYTES = 1 << 20;

    private final Instant started = Instant.now();
    private final Knet knet;
    private final NodeKeys keys = new NodeKeys();
    private volatile ClusterConfig cluster;

    private ConfiguredNode(ClusterConfig cluster, Knet knet) {
        this.cluster = cluster;
        this.knet = knet;
    }

    /**
     * Opens a node with all its hosts and links.
     *
     * @param prepare called with the node before it has any host, so that no event is missed
     * @throws CommandException when a value is refused or an address cannot be bound; nothing is
     *     left open then
     */
    static ConfiguredNode open(ClusterConfig cluster, int id, Consumer<? super Knet> prepare)
            throws CommandException {
        Optional<CryptoConfig> crypto = crypto(cluster);
        ConfiguredNode node = null;
        boolean done = false;
        try {
            node =
                    new ConfiguredNode(
                            cluster,
                            Knet.builder(id).receiveQueueBytes(RECEIVE_QUEUE_BYTES).open());
            prepare.accept(node.knet);
            node.putInForce(cluster, NodeKeys.first(crypto));
            done = true;
            return node;
        } finally {
            if (!done) {
                crypto.map(CryptoConfig::key).ifPresent(SharedKey::close);
                if (node != null) {
                    node.close();
                }
            }
        }
    }

    private static Optional<CryptoConfig> crypto(ClusterConfig cluster) throws CommandException {
        if (!cluster.cryptoRequested()) {
            return Optional.empty();
        }
        SharedKey key = null;
        Optional<CryptoConfig> crypto = Optional.empty();
        try {
            key = ClusterKey.read(cluster);
            crypto =
                    CryptoConfig.named(
                            cluster.crypto().model(),
                            cluster.crypto().cipher(),
                            cluster.crypto().hash(),
                            key);
            return crypto;
        } catch (ConfigException e) {
            throw NodeFile.wrong(e);
        } catch (ConfigurationException e) {
            throw refused(cluster, e);
        } finally {
            if (key != null && crypto.isEmpty()) {
                key.close();
            }
        }
    }

    private static CommandException refused(ClusterConfig cluster, ConfigurationException e) {
        String line = cluster.source() + ": " + e.getMessage();
        return e.reason() == Reason.ADDRESS_UNAVAILABLE || e.reason() == Reason.NOT_PERMITTED
                ? CommandException.failed(line, e)
                : CommandException.usage(line);
    }

    /** The node itself. */
    Knet knet() {
        return knet;
    }

    /** What the file said when it was read the last time. */
    ClusterConfig cluster() {
        return cluster;
    }

    /** Who the node is. */
    NodeIdentity identity() {
        ClusterConfig now = cluster;
        return new NodeIdentity(
                knet.nodeId(),
                name(now),
                now.clusterName(),
                Path.of(now.source()).toAbsolutePath().normalize().toString(),
                ProcessHandle.current().pid(),
                Version.number(),
                started);
    }

    private Optional<String> name(ClusterConfig config) {
        return config.nodes().stream()
                .filter(node -> node.id() == knet.nodeId())
                .findFirst()
                .flatMap(ClusterNode::name);
    }

    /**
     * Tells what {@link #change} would do.
     *
     * @return a line for each difference
     * @throws CommandException as {@link #change}, except that no address is bound
     */
    List<String> plan(ClusterConfig changed, boolean prepareKey) throws CommandException {
        return withKey(changed, prepareKey, false);
    }

    /**
     * Makes the node as the file says now: all or nothing. One thread at a time.
     *
     * @param prepareKey understand a key that has changed, but do not send with it yet
     * @return a line for each difference
     * @throws CommandException when it cannot be so, and nothing was changed
     */
    List<String> change(ClusterConfig changed, boolean prepareKey) throws CommandException {
        return withKey(changed, prepareKey, true);
    }

    private List<String> withKey(ClusterConfig changed, boolean prepareKey, boolean really)
            throws CommandException {
        Optional<CryptoConfig> crypto = crypto(changed);
        try {
            CryptoSettings next = keys.next(crypto, prepareKey);
            return really ? putInForce(changed, next) : differences(changed, next);
        } finally {
            crypto.map(CryptoConfig::key)
                    .filter(key -> !keys.holds(key))
                    .ifPresent(SharedKey::close);
        }
    }

    private List<String> differences(ClusterConfig changed, CryptoSettings crypto)
            throws CommandException {
        try {
            return lines(changed, knet.plan(desired(changed, crypto)));
        } catch (ConfigurationException e) {
            throw refused(changed, e);
        }
    }

    private List<String> putInForce(ClusterConfig changed, CryptoSettings crypto)
            throws CommandException {
        try {
            List<ConfigChange> changes = knet.apply(desired(changed, crypto));
            List<String> lines = lines(changed, changes);
            keys.accept(crypto);
            cluster = changed;
            return lines;
        } catch (ConfigurationException e) {
            throw refused(changed, e);
        }
    }

    private NodeConfig desired(ClusterConfig changed, CryptoSettings crypto)
            throws CommandException {
        try {
            return DesiredNode.of(changed, knet.nodeId(), crypto, knet.nodeConfig().hosts());
        } catch (ConfigException e) {
            throw NodeFile.wrong(e);
        }
    }

    private List<String> lines(ClusterConfig changed, List<ConfigChange> changes) {
        List<String> lines = new ArrayList<>();
        compare(lines, "cluster name", cluster.clusterName(), changed.clusterName());
        compare(lines, "name of this node", name(cluster), name(changed));
        changes.forEach(change -> lines.add(change.toString()));
        return Collections.unmodifiableList(lines);
    }

    private static void compare(
            List<String> lines, String field, Optional<String> before, Optional<String> after) {
        if (!before.equals(after)) {
            lines.add(field + ": " + before.orElse("none") + " -> " + after.orElse("none"));
        }
    }

    @Override
    public void close() {
        knet.close();
        keys.close();
    }
}
