package io.knet4j.internal.engine;

import io.knet4j.LinkConfig;
import io.knet4j.LinkStatistics;
import io.knet4j.Reason;
import io.knet4j.internal.engine.LinkCounters.TxCounter;
import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A link of a host, as the control loop knows it. */
public final class LinkState {
    final HostState host;
    final int id;

    /** Null for a loopback link. */
    final Transport.@Nullable Socket socket;

    final LinkMonitor monitor;
    final PingTokens tokens;
    final LinkCounters counters = new LinkCounters();
    final LinkHistory history = new LinkHistory();
    final LatencyCounter latency = new LatencyCounter();
    final RecentPings recentPings = new RecentPings();
    final LinkProbing probing;
    final SendWindow window;
    final LinkRestraints restraints = new LinkRestraints();

    /** Owners of this link's packets in the {@link ControlOutbox}. */
    final ControlStream pings = new ControlStream(this, counters.txPing);

    final ControlStream pongs = new ControlStream(this, counters.txPong);
    final ControlStream pmtud = new ControlStream(this, counters.txPmtud);

    final Timer pingTimer;
    final Timer downTimer;
    final Timer restraintTimer;

    /** Null unless the link is dynamic. */
    final @Nullable DynamicPeer peer;

    /** Null for a loopback link, and while the peer of a dynamic link is not known. */
    @Nullable Path path;

    /** From where the peer answered lately, if that is not where the path leads. */
    @Nullable InetSocketAddress answersFrom;

    /** What comes from where the path leads, but is of no use in masses. */
    final FloodCounter garbage = new FloodCounter();

    /** Tells a restart of the host from a queue on the way, and old numbers from new ones. */
    final HeardNumber heard = new HeardNumber();

    /** When the last of our pings was sent that were answered, late or not. */
    long newestAnsweredPing = RestartDetector.UNKNOWN;

    /** The position of the host's newest message when our last ping was sent. */
    long newestAtLastPing;

    /**
     * What comes on the link was sent after a ping that was answered, and has this position at
     * least.
     */
    long lowestPosition = Long.MIN_VALUE;

    LinkConfig config;
    @Nullable Reason lastSendFailure;

    LinkState(
            HostState host,
            int id,
            LinkConfig config,
            Transport.@Nullable Socket socket,
            @Nullable Path path,
            AccessFilter filter,
            RandomGenerator random,
            MtuRange mtuRange,
            int windowBytes,
            LinkAction onPingTimer,
            LinkAction onDownTimer,
            LinkAction onRestraintTimer,
            LinkAction onPeerTimer,
            LinkAction onProbeTimer) {
        this.host = host;
        this.id = id;
        this.config = config;
        this.socket = socket;
        this.path = path;
        monitor = new LinkMonitor(config);
        window = new SendWindow(windowBytes);
        tokens = new PingTokens(random);
        pingTimer = new Timer(now -> onPingTimer.run(now, this));
        downTimer = new Timer(now -> onDownTimer.run(now, this));
        restraintTimer = new Timer(now -> onRestraintTimer.run(now, this));
        probing = new LinkProbing(mtuRange, new Timer(now -> onProbeTimer.run(now, this)));
        peer =
                config.dynamic()
                        ? new DynamicPeer(
                                filter, random, new Timer(now -> onPeerTimer.run(now, this)))
                        : null;
    }

    /** A link's control packets of one kind. */
    record ControlStream(LinkState link, TxCounter counter) {}

    /** What a link's timer does. */
    @FunctionalInterface
    interface LinkAction {
        void run(long now, LinkState link);
    }

    public int id() {
        return id;
    }

    public HostState host() {
        return host;
    }

    /** Whether it is one of its host's links, and its host was not removed. */
    boolean isConfigured() {
        return !host.removed && host.links[id] == this;
    }

    boolean isLoopback() {
        return config.transport() == LinkConfig.Transport.LOOPBACK;
    }

    /** The socket of a link that is not a loopback link. */
    Transport.Socket socket() {
        return Objects.requireNonNull(socket);
    }

    /** Whether pings are sent: it is enabled, and its peer is known and was not silent too long. */
    boolean sendsPings() {
        return config.enabled() && path != null && (peer == null || peer.awake);
    }

    boolean isUsable() {
        return config.enabled() && monitor.connected();
    }

    LinkStatistics statistics() {
        return new LinkStatistics(
                counters.senderTxData.snapshot(),
                counters.rxData.snapshot(),
                counters.txPing.snapshot().plus(counters.senderTxPing.snapshot()),
                counters.rxPing.snapshot(),
                counters.txPong.snapshot(),
                counters.rxPong.snapshot(),
                counters.txPmtud.snapshot(),
                counters.rxPmtud.snapshot(),
                counters.senderTxData.failures(),
                counters.txPing.failuresWith(counters.senderTxPing),
                counters.txPong.failures(),
                counters.txPmtud.failures(),
                latency.min(),
                latency.average(),
                latency.max(),
                latency.samples(),
                latency.histogram(),
                history.upCount(),
                history.downCount(),
                history.upTimes(),
                history.downTimes());
    }

    void clearStatistics() {
        counters.clear();
        latency.clear();
        history.clear();
        recentPings.clear();
    }

    /** As lines of the log call it. */
    @Override
    public String toString() {
        return "link " + id + " to " + host;
    }
}
