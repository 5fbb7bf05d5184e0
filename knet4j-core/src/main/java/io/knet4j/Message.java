package io.knet4j;

import java.nio.ByteBuffer;

/**
 * A received message as a {@link MessageHandler} or a {@link BatchHandler} sees it. It and its
 * payload are valid during the call only.
 */
public interface Message {

    /**
     * Host that sent the message.
     *
     * @return 0 to 65535
     */
    int source();

    /**
     * Channel that the message came on.
     *
     * @return 0 to 31
     */
    int channel();

    /**
     * The message itself, without a copy.
     *
     * @return a read-only view from position 0 of the message to its end
     */
    ByteBuffer payload();

    /**
     * The message itself, without a copy and without garbage: for some millions of messages per
     * second, where the small object that {@link #payload()} makes counts.
     *
     * @return a read-only big-endian buffer with the message between its position, which need not
     *     be 0, and its limit; the next message may come in the same buffer
     */
    default ByteBuffer inPlace() {
        return payload();
    }

    /**
     * Length of the message.
     *
     * @return 1 to 65,536 bytes
     */
    default int length() {
        return payload().remaining();
    }

    /**
     * A copy of the message, to keep.
     *
     * @return 1 to 65,536 bytes
     */
    byte[] toByteArray();
}
