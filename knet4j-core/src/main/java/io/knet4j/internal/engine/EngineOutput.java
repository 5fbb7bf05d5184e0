package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import io.knet4j.KnetEvent;
import io.knet4j.LogSubsystem;
import io.knet4j.internal.onwire.ReassembledMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the engine hands back besides datagrams. None of it may throw, or block for more than some
 * 20 milliseconds.
 */
public interface EngineOutput {

    /** What became of a message. */
    enum Delivery {
        DELIVERED,
        CHANNEL_NOT_OPEN,
        QUEUE_FULL
    }

    /**
     * Hands a message to a channel; {@link #deliveryEnds} follows. Called by the control loop, and
     * by whoever holds the sender for local messages.
     *
     * @param channel 0 to 31
     * @param payload copied before the call returns
     */
    Delivery deliver(int channel, int source, ByteBuffer payload, int offset, int length);

    /**
     * The same for a message that was put together from fragments. Called by the control loop.
     *
     * @param message copied before the call returns
     */
    Delivery deliver(int channel, int source, ReassembledMessage message);

    /**
     * No message follows for the moment: consumers should be woken now if they were not before.
     * Called by the thread that delivered.
     */
    void deliveryEnds();

    /** Something happened. */
    void publish(KnetEvent event);

    /**
     * Something received was dropped. It is counted already.
     *
     * @param count how much
     * @param source where it came from, null when that is not known any more
     */
    void dropped(long now, DropCause cause, long count, @Nullable InetSocketAddress source);

    /** Has the control loop run its timers as soon as possible. May be called by any thread. */
    void wakeLoop();

    /** {@link Sender#mayGoOn} may have changed its mind. Called by the control loop. */
    void wakeSender();

    /** Whether a line would be logged, so that it need not be made otherwise. */
    boolean isLogged(LogSubsystem subsystem, System.Logger.Level level);

    /** Something that is for the log only. */
    void log(
            LogSubsystem subsystem,
            System.Logger.Level level,
            String message,
            @Nullable Throwable thrown);
}
