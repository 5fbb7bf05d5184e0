package io.knet4j.internal.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter with one writer at a time and any number of readers. Who clears it need not be the
 * writer, who goes on counting: what was counted before is taken off from what is read.
 */
final class Counter {
    private static final VarHandle VALUE;
    private static final VarHandle CLEARED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            VALUE = lookup.findVarHandle(Counter.class, "value", long.class);
            CLEARED = lookup.findVarHandle(Counter.class, "cleared", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("FieldMayBeFinal") // written through VALUE
    private long value;

    /** The value when it was last cleared. */
    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // used through CLEARED
    private long cleared;

    void increment() {
        add(1);
    }

    void add(long amount) {
        VALUE.setOpaque(this, value + amount);
    }

    long get() {
        long before = (long) CLEARED.getAcquire(this); // first, so that the value is not older
        return (long) VALUE.getOpaque(this) - before;
    }

    /** Starts again from 0. One thread at a time may do so. */
    void clear() {
        CLEARED.setRelease(this, (long) VALUE.getOpaque(this));
    }
}
