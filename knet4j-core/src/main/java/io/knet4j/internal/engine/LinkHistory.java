package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.LinkStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How often and when a link came up and went down. Belongs to the control loop. */
final class LinkHistory {
    private final Moments ups = new Moments();
    private final Moments downs = new Moments();
    private @Nullable Fall lastFall;

    /** Why a link went down, and how long after the last pong. */
    record Fall(LinkDownCause cause, Duration silence) {}

    /** A number of moments, of which the last ones are remembered. */
    private static final class Moments {
        private final ArrayDeque<Instant> latest = new ArrayDeque<>();
        private long count;

        private void add(Instant when) {
            count++;
            latest.addFirst(when);
            if (latest.size() > LinkStatistics.REMEMBERED_TIMES) {
                latest.removeLast();
            }
        }

        private void clear() {
            count = 0;
            latest.clear();
        }
    }

    void cameUp(Instant when) {
        ups.add(when);
    }

    void wentDown(Instant when, LinkDownCause cause, Duration silence) {
        downs.add(when);
        lastFall = new Fall(cause, silence);
    }

    /** The link was enabled: how it was before does not matter any more. */
    void enabled() {
        lastFall = null;
    }

    /** How the link went down last, null when it did not since it was enabled. */
    @Nullable Fall lastFall() {
        return lastFall;
    }

    long upCount() {
        return ups.count;
    }

    long downCount() {
        return downs.count;
    }

    /** Latest first. */
    List<Instant> upTimes() {
        return List.copyOf(ups.latest);
    }

    /** Latest first. */
    List<Instant> downTimes() {
        return List.copyOf(downs.latest);
    }

    void clear() {
        ups.clear();
        downs.clear();
    }
}
