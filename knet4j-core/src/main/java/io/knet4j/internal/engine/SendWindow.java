package io.knet4j.internal.engine;

/**
 * How much is under way on a link. Nothing on the wire says what a peer has taken, but it answers
 * pings, in order with everything else: so from time to time the sender puts a ping behind what it
 * sent, a mark, and when that is answered all before it has left the network and the peer's socket.
 *
 * <p>Of more than the window's size, and what a fast network itself holds, the sender waits for an
 * answer. It does not wait for long: a peer that does not answer gets one window after the other.
 * This paces, it does not make anything reliable.
 *
 * <p>All times are nanoseconds. The sender's, but for {@link #cameUp}, {@link #onPong} and {@link
 * #isOpen}, which are the control loop's.
 */
final class SendWindow {
    /** About what the peer's kernel needs for a small datagram besides its bytes. */
    private static final int DATAGRAM_COST = 768;

    /** A mark is put after this part of the window. */
    private static final int MARKS_PER_WINDOW = 8;

    private static final int REMEMBERED = 64;
    private static final int MASK = REMEMBERED - 1;

    /** How long a mark may stay unanswered, besides the time that answers take. */
    private static final long PATIENCE = 10_000_000;

    /**
     * It is doubled when a wait was in vain, so that the peer's socket is filled slowly while it is
     * only held up, and not more often than that.
     */
    private static final int MOST_DOUBLINGS = 4;

    /** No answer that took longer makes the sender more patient. */
    private static final long LONGEST_TRIP = 100_000_000;

    /** Bits per nanosecond of a fast network, whose way to the peer and back may be filled. */
    private static final int NETWORK_SPEED = 10;

    private final long size;
    private final long[] markTimes = new long[REMEMBERED];
    private final long[] markPositions = new long[REMEMBERED];

    private boolean pinged;
    private long lastPing;
    private long sent;
    private long marked;

    /** What was sent before it is not waited for any more. */
    private long forgotten;

    /** How often in a row it waited in vain, if there was no answer since. */
    private int vainWaits;

    private long answeredBefore;

    /** Number of the oldest mark that is waited for. */
    private int unanswered;

    /** Number of marks so far; tells the control loop what is in the arrays. */
    private volatile int marks;

    /** Position of the newest mark that was answered. */
    private volatile long answered;

    /** The shortest and the last time that answers took. */
    private volatile long shortestTrip = Long.MAX_VALUE;

    private volatile long lastTrip;

    /** Whether it is in the sender's list of windows that it used. */
    boolean used;

    /**
     * @param size bytes that may be under way, 0 for any number
     */
    SendWindow(int size) {
        this.size = size;
    }

    /** A datagram is sent. */
    void add(int bytes) {
        sent += bytes + DATAGRAM_COST;
    }

    /** Whether enough was sent since the last mark for one more. */
    boolean needsMark() {
        return size > 0 && sent - marked >= room() / MARKS_PER_WINDOW;
    }

    /** The time that the sender's next ping bears: no two bear the same. */
    long pingTime(long now) {
        lastPing = pinged && now - lastPing <= 0 ? lastPing + 1 : now;
        pinged = true;
        return lastPing;
    }

    /** A ping of that time is sent behind all the rest. */
    void mark(long time) {
        int count = marks;
        markTimes[count & MASK] = time;
        markPositions[count & MASK] = sent;
        marked = sent;
        marks = count + 1;
    }

    /**
     * Whether the sender should wait before it sends more. If it has waited enough, it begins anew.
     */
    boolean isFull(long now) {
        if (size == 0 || underWay() <= room()) {
            return false;
        }
        if (now - deadline() < 0) {
            return true;
        }
        vainWaits = answered == answeredBefore ? Math.min(vainWaits + 1, MOST_DOUBLINGS) : 0;
        answeredBefore = answered;
        forgotten = sent;
        unanswered = marks;
        return false;
    }

    private long underWay() {
        return sent - Math.max(answered, forgotten);
    }

    /** When to wait no longer, if it is full. */
    long deadline() {
        long position = answered;
        if (marks - unanswered > REMEMBERED) {
            unanswered = marks - REMEMBERED;
        }
        while (unanswered != marks && markPositions[unanswered & MASK] - position <= 0) {
            unanswered++;
        }
        return unanswered == marks
                ? Long.MIN_VALUE / 2 // so nothing would end the wait
                : markTimes[unanswered & MASK] + (PATIENCE << vainWaits()) + 2 * lastTrip;
    }

    private int vainWaits() {
        return answered == answeredBefore ? vainWaits : 0;
    }

    private long room() {
        long trip = shortestTrip;
        return trip == Long.MAX_VALUE ? size : size + trip * NETWORK_SPEED / Byte.SIZE;
    }

    /** Whether a quarter of it is free, so that going on is worth it. While the sender waits. */
    boolean isOpen() {
        return underWay() <= room() / 4 * 3;
    }

    /** The link came up, maybe by another way than before. */
    void cameUp() {
        shortestTrip = Long.MAX_VALUE;
    }

    /** A ping of that time was answered. */
    void onPong(long now, long sentAt) {
        long trip = now - sentAt;
        lastTrip = Math.min(trip, LONGEST_TRIP);
        shortestTrip = Math.min(shortestTrip, trip);
        int newest = marks;
        for (int back = 1; back < REMEMBERED; back++) { // the oldest may just be overwritten
            int mark = newest - back;
            if (markTimes[mark & MASK] == sentAt) {
                answered = Math.max(answered, markPositions[mark & MASK]);
                return;
            }
        }
    }
}
