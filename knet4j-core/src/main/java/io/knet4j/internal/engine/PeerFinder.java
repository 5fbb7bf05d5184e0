package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import io.knet4j.KnetEvent.PeerAddressChanged;
import io.knet4j.internal.engine.PingTokens.Verdict;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of the peers of dynamic links.
 *
 * <p>A ping from where the peer is not known to be makes its source a <i>candidate</i>: it is
 * answered, and asked by a ping of ours, whose pong must come from there. A peer that answers, too,
 * keeps the link; so the peer is asked at the same time, and given a moment. Nothing else moves a
 * link: not a recorded ping, since its sender cannot answer for the peer, and not two hosts that
 * were given the same id, of which the first one keeps it.
 *
 * <p>A link has one candidate at a time, which is asked once for each of its pings at most. So
 * whoever forges the source of pings gets two small packets sent there for each of his own, and
 * only if he has the key and an address that the access list accepts.
 */
final class PeerFinder {
    /** How much longer than its answers usually take the peer is given to show that it is alive. */
    private static final long GRACE = 50_000_000;

    private static final long LONGEST_INQUIRY = 10_000_000_000L;
    private static final int RETRIES = 3;

    private final Transport transport;
    private final TimerQueue timers;
    private final AccessControl access;
    private final LinksByPeer byPeer;
    private final Heartbeat heartbeat;
    private final PathMtuProber prober;
    private final Router router;
    private final Drops drops;
    private final EngineOutput output;

    PeerFinder(
            Transport transport,
            TimerQueue timers,
            AccessControl access,
            LinksByPeer byPeer,
            Heartbeat heartbeat,
            PathMtuProber prober,
            Router router,
            Drops drops,
            EngineOutput output) {
        this.transport = transport;
        this.timers = timers;
        this.access = access;
        this.byPeer = byPeer;
        this.heartbeat = heartbeat;
        this.prober = prober;
        this.router = router;
        this.drops = drops;
        this.output = output;
    }

    /** The link was enabled: asks who pinged it last, or else the peer that it had. */
    void onEnabled(long now, LinkState link, DynamicPeer peer) {
        Path known = peer.candidate == null ? link.path : peer.candidate;
        if (known != null) {
            inquire(now, link, peer, known);
            peer.retries = RETRIES;
        }
    }

    /**
     * A ping came on a dynamic link.
     *
     * @param token a hash of its token
     * @return where the answer goes; null if there is none: it is a copy of an earlier ping, or its
     *     sender is not the peer
     */
    @Nullable Path onPing(
            long now, LinkState link, DynamicPeer peer, long token, InetSocketAddress source) {
        Path path = link.path;
        Path known = path != null && ScopedAddress.sameEnd(path.remote(), source) ? path : null;
        boolean copy = peer.pings.isCopy(token);
        if (copy || (known != null && peer.awake)) {
            return known;
        }
        Path candidate = peer.candidate;
        if (candidate != null && ScopedAddress.sameEnd(candidate.remote(), source)) {
            if (link.config.enabled() && !peer.answered) {
                askAgain(now, link, peer, candidate);
            }
            return isRival(peer, source) ? null : candidate;
        }
        Path back = known == null ? transport.path(link.socket(), source) : known;
        if (!link.config.enabled()) {
            peer.consider(back, now); // to be asked when the link is enabled
        } else if (candidate == null) {
            inquire(now, link, peer, back);
        }
        return isRival(peer, source) ? null : back;
    }

    /** He gets no answer until the peer is gone: he is not to take the link for up. */
    private static boolean isRival(DynamicPeer peer, InetSocketAddress source) {
        Path rival = peer.rival;
        return rival != null && ScopedAddress.sameEnd(rival.remote(), source);
    }

    private void inquire(long now, LinkState link, DynamicPeer peer, Path candidate) {
        peer.consider(candidate, now);
        ask(now, link, peer, candidate);
        if (peer.awake) {
            heartbeat.pingNow(now, link);
            timers.schedule(peer.timer, now + grace(link));
        } else {
            timers.schedule(peer.timer, now + link.monitor.interval());
        }
    }

    private void askAgain(long now, LinkState link, DynamicPeer peer, Path candidate) {
        if (now - peer.lastAsked >= Math.min(link.monitor.interval(), GRACE) / 2) {
            ask(now, link, peer, candidate);
        }
    }

    private void ask(long now, LinkState link, DynamicPeer peer, Path candidate) {
        peer.lastAsked = now;
        heartbeat.ask(now, link, peer.tokens, candidate);
    }

    private static long grace(LinkState link) {
        return GRACE + link.monitor.expectedRoundTrip();
    }

    /** Whether a pong from an address may be the answer of a candidate. */
    boolean isAsked(DynamicPeer peer, InetSocketAddress source) {
        Path candidate = peer.candidate;
        return candidate != null && ScopedAddress.sameEnd(candidate.remote(), source);
    }

    /**
     * A pong came on a dynamic link. Returns whether it answers what a candidate was asked; if not,
     * it may still be one of the peer.
     */
    boolean onPong(
            long now,
            LinkState link,
            DynamicPeer peer,
            long sentAt,
            long seal,
            InetSocketAddress source) {
        if (!isAsked(peer, source)
                || !link.config.enabled()
                || sentAt - peer.since < 0
                || peer.tokens.accept(sentAt, seal) != Verdict.FRESH) {
            return false;
        }
        if (link.monitor.isLate(now, sentAt)) {
            drops.count(now, DropCause.LATE_PONG, source);
            return true;
        }
        peer.answered = true;
        peer.answeredAt = now;
        peer.answeredPing = sentAt;
        if (!peer.awake || (now - peer.since >= grace(link) && !peer.contradicted)) {
            move(now, link, peer);
        }
        return true;
    }

    /** The peer answered a ping. */
    void onPeerAnswered(LinkState link, DynamicPeer peer, long sentAt, InetSocketAddress source) {
        Path path = link.path;
        if (peer.candidate != null
                && path != null
                && sentAt - peer.since >= 0
                && ScopedAddress.sameEnd(path.remote(), source)) {
            peer.contradicted = true;
        }
    }

    /** The wait for answers is over. */
    void onTimer(long now, LinkState link) {
        DynamicPeer peer = link.peer;
        if (peer == null || peer.candidate == null || !link.isConfigured()) {
            return;
        }
        if (peer.answered && peer.contradicted) {
            peer.rival = peer.candidate;
        }
        long end = peer.since + Math.min(link.monitor.timeout(), LONGEST_INQUIRY);
        if (peer.answered && !peer.contradicted) {
            move(now, link, peer);
        } else if (peer.retries > 0 && !peer.answered) {
            peer.retries--;
            ask(now, link, peer, peer.candidate);
            timers.schedule(peer.timer, now + link.monitor.interval());
        } else if (end - now > 0) {
            timers.schedule(peer.timer, end);
        } else {
            peer.consider(null, now);
        }
    }

    private void move(long now, LinkState link, DynamicPeer peer) {
        Path before = link.path;
        Path after = peer.candidate;
        if (after == null) {
            return;
        }
        peer.consider(null, now);
        peer.rival = null;
        timers.cancel(peer.timer);
        if (before == null || !ScopedAddress.sameEnd(before.remote(), after.remote())) {
            byPeer.remove(link);
            access.move(link, peer, after);
            byPeer.add(link);
            prober.onMoved(now, link);
            output.publish(
                    new PeerAddressChanged(
                            link.host.id,
                            link.id,
                            Optional.ofNullable(before).map(Path::remote),
                            after.remote()));
        }
        heartbeat.onPeerFound(now, link, peer);
        router.update(link.host);
    }
}
