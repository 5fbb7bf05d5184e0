package io.knet4j.internal.engine;

import java.util.Arrays;
import java.util.SortedSet;

/** Probes of several sizes that are under way at the same time. Sizes are data MTUs. */
final class ProbeRound {
    private final int[] sizes;
    private final State[] states;

    private enum State {
        UNSENT,
        SENT,
        FAILED,
        /** A larger one was answered. */
        SPARED,
        ANSWERED,
        /** Not to be sent. */
        DROPPED
    }

    ProbeRound(SortedSet<Integer> sizes) {
        this.sizes = sizes.stream().mapToInt(Integer::intValue).toArray();
        states = new State[this.sizes.length];
        Arrays.fill(states, State.UNSENT);
    }

    /** Whether something is left to be sent. */
    boolean hasUnsent() {
        return has(State.UNSENT);
    }

    /** The smallest size that is left to be sent. */
    int nextUnsent() {
        for (int i = 0; i < sizes.length; i++) {
            if (states[i] == State.UNSENT) {
                return sizes[i];
            }
        }
        throw new IllegalStateException("all probes are sent");
    }

    void sent(int size) {
        set(size, State.SENT);
    }

    private void set(int size, State state) {
        states[Arrays.binarySearch(sizes, size)] = state;
    }

    /** A probe could not be sent, which says nothing of its size. */
    void failed(int size) {
        set(size, State.FAILED);
    }

    /** Spares the smaller ones their answers. */
    void answered(int size) {
        for (int i = 0; i < sizes.length && sizes[i] <= size; i++) {
            if (sizes[i] == size && states[i] != State.UNSENT) {
                states[i] = State.ANSWERED;
            } else if (states[i] == State.SENT) {
                states[i] = State.SPARED;
            } else if (states[i] == State.UNSENT) {
                states[i] = State.DROPPED;
            }
        }
    }

    /** Also refuses larger ones that are not sent yet. */
    void refused(int size) {
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] >= size && states[i] == State.UNSENT) {
                states[i] = State.DROPPED;
            }
        }
    }

    /** Whether nothing more can come of it. */
    boolean isOver() {
        return !has(State.UNSENT) && !has(State.SENT) && !has(State.FAILED);
    }

    /** Whether no probe was answered, although not all were refused. */
    boolean isSilent() {
        return !isOver() && !has(State.ANSWERED) && !has(State.SPARED);
    }

    /** Whether a probe was lost that must have fit. */
    boolean hasLoss() {
        return has(State.SPARED);
    }

    /** Counts what was sent and not answered. */
    void tellMissed(MtuEvidence evidence) {
        for (int i = 0; i < sizes.length; i++) {
            if (states[i] == State.SENT) {
                evidence.missed(sizes[i]);
            }
        }
    }

    private boolean has(State wanted) {
        for (State state : states) {
            if (state == wanted) {
                return true;
            }
        }
        return false;
    }
}
