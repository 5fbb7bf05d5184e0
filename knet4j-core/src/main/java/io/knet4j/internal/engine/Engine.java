package io.knet4j.internal.engine;

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
import io.knet4j.OnWireVersion;
import io.knet4j.Reason;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Reassembler;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSuite;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
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
    private static final int LOOPBACK_MTU = 65_535;

    /** So that what a thousand links need holds up nothing for long. */
    private static final int LINKS_AT_ONCE = 32;

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
    private final Sockets sockets;
    private final ControlOutbox outbox;
    private final Drops drops;
    private final Router router;
    private final Heartbeat heartbeat;
    private final Reassembler reassembler;
    private final Receiver receiver;
    private final Sender sender;
    private OptionalInt interfaceMtu;
    private long now;

    /**
     * @param keys how packets are sealed and opened
     * @param random source of the keys of ping tokens; must be unpredictable where peers are not
     *     trusted
     * @param controlBatch for pings and answers
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
            OutgoingBatch senderBatch,
            Supplier<CompressionMethods> methods) {
        this.config = config;
        this.transport = transport;
        this.random = random;
        this.output = output;
        interfaceMtu = config.interfaceMtu();
        this.keys = keys;
        sockets = new Sockets(transport, timers);
        shared = new Shared(config.nodeId());
        mismatches = new Mismatches(keys, hosts, output);
        drops = new Drops(output);
        outbox = new ControlOutbox(transport, controlBatch, output);
        router = new Router(hosts, versions, keys, shared, output);
        heartbeat = new Heartbeat(shared, keys, timers, versions, router, outbox, output);
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
                        heartbeat,
                        router,
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
        router.hold(); // many links may go down at once
        try {
            timers.run(time);
        } finally {
            router.release();
        }
        reassembler.expire(time);
        outbox.flush();
        long next = Math.min(timers.next(), reassembler.nextExpiry());
        return outbox.isWaiting() ? Math.min(next, time + RETRY) : next;
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
        router.hold();
        try {
            for (LinkState link : host.links) {
                if (link != null) {
                    removeLink(time, link);
                }
            }
            reassembler.clear(host.incomplete);
            hosts.remove(host);
            renegotiate();
        } finally {
            router.release();
        }
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
        LinkState link = newLink(host, id, linkConfig, loopback ? null : socket(linkConfig));
        attach(link);
        start(time, link);
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

    private Transport.Socket socket(LinkConfig linkConfig) {
        InetSocketAddress local = Objects.requireNonNull(linkConfig.local());
        Transport.Socket open = sockets.at(local);
        return open == null ? transport.bind(local, socketOptions(linkConfig)) : open;
    }

    /**
     * Removes a link. Its socket stays open when no other link uses it, until {@link
     * #closeUnusedSockets}.
     */
    public void removeLink(long time, LinkState link) {
        check(link);
        link.host.links[link.id] = null;
        stop(time, link);
        router.update(link.host);
    }

    private void stop(long time, LinkState link) {
        heartbeat.stop(time, link);
        if (link.socket != null) {
            outbox.flush();
            sockets.release(time, link.socket);
        }
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
            } else {
                heartbeat.stop(time, link);
            }
        }
        router.update(link.host);
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
        link.monitor.configure(time, changed);
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
                loopback ? link.config.enabled() : monitor.connected(),
                loopback ? link.config.enabled() : route != null && route.links().contains(link.id),
                monitor.latency(),
                monitor.sinceLastPong(time),
                link.dataMtu,
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

    private boolean isConfigured(LinkState link) {
        return hosts.get(link.host.id) == link.host && link.host.links[link.id] == link;
    }

    private void check(LinkState link) {
        if (!isConfigured(link)) {
            throw new ConfigurationException(
                    Reason.NOT_FOUND,
                    "link " + link.id + " of host " + link.host.id + " was removed");
        }
    }

    // ---- whole configurations

    /** What is configured now. */
    public EnginePicture picture() {
        return EnginePicture.of(
                hosts.all(),
                sockets.all(),
                keys.settings(),
                shared.compression.config(),
                interfaceMtu,
                versions.forced() == 0 ? OptionalInt.empty() : OptionalInt.of(versions.forced()));
    }

    /** Makes a host that is not configured yet. May be called by any thread. */
    public HostState newHost(int id, String name, LinkPolicy policy) {
        HostState host = new HostState(id, name);
        host.policy = policy;
        return host;
    }

    /** Makes a link that is not configured yet. May be called by any thread. */
    public LinkState newLink(
            HostState host, int id, LinkConfig linkConfig, Transport.@Nullable Socket socket) {
        return new LinkState(
                host,
                id,
                socket == null ? linkConfig : linkConfig.withLocal(socket.local()),
                socket,
                path(socket, linkConfig),
                random,
                heartbeat::onPingTimer,
                heartbeat::onDownTimer);
    }

    /** Makes all changes, of which senders see all at once or nothing. */
    public void switchTo(long time, Reconfiguration changes) {
        router.hold();
        try {
            for (LongConsumer step : changes.steps) {
                step.accept(time);
            }
            for (HostState host : changes.removedHosts) {
                host.removed = true;
                reassembler.clear(host.incomplete);
                router.update(host);
            }
            if (changes.hosts != null) {
                hosts.replace(changes.hosts);
                renegotiate();
            }
            for (LinkState link : changes.removedLinks) {
                link.host.links[link.id] = null;
                router.update(link.host);
            }
            for (LinkState link : changes.newLinks) {
                attach(link);
            }
            router.publish();
        } finally {
            router.release();
        }
    }

    /**
     * Does what is left to do after {@link #switchTo}: stops some links, or starts some.
     *
     * @return whether there are more of them
     */
    public boolean finish(long time, Reconfiguration changes) {
        for (int i = 0; i < LINKS_AT_ONCE; i++) {
            LinkState link = changes.toStop.poll();
            if (link != null) {
                stop(time, link);
                continue;
            }
            link = changes.toStart.poll();
            if (link == null) {
                return false;
            }
            if (isConfigured(link)) { // a callback may have removed it
                start(time, link);
            }
        }
        return true;
    }

    private void attach(LinkState link) {
        link.dataMtu = dataMtu(link);
        link.host.links[link.id] = link;
        if (link.socket != null) {
            sockets.use(link.socket);
        }
    }

    private void start(long time, LinkState link) {
        if (link.socket != null && link.config.enabled()) {
            heartbeat.start(time, link);
        }
    }

    /** Gives a host a name that is known to be allowed. */
    public void setName(HostState host, String name) {
        check(host);
        host.name = name;
    }

    /** Takes over a configuration with the same addresses. The link stays up, if it is enabled. */
    public void setConfig(long time, LinkState link, LinkConfig changed) {
        setHeartbeat(time, link, changed.withEnabled(link.config.enabled()));
        setEnabled(time, link, changed.enabled());
        router.update(link.host);
    }

    /** Sets all about crypto. */
    public void setKeys(KeySlots.Settings settings) {
        keys.setAll(settings);
        cryptoChanged();
    }

    /** What sockets of links are like. May be called by any thread. */
    public Transport.SocketOptions socketOptions(LinkConfig linkConfig) {
        return new Transport.SocketOptions(
                config.socketBufferBytes(), linkConfig.highPriorityTraffic());
    }

    /** Throws if there is no such version. May be called by any thread. */
    public void checkOnWireVersion(OptionalInt version) {
        if (version.isPresent() && !versions.supports(version.getAsInt())) {
            OnWireVersion range = versions.snapshot();
            throw ConfigurationException.invalid(
                    "on-wire version", version.getAsInt(), range.min() + " to " + range.max());
        }
    }

    /** Whether a socket is still open that a {@link #picture} showed. */
    public boolean isOpen(Transport.Socket socket) {
        return socket.equals(sockets.at(socket.local()));
    }

    /** See {@link Sockets#releases}. May be called by any thread. */
    public long releasedSockets() {
        return sockets.releases();
    }

    /** See {@link Sockets#closeUnused}. */
    public boolean closeUnusedSockets(long upTo, int limit) {
        return sockets.closeUnused(upTo, limit);
    }

    // ---- the node

    public void setInterfaceMtu(OptionalInt bytes) {
        KnetConfig.checkInterfaceMtu(bytes);
        interfaceMtu = bytes;
        updateDataMtu();
    }

    private void updateDataMtu() {
        for (HostState host : hosts.all()) {
            for (LinkState link : host.links) {
                if (link != null) {
                    link.dataMtu = dataMtu(link);
                }
            }
        }
        router.updateAll();
    }

    /** What was sealed or opened by the settings so far may be sealed or opened otherwise now. */
    private void cryptoChanged() {
        mismatches.reset();
        updateDataMtu();
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

    private int dataMtu(LinkState link) {
        Transport.Socket socket = link.socket;
        if (socket == null) {
            return LOOPBACK_MTU;
        }
        boolean ipv6 = socket.local().getAddress() instanceof Inet6Address;
        return interfaceMtu.isPresent()
                ? arithmetic().dataMtuOfInterface(interfaceMtu.getAsInt(), ipv6)
                : arithmetic().safeDataMtu();
    }

    private MtuArithmetic arithmetic() {
        return keys.senderSealer().arithmetic();
    }

    public void forceOnWireVersion(OptionalInt version) {
        checkOnWireVersion(version);
        versions.force(version.orElse(0));
        renegotiate();
    }

    private void renegotiate() {
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
        if (timers.size() > 0 || sockets.size() > 0 || reassembler.bytes() > 0) {
            return Optional.of(
                    "without hosts there are "
                            + timers.size()
                            + " timers, "
                            + sockets.size()
                            + " sockets, "
                            + reassembler.bytes()
                            + " bytes of fragments");
        }
        return Optional.empty();
    }
}
