package io.knet4j.internal.engine;

import io.knet4j.PingLoss;

/**
 * The last pings of a link and whether they were answered. Times are nanoseconds. Belongs to the
 * control loop.
 */
final class RecentPings {
    private static final int MASK = PingLoss.REMEMBERED - 1;

    /** By the lowest bits of a ping's number. */
    private final long[] sentAt = new long[PingLoss.REMEMBERED];

    private long answered;
    private long count;

    /** A ping is sent. */
    void sent(long now) {
        int place = (int) count & MASK;
        sentAt[place] = now;
        answered &= ~(1L << place);
        count++;
    }

    /** The ping of that time was answered, however late. */
    void answered(long time) {
        for (long ping = count - 1; ping >= oldest(); ping--) { // it is one of the last, mostly
            int place = (int) ping & MASK;
            if (sentAt[place] == time) {
                answered |= 1L << place;
                return;
            }
        }
    }

    private long oldest() {
        return Math.max(0, count - PingLoss.REMEMBERED);
    }

    /**
     * @param patience time that a ping has to be answered
     */
    PingLoss loss(long now, long patience) {
        return loss(now, patience, PingLoss.REMEMBERED);
    }

    /**
     * @param most how many pings are looked at, the last ones
     */
    PingLoss loss(long now, long patience, int most) {
        int pings = 0;
        int lost = 0;
        for (long ping = count - 1; ping >= oldest() && pings < most; ping--) {
            int place = (int) ping & MASK;
            boolean isAnswered = (answered >>> place & 1) == 1;
            if (isAnswered || now - sentAt[place] > patience) {
                pings++;
                lost += isAnswered ? 0 : 1;
            }
        }
        return new PingLoss(pings, lost);
    }

    void clear() {
        count = 0;
    }
}
