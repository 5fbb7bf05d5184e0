package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.SequenceWindow;

/**
 * Tells from the sequence numbers in a host's periodic pings whether it was restarted and counts
 * its messages from the start again, so that the new messages are not taken for copies of old ones.
 *
 * <p>A ping shows a restart when its number contradicts the window and it was surely sent after the
 * last message that was accepted: it came later after that message than any datagram travels. Two
 * such pings are asked for, one when the host was unreachable in between. A ping seen before does
 * not count: anybody can record and repeat pings, even encrypted ones.
 */
final class RestartDetector {
    private static final int REMEMBERED = 1024;
    private static final int NEEDED = 2;
    private static final long MARGIN = 1_000_000;

    private final long[] seen = new long[REMEMBERED];
    private int nextSeen;
    private int contradictions;
    private boolean messageAccepted;
    private long lastMessage;
    private boolean lostContact;

    /** A message was accepted. */
    void onMessage(long now) {
        messageAccepted = true;
        lastMessage = now;
        contradictions = 0;
        lostContact = false;
    }

    /** The host became unreachable. */
    void onContactLost() {
        lostContact = true;
    }

    /**
     * A periodic ping came.
     *
     * @param announced sequence number in it
     * @param token a hash of its token
     * @param longestTravel longest time that a datagram of the host may travel
     * @return whether the host was restarted
     */
    boolean onPing(long now, int announced, long token, SequenceWindow window, long longestTravel) {
        boolean contradicts = window.contradicts(announced);
        boolean seenBefore = wasSeen(token); // those that contradict nothing yet may do so later
        if (announced != 0 && !contradicts) {
            contradictions = 0;
            return false;
        }
        if (seenBefore || !contradicts) {
            return false;
        }
        if (messageAccepted && now - lastMessage <= longestTravel + MARGIN) {
            return false;
        }
        contradictions++;
        if (contradictions < (lostContact ? 1 : NEEDED)) {
            return false;
        }
        contradictions = 0;
        messageAccepted = false;
        lostContact = false;
        return true;
    }

    private boolean wasSeen(long token) {
        for (long earlier : seen) {
            if (earlier == token) {
                return true;
            }
        }
        seen[nextSeen] = token;
        nextSeen = (nextSeen + 1) % REMEMBERED;
        return false;
    }
}
