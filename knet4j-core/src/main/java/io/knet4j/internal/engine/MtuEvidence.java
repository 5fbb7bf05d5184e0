package io.knet4j.internal.engine;

/**
 * What probes have shown about a path. Sizes are data MTUs. Where a size passes, all smaller ones
 * do; so an answer refutes every loss of the same size and below.
 */
final class MtuEvidence {
    private static final int CAPACITY = 32;

    private final int nothing;
    private final int[] missed = new int[CAPACITY];
    private final int[] misses = new int[CAPACITY];
    private int missedCount;
    private int good;
    private int refused;
    private boolean refuted;

    MtuEvidence(MtuRange range) {
        nothing = range.smallest() - range.step();
        good = nothing;
        refused = range.largest() + range.step();
    }

    /** A probe was answered. */
    void answered(int size) {
        if (size <= good || size >= refused) {
            return;
        }
        good = size;
        int count = 0;
        while (count < missedCount && missed[count] <= good) {
            count++;
        }
        missedCount -= count;
        System.arraycopy(missed, count, missed, 0, missedCount);
        System.arraycopy(misses, count, misses, 0, missedCount);
        refuted |= count > 0;
    }

    /** This machine does not send packets of the size, which is known for certain. */
    void refused(int size) {
        if (size >= refused) {
            return;
        }
        refused = size;
        if (good >= size) {
            good = nothing; // that was so before, and says nothing of smaller ones now
        }
        int index = 0;
        while (index < missedCount && missed[index] < size) {
            index++;
        }
        missedCount = index;
    }

    /** A probe was not answered, while one of the same round was. */
    void missed(int size) {
        if (size <= good || size >= refused) {
            return;
        }
        int index = 0;
        while (index < missedCount && missed[index] < size) {
            index++;
        }
        if (index == CAPACITY) {
            return; // smaller ones say more
        }
        if (index == missedCount || missed[index] != size) {
            missedCount = Math.min(missedCount, CAPACITY - 1);
            System.arraycopy(missed, index, missed, index + 1, missedCount - index);
            System.arraycopy(misses, index, misses, index + 1, missedCount - index);
            missed[index] = size;
            misses[index] = 0;
            missedCount++;
        }
        misses[index]++;
    }

    boolean hasAnswer() {
        return good > nothing;
    }

    /** Whether a probe was missed of a size that passes. */
    boolean hasLoss() {
        return refuted;
    }

    /** The largest size that was answered. */
    int good() {
        return good;
    }

    /** The smallest size above that was missed or refused. */
    int bad() {
        return missedCount > 0 ? missed[0] : refused;
    }

    /** How often the smallest bad size was missed, 0 when it was refused. */
    int missesOfBad() {
        return missedCount > 0 ? misses[0] : 0;
    }

    /** The smallest size that was refused, or one step above the largest there is. */
    int refused() {
        return refused;
    }

    /** Whether the size, or a smaller one, was refused, or missed so often. */
    boolean excludes(int size, int times) {
        if (refused <= size) {
            return true;
        }
        for (int i = 0; i < missedCount && missed[i] <= size; i++) {
            if (misses[i] >= times) {
                return true;
            }
        }
        return false;
    }
}
