package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.NodeStalled;
import io.knet4j.Timings;
import java.time.Duration;

/**
 * Notices when the control loop comes back later than it had to: the process or the machine was
 * stopped, garbage was collected, there was no processor, or the clock jumped. What peers sent
 * meanwhile waits in the sockets, and pings that were due were not sent, so nobody is to be judged
 * by that time, nor before the sockets are read. All times are nanoseconds.
 */
final class Stalls {
    /** The system may be as late as that whenever it wakes somebody. */
    static final long NORMAL = 2_000_000;

    private static final long WORTH_COUNTING = 10_000_000;
    private static final long ALWAYS_TOLD = 1_000_000_000;
    private static final long TELL_INTERVAL = 1_000_000_000;

    /** So that a flood that never ends keeps nobody from being judged. */
    private static final int MAX_TURNS = 32;

    private final EngineOutput output;
    private final TimeCounter times = new TimeCounter();
    private final ReportLimit limit = new ReportLimit(TELL_INTERVAL);
    private boolean expected;
    private long expectedAt;
    private long last;
    private boolean reading;
    private boolean moreToRead;
    private int turns;
    private long longest;

    Stalls(EngineOutput output) {
        this.output = output;
    }

    /** Timers are about to run. Returns how late that is, 0 when it is as usual. */
    long beforeTimers(long now) {
        boolean before = reading;
        long late = late(now);
        boolean allRead = late == 0 && !moreToRead;
        if (before && (allRead || ++turns >= MAX_TURNS)) {
            reading = false;
        }
        moreToRead = false;
        return late;
    }

    /**
     * Received datagrams are about to be looked at. Returns how late that is.
     *
     * @param more whether there may be more where they come from
     */
    long beforeReading(long now, boolean more) {
        long late = late(now);
        moreToRead = more;
        return late;
    }

    /** Timers have run. The loop has to be back for the next one, or never. */
    void afterTimers(long next) {
        expected = next != Long.MAX_VALUE;
        expectedAt = next;
    }

    private long late(long now) {
        // What is overdue for longer than since the last turn was counted then.
        long late = expected ? Math.min(now - expectedAt, now - last) : 0;
        last = now;
        if (late <= NORMAL) {
            return 0;
        }
        if (!reading) {
            reading = true;
            turns = 0;
        }
        return late;
    }

    /**
     * Counts how late the loop was, and tells it when peers may have noticed.
     *
     * @param pingTimeout the shortest of all links
     */
    void count(long now, long late, long pingTimeout) {
        if (late < WORTH_COUNTING) {
            return;
        }
        times.count(late);
        if (late < Math.min(pingTimeout / 4, ALWAYS_TOLD)) {
            return;
        }
        longest = Math.max(longest, late);
        long count = limit.count(now);
        if (count > 0) {
            output.publish(new NodeStalled(Duration.ofNanos(longest), count));
            longest = 0;
        }
    }

    /** Whether there may be something in the sockets that came while the loop was held up. */
    boolean isReading() {
        return reading;
    }

    /** May be called by any thread. */
    Timings times() {
        return times.snapshot();
    }

    void clearStatistics() {
        times.clear();
    }
}
