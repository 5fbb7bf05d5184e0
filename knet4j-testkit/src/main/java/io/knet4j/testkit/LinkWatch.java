package io.knet4j.testkit;

import io.knet4j.FlapControl;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a link of a node from time to time, and whether what it did since follows from what it
 * is configured to do: pings and pongs, data, and what {@link io.knet4j.FlapControl} holds against
 * it. Times are nanoseconds of the network.
 */
final class LinkWatch {
    /** Pings are counted over so many intervals: enough to tell their rate. */
    private static final int INTERVALS = 20;

    /** Not all of the pings need be there: clocks drift, and the last one may be due just now. */
    private static final double SHARE = 0.75;

    private static final int PINGS_AT_ENDS = 3;

    private final Knet node;
    private @Nullable LinkStatus before;
    private long samplesWhenUp;
    private boolean cleared;
    private long pingsWhenDisabled;
    private long windowStart;
    private long windowPings;
    private long penaltyAt;
    private int penalty;
    private long downsAtPenalty;
    private long pingsWhenLossless = -1;
    private long losslessSince;
    private long reroutings;
    private long downAt;
    private long samplesWhenDown;

    LinkWatch(Knet node) {
        this.node = node;
    }

    /**
     * Takes the link's state, and fails when something is wrong.
     *
     * @param undisturbedSince since when the node has run without a pause
     * @param routeChanges how often the links changed that carry messages to the host
     */
    void look(long now, long undisturbedSince, LinkStatus link, long routeChanges) {
        LinkStatus last = before;
        before = link;
        if (last == null || isCleared(last.statistics(), link.statistics())) {
            cleared = last != null;
            begin(now, link, routeChanges);
            return;
        }
        boolean sameConfig = isSame(last.config(), link.config());
        checkPongs(last, link, sameConfig);
        checkDown(now, undisturbedSince, last, link, sameConfig);
        checkPings(now, undisturbedSince, link, sameConfig);
        checkData(last, link, routeChanges);
        checkRestraints(last, link, undisturbedSince);
        checkLoss(now, undisturbedSince, last, link);
        checkPenalty(now, undisturbedSince, link);
        reroutings = routeChanges;
        if (link.connected()) {
            samplesWhenUp = link.statistics().latencySamples();
        }
    }

    private void demand(boolean right, String otherwise, LinkStatus link) {
        if (!right) {
            throw new AssertionError(otherwise + ": node " + node.nodeId() + ": " + link);
        }
    }

    // Whoever switches a link off and on makes another configuration each time.
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(LinkConfig one, LinkConfig other) {
        return one == other;
    }

    private static boolean isCleared(LinkStatistics before, LinkStatistics now) {
        return now.txPing().packets() < before.txPing().packets()
                || now.latencySamples() < before.latencySamples()
                || now.txData().packets() < before.txData().packets()
                || now.downCount() < before.downCount();
    }

    private void begin(long now, LinkStatus link, long routeChanges) {
        beginDown(now, link);
        samplesWhenUp = link.connected() ? link.statistics().latencySamples() : 0;
        beginWindow(now, link);
        pingsWhenDisabled = pings(link);
        pingsWhenLossless = -1;
        penalty = 0;
        reroutings = routeChanges;
    }

    private void checkPongs(LinkStatus last, LinkStatus link, boolean sameConfig) {
        long accepted = link.statistics().latencySamples();
        demand(
                cleared || accepted <= link.statistics().txPing().packets(),
                "more pongs counted than pings were sent",
                link);
        boolean cameUp = link.connected() && !last.connected() && sameConfig && !cleared;
        // The first pongs of a dynamic link, which show where its peer is, are no samples.
        if (cameUp && !link.config().dynamic()) {
            long pongs = accepted - samplesWhenUp;
            demand(
                    pongs > link.config().pongCount(),
                    "link came up after too few pongs: " + pongs,
                    link);
        }
    }

    private void beginDown(long now, LinkStatus link) {
        downAt = now;
        samplesWhenDown = link.statistics().latencySamples();
    }

    /** Looks whether a link is still down though it has enough pongs, of which none was vain. */
    private void checkDown(
            long now, long undisturbedSince, LinkStatus last, LinkStatus link, boolean sameConfig) {
        LinkConfig config = link.config();
        boolean cameUp = link.statistics().upCount() > last.statistics().upCount();
        demand(!sameConfig || config.enabled() || !cameUp, "a disabled link came up", link);
        if (!sameConfig
                || !config.enabled()
                || config.dynamic()
                || link.connected()
                || last.connected()
                || cameUp
                || undisturbedSince >= downAt
                || now - downAt > config.pingTimeout().toNanos()) {
            beginDown(now, link);
            return;
        }
        long pongs = link.statistics().latencySamples() - samplesWhenDown;
        demand(pongs <= config.pongCount(), "link is down after enough pongs: " + pongs, link);
    }

    private static long pings(LinkStatus link) {
        LinkStatistics statistics = link.statistics();
        return statistics.txPing().packets() + statistics.pingFailures().errors();
    }

    private void beginWindow(long now, LinkStatus link) {
        windowStart = now;
        windowPings = pings(link);
    }

    private void checkPings(long now, long undisturbedSince, LinkStatus link, boolean sameConfig) {
        LinkConfig config = link.config();
        if (!sameConfig || config.enabled()) {
            pingsWhenDisabled = pings(link);
        }
        demand(
                pings(link) <= pingsWhenDisabled + 2, // some may be marks of what was sent
                "pings are sent on a link that is disabled",
                link);
        if (!sameConfig
                || !config.enabled()
                || config.dynamic()
                || undisturbedSince >= windowStart) {
            beginWindow(now, link);
            return;
        }
        long intervals = (now - windowStart) / config.pingInterval().toNanos();
        if (intervals >= INTERVALS) {
            long sent = pings(link) - windowPings;
            beginWindow(now, link);
            demand(
                    sent >= intervals * SHARE - PINGS_AT_ENDS,
                    "too few pings are sent: " + sent + " in " + intervals + " intervals",
                    link);
        }
    }

    private void checkData(LinkStatus last, LinkStatus link, long routeChanges) {
        boolean idle = !last.active() && !link.active() && routeChanges == reroutings;
        demand(
                !idle
                        || link.statistics().txData().packets()
                                <= last.statistics().txData().packets(),
                "messages take a link that is not active",
                link);
    }

    private void checkRestraints(LinkStatus last, LinkStatus link, long undisturbedSince) {
        LinkStability stability = link.stability();
        LinkStability earlier = last.stability();
        boolean overdue =
                (isOver(earlier.heldDown()) && isOver(stability.heldDown()))
                        || (isOver(earlier.suppressed()) && isOver(stability.suppressed()));
        demand(
                !overdue || undisturbedSince >= windowStart,
                "what held the link back is over, but does not end",
                link);
    }

    private static boolean isOver(Optional<Duration> left) {
        return left.isPresent() && left.get().isZero();
    }

    /** Looks whether a link that loses nothing any more is still taken for lossy. */
    private void checkLoss(long now, long undisturbedSince, LinkStatus last, LinkStatus link) {
        boolean lossless = link.stability().lossy() && link.loss().lost() == 0;
        if (!lossless || !link.connected() || !last.connected()) {
            pingsWhenLossless = -1;
        } else if (pingsWhenLossless < 0 || undisturbedSince >= losslessSince) {
            pingsWhenLossless = pings(link); // a node that is held up at each ping judges none
            losslessSince = now;
        } else {
            demand(
                    pings(link) <= pingsWhenLossless + 2 // some may be marks of what was sent
                            || now - losslessSince <= 3 * link.config().pingInterval().toNanos(),
                    "the link is avoided although it loses nothing",
                    link);
        }
    }

    /** Looks whether penalties halve in their time. */
    private void checkPenalty(long now, long undisturbedSince, LinkStatus link) {
        int left = link.stability().penalty();
        long downs = link.statistics().downCount();
        if (penalty == 0 || downs != downsAtPenalty || undisturbedSince >= penaltyAt) {
            penalty = left;
            penaltyAt = now;
            downsAtPenalty = downs;
            return;
        }
        Optional<Duration> halfLife =
                node.flapControl().damping().map(FlapControl.Damping::halfLife);
        if (halfLife.isPresent() && now - penaltyAt >= halfLife.get().toNanos() * 11 / 10) {
            demand(
                    left <= penalty / 2 + 1,
                    "the penalty of the link does not fade: " + penalty + ", then " + left,
                    link);
            penalty = 0;
        }
    }
}
