package io.knet4j.internal.engine;

import io.knet4j.LogSubsystem;
import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Has the transport keep strangers out of a socket while they flood it: whoever sends from
 * elsewhere than exactly where a peer does. Most of what they send would be dropped in any case,
 * but by then it has taken room in the socket, where pings are lost for it, and the control loop's
 * time. A few of them are let in, by which the end of the flood is noticed, and by which peers that
 * are behind address translation, or have moved, are found.
 *
 * <p>A peer that answers no pings and floods with what cannot be opened is a stranger, too.
 */
final class FloodGuard {
    private static final long CHECK = 1_000_000_000;

    /** Below that, the flood is over. Each that is let in stands for those that are not. */
    private static final long CALM =
            FloodCounter.LIMIT * (CHECK / FloodCounter.PERIOD) / 2 / Transport.STRANGERS_SAMPLE;

    /** How long a peer is a stranger for its garbage. */
    private static final long REMEMBERED = 10_000_000_000L;

    private static final int MAX_EXPECTED = 64;

    private final Transport transport;
    private final TimerQueue timers;
    private final LinksByPeer peers;
    private final EngineLog log;
    private final Map<Transport.Socket, Load> loads = new HashMap<>();
    private @Nullable Load lastLoad;

    /** Where peers of dynamic links may have moved to, with all that they send. */
    private final Set<InetSocketAddress> expected = new HashSet<>();

    // When whoever is kept out was kept out last, and the peers of that time.
    private long guardedAt;
    private int changes;

    // What is known of the source of the datagram before.
    private @Nullable InetSocketAddress lastSource;
    private boolean known;
    private @Nullable InetSocketAddress lastRefused;
    private @Nullable LinkState unwanted;

    FloodGuard(Transport transport, TimerQueue timers, LinksByPeer peers, EngineOutput output) {
        this.transport = transport;
        this.timers = timers;
        this.peers = peers;
        log = new EngineLog(output);
    }

    /** What strangers send to a socket. */
    private final class Load {
        private final Transport.Socket socket;
        private final FloodCounter strangers = new FloodCounter();
        private final Timer timer = new Timer(now -> check(now, this));
        private boolean guarded;

        /** Strangers since the last check. */
        private int seen;

        private Load(Transport.Socket socket) {
            this.socket = socket;
        }
    }

    /** Counts the strangers in a batch. */
    @SuppressWarnings("ReferenceEquality") // quick, and equal ones may be looked up again
    void look(long now, IncomingBatch batch) {
        lastSource = null; // who was a stranger may be a peer by now
        lastRefused = null;
        for (int i = 0; i < batch.size(); i++) {
            InetSocketAddress source = batch.source(i);
            if (source != lastSource) {
                lastSource = source;
                known = peers.contains(source) || expected.contains(source);
            }
            if (!known) {
                Load load = load(batch.socket(i));
                load.seen++;
                if (load.strangers.count(now)) {
                    keepOut(now, load);
                }
            }
        }
        if (changes != peers.changes() && now - guardedAt > FloodCounter.PERIOD) {
            changes = peers.changes();
            for (Load load : loads.values()) {
                if (load.guarded) {
                    keepOut(now, load);
                }
            }
        }
    }

    /** A datagram was refused as it cannot be opened, or is no packet of a host. */
    @SuppressWarnings("ReferenceEquality") // as above
    void refused(long now, Transport.Socket socket, InetSocketAddress source) {
        if (source != lastRefused) {
            lastRefused = source;
            unwanted =
                    peers.contains(source)
                            ? peers.onlyUnwanted(source, link -> !link.monitor.isSilent(now))
                            : null;
        }
        if (unwanted != null) {
            Load load = load(socket);
            load.seen++;
            if (unwanted.garbage.count(now)) {
                keepOut(now, load);
            }
        }
    }

    private Load load(Transport.Socket socket) {
        Load load = lastLoad;
        if (load == null || !load.socket.equals(socket)) {
            load = loads.computeIfAbsent(socket, Load::new);
            lastLoad = load;
        }
        return load;
    }

    private void keepOut(long now, Load load) {
        Predicate<LinkState> wanted =
                link -> !link.monitor.isSilent(now) || !link.garbage.isFlood(now, REMEMBERED);
        boolean before = load.guarded;
        changes = peers.changes();
        guardedAt = now;
        load.guarded = transport.keepOut(load.socket, peers.sources(load.socket, wanted));
        if (load.guarded && !before) {
            load.seen = 0;
            timers.schedule(load.timer, now + CHECK);
            tell(load, "is flooded by others than peers, who are kept out");
        }
    }

    private void check(long now, Load load) {
        if (load.guarded && load.seen > CALM) {
            load.seen = 0;
            timers.schedule(load.timer, now + CHECK);
            return;
        }
        load.guarded = false;
        transport.letIn(load.socket);
        tell(load, "is not flooded any more");
    }

    private void tell(Load load, String what) {
        log.debug(LogSubsystem.RX, () -> Addresses.text(load.socket.local()) + ' ' + what);
    }

    /** A link's peer answered, from there. */
    void answered(LinkState link, InetSocketAddress source) {
        if (link.path != null && !source.equals(link.path.remote())) {
            peers.answered(link, source);
        }
    }

    /** The peer of a dynamic link may be there now, which is being found out. */
    void expect(InetSocketAddress source) {
        if (expected.size() == MAX_EXPECTED) {
            expected.clear();
        }
        expected.add(source);
    }

    /** A socket is closed. */
    void forget(Transport.Socket socket) {
        Load load = loads.remove(socket);
        if (load != null) {
            timers.cancel(load.timer);
        }
        lastLoad = null;
    }
}
