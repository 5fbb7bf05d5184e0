package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.LogSubsystem;
import io.knet4j.internal.engine.PingTokens.Verdict;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pings the links, each by timers of its own, and takes them up and down. */
final class Heartbeat {
    /**
     * A ping may come this part of its interval early, so that those of many links are sent at
     * once.
     */
    private static final int PING_SLACK = 8;

    private final Shared shared;
    private final KeySlots keys;
    private final TimerQueue timers;
    private final OnWireVersions versions;
    private final Router router;
    private final PathMtuProber prober;
    private final ControlOutbox outbox;
    private final Stalls stalls;
    private final FlapGuard guard;
    private final EngineOutput output;
    private final EngineLog log;
    private final Supplier<Instant> wallClock;

    Heartbeat(
            Shared shared,
            KeySlots keys,
            TimerQueue timers,
            OnWireVersions versions,
            Router router,
            PathMtuProber prober,
            ControlOutbox outbox,
            Stalls stalls,
            FlapGuard guard,
            EngineOutput output,
            Supplier<Instant> wallClock) {
        this.shared = shared;
        this.keys = keys;
        this.timers = timers;
        this.versions = versions;
        this.router = router;
        this.prober = prober;
        this.outbox = outbox;
        this.stalls = stalls;
        this.guard = guard;
        this.output = output;
        log = new EngineLog(output);
        this.wallClock = wallClock;
    }

    /**
     * The link was enabled. The peer of a dynamic one is to be found first.
     *
     * @param firstPing when to ping the peer of another one
     */
    void start(long now, LinkState link, long firstPing) {
        if (!link.monitor.connected()) { // pings of the sender may have been answered already
            link.monitor.start(now);
            link.history.enabled();
            link.recentPings.clear();
        }
        if (link.peer == null) {
            timers.schedule(link.pingTimer, firstPing);
        }
    }

    /**
     * The peer of a dynamic link answered from where its path leads now.
     *
     * @param peer with when it answered
     */
    void onPeerFound(long now, LinkState link, DynamicPeer peer) {
        if (!peer.awake) {
            peer.awake = true;
            link.monitor.start(now);
        }
        timers.schedule(link.pingTimer, now);
        if (link.monitor.onPong(peer.answeredAt, peer.answeredPing)) {
            cameUp(now, link);
        } else if (link.monitor.connected()) {
            timers.schedule(link.downTimer, link.monitor.deadline());
        }
    }

    /** A dynamic link sends nothing until its peer is heard again. */
    private void fallSilent(long now, LinkState link, DynamicPeer peer) {
        peer.awake = false;
        peer.rival = null;
        peer.consider(null, now);
        timers.cancel(peer.timer);
        timers.cancel(link.pingTimer);
    }

    /** Sends the next ping of a link now. */
    void pingNow(long now, LinkState link) {
        timers.schedule(link.pingTimer, now);
    }

    /** The link was disabled, or is about to be removed. */
    void stop(long now, LinkState link) {
        timers.cancel(link.pingTimer);
        if (link.monitor.connected()) {
            takeDown(now, link, LinkDownCause.DISABLED);
        } else {
            if (link.peer != null) {
                fallSilent(now, link, link.peer);
            }
            timers.cancel(link.downTimer);
            prober.onDown(link);
            link.monitor.stop(now);
        }
        guard.stop(link);
    }

    /** Ping interval or timeout changed. */
    void reschedule(long now, LinkState link) {
        if (link.sendsPings()) {
            timers.schedule(link.pingTimer, link.monitor.nextPing(now));
        }
        if (link.monitor.connected()) {
            timers.schedule(link.downTimer, link.monitor.deadline());
        }
    }

    void onPingTimer(long now, LinkState link) {
        if (!stalls.isReading()) { // else answers may wait in the socket
            guard.onPing(now, link);
        }
        if (shared.sequence() == 0 && link.monitor.isNew()) {
            // To libknet, a ping with number 0 shows that we were restarted only if the one before
            // it had another number. The pings of our last life need not have: it may have ended
            // soon after its first messages.
            ping(now, link, 1);
        }
        ping(now, link, shared.sequence());
        link.newestAtLastPing = link.host.window.newestPosition();
        boolean forgotten = link.monitor.onPing(now);
        link.recentPings.sent(now);
        if (forgotten && link.peer != null) {
            fallSilent(now, link, link.peer);
            router.publish();
            return;
        }
        timers.schedule(
                link.pingTimer, link.monitor.nextPing(now), link.monitor.interval() / PING_SLACK);
        if (link.monitor.connected()) {
            timers.schedule(link.downTimer, link.monitor.deadline());
        }
    }

    private void ping(long now, LinkState link, int sequence) {
        if (link.path != null) {
            ping(now, link, link.tokens, sequence, link.path);
        }
    }

    /** Asks an address whether the peer of a link is there. */
    void ask(long now, LinkState link, PingTokens tokens, Path path) {
        ping(now, link, tokens, shared.sequence(), path);
    }

    private void ping(long now, LinkState link, PingTokens tokens, int sequence, Path path) {
        PacketSealer sealer = keys.controlSealer();
        int sealed = PacketSealer.FAILED;
        if (outbox.makeRoom(sealer)) {
            sealed =
                    ControlPackets.ping(
                            outbox.batch(),
                            sealer,
                            now,
                            versions.current(),
                            shared.localHost,
                            link.id,
                            tokens,
                            sequence,
                            true,
                            path,
                            link.pings);
        }
        if (sealed == PacketSealer.FAILED) {
            link.counters.txPing.errors.increment();
        } else {
            link.counters.txPing.count(sealed);
        }
    }

    void onDownTimer(long now, LinkState link) {
        long deadline = link.monitor.deadline();
        if (deadline - now > 0) {
            timers.schedule(link.downTimer, deadline);
            return;
        }
        takeDown(
                now,
                link,
                link.monitor.isSuspected()
                        ? LinkDownCause.TRANSPORT_ERROR
                        : LinkDownCause.PING_TIMEOUT);
    }

    /** A pong for the link came. Returns why it does not count, null if it does. */
    @Nullable DropCause onPong(long now, LinkState link, long sentAt, long seal) {
        Verdict verdict = link.tokens.accept(sentAt, seal);
        if (verdict == Verdict.FORGED || sentAt - now > 0) {
            return DropCause.UNSOLICITED_PONG;
        }
        link.recentPings.answered(sentAt);
        if (verdict == Verdict.COPY) {
            return DropCause.DUPLICATE_PONG;
        }
        if (link.newestAnsweredPing == RestartDetector.UNKNOWN
                || sentAt - link.newestAnsweredPing > 0) {
            link.newestAnsweredPing = sentAt;
        }
        if (link.monitor.isLastPing(sentAt)) {
            link.lowestPosition = link.newestAtLastPing;
        }
        if (link.monitor.isLate(now, sentAt)) {
            link.monitor.onLatePong(now);
            return DropCause.LATE_PONG;
        }
        if (link.sendsPings()) { // else it was asked before it was disabled or fell silent
            link.latency.count(now - sentAt);
            if (link.monitor.onPong(now, sentAt)) {
                cameUp(now, link);
            }
        }
        return null;
    }

    /** The network reports that the remote end of the link cannot be reached. */
    void onUnreachable(long now, LinkState link) {
        boolean before = link.monitor.isSuspected();
        link.monitor.suspect(now);
        reschedule(now, link);
        if (link.monitor.isSuspected() && !before) {
            log.debug(
                    LogSubsystem.HEARTBEAT,
                    () ->
                            link
                                    + ": the network reports that it cannot be reached; the answers to"
                                    + " the next two pings will tell");
        }
    }

    private void cameUp(long now, LinkState link) {
        link.window.cameUp();
        link.history.cameUp(wallClock.get());
        timers.schedule(link.downTimer, Math.max(now, link.monitor.deadline()));
        output.publish(
                new LinkUp(link.host.id, link.id, link.monitor.latency().orElse(Duration.ZERO)));
        guard.cameUp(now, link);
        router.update(link.host);
        prober.onUp(now, link);
    }

    private void takeDown(long now, LinkState link, LinkDownCause cause) {
        Duration silence = link.monitor.sinceLastPong(now).orElse(Duration.ZERO);
        timers.cancel(link.downTimer);
        link.monitor.stop(now);
        link.history.wentDown(wallClock.get(), cause, silence);
        prober.onDown(link);
        if (link.peer != null) {
            fallSilent(now, link, link.peer);
        }
        output.publish(new LinkDown(link.host.id, link.id, cause, silence));
        if (cause != LinkDownCause.DISABLED) {
            guard.wentDown(now, link);
        }
        router.update(link.host);
    }
}
