package io.knet4j.internal.engine;

import io.knet4j.ConfigurationException;
import io.knet4j.Destination;
import io.knet4j.DestinationFilter;
import io.knet4j.DestinationFilter.FilteredMessage;
import io.knet4j.Knet;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A question to the destination filter, and its answer. */
final class FilterCall implements FilteredMessage {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private boolean outgoing;
    private int source;
    private int channel;
    private ByteBuffer buffer = NOTHING;
    private int offset;
    private int length;
    private @Nullable ByteBuffer payload;
    private @Nullable Throwable error;

    /**
     * Asks the filter.
     *
     * @return its answer, null when it refused or threw; {@link #error()} tells which
     */
    @Nullable Destination ask(
            DestinationFilter filter,
            boolean outgoing,
            int source,
            int channel,
            ByteBuffer buffer,
            int offset,
            int length) {
        this.outgoing = outgoing;
        this.source = source;
        this.channel = channel;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        payload = null;
        error = null;
        try {
            return filter.decide(this);
        } catch (Throwable e) { // whatever a filter throws is its own affair
            error = e;
            return null;
        } finally {
            this.buffer = NOTHING;
            payload = NOTHING;
        }
    }

    /** What the filter threw, null if nothing. */
    @Nullable Throwable error() {
        return error;
    }

    @Override
    public boolean outgoing() {
        return outgoing;
    }

    @Override
    public int source() {
        return source;
    }

    @Override
    public int channel() {
        return channel;
    }

    @Override
    public void setChannel(int channel) {
        if (channel < 0 || channel >= Knet.MAX_CHANNELS) {
            throw ConfigurationException.invalid(
                    "channel", channel, "0 to " + (Knet.MAX_CHANNELS - 1));
        }
        this.channel = channel;
    }

    @Override
    public ByteBuffer payload() {
        ByteBuffer view = payload;
        if (view == null) { // made for filters only that look at it
            view = buffer.slice(offset, length).asReadOnlyBuffer();
            payload = view;
        }
        return view;
    }
}
