package io.knet4j.internal.engine;

/**
 * What the peer's probes show: the largest one that arrives in the end is what passes towards us.
 * Times are nanoseconds, sizes those of IP packets, 0 for none.
 */
final class PeerProbes {
    private static final long QUIET = 2_500_000_000L;
    private static final long LONGEST_DISCOVERY = 15_000_000_000L;

    private int found;
    private int largest;
    private long began;
    private long last;

    /** A probe came. */
    void probed(long now, int packetBytes) {
        if (largest != 0 && (now - last > QUIET || now - began > LONGEST_DISCOVERY)) {
            found = largest;
            largest = 0;
        }
        if (largest == 0) {
            began = now;
        }
        largest = Math.max(largest, packetBytes);
        last = now;
    }

    /** The largest packet of the last discovery that has ended. */
    int found(long now) {
        return largest != 0 && now - last > QUIET ? largest : found;
    }

    void forget() {
        found = 0;
        largest = 0;
    }
}
