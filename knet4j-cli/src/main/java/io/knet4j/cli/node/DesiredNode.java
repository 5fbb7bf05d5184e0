package io.knet4j.cli.node;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoSettings;
import io.knet4j.HostConfig;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ClusterNode;
import io.knet4j.cli.config.CompressionSettings;
import io.knet4j.cli.config.ConfigException;
import io.knet4j.cli.config.LinkMode;
import io.knet4j.cli.config.LinkPlan;
import io.knet4j.cli.config.LinkSettings;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a node is to be like when its file says so; when it starts, and when it is reloaded. */
final class DesiredNode {

    private DesiredNode() {}

    /**
     * The whole configuration.
     *
     * @param current hosts that there are already: links that the operator has disabled stay so
     * @throws ConfigException if the node is not in the file
     */
    static NodeConfig of(
            ClusterConfig cluster,
            int node,
            CryptoSettings crypto,
            SortedMap<Integer, HostConfig> current)
            throws ConfigException {
        SortedMap<Integer, HostConfig> hosts = new TreeMap<>();
        for (LinkPlan plan : cluster.linksOf(node)) {
            ClusterNode peer = plan.peer();
            HostConfig host =
                    hosts.getOrDefault(
                            peer.id(),
                            HostConfig.named(peer.displayName()).withPolicy(policy(plan.policy())));
            boolean enabled =
                    Optional.ofNullable(current.get(peer.id()))
                            .map(known -> known.links().get(plan.number()))
                            .map(LinkConfig::enabled)
                            .orElse(true);
            hosts.put(peer.id(), host.withLink(plan.number(), link(plan).withEnabled(enabled)));
        }
        NodeConfig.Builder builder =
                NodeConfig.builder()
                        .crypto(crypto)
                        .compression(compression(cluster.compression()))
                        .interfaceMtu(
                                cluster.knetMtu() == 0
                                        ? OptionalInt.empty()
                                        : OptionalInt.of(cluster.knetMtu()))
                        .pathMtuInterval(cluster.pmtudInterval())
                        .accessLists(cluster.blockUnlistedIps())
                        .dscp(cluster.ipDscp())
                        .flapControl(cluster.flapControl());
        hosts.forEach(builder::host);
        return builder.build();
    }

    private static LinkConfig link(LinkPlan plan) {
        LinkSettings settings = plan.settings();
        return LinkConfig.udp(plan.local(), plan.remote())
                .withPriority(settings.priority())
                .withPing(settings.pingInterval(), settings.pingTimeout(), settings.pingPrecision())
                .withPongCount(settings.pongCount())
                .withHighPriorityTraffic(true); // as corosync has it
    }

    private static LinkPolicy policy(LinkMode mode) {
        return switch (mode) {
            case PASSIVE -> LinkPolicy.PASSIVE;
            case ACTIVE -> LinkPolicy.ACTIVE;
            case RR -> LinkPolicy.ROUND_ROBIN;
        };
    }

    private static CompressionConfig compression(CompressionSettings settings) {
        return new CompressionConfig(
                CompressionMethod.named(settings.model()), settings.level(), settings.threshold());
    }
}
