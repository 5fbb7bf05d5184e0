package io.knet4j.internal.engine;

import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.transport.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a dynamic link knows about the address of its peer, besides its path. */
final class DynamicPeer {
    /** What may be the peer's address. */
    AccessFilter filter;

    /** Whether the filter accepts the address that the link's path leads to. */
    boolean accepted;

    /** Whether the peer is pinged: it was heard, and did not fall silent since. */
    boolean awake;

    /** The pings that came on the link. */
    final PingMemory pings = new PingMemory();

    /** Tokens of the pings by which candidates are asked. */
    final PingTokens tokens;

    /** Ends the wait for answers of the candidate and of the peer so far. */
    final Timer timer;

    /** The address that is being asked whether the peer is there; null when none is. */
    @Nullable Path candidate;

    /** When the candidate was first asked. */
    long since;

    long lastAsked;

    /** How often the candidate is asked again without having pinged. */
    int retries;

    /** When the candidate answered; of use when {@link #answered}. */
    long answeredAt;

    /** When the ping was sent that it answered. */
    long answeredPing;

    boolean answered;

    /** The peer so far answered a ping that was sent since the candidate was there. */
    boolean contradicted;

    /** The candidate that last answered while the peer so far did, too; null when there is none. */
    @Nullable Path rival;

    DynamicPeer(AccessFilter filter, RandomGenerator random, Timer timer) {
        this.filter = filter;
        this.timer = timer;
        tokens = new PingTokens(random);
    }

    void consider(@Nullable Path newCandidate, long now) {
        candidate = newCandidate;
        since = now;
        retries = 0;
        answered = false;
        contradicted = false;
    }
}
