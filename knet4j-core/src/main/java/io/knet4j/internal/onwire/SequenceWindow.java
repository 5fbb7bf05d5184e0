package io.knet4j.internal.onwire;

import java.util.Arrays;

/**
 * Which of the last 4096 sequence numbers of a host were delivered.
 *
 * <p>Numbers are 1 to 65,535 and wrap from 65,535 to 1; a host uses one sequence for all its
 * destinations, so gaps are normal. A number is compared with the newest one seen: ahead of it (by
 * less than half of the number space) it moves the window; behind it by less than 4096 it is looked
 * up; further behind it is stale. Unlike libknet's window, this one never moves backwards: only
 * {@link #reset} makes old numbers new again, and whoever calls it must have evidence that the host
 * was restarted.
 */
public final class SequenceWindow {
    /** Numbers that are remembered. */
    public static final int SIZE = 4096;

    private static final int SLOTS = 2 * SIZE;
    private static final int NUMBERS = 65_535;
    private static final int NONE = -1;

    private final long[] delivered = new long[SLOTS / Long.SIZE];
    private int newest = NONE;

    /** Of the newest number; before there is one, of number 0. */
    private long newestPosition;

    /** What a number is to the window. */
    public enum Verdict {
        /** Not delivered yet. */
        NEW,
        /** Delivered before. */
        DUPLICATE,
        /** Too far behind to tell. */
        STALE
    }

    /** Judges a number and, when it is ahead, moves the window to it. Does not mark it. */
    public Verdict check(int sequence) {
        if (newest == NONE) {
            newest = sequence;
            newestPosition += sequence;
            return Verdict.NEW;
        }
        int ahead = distance(newest, sequence);
        if (ahead > 0) {
            advance(ahead);
            newest = sequence;
            newestPosition += ahead;
            return Verdict.NEW;
        }
        if (ahead <= -SIZE) {
            return Verdict.STALE;
        }
        return isMarked(sequence) ? Verdict.DUPLICATE : Verdict.NEW;
    }

    /**
     * Moves the window ahead to a number that the host has announced; does nothing when it is not
     * ahead.
     */
    public void announce(int sequence) {
        if (sequence != 0) {
            check(sequence);
        }
    }

    /**
     * Where a number lies in the host's endless row of messages, going by the newest one: unlike
     * the number itself, different for messages that a wrap or a reset lies between.
     */
    public long position(int sequence) {
        return newestPosition + (newest == NONE ? sequence : distance(newest, sequence));
    }

    /**
     * Remembers a number as delivered. It must have been judged {@link Verdict#NEW} and the window
     * not moved past it since.
     */
    public void markDelivered(int sequence) {
        int slot = slot(sequence);
        delivered[slot >>> 6] |= 1L << slot;
    }

    /**
     * Whether an announced number shows that the host counts from the start again: it lies behind
     * everything the window remembers, or it is 0 (nothing sent yet) although messages came.
     */
    public boolean contradicts(int announced) {
        return newest != NONE && (announced == 0 || distance(newest, announced) <= -SIZE);
    }

    /** Whether an announced number lies behind the newest one seen. */
    public boolean isBehind(int announced) {
        return newest != NONE && announced != 0 && distance(newest, announced) < 0;
    }

    /** Where the newest number lies, or before there is one, number 0. */
    public long newestPosition() {
        return newestPosition;
    }

    /** The newest number seen, negative when none was since the last reset. */
    public int newest() {
        return newest;
    }

    /** Forgets everything: the next number is the first. */
    public void reset() {
        Arrays.fill(delivered, 0);
        newest = NONE;
        newestPosition += 2 * SIZE; // beyond all that may still be looked up
    }

    /** Whether any number was seen since the last reset. */
    public boolean isEmpty() {
        return newest == NONE;
    }

    private boolean isMarked(int sequence) {
        int slot = slot(sequence);
        return (delivered[slot >>> 6] & 1L << slot) != 0;
    }

    private void advance(int steps) {
        if (steps >= SIZE) {
            Arrays.fill(delivered, 0);
            return;
        }
        int sequence = newest;
        for (int i = 0; i < steps; i++) {
            sequence = sequence == NUMBERS ? 1 : sequence + 1;
            int slot = slot(sequence);
            delivered[slot >>> 6] &= ~(1L << slot);
        }
    }

    /** Signed way from one number to another in the circle of 65,535 numbers. */
    public static int distance(int from, int to) {
        int ahead = Math.floorMod(to - from, NUMBERS);
        return ahead > NUMBERS / 2 ? ahead - NUMBERS : ahead;
    }

    // Number 0 is skipped at the wrap, so with only SIZE slots 65,535 and 4095 would share one
    // although both fit into the window.
    private static int slot(int sequence) {
        return sequence & SLOTS - 1;
    }
}
