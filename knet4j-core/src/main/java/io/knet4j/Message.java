package io.knet4j;

import java.nio.ByteBuffer;

/**
 * A received message as a {@link MessageHandler} sees it. It and its payload are valid during the
 * call only.
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
     * A copy of the message, to keep.
     *
     * @return 1 to 65,536 bytes
     */
    byte[] toByteArray();
}
