package io.knet4j.internal.engine;

import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import io.knet4j.PingLoss;

/**
 * What speaks against a link by flap control: it came up again a short while ago, it went down too
 * often, it loses too much. All times are nanoseconds. Belongs to the control loop.
 */
final class LinkRestraints {
    private boolean held;
    private long heldSince;
    private long heldUntil;

    private double penalty;
    private long penaltyAt;
    private boolean suppressed;
    private long suppressedUntil;

    private boolean lossy;

    /** How much speaks against a link, least first. */
    enum Rank {
        GOOD,
        LOSSY,
        HELD_DOWN,
        SUPPRESSED
    }

    Rank rank() {
        if (suppressed) {
            return Rank.SUPPRESSED;
        }
        if (held) {
            return Rank.HELD_DOWN;
        }
        return lossy ? Rank.LOSSY : Rank.GOOD;
    }

    /** The link came up and is to be held down. */
    void hold(long now, long time) {
        held = true;
        heldSince = now;
        heldUntil = now + time;
    }

    /** Links are held down for another time now. */
    void holdFor(long time) {
        heldUntil = heldSince + time;
    }

    /** Ends the hold-down. Returns whether there was one. */
    boolean endHold() {
        boolean before = held;
        held = false;
        return before;
    }

    boolean isHeld() {
        return held;
    }

    /** Of use while the link is held down. */
    long heldUntil() {
        return heldUntil;
    }

    /** The link went down. Returns whether it is suppressed from now on, and was not before. */
    boolean penalize(long now, Damping damping) {
        double most = most(damping);
        penalty = Math.min(most, penalty(now, damping) + damping.penalty());
        penaltyAt = now;
        boolean before = suppressed;
        suppressed |= penalty > damping.suppressAbove();
        if (suppressed) {
            suppressedUntil = now + timeToReuse(damping);
        }
        return suppressed && !before;
    }

    /** With more, the link would be suppressed for too long. */
    private static double most(Damping damping) {
        double halves =
                (double) damping.longestSuppression().toNanos() / damping.halfLife().toNanos();
        return damping.reuseBelow() * Math.pow(2, halves);
    }

    private long timeToReuse(Damping damping) {
        double halves = Math.log(penalty / damping.reuseBelow()) / Math.log(2);
        return Math.max(0, (long) Math.ceil(halves * damping.halfLife().toNanos()));
    }

    /** What is left of the penalties. */
    double penalty(long now, Damping damping) {
        double halves = (double) (now - penaltyAt) / damping.halfLife().toNanos();
        return penalty == 0 ? 0 : penalty * Math.pow(2, -halves);
    }

    /** Other penalties and limits count from now on. */
    void change(long now, Damping before, Damping after) {
        penalty = Math.min(most(after), penalty(now, before));
        penaltyAt = now;
        suppressed = suppressed && penalty > after.reuseBelow();
        suppressedUntil = now + timeToReuse(after);
    }

    /** Ends the suppression. Returns whether there was one. */
    boolean endSuppression() {
        boolean before = suppressed;
        suppressed = false;
        return before;
    }

    void forgetPenalties() {
        penalty = 0;
        suppressed = false;
    }

    boolean isSuppressed() {
        return suppressed;
    }

    /** Of use while the link is suppressed. */
    long suppressedUntil() {
        return suppressedUntil;
    }

    /** Judges the loss of the last pings. Returns whether that changes anything. */
    boolean judge(PingLoss loss, LossLimit limit) {
        boolean before = lossy;
        int percent = lossy ? limit.returnAt() : limit.avoidAbove();
        lossy = 100 * loss.lost() > percent * limit.pings();
        return lossy != before;
    }

    /** Whatever the link loses. Returns whether it was too much. */
    boolean forgetLoss() {
        boolean before = lossy;
        lossy = false;
        return before;
    }

    boolean isLossy() {
        return lossy;
    }

    /** Nothing speaks against the link any more. */
    void clear() {
        held = false;
        forgetPenalties();
        lossy = false;
    }
}
