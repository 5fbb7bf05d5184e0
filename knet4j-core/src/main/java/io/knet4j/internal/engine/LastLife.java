package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.SequenceWindow;

/**
 * Tells which datagrams on a link were sent before its host was restarted. When the restart is
 * noticed, by pings on any link, a slow one may still bring messages of the life before, of which
 * copies may have been delivered.
 *
 * <p>A link keeps order, more or less, so that pings whose numbers go back end them; and a host
 * sends messages on a link only after pings. Whatever was on its way when a link fell silent comes
 * soon or not at all.
 *
 * <p>All times are nanoseconds.
 */
final class LastLife {
    private static final long SILENCE = 500_000_000L;
    private static final int NONE = 0;

    /** One ping may have been overtaken, but hardly so many in a row. */
    private static final int ENOUGH = 2;

    /** The highest number seen on the link, until the host began again. */
    private int highest = NONE;

    /** How many pings in a row had lower numbers. */
    private int backs;

    private long lastHeard;

    private boolean lingers;

    /** The newest number of the host in its last life, of use while that lingers. */
    private int newest;

    /**
     * A restart was noticed. Numbers up to this one may be of the life before.
     *
     * @param here whether it was a ping on this link that showed it
     */
    void ended(long now, int newestNumber, boolean here) {
        lingers = !here && highest != NONE && backs < ENOUGH && now - lastHeard < SILENCE;
        newest = newestNumber;
        if (!lingers) {
            begin(NONE);
        }
    }

    private void begin(int number) {
        lingers = false;
        highest = number;
        backs = 0;
    }

    /** A ping came, with this number. */
    void onPing(long now, int announced) {
        hear(now);
        if (highest == NONE) {
            highest = announced;
        } else if (announced == 0 || SequenceWindow.isAhead(announced, highest)) {
            backs = announced == 0 ? ENOUGH : backs + 1;
            if (lingers && backs >= ENOUGH) {
                begin(announced);
            }
        } else if (announced != highest) {
            highest = announced;
            backs = 0;
        }
    }

    /** A message, or a part of one, came. Returns whether it was sent before the restart. */
    boolean isOld(long now, int sequence) {
        hear(now);
        if (lingers && SequenceWindow.isAhead(newest, sequence)) {
            lingers = false;
        }
        if (!lingers && (highest == NONE || SequenceWindow.isAhead(highest, sequence))) {
            highest = sequence;
        }
        return lingers;
    }

    private void hear(long now) {
        lingers &= now - lastHeard < SILENCE;
        lastHeard = now;
    }
}
