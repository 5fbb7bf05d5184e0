package io.knet4j.testkit;

import io.knet4j.Knet;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a link of a node from time to time, and whether what it did since follows from what it
 * is configured to do: pings, pongs and data. Times are nanoseconds of the network.
 */
final class LinkWatch {
    /** Pings are counted over so many intervals: enough to tell their rate. */
    private static final int INTERVALS = 20;

    /** Not all of the pings need be there: clocks drift, and the last one may be due just now. */
    private static final double LEAST_SHARE = 0.75;

    /** They may come an eighth of their interval early. */
    private static final double MOST_SHARE = 1.2;

    private static final int PINGS_AT_ENDS = 3;

    /** After so many messages of a node comes a further ping. */
    private static final long MESSAGES_PER_PING = 65_535 / 8;

    /** Pongs of pings that were sent before the counters were cleared. */
    private static final int PONGS_OF_EARLIER = 64;

    private static final double FASTEST_CLOCK = 1.03;

    private final Knet node;
    private final LongSupplier messages;
    private @Nullable LinkStatus before;
    private long samplesWhenUp;
    private long pongsOfEarlier;
    private boolean doubtful;
    private long pingsWhenDisabled;
    private long windowStart;
    private long windowPings;
    private long windowPackets;
    private long windowMarks;
    private long pingsWhenLossless = -1;
    private long losslessSince;
    private @Nullable LinkDown downTold;
    private long lastPongAfter;
    private long lookedAt;
    private long reroutings;
    private long downAt;
    private long samplesWhenDown;

    /**
     * Starts to look at a link.
     *
     * @param messages how many the node has sent so far
     */
    LinkWatch(Knet node, LongSupplier messages) {
        this.node = node;
        this.messages = messages;
    }

    /**
     * Takes the link's state, and fails when something is wrong.
     *
     * @param undisturbedSince since when the node has run without a pause
     * @param routeChanges how often the links changed that carry messages to the host
     * @param down what was told when the link went down last
     */
    void look(
            long now,
            long undisturbedSince,
            LinkStatus link,
            long routeChanges,
            @Nullable LinkDown down) {
        LinkStatus last = before;
        before = link;
        long lastLook = lookedAt;
        lookedAt = now;
        if (last == null || isCleared(last.statistics(), link.statistics())) {
            pongsOfEarlier = last == null ? 0 : PONGS_OF_EARLIER;
            doubtful = last != null;
            lastPongAfter = SimPath.NEVER;
            downTold = down;
            begin(now, link, routeChanges);
            return;
        }
        boolean sameConfig = isSame(last.config(), link.config());
        checkPongs(last, link, sameConfig);
        checkDown(now, undisturbedSince, last, link, sameConfig);
        checkSilence(now, undisturbedSince, last, link, sameConfig, down);
        if (link.statistics().latencySamples() > last.statistics().latencySamples()) {
            lastPongAfter = lastLook; // or after the link went down
        }
        checkPings(now, undisturbedSince, link, sameConfig);
        checkData(last, link, routeChanges);
        checkLoss(now, undisturbedSince, last, link);
        reroutings = routeChanges;
        if (link.connected()) {
            samplesWhenUp = link.statistics().latencySamples();
            doubtful = false;
        }
    }

    private void demand(boolean right, String otherwise, LinkStatus link) {
        if (!right) {
            throw new AssertionError(otherwise + ": node " + node.nodeId() + ": " + link);
        }
    }

    // Whoever switches a link off and on makes another configuration each time.
    @SuppressWarnings("ReferenceEquality")
    static boolean isSame(LinkConfig one, LinkConfig other) {
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
        reroutings = routeChanges;
    }

    private void checkPongs(LinkStatus last, LinkStatus link, boolean sameConfig) {
        long accepted = link.statistics().latencySamples();
        demand(
                accepted <= link.statistics().txPing().packets() + pongsOfEarlier,
                "more pongs counted than pings were sent",
                link);
        boolean cameUp = link.connected() && !last.connected() && sameConfig && !doubtful;
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

    /** Looks whether a link that went down was given the time that pongs may take. */
    @SuppressWarnings("ReferenceEquality") // it may go down twice in the same way
    private void checkSilence(
            long now,
            long undisturbedSince,
            LinkStatus last,
            LinkStatus link,
            boolean sameConfig,
            @Nullable LinkDown down) {
        LinkDown downBefore = downTold;
        downTold = down;
        LinkStatistics earlier = last.statistics();
        LinkStatistics statistics = link.statistics();
        if (down == null
                || down == downBefore
                || down.cause() != LinkDownCause.PING_TIMEOUT
                || !sameConfig
                || link.config().dynamic()
                || !last.connected()
                || statistics.downCount() != earlier.downCount() + 1
                || statistics.upCount() != earlier.upCount()
                || statistics.latencySamples() > earlier.latencySamples() + 1) {
            return;
        }
        long latency = Math.min(latency(last), latency(link)); // whichever counted then
        demand(
                down.silence().toNanos() >= link.config().pingTimeout().toNanos() + 2 * latency,
                "link went down too early: after " + down.silence(),
                link);
        demand(
                undisturbedSince >= lastPongAfter
                        || down.silence().toNanos() <= (now - lastPongAfter) * FASTEST_CLOCK,
                "pongs came later than the link that went down says: " + down.silence(),
                link);
    }

    private static long latency(LinkStatus link) {
        return link.latency().orElse(Duration.ZERO).toNanos();
    }

    private static long pings(LinkStatus link) {
        LinkStatistics statistics = link.statistics();
        return statistics.txPing().packets() + statistics.pingFailures().errors();
    }

    private void beginWindow(long now, LinkStatus link) {
        windowStart = now;
        windowPings = pings(link);
        windowPackets =
                link.statistics().txPing().packets(); // those that the network refused, once
        windowMarks = mostMarks(link);
    }

    /** Pings that come with messages: at most one with each on this link, and some on all links. */
    private long mostMarks(LinkStatus link) {
        LinkStatistics statistics = link.statistics();
        return statistics.txData().packets()
                + statistics.dataFailures().errors()
                + messages.getAsLong() / MESSAGES_PER_PING;
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
            long packets = link.statistics().txPing().packets() - windowPackets;
            long marks = mostMarks(link) - windowMarks;
            beginWindow(now, link);
            demand(
                    sent >= intervals * LEAST_SHARE - PINGS_AT_ENDS,
                    "too few pings are sent: " + sent + " in " + intervals + " intervals",
                    link);
            demand(
                    packets <= intervals * MOST_SHARE + PINGS_AT_ENDS + marks,
                    "too many pings are sent: " + packets + " in " + intervals + " intervals",
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
}
