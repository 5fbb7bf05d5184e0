package io.knet4j.internal.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The smallest UDP payload of a link that the operating system refused as too large, since the
 * control loop last asked. Any thread may tell.
 */
final class RefusedSize {
    /** Nothing was refused. */
    static final int NONE = Integer.MAX_VALUE;

    private static final VarHandle SMALLEST;

    static {
        try {
            SMALLEST =
                    MethodHandles.lookup().findVarHandle(RefusedSize.class, "smallest", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("FieldMayBeFinal") // written through SMALLEST
    private volatile int smallest = NONE;

    void tell(int payload) {
        int seen = smallest;
        while (payload < seen && !SMALLEST.compareAndSet(this, seen, payload)) {
            seen = smallest;
        }
    }

    int take() {
        return (int) SMALLEST.getAndSet(this, NONE);
    }
}
