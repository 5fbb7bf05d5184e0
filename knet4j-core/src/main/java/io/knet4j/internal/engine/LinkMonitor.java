package io.knet4j.internal.engine;

import io.knet4j.LinkConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides from its pongs whether a link is up.
 *
 * <p>A link comes up on accepted pong number pong count + 1 and goes down when none came for the
 * ping timeout plus twice the latency, and up to two milliseconds more if a ping is sent at the end
 * of the timeout. As long as it is down, pongs may be up to ten timeouts apart without losing their
 * count, one timeout less with each second: the peer may be just starting. (libknet applies that
 * back-off to links that are up, too, and so sees early failures late.)
 *
 * <p>All times are nanoseconds.
 */
final class LinkMonitor {
    private static final int BACKOFF = 10;
    private static final long BACKOFF_STEP = 1_000_000_000L;
    private static final long NONE = Long.MIN_VALUE;
    private static final long SUSPICION_MARGIN = 1_000_000;

    /** Enough for the control loop to read its sockets. */
    private static final long GRACE = 1_000_000;

    /** What is shorter than this part of the timeout makes no difference, unless at its end. */
    private static final int EXCUSED_PART = 16;

    /** A node that is late all the time must find out in the end that a peer is gone. */
    private static final int MAX_EXCUSES = 16;

    private static final int MAX_EXTENSIONS = 3;

    /**
     * A ping that is late by no more than usual, nor than this part of the interval, does not make
     * the next ones late: it would add up.
     */
    private static final int USUALLY_LATE_PART = 8;

    private long interval;
    private long timeout;
    private int precision;
    private int pongCount;

    private boolean connected;
    private int pongs;
    private long downSince;
    private long lastPong = NONE;
    private long firstPing = NONE;
    private long lastPing = NONE;

    /** When the last ping was due. */
    private long lastPingDue = NONE;

    private long suspectedUntil = NONE;
    private int excuses;
    private int extensions;
    private long excused;

    private long latency = NONE;
    private long samples;
    private long maxLatency;

    LinkMonitor(LinkConfig config) {
        set(config);
    }

    /**
     * Takes over other timers. Of a link that is up, the peer gets a whole timeout to answer by
     * them, as long as it would have had that by the timers so far.
     */
    void configure(long now, LinkConfig config) {
        long silence = lastPong + timeout;
        set(config);
        if (connected) {
            lastPong = Math.max(lastPong, Math.min(silence - timeout, now));
        }
    }

    private void set(LinkConfig config) {
        interval = config.pingInterval().toNanos();
        timeout = config.pingTimeout().toNanos();
        precision = config.pingPrecision();
        pongCount = config.pongCount();
    }

    /** The link was enabled. */
    void start(long now) {
        connected = false;
        forgetPongs(now);
    }

    /** Whether no ping was sent yet. */
    boolean isNew() {
        return firstPing == NONE;
    }

    /** Whether the first ping was sent at that time. */
    boolean isFirstPing(long sentAt) {
        return sentAt == firstPing;
    }

    /** Whether no ping was sent since the one of that time. */
    boolean isLastPing(long sentAt) {
        return sentAt == lastPing;
    }

    /** A ping was sent. Returns whether too long ago came the pongs that were to bring it up. */
    boolean onPing(long now) {
        if (firstPing == NONE) {
            firstPing = now;
        }
        long late = now - lastPingDue - interval;
        boolean usual =
                lastPingDue != NONE
                        && late > 0
                        && late <= Math.min(Stalls.NORMAL, interval / USUALLY_LATE_PART);
        lastPingDue = usual ? now - late : now;
        lastPing = now;
        boolean vain = !connected && lastPong != NONE && now - lastPong - excused >= patience(now);
        if (vain) {
            forgetPongs(now);
        }
        return vain;
    }

    /** Whether a pong to a ping of that time is too late to count. */
    boolean isLate(long now, long sentAt) {
        return now - sentAt > timeout;
    }

    /** Takes a pong that is neither late nor a copy. Returns whether it brings the link up. */
    boolean onPong(long now, long sentAt) {
        lastPong = now;
        suspectedUntil = NONE;
        forgetExcuses();
        sample(now - sentAt);
        if (connected) {
            return false;
        }
        if (pongs >= pongCount) {
            connected = true;
            return true;
        }
        pongs++;
        return false;
    }

    private void sample(long roundTrip) {
        samples++;
        long weight = Math.min(samples, precision);
        latency = latency == NONE ? roundTrip : latency + (roundTrip - latency) / weight;
        maxLatency = Math.max(maxLatency, roundTrip);
    }

    /**
     * Takes a pong that is too late to count, but shows that the peer is there: as in libknet, it
     * keeps a link up, but does not bring one up.
     */
    void onLatePong(long now) {
        if (connected) {
            lastPong = now;
            suspectedUntil = NONE;
            forgetExcuses();
        }
    }

    /** Whether the peer is known to be there: at least one pong came since the link was down. */
    boolean hasAnswered() {
        return connected || pongs > 0;
    }

    /** Whether the link is down and the peer has answered nothing for a whole timeout. */
    boolean isSilent(long now) {
        return !hasAnswered() && now - downSince > timeout;
    }

    /**
     * The network reports that the peer is not there, which anybody can forge: believed when the
     * answers to two further pings do not come either.
     */
    void suspect(long now) {
        if (connected && suspectedUntil == NONE) {
            suspectedUntil = now + 2 * interval + 2 * knownLatency() + SUSPICION_MARGIN;
        }
    }

    boolean isSuspected() {
        return suspectedUntil != NONE;
    }

    /** When the link goes down unless a pong comes before. Of use while it is up only. */
    long deadline() {
        return orSuspected(Math.max(timeoutEnd(), answerToLastPing()) + expectedRoundTrip());
    }

    private long timeoutEnd() {
        return lastPong + excused + timeout;
    }

    private long orSuspected(long silence) {
        return suspectedUntil == NONE ? silence : Math.min(silence, suspectedUntil);
    }

    /**
     * The last ping that the timeout has room for, with a margin for its answer. If the timeout is
     * a multiple of the interval, that ping is due when it ends: a moment later or earlier must not
     * decide whether it counts.
     */
    private long answerToLastPing() {
        long latest = timeoutEnd() + GRACE;
        long next = lastPingDue + interval;
        return Math.min(latest, next - latest <= 0 ? next : lastPing) + GRACE;
    }

    /**
     * This node itself was held up until now, so silence of that length says nothing about the
     * peer; and the answer to a ping that was late with us needs its time. Both hold some times in
     * a row.
     */
    void excuse(long now, long nanos) {
        if (!hasAnswered()) {
            return;
        }
        if (nanos >= timeout / EXCUSED_PART && excuses < MAX_EXCUSES) {
            excuses++;
            putOff(nanos);
        }
        long answered = now + GRACE + expectedRoundTrip();
        if (connected && answered - deadline() > 0 && extensions < MAX_EXTENSIONS) {
            extensions++;
            putOff(answered - orSuspected(timeoutEnd() + expectedRoundTrip()));
        }
    }

    private void putOff(long nanos) {
        excused += nanos;
        if (suspectedUntil != NONE) {
            suspectedUntil += nanos;
        }
    }

    /** Twice the latency: by then the answer to a ping has come. */
    long expectedRoundTrip() {
        return 2 * knownLatency();
    }

    /** The link went down or was disabled. */
    void stop(long now) {
        start(now);
    }

    private void forgetPongs(long now) {
        pongs = 0;
        lastPong = NONE;
        suspectedUntil = NONE;
        forgetExcuses();
        downSince = now;
    }

    private void forgetExcuses() {
        excuses = 0;
        extensions = 0;
        excused = 0;
    }

    private long patience(long now) {
        long backoff = Math.max(1, BACKOFF - (now - downSince) / BACKOFF_STEP);
        return timeout * backoff + 2 * knownLatency();
    }

    private long knownLatency() {
        return latency == NONE ? 0 : latency;
    }

    boolean connected() {
        return connected;
    }

    /** Pongs since the link was down, until it is up. */
    int pongs() {
        return pongs;
    }

    long interval() {
        return interval;
    }

    long timeout() {
        return timeout;
    }

    /** An interval after the last ping was due; now when none was sent. */
    long nextPing(long now) {
        return lastPingDue == NONE ? now : Math.max(now, lastPingDue + interval);
    }

    Optional<Duration> latency() {
        return optional(latency);
    }

    long maxLatencyNanos() {
        return maxLatency;
    }

    /** How long a ping is under way at most, unless it or its answer is lost. */
    long patienceWithPing() {
        return interval + 4 * knownLatency();
    }

    Optional<Duration> sinceLastPong(long now) {
        return lastPong == NONE ? Optional.empty() : Optional.of(Duration.ofNanos(now - lastPong));
    }

    private static Optional<Duration> optional(long nanos) {
        return nanos == NONE ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }
}
