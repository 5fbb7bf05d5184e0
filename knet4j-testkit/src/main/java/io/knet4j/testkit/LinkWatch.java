package io.knet4j.testkit;

import io.knet4j.LinkConfig;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
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

    /**
     * Takes the link's state.
     *
     * @param undisturbedSince since when the node has run without a pause
     * @param routeChanges how often the links changed that carry messages to the host
     * @param halfLife asked, when there are penalties, in which time they halve
     * @return what is wrong, null when nothing is
     */
    @Nullable String look(
            long now,
            long undisturbedSince,
            LinkStatus link,
            long routeChanges,
            Supplier<Optional<Duration>> halfLife) {
        LinkStatus last = before;
        before = link;
        LinkStatistics statistics = link.statistics();
        if (last == null || isCleared(last.statistics(), statistics)) {
            cleared = last != null;
            begin(now, link, routeChanges);
            return null;
        }
        boolean sameConfig = isSame(last.config(), link.config());
        String wrong = pongs(last, link, sameConfig);
        wrong = wrong == null ? longDown(now, undisturbedSince, last, link, sameConfig) : wrong;
        wrong = wrong == null ? pings(now, undisturbedSince, link, sameConfig) : wrong;
        wrong = wrong == null ? data(last, link, routeChanges) : wrong;
        wrong = wrong == null ? restraints(now, undisturbedSince, last, link) : wrong;
        wrong = wrong == null ? fading(now, undisturbedSince, link, halfLife) : wrong;
        reroutings = routeChanges;
        if (link.connected()) {
            samplesWhenUp = statistics.latencySamples();
        }
        return wrong;
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
        downAt = now;
        samplesWhenDown = link.statistics().latencySamples();
        samplesWhenUp = link.connected() ? link.statistics().latencySamples() : 0;
        beginWindow(now, link);
        pingsWhenDisabled = pings(link);
        pingsWhenLossless = -1;
        penalty = 0;
        reroutings = routeChanges;
    }

    private @Nullable String pongs(LinkStatus last, LinkStatus link, boolean sameConfig) {
        long accepted = link.statistics().latencySamples();
        if (!cleared && accepted > link.statistics().txPing().packets()) {
            return "more pongs counted than pings were sent";
        }
        boolean cameUp = link.connected() && !last.connected() && sameConfig && !cleared;
        // The first pongs of a dynamic link, which show where its peer is, are no samples.
        return cameUp
                        && !link.config().dynamic()
                        && accepted - samplesWhenUp <= link.config().pongCount()
                ? "link came up after too few pongs: " + (accepted - samplesWhenUp)
                : null;
    }

    /** Looks whether a link is still down though it has enough pongs, of which none was vain. */
    private @Nullable String longDown(
            long now, long undisturbedSince, LinkStatus last, LinkStatus link, boolean sameConfig) {
        LinkConfig config = link.config();
        LinkStatistics statistics = link.statistics();
        if (!sameConfig
                || !config.enabled()
                || config.dynamic()
                || link.connected()
                || last.connected()
                || statistics.upCount() != last.statistics().upCount()
                || undisturbedSince >= downAt
                || now - downAt > config.pingTimeout().toNanos()) {
            downAt = now;
            samplesWhenDown = statistics.latencySamples();
            return sameConfig
                            && !config.enabled()
                            && statistics.upCount() > last.statistics().upCount()
                    ? "a disabled link came up"
                    : null;
        }
        long pongs = statistics.latencySamples() - samplesWhenDown;
        return pongs > config.pongCount() ? "link is down after enough pongs: " + pongs : null;
    }

    private static long pings(LinkStatus link) {
        LinkStatistics statistics = link.statistics();
        return statistics.txPing().packets() + statistics.pingFailures().errors();
    }

    private void beginWindow(long now, LinkStatus link) {
        windowStart = now;
        windowPings = pings(link);
    }

    private @Nullable String pings(
            long now, long undisturbedSince, LinkStatus link, boolean sameConfig) {
        LinkConfig config = link.config();
        if (!sameConfig || config.enabled()) {
            pingsWhenDisabled = pings(link);
        } else if (pings(link) > pingsWhenDisabled + 2) { // some may be marks of what was sent
            return "pings are sent on a link that is disabled";
        }
        if (!sameConfig
                || !config.enabled()
                || config.dynamic()
                || undisturbedSince >= windowStart) {
            beginWindow(now, link);
            return null;
        }
        long intervals = (now - windowStart) / config.pingInterval().toNanos();
        if (intervals < INTERVALS) {
            return null;
        }
        long sent = pings(link) - windowPings;
        beginWindow(now, link);
        return sent < intervals * SHARE - PINGS_AT_ENDS
                ? "too few pings are sent: " + sent + " in " + intervals + " intervals"
                : null;
    }

    private @Nullable String data(LinkStatus last, LinkStatus link, long routeChanges) {
        boolean idle = !last.active() && !link.active() && routeChanges == reroutings;
        return idle && link.statistics().txData().packets() > last.statistics().txData().packets()
                ? "messages take a link that is not active"
                : null;
    }

    private @Nullable String restraints(
            long now, long undisturbedSince, LinkStatus last, LinkStatus link) {
        LinkStability stability = link.stability();
        LinkStability earlier = last.stability();
        boolean overdue =
                (isOver(earlier.heldDown()) && isOver(stability.heldDown()))
                        || (isOver(earlier.suppressed()) && isOver(stability.suppressed()));
        if (overdue && undisturbedSince < windowStart) {
            return "what held the link back is over, but does not end";
        }
        boolean lossless =
                link.connected()
                        && stability.lossy()
                        && link.loss().lost() == 0
                        && last.connected();
        if (!lossless) {
            pingsWhenLossless = -1;
        } else if (pingsWhenLossless < 0 || undisturbedSince >= losslessSince) {
            pingsWhenLossless = pings(link); // a node that is held up at each ping judges none
            losslessSince = now;
        } else if (pings(link) > pingsWhenLossless + 2) {
            return "the link is avoided although it loses nothing";
        }
        return null;
    }

    private static boolean isOver(Optional<Duration> left) {
        return left.isPresent() && left.get().isZero();
    }

    private @Nullable String fading(
            long now,
            long undisturbedSince,
            LinkStatus link,
            Supplier<Optional<Duration>> halfLife) {
        int left = link.stability().penalty();
        long downs = link.statistics().downCount();
        if (penalty == 0 || downs != downsAtPenalty || undisturbedSince >= penaltyAt) {
            penalty = left;
            penaltyAt = now;
            downsAtPenalty = downs;
            return null;
        }
        Optional<Duration> time = halfLife.get();
        if (time.isEmpty() || now - penaltyAt < time.get().toNanos() * 11 / 10) {
            return null;
        }
        boolean fades = left <= penalty / 2 + 1;
        String wrong = "the penalty of the link does not fade: " + penalty + ", then " + left;
        penalty = 0;
        return fades ? null : wrong;
    }
}
