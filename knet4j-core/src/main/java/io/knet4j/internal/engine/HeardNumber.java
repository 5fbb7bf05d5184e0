package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.SequenceWindow;

/**
 * The newest sequence number that came on a link, in messages or pings, and its position in the
 * host's row of messages.
 *
 * <p>Numbers that go back show more on a single link than on all together, where a ping that waited
 * in a queue of one link is behind messages that took another. And on a link that is slower than
 * others by half the circle of numbers, which a busy host goes through in tens of milliseconds, old
 * numbers look new to those who only compare them with the newest one of all.
 */
final class HeardNumber {
    private static final int NONE = 0;
    private static final int HALF = 32_767;
    private static final int FOLLOWED = HALF / 2;
    private static final long NEVER = Long.MIN_VALUE;

    private int newest = NONE;
    private long position;
    private long notedAt = NEVER;
    private long newestOfAll;

    /**
     * A message or a ping with this number came.
     *
     * @param place its position
     * @param all position of the newest number of all links
     */
    void note(long now, int sequence, long place, long all) {
        boolean first = notedAt == NEVER;
        boolean news;
        if (sequence == 0) {
            // The first ping of a link may bear 1 instead: it says no more than that.
            news = newest <= 1;
        } else {
            news = first || place > position || position - place > HALF;
        }
        if (news) {
            newest = sequence;
            position = place;
        }
        if (sequence != 0 && (news || sequence == newest)) {
            notedAt = now;
            newestOfAll = all;
        }
    }

    /**
     * Whether what comes on the link can be told by its own order: it was heard within that time,
     * and other links have not gone on so far since that it may have done so, too.
     */
    boolean isFollowed(long now, long time, long all) {
        return notedAt != NEVER && now - notedAt <= time && all - newestOfAll <= FOLLOWED;
    }

    /** The position of a number that comes now, going by what came before on the link. */
    long position(int sequence) {
        return position + SequenceWindow.distance(newest, sequence);
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
        notedAt = NEVER;
    }
}
