package io.knet4j.internal.engine;

import io.knet4j.LogSubsystem;
import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Has the transport keep strangers out of a socket while they flood it: who has no peer's address,
 * or sends from another port than the peer what cannot be opened, or masses of control packets.
 * Then only what comes from exactly where a peer sends is let in. Most of what they send would be
 * dropped in any case, but by then it has taken room in the socket, where pings are lost for it,
 * and the control loop's time. A few of them are let in, by which the end of the flood is noticed,
 * and by which peers that are behind address translation, or have moved, are found.
 *
 * <p>A peer that answers no pings and floods with what cannot be opened is a stranger, too.
 */
final class FloodGuard {
    private static final long CHECK = 1_000_000_000;

    /** Below that, the flood is over. Each that is let in stands for those that are not. */
    private static final long CALM =
            FloodCounter.LIMIT * (CHECK / FloodCounter.PERIOD) / 2 / Transport.STRANGERS_SAMPLE;

    /** How long a peer is a stranger for its garbage. */
    private static final long REMEMBERED = 2_000_000_000L;

    /** For how long a peer is expected where it may have moved to. */
    private static final long EXPECTED = 5_000_000_000L;

    private static final int MAX_EXPECTED = 64;

    private final Transport transport;
    private final TimerQueue timers;
    private final LinksByPeer peers;
    private final EngineLog log;
    private final Map<Transport.Socket, Load> loads = new HashMap<>();
    private @Nullable Load lastLoad;

    /** Where peers of dynamic links may have moved to, with all that they send. */
    private final Map<InetSocketAddress, Long> expected = new HashMap<>();

    /** Counts what else changes whom a socket takes than the peers. */
    private int otherChanges;

    // What is known of the source of the datagram before.
    private @Nullable InetSocketAddress lastSource;
    private boolean known;
    private @Nullable InetSocketAddress lastUseless;
    private @Nullable LinkState unwanted;
    private boolean elsewhere;

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

        // When strangers were kept out last, and the peers of that time.
        private long guardedAt;
        private int changes;

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
        lastUseless = null;
        for (int i = 0; i < batch.size(); i++) {
            InetSocketAddress source = batch.source(i);
            if (source != lastSource) {
                lastSource = source;
                known = peers.knows(source.getAddress()) || expected.containsKey(source);
            }
            if (!known) {
                stranger(now, load(batch.socket(i)));
            }
        }
        if (!loads.isEmpty()) {
            keepOutByNow(now);
        }
    }

    private void keepOutByNow(long now) {
        for (Load load : loads.values()) {
            if (load.guarded
                    && load.changes != changes()
                    && now - load.guardedAt > FloodCounter.PERIOD) {
                keepOut(now, load);
            }
        }
    }

    private int changes() {
        return peers.changes() + otherChanges;
    }

    private void stranger(long now, Load load) {
        load.seen++;
        if (load.strangers.count(now)) {
            keepOut(now, load);
        }
    }

    /**
     * A datagram is of no use if there are many: it cannot be opened, is no packet of a host, or is
     * a control packet, which may have been recorded, and which no peer sends so often.
     */
    @SuppressWarnings("ReferenceEquality") // as above
    void useless(long now, Transport.Socket socket, InetSocketAddress source) {
        if (source != lastUseless) {
            lastUseless = source;
            boolean exact = peers.contains(source);
            elsewhere = !exact && peers.knows(source.getAddress());
            unwanted =
                    exact ? peers.onlyUnwanted(source, link -> !link.monitor.isSilent(now)) : null;
        }
        if (elsewhere) { // a port that its peer may have moved to, but that floods
            stranger(now, load(socket));
        } else if (unwanted != null) {
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
        load.changes = changes();
        load.guardedAt = now;
        List<InetSocketAddress> sources = peers.sources(load.socket, wanted);
        sources.addAll(expected.keySet());
        load.guarded = transport.keepOut(load.socket, sources);
        if (load.guarded && !before) {
            load.seen = 0;
            timers.schedule(load.timer, now + CHECK);
            tell(load, "is flooded by others than peers, who are kept out");
        } else if (before && !load.guarded) {
            letIn(load);
        }
    }

    private void check(long now, Load load) {
        expected.values().removeIf(since -> now - since > EXPECTED);
        if (load.guarded && load.seen > CALM) {
            load.seen = 0;
            timers.schedule(load.timer, now + CHECK);
            keepOut(now, load); // but for those whose garbage was a while ago
        } else if (load.guarded) {
            letIn(load);
            tell(load, "is not flooded any more");
        }
    }

    private void letIn(Load load) {
        load.guarded = false;
        timers.cancel(load.timer);
        transport.letIn(load.socket);
    }

    private void tell(Load load, String what) {
        log.debug(LogSubsystem.RX, () -> Addresses.text(load.socket.local()) + ' ' + what);
    }

    /** A link's peer answered, from there. */
    void answered(long now, LinkState link, InetSocketAddress source) {
        if (link.garbage.isFlood(now, REMEMBERED)) {
            link.garbage.forget(); // somebody else sends that
            otherChanges++;
        }
        if (link.path != null && !source.equals(link.path.remote())) {
            peers.answered(link, source);
        }
    }

    /** The peer of a dynamic link may be there now, which is being found out. */
    void expect(long now, InetSocketAddress source) {
        if (expected.size() == MAX_EXPECTED) {
            expected.clear();
        }
        if (expected.put(source, now) == null) {
            otherChanges++;
        }
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
