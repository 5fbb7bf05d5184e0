package io.knet4j.internal.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A counter with one writer at a time and any number of readers. */
final class Counter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("FieldMayBeFinal") // written through VALUE
    private long value;

    void increment() {
        add(1);
    }

    void add(long amount) {
        VALUE.setOpaque(this, value + amount);
    }

    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
