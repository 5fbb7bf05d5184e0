package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.SequenceWindow;

/**
 * The newest sequence number that came on a link, in messages or pings. Numbers that go back show
 * more on a single link than on all together, where a ping that waited in a queue of one link is
 * behind messages that took another.
 */
final class HeardNumber {
    private static final int NONE = 0;

    private int newest = NONE;

    /** A message or a ping with this number came. */
    void note(int sequence) {
        if (sequence == 0) {
            // The first ping of a link may bear 1 instead: it says no more than that.
            newest = newest == 1 ? NONE : newest;
        } else if (newest == NONE || SequenceWindow.distance(newest, sequence) > 0) {
            newest = sequence;
        }
    }

    /** Whether the link has only told so far that nothing was sent. */
    boolean isNone() {
        return newest == NONE;
    }

    /** Whether a number is less than one that came before. */
    boolean isAheadOf(int announced) {
        return newest != NONE && (announced == 0 || SequenceWindow.distance(newest, announced) < 0);
    }

    /** The host counts from the start again. */
    void forget() {
        newest = NONE;
    }
}
