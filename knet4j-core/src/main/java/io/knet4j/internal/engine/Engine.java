package io.knet4j.internal.engine;

import io.knet4j.AccessRule;
import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CompressionStatistics;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoStatus;
import io.knet4j.DestinationFilter;
import io.knet4j.DropCause;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.KnetEvent.OnWireVersionChanged;
import io.knet4j.KnetEvent.ZstdWithheld;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import io.knet4j.MtuLimit;
import io.knet4j.OnWireVersion;
import io.knet4j.PathMtu;
import io.knet4j.Reason;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Reassembler;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSuite;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The protocol engine of one node. Everything here belongs to the control loop, except {@link
 * #sender()}, which belongs to whoever holds the node's send lock, and the getters that say so.
 */
public final class Engine {
    private static final int MAX_NAME_BYTES = 255;
    private static final long RETRY = 1_000_000;
    private static final PathMtu LOOPBACK_MTU =
            new PathMtu(
                    65_535,
                    65_535,
                    65_535,
                    MtuLimit.PROTOCOL,
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    false);

    private final KnetConfig config;
    private final Transport transport;
    private final RandomGenerator random;
    private final EngineOutput output;
    private final Shared shared;
    private final KeySlots keys;
    private final Mismatches mismatches;
    private final Hosts hosts = new Hosts();
    private final TimerQueue timers = new TimerQueue();
    private final OnWireVersions versions = new OnWireVersions();
    private final Map<ScopedAddress, SharedSocket> sockets = new HashMap<>();
    private final ControlOutbox outbox;
    private final Drops drops;
    private final Router router;
    private final AccessControl access;
    private final PathMtuProber prober;
    private final Heartbeat heartbeat;
    private final PeerFinder finder;
    private final Reassembler reassembler;
    private final Receiver receiver;
    private final Sender sender;
    private Duration pathMtuInterval;

    /** The last time that was told; it may be a while ago when a command runs. */
    private long now;

    /** A socket and the number of links that use it. */
    private static final class SharedSocket {
        private final Transport.Socket socket;

        /** Whether its links are dynamic: all of them, or none. */
        private final boolean dynamic;

        private int links;

        private SharedSocket(Transport.Socket socket, boolean dynamic) {
            this.socket = socket;
            this.dynamic = dynamic;
        }
    }

    /**
     * @param keys how packets are sealed and opened
     * @param random source of the keys of ping tokens; must be unpredictable where peers are not
     *     trusted
     * @param controlBatch for pings and answers
     * @param probeBatch for path MTU probes: room for the largest datagram
     * @param senderBatch for messages: room for at least 128 KiB and 2048 datagrams
     * @param methods asked when a compressed message arrives
     */
    public Engine(
            KnetConfig config,
            KeySlots keys,
            Transport transport,
            EngineOutput output,
            RandomGenerator random,
            OutgoingBatch controlBatch,
            OutgoingBatch probeBatch,
            OutgoingBatch senderBatch,
            Supplier<CompressionMethods> methods) {
        this.config = config;
        this.transport = transport;
        this.random = random;
        this.output = output;
        pathMtuInterval = config.pathMtuInterval();
        this.keys = keys;
        shared = new Shared(config.nodeId());
        mismatches = new Mismatches(keys, hosts, output);
        drops = new Drops(output);
        outbox = new ControlOutbox(transport, controlBatch, output);
        router = new Router(hosts, versions, keys, shared, output);
        access = new AccessControl(config.accessLists());
        prober =
                new PathMtuProber(
                        shared,
                        keys,
                        timers,
                        versions,
                        router,
                        transport,
                        probeBatch,
                        output,
                        pathMtuInterval.toNanos(),
                        config.interfaceMtu());
        heartbeat = new Heartbeat(shared, keys, timers, versions, router, prober, outbox, output);
        finder = new PeerFinder(transport, timers, access, heartbeat, router, drops, output);
        reassembler =
                new Reassembler(
                        config.reassembly().messagesPerHost(),
                        config.reassembly().bytesTotal(),
                        config.reassembly().lifetime().toNanos(),
                        new Reassembler.Losses() {
                            @Override
                            public void evicted() {
                                drops.count(now, DropCause.REASSEMBLY_EVICTED, null);
                            }

                            @Override
                            public void expired() {
                                drops.count(now, DropCause.REASSEMBLY_EXPIRED, null);
                            }
                        });
        receiver =
                new Receiver(
                        shared,
                        keys,
                        mismatches,
                        hosts,
                        versions,
                        access,
                        heartbeat,
                        finder,
                        router,
                        prober,
                        reassembler,
                        outbox,
                        drops,
                        output,
                        methods);
        sender = new Sender(shared, transport, output, senderBatch);
    }

    /** Takes received datagrams. */
    public void receive(long time, IncomingBatch batch) {
        now = time;
        receiver.receive(time, batch);
    }

    /**
     * Runs the timers that are due and returns when the next one is, {@link Long#MAX_VALUE} when
     * there is none.
     */
    public long runTimers(long time) {
        now = time;
        takeRefusedSizes();
        timers.run(time);
        reassembler.expire(time);
        outbox.flush();
        long next = Math.min(timers.next(), reassembler.nextExpiry());
        return outbox.isWaiting() ? Math.min(next, time + RETRY) : next;
    }

    private void takeRefusedSizes() {
        if (!shared.sizeRefused) {
            return;
        }
        shared.sizeRefused = false; // before the sizes are read: what comes later is told again
        for (LinkState link : allLinks()) {
            int size = link.probing.refused.take();
            if (size != RefusedSize.NONE) {
                prober.onRefused(now, link, size);
            }
        }
    }

    private List<LinkState> allLinks() {
        List<LinkState> all = new ArrayList<>();
        for (HostState host : hosts.all()) {
            all.addAll(links(host));
        }
        return all;
    }

    /** The network reports that what was sent from this socket to this address does not arrive. */
    public void unreachable(long time, Transport.Socket socket, InetSocketAddress remote) {
        now = time;
        for (HostState host : hosts.all()) {
            for (LinkState link : host.links) {
                if (link != null
                        && link.path != null
                        && link.path.socket().equals(socket)
                        && link.path.remote().equals(remote)) {
                    heartbeat.onUnreachable(time, link);
                }
            }
        }
    }

    /** The way of messages to the network. */
    public Sender sender() {
        return sender;
    }

    // ---- hosts

    public HostState addHost(int id, String name) {
        if (id < 0 || id > Knet.MAX_HOST_ID) {
            throw ConfigurationException.invalid("host id", id, "0 to " + Knet.MAX_HOST_ID);
        }
        if (hosts.get(id) != null) {
            throw new ConfigurationException(
                    Reason.ALREADY_EXISTS, "host id: there is already a host " + id);
        }
        checkName(name, null);
        HostState host = new HostState(id, name);
        hosts.add(host);
        return host;
    }

    public void removeHost(long time, HostState host) {
        check(host);
        for (LinkState link : host.links) {
            if (link != null) {
                removeLink(time, link);
            }
        }
        reassembler.clear(host.incomplete);
        hosts.remove(host);
        router.publish();
    }

    public void rename(HostState host, String name) {
        check(host);
        checkName(name, host);
        host.name = name;
    }

    private void checkName(String name, @Nullable HostState self) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw ConfigurationException.invalid(
                    "host name", '\'' + name + '\'', "1 to " + MAX_NAME_BYTES + " bytes");
        }
        HostState other = host(name);
        if (other != null && other != self) {
            throw new ConfigurationException(
                    Reason.ALREADY_EXISTS,
                    "host name: host " + other.id + " is already called '" + name + '\'');
        }
    }

    public void setPolicy(HostState host, LinkPolicy policy) {
        check(host);
        host.policy = policy;
        router.update(host);
    }

    public @Nullable HostState host(int id) {
        return hosts.get(id);
    }

    public @Nullable HostState host(String name) {
        for (HostState host : hosts.all()) {
            if (host.name.equals(name)) {
                return host;
            }
        }
        return null;
    }

    public List<HostState> hosts() {
        return List.copyOf(hosts.all());
    }

    public String name(HostState host) {
        check(host);
        return host.name;
    }

    public HostStatus status(HostState host) {
        check(host);
        HostRoute route = host.route;
        return new HostStatus(
                host.id,
                host.name,
                route != null || isLocalByLoopback(host),
                host.policy,
                route == null ? List.of() : route.links(),
                route == null ? arithmetic().safeDataMtu() : route.dataMtu(),
                host.version.current(),
                host.version.max());
    }

    /** Whether messages can reach the host. May be called by any thread. */
    public boolean isReachable(HostState host) {
        RoutingTable routes = shared.routes;
        return routes.route(host.id) != null
                || (host.id == config.nodeId() && routes.loopback() != null);
    }

    private static boolean isLocalByLoopback(HostState host) {
        for (LinkState link : host.links) {
            if (link != null && link.isLoopback() && link.config.enabled()) {
                return true;
            }
        }
        return false;
    }

    private void check(HostState host) {
        if (hosts.get(host.id) != host) {
            throw new ConfigurationException(Reason.NOT_FOUND, "host " + host.id + " was removed");
        }
    }

    // ---- links

    public LinkState addLink(long time, HostState host, int id, LinkConfig linkConfig) {
        return addLink(time, host, id, linkConfig, AccessFilter.of(linkConfig.accessRules()));
    }

    /**
     * Adds a link.
     *
     * @param filter made of the access rules in the configuration
     */
    public LinkState addLink(
            long time, HostState host, int id, LinkConfig linkConfig, AccessFilter filter) {
        check(host);
        if (id < 0 || id >= Knet.MAX_LINKS) {
            throw ConfigurationException.invalid("link id", id, "0 to " + (Knet.MAX_LINKS - 1));
        }
        if (host.links[id] != null) {
            throw new ConfigurationException(
                    Reason.ALREADY_EXISTS,
                    "link id: host " + host.id + " already has a link " + id);
        }
        boolean loopback = linkConfig.transport() == LinkConfig.Transport.LOOPBACK;
        checkLoopback(host, loopback);
        Transport.Socket socket = loopback ? null : acquireSocket(linkConfig);
        LinkConfig actual = socket == null ? linkConfig : linkConfig.withLocal(socket.local());
        LinkState link =
                new LinkState(
                        host,
                        id,
                        actual,
                        socket,
                        path(socket, linkConfig),
                        filter,
                        random,
                        mtuRange(actual),
                        heartbeat::onPingTimer,
                        heartbeat::onDownTimer,
                        finder::onTimer,
                        prober::onTimer);
        prober.onAdded(link);
        host.links[id] = link;
        access.add(link);
        if (linkConfig.enabled() && !loopback) {
            heartbeat.start(time, link);
        }
        router.publish();
        return link;
    }

    private void checkLoopback(HostState host, boolean loopback) {
        if (loopback && host.id != config.nodeId()) {
            throw ConfigurationException.invalid(
                    "transport",
                    "LOOPBACK on host " + host.id,
                    "the local host " + config.nodeId() + " only");
        }
        boolean hasLoopback = false;
        for (LinkState link : host.links) {
            hasLoopback |= link != null && link.isLoopback();
        }
        if (hasLoopback || (loopback && host.linkCount() > 0)) {
            throw ConfigurationException.invalid(
                    "transport", "a loopback link beside another link", "a loopback link alone");
        }
    }

    private @Nullable Path path(Transport.@Nullable Socket socket, LinkConfig linkConfig) {
        InetSocketAddress remote = linkConfig.remote();
        return socket == null || remote == null ? null : transport.path(socket, remote);
    }

    private Transport.Socket acquireSocket(LinkConfig linkConfig) {
        InetSocketAddress local = Objects.requireNonNull(linkConfig.local());
        SharedSocket use = local.getPort() == 0 ? null : sockets.get(ScopedAddress.of(local));
        if (use != null && use.dynamic != linkConfig.dynamic()) {
            throw ConfigurationException.invalid(
                    "local",
                    local + " for a " + kind(linkConfig.dynamic()) + " link",
                    "an address and port that no " + kind(use.dynamic) + " link has");
        }
        if (use == null) {
            use =
                    new SharedSocket(
                            transport.bind(
                                    local,
                                    new Transport.SocketOptions(
                                            config.socketBufferBytes(),
                                            linkConfig.highPriorityTraffic())),
                            linkConfig.dynamic());
            sockets.put(ScopedAddress.of(use.socket.local()), use);
        }
        use.links++;
        return use.socket;
    }

    private static String kind(boolean dynamic) {
        return dynamic ? "dynamic" : "static";
    }

    private void releaseSocket(Transport.Socket socket) {
        ScopedAddress local = ScopedAddress.of(socket.local());
        SharedSocket use = sockets.get(local);
        if (use != null && --use.links == 0) {
            sockets.remove(local);
            transport.unbind(use.socket);
        }
    }

    public void removeLink(long time, LinkState link) {
        check(link);
        heartbeat.stop(time, link);
        access.remove(link);
        link.host.links[link.id] = null;
        if (link.socket != null) {
            outbox.flush();
            releaseSocket(link.socket);
        }
        router.update(link.host);
    }

    public void setEnabled(long time, LinkState link, boolean enabled) {
        check(link);
        if (link.config.enabled() == enabled) {
            return;
        }
        link.config = link.config.withEnabled(enabled);
        if (!link.isLoopback()) {
            if (enabled) {
                heartbeat.start(time, link);
                if (link.peer != null) {
                    finder.onEnabled(time, link, link.peer);
                }
            } else {
                heartbeat.stop(time, link);
            }
        }
        router.update(link.host);
    }

    /** Whether dynamic links accept only what their access lists do. */
    public void setAccessLists(boolean enabled) {
        access.setEnabled(enabled);
    }

    public boolean accessLists() {
        return access.isEnabled();
    }

    /** The list of a dynamic link. */
    public AccessFilter accessFilter(LinkState link) {
        return dynamic(link).filter;
    }

    private DynamicPeer dynamic(LinkState link) {
        check(link);
        DynamicPeer peer = link.peer;
        if (peer == null) {
            throw ConfigurationException.invalid(
                    "access list",
                    "of link "
                            + link.id
                            + " of host "
                            + link.host.id
                            + (link.isLoopback()
                                    ? ", which is a loopback link"
                                    : ", which is static"),
                    "that of a dynamic link; others accept what they must");
        }
        return peer;
    }

    /**
     * Replaces the list of a dynamic link.
     *
     * @param before what it must be so far
     * @return whether it was that
     */
    public boolean replaceAccessFilter(LinkState link, AccessFilter before, AccessFilter after) {
        DynamicPeer peer = dynamic(link);
        if (peer.filter != before) {
            return false;
        }
        link.config = link.config.withAccessRules(after.rules());
        access.replace(link, peer, after);
        return true;
    }

    /** Whether the list of a link accepts an address. */
    public boolean acceptedByList(LinkState link, InetAddress source) {
        check(link);
        InetSocketAddress remote = link.config.remote();
        return link.peer != null
                ? link.peer.filter.accepts(source)
                : remote != null && ScopedAddress.sameHost(remote.getAddress(), source);
    }

    /** What a link accepts: of a static one, its peer's address. */
    public List<AccessRule> accessRules(LinkState link) {
        check(link);
        InetSocketAddress remote = link.config.remote();
        return remote == null
                ? link.config.accessRules()
                : List.of(new AccessRule.Address(remote.getAddress(), AccessRule.Action.ACCEPT));
    }

    public void setPriority(LinkState link, int priority) {
        check(link);
        link.config = link.config.withPriority(priority);
        router.update(link.host);
    }

    /** Takes over the timers and the pong count of a configuration. */
    public void setHeartbeat(long time, LinkState link, LinkConfig changed) {
        check(link);
        link.config = changed;
        link.monitor.configure(changed);
        if (!link.isLoopback()) {
            heartbeat.reschedule(time, link);
        }
    }

    public @Nullable LinkState link(HostState host, int id) {
        check(host);
        return id < 0 ? null : host.link(id);
    }

    public List<LinkState> links(HostState host) {
        check(host);
        List<LinkState> links = new ArrayList<>();
        for (LinkState link : host.links) {
            if (link != null) {
                links.add(link);
            }
        }
        return links;
    }

    public LinkConfig config(LinkState link) {
        check(link);
        return link.config;
    }

    public LinkStatus status(long time, LinkState link) {
        check(link);
        LinkMonitor monitor = link.monitor;
        LinkCounters counters = link.counters;
        boolean loopback = link.isLoopback();
        HostRoute route = link.host.route;
        return new LinkStatus(
                link.host.id,
                link.id,
                link.config,
                Optional.ofNullable(link.path).map(Path::remote),
                loopback ? link.config.enabled() : monitor.connected(),
                loopback ? link.config.enabled() : route != null && route.links().contains(link.id),
                monitor.latency(),
                monitor.sinceLastPong(time),
                loopback ? LOOPBACK_MTU : link.probing.snapshot(time),
                new LinkStatistics(
                        counters.senderTxData.snapshot(),
                        counters.rxData.snapshot(),
                        counters.txPing.plus(counters.senderTxPing),
                        counters.rxPing.snapshot(),
                        counters.txPong.snapshot(),
                        counters.rxPong.snapshot(),
                        counters.txPmtud.snapshot(),
                        counters.rxPmtud.snapshot(),
                        counters.txErrors.get() + counters.senderTxErrors.get(),
                        counters.senderTxRetries.get(),
                        monitor.minLatency(),
                        monitor.maxLatency(),
                        monitor.samples(),
                        monitor.upCount(),
                        monitor.downCount()));
    }

    private void check(LinkState link) {
        if (hosts.get(link.host.id) != link.host || link.host.links[link.id] != link) {
            throw new ConfigurationException(
                    Reason.NOT_FOUND,
                    "link " + link.id + " of host " + link.host.id + " was removed");
        }
    }

    // ---- the node

    public void setInterfaceMtu(OptionalInt bytes) {
        KnetConfig.checkInterfaceMtu(bytes);
        prober.setInterfaceMtu(now, bytes, allLinks());
        router.updateAll();
    }

    public void setPathMtuInterval(Duration interval) {
        KnetConfig.checkPathMtuInterval(interval);
        pathMtuInterval = interval;
        prober.setInterval(now, interval.toNanos(), allLinks());
    }

    public Duration pathMtuInterval() {
        return pathMtuInterval;
    }

    /** Discovers the path MTU of all links anew. */
    public void discoverPathMtu() {
        prober.searchAll(now, allLinks());
    }

    /** The smallest data MTU of all hosts that are reachable. */
    public int dataMtu() {
        return shared.routes.reachable().stream()
                .mapToInt(HostRoute::dataMtu)
                .min()
                .orElse(arithmetic().safeDataMtu());
    }

    /** What was sealed or opened by the settings so far may be sealed or opened otherwise now. */
    private void cryptoChanged() {
        mismatches.reset();
        for (LinkState link : allLinks()) {
            MtuRange range = mtuRange(link.config);
            if (!range.equals(link.probing.mtu.range())) {
                prober.onSealerChanged(now, link, range);
            }
        }
        router.updateAll();
    }

    public void setKeySlot(int slot, PacketSuite suite) {
        keys.set(slot, suite);
        cryptoChanged();
    }

    public void clearKeySlot(int slot) {
        keys.clear(slot);
        cryptoChanged();
    }

    public void useKeySlot(int slot) {
        keys.use(slot);
        cryptoChanged();
    }

    public void setClearTraffic(ClearTraffic clearTraffic) {
        keys.setClearTraffic(clearTraffic);
        cryptoChanged();
    }

    /** Sets slot 1, uses it, empties the other, and refuses clear traffic. */
    public void enableCrypto(PacketSuite suite) {
        keys.enable(suite);
        cryptoChanged();
    }

    /** Sends clear, empties both slots, and accepts clear traffic. */
    public void disableCrypto() {
        keys.disable();
        cryptoChanged();
    }

    public CryptoStatus cryptoStatus() {
        return keys.status();
    }

    /** Overwrites all keys; nothing can be received any more. */
    public void wipeKeys() {
        keys.wipe();
    }

    private MtuRange mtuRange(LinkConfig link) {
        InetSocketAddress local = link.local();
        return new MtuRange(
                arithmetic(), local != null && local.getAddress() instanceof Inet6Address);
    }

    private MtuArithmetic arithmetic() {
        return keys.senderSealer().arithmetic();
    }

    public void forceOnWireVersion(OptionalInt version) {
        if (version.isPresent() && !versions.supports(version.getAsInt())) {
            OnWireVersion range = versions.snapshot();
            throw ConfigurationException.invalid(
                    "on-wire version", version.getAsInt(), range.min() + " to " + range.max());
        }
        versions.force(version.orElse(0));
        if (versions.negotiate(hosts.versions())) {
            router.publish();
            output.publish(new OnWireVersionChanged(versions.snapshot()));
        }
    }

    public OnWireVersion onWireVersion() {
        return versions.snapshot();
    }

    /** May be called by any thread. */
    public void setForwarding(boolean forwarding) {
        shared.forwarding = forwarding;
    }

    /** May be called by any thread. */
    public boolean forwarding() {
        return shared.forwarding;
    }

    /** May be called by any thread. */
    public void setFilter(@Nullable DestinationFilter filter) {
        shared.filter = filter;
    }

    /**
     * Sets how messages are compressed. Whoever configures zstd says that all hosts have it, so
     * that only what they send from now on can tell otherwise.
     */
    public void setCompression(ActiveCompression compression) {
        // Before the routes: senders read it after them, and the configuration so far, if that was
        // zstd, must not meet routes without marks.
        shared.compression = compression;
        for (HostState host : hosts.all()) {
            if (compression.method() == CompressionMethod.NONE) {
                host.forgetMethod();
            } else if (compression.method() == CompressionMethod.ZSTD && host.tellsZstdWithheld()) {
                output.publish(new ZstdWithheld(host.id));
            }
        }
        router.updateAll();
    }

    /** May be called by any thread. */
    public CompressionConfig compression() {
        return shared.compression.config();
    }

    /** May be called by any thread. */
    public CompressionStatistics compressionStatistics() {
        MessageCompressor tx = sender.compressor();
        MessageDecompressor rx = receiver.decompressor();
        return new CompressionStatistics(
                tx.compressed.get(),
                tx.originalBytes.get(),
                tx.compressedBytes.get(),
                tx.notSmaller.get(),
                tx.failed.get(),
                tx.uncompressed.get(),
                rx.decompressed.get(),
                rx.compressedBytes.get(),
                rx.originalBytes.get(),
                rx.failed.get());
    }

    /** Frees what receiving holds, at the end of the control loop. */
    public void closeReceiver() {
        receiver.close();
    }

    /** May be called by any thread. */
    public Map<DropCause, Long> drops() {
        return drops.snapshot();
    }

    /** May be called by any thread. */
    public long messagesDelivered() {
        return receiver.messagesDelivered();
    }

    /** Memory that incomplete messages hold. */
    long reassemblyBytes() {
        return reassembler.bytes();
    }

    /**
     * Whether timers, sockets and buffers are as they must be in a node without hosts. For tests.
     */
    public Optional<String> leak() {
        if (!hosts.all().isEmpty()) {
            return Optional.empty();
        }
        if (timers.size() > 0
                || !sockets.isEmpty()
                || reassembler.bytes() > 0
                || !access.isEmpty()) {
            return Optional.of(
                    "without hosts there are "
                            + timers.size()
                            + " timers, "
                            + sockets.size()
                            + " sockets, "
                            + reassembler.bytes()
                            + " bytes of fragments"
                            + (access.isEmpty() ? "" : ", addresses of peers"));
        }
        return Optional.empty();
    }
}
