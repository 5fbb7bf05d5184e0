package io.knet4j;

/**
 * What became of the pings of the recent past.
 *
 * <p>A ping counts as soon as it is answered, or else when it has had a ping interval and four
 * times the latency to be answered; when the answer comes still later, it does not count as lost
 * any more. So loss on the way back is part of it, and slowness is not.
 *
 * @param pings how many were sent, 0 to {@value #REMEMBERED}: the last ones since the link was
 *     enabled, without those whose answers may be under way
 * @param lost how many of them were not answered
 */
public record PingLoss(int pings, int lost) {
    /** The most pings that are looked at. */
    public static final int REMEMBERED = 64;

    /**
     * The share that was lost.
     *
     * @return 0 to 100; 0 without pings
     */
    public double percent() {
        return pings == 0 ? 0 : 100.0 * lost / pings;
    }
}
