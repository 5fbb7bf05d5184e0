package io.knet4j.internal.transport.udp.linux;

import org.jspecify.annotations.Nullable;

/** Numbers objects by their identity, from 0 in the order in which they come first. */
final class IdentityNumbers {
    private final @Nullable Object[] table;
    private final int[] numbers;

    /** Where the objects are in the table, by their numbers. */
    private final int[] places;

    private int size;

    /**
     * @param capacity how many objects there may be
     */
    IdentityNumbers(int capacity) {
        int length = Integer.highestOneBit(Math.max(1, capacity)) << 2; // at most half full
        table = new Object[length];
        numbers = new int[length];
        places = new int[capacity];
    }

    /** Number of an object, which is {@link #size()} when it has not come before. */
    @SuppressWarnings("ReferenceEquality") // it is what this class is for
    int add(Object object) {
        int mask = table.length - 1;
        int hash = System.identityHashCode(object) * 0x9e37_79b9;
        int place = (hash >>> 16) & mask;
        Object there = table[place];
        while (there != null) {
            if (there == object) {
                return numbers[place];
            }
            place = (place + 1) & mask;
            there = table[place];
        }
        table[place] = object;
        numbers[place] = size;
        places[size] = place;
        return size++;
    }

    int size() {
        return size;
    }

    /** Forgets all objects. */
    void clear() {
        for (int i = 0; i < size; i++) {
            table[places[i]] = null;
        }
        size = 0;
    }
}
