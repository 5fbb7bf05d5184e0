package io.knet4j.internal.engine;

import io.knet4j.Destination;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A message on its way out. Reused by whoever sends many. */
public final class OutgoingMessage {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private @Nullable FilterCall filterCall;
    int channel;
    @Nullable Destination destination;
    ByteBuffer buffer = NOTHING;
    int offset;
    int length;

    /**
     * Sets everything.
     *
     * @param destination null lets the filter choose
     */
    public OutgoingMessage set(
            int channel,
            @Nullable Destination destination,
            ByteBuffer buffer,
            int offset,
            int length) {
        this.channel = channel;
        this.destination = destination;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /** Lets go of everything. */
    public void clear() {
        set(0, null, NOTHING, 0, 0);
    }

    /** Made when a filter is asked for the first time. */
    FilterCall filterCall() {
        FilterCall call = filterCall;
        if (call == null) {
            call = new FilterCall();
            filterCall = call;
        }
        return call;
    }

    public int channel() {
        return channel;
    }
}
