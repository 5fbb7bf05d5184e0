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
    boolean lasting;

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
        lasting = false;
        return this;
    }

    /** Lets go of everything. */
    public void clear() {
        set(0, null, NOTHING, 0, 0);
    }

    /**
     * Its bytes stay as they are until the next {@link Sender#flush} returns, in memory that the
     * transport can read: they need not be copied before.
     */
    public void setLasting() {
        lasting = true;
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
