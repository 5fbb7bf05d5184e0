package io.knet4j;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the hosts that get an outgoing message, and whether an incoming message is for this node.
 * Answers to the callback of {@code knet_handle_enable_filter}.
 *
 * <p>Called in the thread that sends (for {@code sendSync} the caller's) and in the one that
 * receives, without any lock, at times in both at once. It must be quick: while it runs, that
 * thread does nothing else. One that throws drops the message and causes a {@link
 * KnetEvent.FilterFailed}. A filter may call the API; what would have to wait for the thread that
 * it runs in (room in the send queue, {@link Knet#stopForwarding()}) does not wait.
 */
@FunctionalInterface
public interface DestinationFilter {

    /**
     * Decides about one message.
     *
     * @param message valid during the call only
     * @return outgoing: who gets it; incoming: broadcast, or hosts among which the local node is,
     *     to accept it. Null refuses it
     */
    @Nullable Destination decide(FilteredMessage message);

    /** The message that is decided about. */
    interface FilteredMessage {

        /**
         * Direction of the message.
         *
         * @return true when the local node sends it, false when it was received
         */
        boolean outgoing();

        /**
         * Host that sends or sent the message.
         *
         * @return the local node's id for outgoing messages
         */
        int source();

        /**
         * Channel of the message.
         *
         * @return 0 to 31
         */
        int channel();

        /**
         * Moves the message to another channel.
         *
         * @param channel 0 to 31
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the channel is out of
         *     range
         */
        void setChannel(int channel);

        /**
         * The message itself.
         *
         * @return a read-only view
         */
        ByteBuffer payload();
    }
}
