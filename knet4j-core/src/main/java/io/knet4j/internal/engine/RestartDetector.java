package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.SequenceWindow;

/**
 * Tells from the sequence numbers in a host's periodic pings whether it was restarted and counts
 * its messages from the start again, so that the new messages are not taken for copies of old ones.
 *
 * <p>A ping shows a restart when its number contradicts the window and it was surely sent after the
 * window's newest message: it came later after that message than any datagram travels; or on a link
 * that had told nothing yet, behind a pong that answers a later ping of ours. Two such pings are
 * asked for, one when the host was unreachable in between. Twice as many are asked for when the
 * number is behind the newest, but still within the window: a ping that was under way for unusually
 * long looks the same. A ping that does not go back on its own link does not count: when a queue
 * has grown on the way, pings and messages come late on that link, but in their order.
 *
 * <p>Anybody can record and repeat pings, even encrypted ones. So a ping seen before does not count
 * either; and since not all are remembered, a host that is in contact must have sent no ping that
 * fits for longer than the time between two: one that was not restarted goes on sending them.
 */
final class RestartDetector {
    private static final int NEEDED = 2;
    private static final int NEEDED_WITHIN_WINDOW = 4;

    /** It is not known when a ping was sent. */
    static final long UNKNOWN = Long.MIN_VALUE;

    /** What a ping shows. */
    enum Finding {
        NOTHING,
        /** The host counts from the start again. */
        RESTARTED,
        /**
         * The host's numbers have gone on without us while there was no contact, so that they
         * cannot be compared any more.
         */
        ELSEWHERE
    }

    private final PingMemory pings = new PingMemory();
    private int contradictions;
    private int behind;
    private boolean messageAccepted;
    private long lastMessage;
    private boolean lostContact;

    /** The host's numbers have gone on elsewhere, and none has come since. */
    private boolean elsewhere;

    private boolean fitted;
    private long lastFit;

    /** The longest time between two pings that fit, of those that came lately; 0 if not known. */
    private long usualGap;

    /** A message moved the window ahead. */
    void onMessage(long now) {
        messageAccepted = true;
        lastMessage = now;
        contradictions = 0;
        behind = 0;
        lostContact = false;
        elsewhere = false;
    }

    private boolean isAfterLastMessage(long time) {
        return !messageAccepted || (time != UNKNOWN && time - lastMessage > 0);
    }

    /** Whether a message moved the window ahead that short a time ago. */
    boolean heardMessageWithin(long now, long time) {
        return messageAccepted && now - lastMessage <= time;
    }

    /** Whether no message moved the window ahead for so long before that time. */
    boolean isQuiet(long time, long patience) {
        return time != UNKNOWN && (!messageAccepted || time - lastMessage > patience);
    }

    /** The host became unreachable. */
    void onContactLost() {
        lostContact = true;
    }

    /**
     * A periodic ping came.
     *
     * @param announced sequence number in it
     * @param goesBack whether its link has told nothing yet or more, or it is certain in another
     *     way that it did not wait on the way, behind messages that took another link
     * @param token a hash of its token
     * @param sentAfter the ping was sent after that time, or {@link #UNKNOWN}
     * @param pingInterval how often we ping it
     */
    Finding onPing(
            long now,
            int announced,
            boolean goesBack,
            long token,
            SequenceWindow window,
            long sentAfter,
            long pingInterval) {
        if (pings.isCopy(token)) {
            return Finding.NOTHING;
        }
        if (elsewhere && announced == 0) {
            // The first ping of a new life bears 1, which tells no restart where contact was lost.
            elsewhere = false;
            return Finding.RESTARTED;
        }
        boolean contradicts = window.contradicts(announced);
        if (!contradicts && !window.isBehind(announced)) {
            contradictions = 0;
            behind = 0;
            noteFit(now);
            return Finding.NOTHING;
        }
        if (!goesBack || !isAfterLastMessage(sentAfter)) {
            return Finding.NOTHING;
        }
        behind++;
        if (contradicts) {
            contradictions++;
        }
        if (contradictions < (lostContact ? 1 : NEEDED)
                && behind < (lostContact ? NEEDED : NEEDED_WITHIN_WINDOW)) {
            return Finding.NOTHING;
        }
        if (!lostContact && fitted && now - lastFit <= patience(pingInterval)) {
            return Finding.NOTHING;
        }
        contradictions = 0;
        behind = 0;
        messageAccepted = false;
        fitted = false;
        boolean proof = announced == 0 || !lostContact;
        lostContact = false;
        elsewhere = !proof;
        return proof ? Finding.RESTARTED : Finding.ELSEWHERE;
    }

    private void noteFit(long now) {
        if (fitted) {
            usualGap = Math.max(now - lastFit, usualGap - usualGap / 8);
        }
        fitted = true;
        lastFit = now;
    }

    /**
     * A host that goes on sends a ping that fits within that time. Its interval may not be ours.
     */
    private long patience(long pingInterval) {
        long ours = pingInterval + pingInterval / 2;
        return usualGap == 0 ? ours : Math.min(ours, 2 * usualGap);
    }
}
