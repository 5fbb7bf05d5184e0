package io.knet4j;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything about a node that is configuration and can change while it runs: what {@link
 * Knet#apply} brings about, and {@link Knet#nodeConfig()} tells.
 *
 * <p>What is not part of it, and why:
 *
 * <ul>
 *   <li>the sizes of queues, of socket buffers and of the memory for incomplete messages, which are
 *       fixed when the node is opened ({@link KnetConfig});
 *   <li>the destination filter, event listeners, message handlers and channels: they are the
 *       application's code, which whoever writes a configuration does not know;
 *   <li>whether messages are carried ({@link Knet#startForwarding()}): an application decides that
 *       when it is ready for them.
 * </ul>
 *
 * {@snippet :
 * NodeConfig now = knet.nodeConfig();
 * HostConfig peer = now.hosts().get(2);
 * LinkConfig link = peer.links().get(1);
 * knet.apply(now.toBuilder().host(2, peer.withLink(1, link.withPriority(5))).build());
 * }
 *
 * @param hosts the hosts by their ids, 0 to 65535, each with its links
 * @param crypto slots, which of them sends, and whether clear packets are accepted; default: no
 *     crypto
 * @param compression how sent messages are compressed; default: not at all
 * @param interfaceMtu MTU of the network interfaces set by hand, 576 to 65535; default: not set
 * @param pathMtuInterval how often path MTUs are discovered anew, 1 to 86,400 s; default 60 s
 * @param accessLists whether dynamic links accept only peers that their access lists do; default
 *     true
 * @param dscp differentiated services code point of links with {@link
 *     LinkConfig#highPriorityTraffic()}, 0 to 63; sockets that are open keep theirs; default 0
 * @param onWireVersion packet format version that pings announce whatever other hosts can; default:
 *     the highest that all of them support
 * @param flapControl how links are avoided that come and go, or lose much; default: not at all
 */
public record NodeConfig(
        SortedMap<Integer, HostConfig> hosts,
        CryptoSettings crypto,
        CompressionConfig compression,
        OptionalInt interfaceMtu,
        Duration pathMtuInterval,
        boolean accessLists,
        int dscp,
        OptionalInt onWireVersion,
        FlapControl flapControl) {

    /**
     * Checks every value and copies the map. The first problem that is found is told.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming host, link and field,
     *     the value and what is allowed; {@link Reason#ALREADY_EXISTS} if two hosts have the same
     *     name
     */
    public NodeConfig {
        hosts = Checks.copy("hosts", hosts);
        Checks.notNull("crypto", crypto);
        Checks.notNull("compression", compression);
        Checks.notNull("interfaceMtu", interfaceMtu);
        Checks.notNull("onWireVersion", onWireVersion);
        Checks.notNull("flapControl", flapControl);
        KnetConfig.checkInterfaceMtu(interfaceMtu);
        KnetConfig.checkPathMtuInterval(pathMtuInterval);
        KnetConfig.checkDscp(dscp);
        checkHosts(hosts);
    }

    private static void checkHosts(SortedMap<Integer, HostConfig> hosts) {
        Map<String, Integer> names = new HashMap<>();
        Map<LocalAddress, String> links = new HashMap<>();
        hosts.forEach((id, host) -> {
            Checks.range("host id", id, 0, Knet.MAX_HOST_ID);
            Integer other = names.putIfAbsent(host.name(), id);
            if (other != null) {
                throw new ConfigurationException(
                        Reason.ALREADY_EXISTS,
                        "host "
                                + id
                                + ": name: host "
                                + other
                                + " is called '"
                                + host.name()
                                + "', too; each needs a name of its own");
            }
            host.links().forEach((link, config) -> checkLocal(id, link, config, links));
        });
    }

    /** What a socket is bound to; links of one kind may share it. */
    private record LocalAddress(InetSocketAddress address, int scope, boolean dynamic) {
        private LocalAddress(InetSocketAddress address, boolean dynamic) {
            this(
                    address,
                    address.getAddress() instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0,
                    dynamic);
        }
    }

    private static void checkLocal(
            int host, int link, LinkConfig config, Map<LocalAddress, String> links) {
        InetSocketAddress local = config.local();
        if (local == null || local.getPort() == 0) {
            return;
        }
        boolean dynamic = config.remote() == null;
        String name = "host " + host + ", link " + link;
        links.putIfAbsent(new LocalAddress(local, dynamic), name);
        String other = links.get(new LocalAddress(local, !dynamic));
        if (other != null) {
            throw ConfigurationException.invalid(
                    name + ": local",
                    local,
                    "an address without "
                            + (dynamic ? "static" : "dynamic")
                            + " links; "
                            + other
                            + " is one");
        }
    }

    /**
     * Starts with a node that has no hosts, and every setting at its default.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts with this configuration.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.hosts.putAll(hosts);
        builder.crypto = crypto;
        builder.compression = compression;
        builder.interfaceMtu = interfaceMtu;
        builder.pathMtuInterval = pathMtuInterval;
        builder.accessLists = accessLists;
        builder.dscp = dscp;
        builder.onWireVersion = onWireVersion;
        builder.flapControl = flapControl;
        return builder;
    }

    /** Makes a configuration. Not safe for use by several threads. */
    public static final class Builder {
        private final SortedMap<Integer, HostConfig> hosts = new TreeMap<>();
        private CryptoSettings crypto = CryptoSettings.NONE;
        private CompressionConfig compression = CompressionConfig.NONE;
        private OptionalInt interfaceMtu = OptionalInt.empty();
        private Duration pathMtuInterval = KnetConfig.DEFAULT_PATH_MTU_INTERVAL;
        private boolean accessLists = true;
        private int dscp;
        private OptionalInt onWireVersion = OptionalInt.empty();
        private FlapControl flapControl = FlapControl.OFF;

        private Builder() {}

        /**
         * Adds a host, or changes one.
         *
         * @param id 0 to 65535
         * @param config takes the place of the host with this id, if there is one
         * @return this
         */
        public Builder host(int id, HostConfig config) {
            hosts.put(id, config);
            return this;
        }

        /**
         * Removes a host.
         *
         * @param id any number
         * @return this
         */
        public Builder withoutHost(int id) {
            hosts.remove(id);
            return this;
        }

        /**
         * The hosts as they are now.
         *
         * @return an unmodifiable view
         */
        public SortedMap<Integer, HostConfig> hosts() {
            return Collections.unmodifiableSortedMap(hosts);
        }

        /**
         * How packets are encrypted and signed.
         *
         * @param settings slots, which of them sends, and whether clear packets are accepted
         * @return this
         */
        public Builder crypto(CryptoSettings settings) {
            crypto = settings;
            return this;
        }

        /**
         * How messages are compressed, see {@link Knet#setCompression}.
         *
         * @param config method, level and threshold
         * @return this
         */
        public Builder compression(CompressionConfig config) {
            compression = config;
            return this;
        }

        /**
         * MTU of the network interfaces, see {@link Knet#setInterfaceMtu}.
         *
         * @param bytes 576 to 65535; empty when it is not set by hand
         * @return this
         */
        public Builder interfaceMtu(OptionalInt bytes) {
            interfaceMtu = bytes;
            return this;
        }

        /**
         * How often path MTUs are discovered anew, see {@link Knet#setPathMtuInterval}.
         *
         * @param interval 1 to 86,400 s
         * @return this
         */
        public Builder pathMtuInterval(Duration interval) {
            pathMtuInterval = interval;
            return this;
        }

        /**
         * Whether the access lists of dynamic links count, see {@link Knet#setAccessLists}.
         *
         * @param enabled whether they do
         * @return this
         */
        public Builder accessLists(boolean enabled) {
            accessLists = enabled;
            return this;
        }

        /**
         * Differentiated services code point, see {@link Knet#setDscp}.
         *
         * @param value 0 to 63
         * @return this
         */
        public Builder dscp(int value) {
            dscp = value;
            return this;
        }

        /**
         * Packet format version, see {@link Knet#forceOnWireVersion}.
         *
         * @param version the version that pings announce; empty for the highest that all hosts
         *     support
         * @return this
         */
        public Builder onWireVersion(OptionalInt version) {
            onWireVersion = version;
            return this;
        }

        /**
         * How links are avoided that come and go, or lose much, see {@link Knet#setFlapControl}.
         *
         * @param control hold-down, damping and loss limit
         * @return this
         */
        public Builder flapControl(FlapControl control) {
            flapControl = control;
            return this;
        }

        /**
         * The configuration as it is now.
         *
         * @return an immutable configuration
         * @throws ConfigurationException as the constructor of {@link NodeConfig}
         */
        public NodeConfig build() {
            return new NodeConfig(
                    hosts,
                    crypto,
                    compression,
                    interfaceMtu,
                    pathMtuInterval,
                    accessLists,
                    dscp,
                    onWireVersion,
                    flapControl);
        }
    }
}
