package io.knet4j.internal.engine;

import io.knet4j.CompressionConfig;
import io.knet4j.FlapControl;
import io.knet4j.HostConfig;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force at a moment, and what it is in force in. The control loop takes it;
 * anybody may look at it, but must not touch the hosts and links that it names.
 *
 * @param hosts ordered by id
 * @param sockets all that are open
 */
public record EnginePicture(
        List<Host> hosts,
        Map<ScopedAddress, Transport.Socket> sockets,
        KeySlots.Settings keys,
        CompressionConfig compression,
        Settings settings) {

    /** What concerns the node as a whole, besides crypto and compression. */
    public record Settings(
            OptionalInt interfaceMtu,
            Duration pathMtuInterval,
            boolean accessLists,
            int dscp,
            OptionalInt onWireVersion,
            FlapControl flapControl) {}

    /** A host. */
    public record Host(
            HostState state, String name, LinkPolicy policy, List<Link> links, boolean reachable) {}

    /** A link. */
    public record Link(LinkState state, LinkConfig config) {}

    static EnginePicture of(
            Collection<HostState> all,
            Map<ScopedAddress, Transport.Socket> sockets,
            KeySlots.Settings keys,
            CompressionConfig compression,
            Settings settings) {
        List<Host> hosts = new ArrayList<>(all.size());
        for (HostState host : all) {
            List<Link> links = new ArrayList<>(host.links.length);
            for (LinkState link : host.links) {
                if (link != null) {
                    links.add(new Link(link, link.config));
                }
            }
            hosts.add(new Host(host, host.name, host.policy, links, host.route != null));
        }
        return new EnginePicture(hosts, sockets, keys, compression, settings);
    }

    /** The open socket with this address, null when there is none. */
    public Transport.@Nullable Socket socketAt(InetSocketAddress local) {
        return sockets.get(ScopedAddress.of(local));
    }

    /** The same as a configuration. */
    public NodeConfig config() {
        SortedMap<Integer, HostConfig> configs = new TreeMap<>();
        for (Host host : hosts) {
            SortedMap<Integer, LinkConfig> links = new TreeMap<>();
            host.links.forEach(link -> links.put(link.state.id, link.config));
            configs.put(host.state.id, new HostConfig(host.name, host.policy, links));
        }
        return new NodeConfig(
                configs,
                keys.config(),
                compression,
                settings.interfaceMtu,
                settings.pathMtuInterval,
                settings.accessLists,
                settings.dscp,
                settings.onWireVersion,
                settings.flapControl);
    }
}
