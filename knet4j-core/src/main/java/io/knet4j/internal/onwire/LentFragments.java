package io.knet4j.internal.onwire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fragments that are still where they were received, in a list for each message: its newest
 * fragment, and from each one the one before.
 */
final class LentFragments {
    /** End of a list. */
    static final int NONE = -1;

    private static final int INITIAL_CAPACITY = 64;

    private @Nullable ByteBuffer[] packets = new ByteBuffer[INITIAL_CAPACITY];
    private int[] offsets = new int[INITIAL_CAPACITY];
    private int[] lengths = new int[INITIAL_CAPACITY];
    private int[] numbers = new int[INITIAL_CAPACITY];
    private int[] before = new int[INITIAL_CAPACITY];
    private int size;

    /**
     * Adds a fragment to a list.
     *
     * @param newest the list so far, {@link #NONE} when it is empty
     * @return the list now
     */
    int add(int newest, int number, ByteBuffer packet, int offset, int length) {
        if (size == numbers.length) {
            grow(2 * size);
        }
        packets[size] = packet;
        offsets[size] = offset;
        lengths[size] = length;
        numbers[size] = number;
        before[size] = newest;
        return size++;
    }

    private void grow(int capacity) {
        packets = Arrays.copyOf(packets, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        numbers = Arrays.copyOf(numbers, capacity);
        before = Arrays.copyOf(before, capacity);
    }

    /** Forgets all fragments. */
    void clear() {
        Arrays.fill(packets, 0, size, null);
        size = 0;
    }

    ByteBuffer packet(int fragment) {
        ByteBuffer packet = packets[fragment];
        if (packet == null) {
            throw new IndexOutOfBoundsException(fragment);
        }
        return packet;
    }

    int offset(int fragment) {
        return offsets[fragment];
    }

    int length(int fragment) {
        return lengths[fragment];
    }

    /** Number of the fragment in its message, from 1. */
    int number(int fragment) {
        return numbers[fragment];
    }

    /** The next fragment of the list, {@link #NONE} at its end. */
    int before(int fragment) {
        return before[fragment];
    }
}
