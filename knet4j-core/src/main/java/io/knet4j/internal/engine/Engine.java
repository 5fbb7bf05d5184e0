package io.knet4j.internal.engine;

import io.knet4j.AccessRule;
import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CompressionStatistics;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoStatistics;
import io.knet4j.CryptoStatus;
import io.knet4j.DestinationFilter;
import io.knet4j.DropCause;
import io.knet4j.FlapControl;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.KnetEvent.OnWireVersionChanged;
import io.knet4j.KnetEvent.ZstdWithheld;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatus;
import io.knet4j.LinkUse;
import io.knet4j.LogSubsystem;
import io.knet4j.MtuLimit;
import io.knet4j.OnWireVersion;
import io.knet4j.PathMtu;
import io.knet4j.Reason;
import io.knet4j.StatisticsScope;
import io.knet4j.Timings;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.LinkState.LinkAction;
import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Reassembler;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSuite;
import io.knet4j.internal.transport.Addresses;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
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
    private static final PathMtu LOOPBACK_MTU =
            new PathMtu(
                    65_535,
                    65_535,
                    65_535,
                    MtuLimit.PROTOCOL,
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    false);

    /** TOS of old, where DSCP has its class selectors and no code point of its own. */
    private static final int LOW_DELAY = 0x10;

    /** So that what a thousand links need holds up nothing for long. */
    private static final int LINKS_AT_ONCE = 32;

    private final KnetConfig config;
    private final Transport transport;
    private final RandomGenerator random;
    private final EngineOutput output;
    private final EngineLog log;
    private final Shared shared;
    private final KeySlots keys;
    private final Mismatches mismatches;
    private final Hosts hosts = new Hosts();
    private final TimerQueue timers = new TimerQueue();
    private final OnWireVersions versions;
    private final FloodGuard floodGuard;
    private final Sockets sockets;
    private final ControlOutbox outbox;
    private final Drops drops;
    private final CryptoMeter cryptoMeter;
    private final Router router;
    private final AccessControl access;
    private final LinksByPeer byPeer = new LinksByPeer();
    private final PathMtuProber prober;
    private final SendWindows windows;
    private final Stalls stalls;
    private final FlapGuard guard;
    private final Heartbeat heartbeat;
    private final PeerFinder finder;
    private final Reassembler reassembler;
    private final Receiver receiver;
    private final Sender sender;
    private int dscp;
    private Duration pathMtuInterval;

    /** The last time that was told; it may be a while ago when a command runs. */
    private long now;

    /**
     * @param keys how packets are sealed and opened
     * @param random source of the keys of ping tokens; must be unpredictable where peers are not
     *     trusted
     * @param controlBatch for pings and answers
     * @param probeBatch for path MTU probes: room for the largest datagram
     * @param senderBatch for messages: room for at least 128 KiB and 2048 datagrams
     * @param methods asked when a compressed message arrives
     * @param clocks for what is told to people
     * @param parallel seals messages, for whoever sends; {@code keys} are made for its threads
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
            Supplier<CompressionMethods> methods,
            Clocks clocks,
            Parallel parallel) {
        this(
                config,
                keys,
                transport,
                output,
                random,
                controlBatch,
                probeBatch,
                senderBatch,
                methods,
                clocks,
                parallel,
                new OnWireVersions());
    }

    /** For tests: with versions to come. */
    Engine(
            KnetConfig config,
            KeySlots keys,
            Transport transport,
            EngineOutput output,
            RandomGenerator random,
            OutgoingBatch controlBatch,
            OutgoingBatch probeBatch,
            OutgoingBatch senderBatch,
            Supplier<CompressionMethods> methods,
            Clocks clocks,
            Parallel parallel,
            OnWireVersions versions) {
        this.versions = versions;
        this.config = config;
        this.transport = transport;
        this.random = random;
        this.output = output;
        log = new EngineLog(output);
        dscp = config.dscp();
        pathMtuInterval = config.pathMtuInterval();
        this.keys = keys;
        floodGuard = new FloodGuard(transport, timers, byPeer, output);
        sockets = new Sockets(transport, timers, floodGuard);
        shared = new Shared(config.nodeId());
        mismatches = new Mismatches(keys, hosts, output);
        drops = new Drops(output);
        cryptoMeter = new CryptoMeter(keys, clocks.stopwatch());
        outbox = new ControlOutbox(transport, controlBatch, output);
        router = new Router(hosts, versions, keys, shared, output);
        access = new AccessControl(config.accessLists());
        windows = new SendWindows(output);
        stalls = new Stalls(output);
        guard = new FlapGuard(timers, router, output, config.flapControl());
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
        heartbeat =
                new Heartbeat(
                        shared,
                        keys,
                        timers,
                        versions,
                        router,
                        prober,
                        outbox,
                        stalls,
                        guard,
                        output,
                        clocks.wallClock());
        finder =
                new PeerFinder(
                        transport, timers, access, byPeer, heartbeat, prober, router, drops,
                        output);
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
                        floodGuard,
                        heartbeat,
                        windows,
                        finder,
                        router,
                        prober,
                        reassembler,
                        outbox,
                        drops,
                        cryptoMeter,
                        output,
                        methods,
                        clocks.stopwatch());
        sender =
                new Sender(
                        shared,
                        windows,
                        transport,
                        output,
                        senderBatch,
                        new UnsealedPackets(senderBatch, parallel, cryptoMeter),
                        clocks.stopwatch());
    }

    /** Takes received datagrams. */
    public void receive(long time, IncomingBatch batch) {
        now = time;
        excuse(time, stalls.beforeReading(time, batch.hasMore()));
        receiver.receive(time, batch);
    }

    /**
     * Runs the timers that are due and returns when the next one is, {@link Long#MAX_VALUE} when
     * there is none.
     */
    public long runTimers(long time) {
        now = time;
        excuse(time, stalls.beforeTimers(time));
        router.hold(); // many links may go down at once
        try {
            takeRefusedSizes();
            timers.run(time);
        } finally {
            router.release();
        }
        if (!stalls.isReading()) {
            reassembler.expire(time);
        }
        outbox.flush();
        long next = Math.min(timers.next(), reassembler.nextExpiry());
        next = Math.min(next, windows.watch(time));
        next = outbox.isWaiting() ? Math.min(next, time + RETRY) : next;
        next = stalls.isReading() ? time : next;
        stalls.afterTimers(next);
        return next;
    }

    /** This node itself was late: no peer is to blame for that time. */
    private void excuse(long time, long late) {
        if (late == 0) {
            return;
        }
        stalls.count(time, late, shortestPingTimeout());
        for (HostState host : hosts.all()) {
            for (LinkState link : host.links) {
                if (link != null) {
                    link.monitor.excuse(time, late);
                }
            }
        }
        log.debug(
                LogSubsystem.HEARTBEAT,
                () ->
                        "this node itself was late by "
                                + Words.time(Duration.ofNanos(late))
                                + ", for which no peer is to blame");
    }

    /** What judges by missing answers waits until those are read that came while we were late. */
    private LinkAction afterReading(LinkAction action, Function<LinkState, Timer> timer) {
        return (time, link) -> {
            if (stalls.isReading()) {
                timers.schedule(timer.apply(link), time + 1);
            } else {
                action.run(time, link);
            }
        };
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
        byPeer.forEach(socket, remote, link -> heartbeat.onUnreachable(time, link));
    }

    /**
     * The network reports that what was sent from this socket to this address was too large for a
     * router.
     *
     * @param mtu size of the packets that are said to pass there
     */
    public void packetTooBig(
            long time, Transport.Socket socket, InetSocketAddress remote, int mtu) {
        now = time;
        byPeer.forEach(socket, remote, link -> prober.onReported(time, link, mtu));
    }

    /** The operating system dropped that many datagrams that came to a socket. */
    public void datagramsLost(long time, long count) {
        now = time;
        drops.count(time, DropCause.NOT_RECEIVED, count, null);
    }

    /** The shortest time of all links in which a ping has to be answered, in nanoseconds. */
    public long shortestPingTimeout() {
        long shortest = Long.MAX_VALUE;
        for (HostState host : hosts.all()) {
            for (LinkState link : host.links) {
                if (link != null) {
                    shortest = Math.min(shortest, link.monitor.timeout());
                }
            }
        }
        return shortest;
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
        log.debug(LogSubsystem.HOST, () -> host + " was added");
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
        log.debug(LogSubsystem.HOST, () -> host + " was removed");
    }

    public void rename(HostState host, String name) {
        check(host);
        checkName(name, host);
        String before = host.toString();
        host.name = name;
        log.debug(LogSubsystem.HOST, () -> before + " is called '" + name + "' now");
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
        log.debug(LogSubsystem.HOST, () -> host + ": policy is " + policy + " now");
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
        LinkState link =
                newLink(host, id, linkConfig, loopback ? null : socket(linkConfig), filter);
        attach(link);
        start(time, link, time);
        router.publish();
        log.debug(LogSubsystem.LINK, () -> link + " was added: " + Words.link(link.config));
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
        if (open != null && sockets.isOfOtherKind(open, linkConfig.dynamic())) {
            throw ConfigurationException.invalid(
                    "local",
                    Addresses.text(local) + " for a " + kind(linkConfig.dynamic()) + " link",
                    "an address and port that no " + kind(!linkConfig.dynamic()) + " link has");
        }
        return open == null ? transport.bind(local, socketOptions(linkConfig, dscp)) : open;
    }

    private static String kind(boolean dynamic) {
        return dynamic ? "dynamic" : "static";
    }

    /**
     * Removes a link. Its socket stays open when no other link uses it, until {@link
     * #closeUnusedSockets}.
     */
    public void removeLink(long time, LinkState link) {
        check(link);
        access.remove(link);
        byPeer.remove(link);
        link.host.links[link.id] = null;
        stop(time, link);
        router.update(link.host);
        log.debug(LogSubsystem.LINK, () -> link + " was removed");
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
                heartbeat.start(time, link, time);
                if (link.peer != null) {
                    finder.onEnabled(time, link, link.peer);
                }
            } else {
                heartbeat.stop(time, link);
            }
        }
        router.update(link.host);
        log.debug(LogSubsystem.LINK, () -> link + " is " + (enabled ? "enabled" : "disabled"));
    }

    /** Whether dynamic links accept only what their access lists do. */
    public void setAccessLists(boolean enabled) {
        access.setEnabled(enabled);
    }

    public boolean accessLists() {
        return access.isEnabled();
    }

    public void setFlapControl(long time, FlapControl control) {
        guard.set(time, control, allLinks());
        log.debug(LogSubsystem.LINK, () -> "flap control: " + control);
    }

    public FlapControl flapControl() {
        return guard.control();
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
                    "of "
                            + (link.isLoopback() ? "loopback" : "static")
                            + " link "
                            + link.id
                            + " of host "
                            + link.host.id,
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
        log.debug(LogSubsystem.LINK, () -> link + ": priority is " + priority + " now");
    }

    /** Takes over the timers and the pong count of a configuration. */
    public void setHeartbeat(long time, LinkState link, LinkConfig changed) {
        check(link);
        link.config = changed;
        link.monitor.configure(time, changed);
        if (!link.isLoopback()) {
            heartbeat.reschedule(time, link);
        }
        log.debug(LogSubsystem.LINK, () -> link + ": " + Words.heartbeat(changed));
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
        boolean loopback = link.isLoopback();
        LinkUse use = LinkUses.of(link);
        LinkStability stability = guard.stability(time, link);
        return new LinkStatus(
                link.host.id,
                link.id,
                link.config,
                Optional.ofNullable(link.path).map(Path::remote),
                loopback ? link.config.enabled() : monitor.connected(),
                use == LinkUse.IN_USE,
                use,
                LinkUses.explain(link, use, stability),
                monitor.latency(),
                monitor.sinceLastPong(time),
                link.recentPings.loss(time, monitor.patienceWithPing()),
                stability,
                loopback ? LOOPBACK_MTU : link.probing.snapshot(time),
                overhead(link.config),
                link.statistics());
    }

    private int overhead(LinkConfig link) {
        InetSocketAddress local = link.local();
        return local == null
                ? 0
                : arithmetic().overhead(local.getAddress() instanceof Inet6Address);
    }

    /** The state of all links, ordered by host and link. */
    public List<LinkStatus> linkStatuses(long time) {
        List<LinkStatus> statuses = new ArrayList<>();
        for (LinkState link : allLinks()) {
            statuses.add(status(time, link));
        }
        return List.copyOf(statuses);
    }

    private void check(LinkState link) {
        if (!link.isConfigured()) {
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
                new EnginePicture.Settings(
                        prober.interfaceMtu(),
                        pathMtuInterval,
                        access.isEnabled(),
                        dscp,
                        versions.forced() == 0
                                ? OptionalInt.empty()
                                : OptionalInt.of(versions.forced()),
                        guard.control()));
    }

    /** Makes a host that is not configured yet. May be called by any thread. */
    public HostState newHost(int id, String name, LinkPolicy policy) {
        HostState host = new HostState(id, name);
        host.policy = policy;
        return host;
    }

    /** Makes a link that is not configured yet. May be called by any thread. */
    public LinkState newLink(
            HostState host,
            int id,
            LinkConfig linkConfig,
            Transport.@Nullable Socket socket,
            AccessFilter filter) {
        return new LinkState(
                host,
                id,
                socket == null ? linkConfig : linkConfig.withLocal(socket.local()),
                socket,
                path(socket, linkConfig),
                filter,
                random,
                new MtuRange(MtuArithmetic.CLEAR, isIpv6(linkConfig)),
                config.sendWindowBytes(),
                heartbeat::onPingTimer,
                afterReading(heartbeat::onDownTimer, link -> link.downTimer),
                guard::onTimer,
                afterReading(finder::onTimer, link -> Objects.requireNonNull(link.peer).timer),
                afterReading(prober::onTimer, link -> link.probing.timer));
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
                for (LinkState link : host.links) {
                    if (link != null) {
                        access.remove(link);
                        byPeer.remove(link);
                    }
                }
                reassembler.clear(host.incomplete);
                router.update(host);
            }
            if (changes.hosts != null) {
                hosts.replace(changes.hosts);
                renegotiate();
            }
            for (LinkState link : changes.removedLinks) {
                access.remove(link);
                byPeer.remove(link);
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
                LinkState stopped = link;
                log.debug(LogSubsystem.LINK, () -> stopped + " was stopped");
                continue;
            }
            link = changes.toStart.poll();
            if (link == null) {
                return false;
            }
            if (link.isConfigured()) { // a callback may have removed it
                start(time, link, changes.nextPing(time));
            }
        }
        return true;
    }

    private void attach(LinkState link) {
        link.probing.mtu.setRange(mtuRange(link.config)); // of the crypto that is in force now
        prober.onAdded(link);
        link.host.links[link.id] = link;
        access.add(link);
        byPeer.add(link);
        if (link.socket != null) {
            sockets.use(link.socket, link.config.dynamic());
        }
    }

    private void start(long time, LinkState link, long firstPing) {
        if (link.socket != null && link.config.enabled()) {
            heartbeat.start(time, link, firstPing);
        }
    }

    /** Gives a host a name that is known to be allowed. */
    public void setName(HostState host, String name) {
        check(host);
        host.name = name;
    }

    /** Takes over a configuration with the same addresses. The link stays up, if it is enabled. */
    public void setConfig(long time, LinkState link, LinkConfig changed, AccessFilter filter) {
        if (link.peer != null && !link.config.accessRules().equals(changed.accessRules())) {
            access.replace(link, link.peer, filter);
        }
        setHeartbeat(time, link, changed.withEnabled(link.config.enabled()));
        setEnabled(time, link, changed.enabled());
        router.update(link.host);
    }

    /** Makes ready all that a suite needs in a slot. May be called by any thread. */
    public KeySlots.Slot newSlot(PacketSuite suite) {
        return keys.newSlot(suite);
    }

    /** Sets all about crypto. */
    public void setKeys(KeySlots.Settings settings) {
        keys.setAll(settings);
        cryptoChanged();
    }

    /** What sockets of links are like. May be called by any thread. */
    public Transport.SocketOptions socketOptions(LinkConfig linkConfig, int dscp) {
        return new Transport.SocketOptions(
                config.socketBufferBytes(), trafficClass(linkConfig.highPriorityTraffic(), dscp));
    }

    /** Traffic class of sockets with or without high priority. */
    public static int trafficClass(boolean highPriority, int dscp) {
        if (!highPriority) {
            return 0;
        }
        return dscp == 0 ? LOW_DELAY : dscp << 2;
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
        prober.setInterfaceMtu(now, bytes, allLinks());
        router.updateAll();
        log.debug(
                LogSubsystem.PMTUD,
                () ->
                        bytes.isPresent()
                                ? "the interface MTU is " + bytes.getAsInt() + ", set by hand"
                                : "the interface MTU is not set by hand any more");
    }

    /** For sockets that are opened from now on. */
    public void setDscp(int dscp) {
        KnetConfig.checkDscp(dscp);
        this.dscp = dscp;
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
        log.debug(LogSubsystem.CRYPTO, () -> Words.crypto(keys.status()));
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
        return new MtuRange(arithmetic(), isIpv6(link));
    }

    private static boolean isIpv6(LinkConfig link) {
        InetSocketAddress local = link.local();
        return local != null && local.getAddress() instanceof Inet6Address;
    }

    private MtuArithmetic arithmetic() {
        return keys.senderSealer().arithmetic();
    }

    public void forceOnWireVersion(OptionalInt version) {
        checkOnWireVersion(version);
        versions.force(version.orElse(0));
        log.debug(
                LogSubsystem.HANDLE,
                () ->
                        version.isPresent()
                                ? "packets are to have format version " + version.getAsInt()
                                : "packets are to have the highest format version of all hosts");
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
        log.debug(LogSubsystem.HANDLE, () -> "forwarding is " + (forwarding ? "on" : "off"));
    }

    /** May be called by any thread. */
    public boolean forwarding() {
        return shared.forwarding;
    }

    /** May be called by any thread. */
    public void setFilter(@Nullable DestinationFilter filter) {
        shared.filter = filter;
        log.debug(
                LogSubsystem.FILTER,
                () -> filter == null ? "there is no filter" : "a filter is set");
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
        log.debug(LogSubsystem.COMPRESS, () -> Words.compression(compression.config()));
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
                tx.times.snapshot(),
                rx.decompressed.get(),
                rx.compressedBytes.get(),
                rx.originalBytes.get(),
                rx.failed.get(),
                rx.times.snapshot());
    }

    /** May be called by any thread. */
    public CryptoStatistics cryptoStatistics() {
        return cryptoMeter.snapshot();
    }

    /** How late this node was. May be called by any thread. */
    public Timings stalls() {
        return stalls.times();
    }

    public void clearStatistics(StatisticsScope scope) {
        sender.clearStatistics();
        receiver.clearStatistics();
        drops.clear();
        cryptoMeter.clear();
        stalls.clearStatistics();
        if (scope == StatisticsScope.NODE_AND_LINKS) {
            for (HostState host : hosts.all()) {
                for (LinkState link : links(host)) {
                    link.clearStatistics();
                }
            }
        }
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
    public long reassemblyBytes() {
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
                || sockets.size() > 0
                || reassembler.bytes() > 0
                || !access.isEmpty()
                || !byPeer.isEmpty()) {
            return Optional.of(
                    "without hosts there are "
                            + timers.size()
                            + " timers, "
                            + sockets.size()
                            + " sockets, "
                            + reassembler.bytes()
                            + " bytes of fragments"
                            + (access.isEmpty() && byPeer.isEmpty() ? "" : ", addresses of peers"));
        }
        return Optional.empty();
    }
}
