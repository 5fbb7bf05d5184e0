package io.knet4j.internal.engine;

import io.knet4j.LinkConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides from its pongs whether a link is up.
 *
 * <p>A link comes up on accepted pong number pong count + 1 and goes down when none came for the
 * ping timeout plus twice the latency. As long as it is down, pongs may be up to ten timeouts apart
 * without losing their count, one timeout less with each second: the peer may be just starting.
 * (libknet applies that back-off to links that are up, too, and so sees early failures late.)
 *
 * <p>All times are nanoseconds.
 */
final class LinkMonitor {
    private static final int BACKOFF = 10;
    private static final long BACKOFF_STEP = 1_000_000_000L;
    private static final long NONE = Long.MIN_VALUE;

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
    private long suspectedUntil = NONE;
    private int excuses;

    private long latency = NONE;
    private long samples;
    private long minLatency = NONE;
    private long maxLatency;
    private long upCount;
    private long downCount;

    LinkMonitor(LinkConfig config) {
        configure(config);
    }

    void configure(LinkConfig config) {
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

    /** A ping was sent. Returns whether too long ago came the pongs that were to bring it up. */
    boolean onPing(long now) {
        if (firstPing == NONE) {
            firstPing = now;
        }
        lastPing = now;
        boolean vain = !connected && lastPong != NONE && now - lastPong >= patience(now);
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
        excuses = 0;
        sample(now - sentAt);
        if (connected) {
            return false;
        }
        if (pongs >= pongCount) {
            comeUp();
            return true;
        }
        pongs++;
        return false;
    }

    private void sample(long roundTrip) {
        samples++;
        long weight = Math.min(samples, precision);
        latency = latency == NONE ? roundTrip : latency + (roundTrip - latency) / weight;
        minLatency = minLatency == NONE ? roundTrip : Math.min(minLatency, roundTrip);
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
        }
    }

    /** Whether the peer is known to be there: at least one pong came since the link was down. */
    boolean hasAnswered() {
        return connected || pongs > 0;
    }

    private void comeUp() {
        connected = true;
        upCount++;
    }

    /**
     * The network reports that the peer is not there: believed when the answer to one further ping
     * does not come either.
     */
    void suspect(long now) {
        if (connected && suspectedUntil == NONE) {
            suspectedUntil = now + interval + 2 * knownLatency() + 1_000_000;
        }
    }

    boolean isSuspected() {
        return suspectedUntil != NONE;
    }

    /** When the link goes down unless a pong comes before. Of use while it is up only. */
    long deadline() {
        long silence = lastPong + timeout + 2 * knownLatency();
        return suspectedUntil == NONE ? silence : Math.min(silence, suspectedUntil);
    }

    /** This node itself was held up, so silence of that length says nothing about the peer. */
    void excuse(long nanos) {
        excuses++;
        lastPong += nanos;
        if (suspectedUntil != NONE) {
            suspectedUntil += nanos;
        }
    }

    /** Number of excuses since the last pong. */
    int excuses() {
        return excuses;
    }

    /** Twice the latency: by then the answer to a ping has come. */
    long expectedRoundTrip() {
        return 2 * knownLatency();
    }

    /** The link went down or was disabled. */
    void stop(long now) {
        if (connected) {
            downCount++;
        }
        start(now);
    }

    private void forgetPongs(long now) {
        pongs = 0;
        lastPong = NONE;
        suspectedUntil = NONE;
        excuses = 0;
        downSince = now;
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

    long interval() {
        return interval;
    }

    long timeout() {
        return timeout;
    }

    /** Time of the last ping plus the interval; now when none was sent. */
    long nextPing(long now) {
        return lastPing == NONE ? now : Math.max(now, lastPing + interval);
    }

    Optional<Duration> latency() {
        return optional(latency);
    }

    Optional<Duration> minLatency() {
        return optional(minLatency);
    }

    Optional<Duration> maxLatency() {
        return samples == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(maxLatency));
    }

    long maxLatencyNanos() {
        return maxLatency;
    }

    long samples() {
        return samples;
    }

    long upCount() {
        return upCount;
    }

    long downCount() {
        return downCount;
    }

    Optional<Duration> sinceLastPong(long now) {
        return lastPong == NONE ? Optional.empty() : Optional.of(Duration.ofNanos(now - lastPong));
    }

    private static Optional<Duration> optional(long nanos) {
        return nanos == NONE ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }
}
