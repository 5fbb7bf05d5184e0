package io.knet4j;

import java.nio.ByteBuffer;

/**
 * Room in the send queue for one message, got by {@link Channel#tryClaim}. Ends with {@link
 * #commit()} or {@link #abort()}, or by being closed, which aborts what was not committed. To be
 * used by one thread at a time.
 */
public interface Claim extends AutoCloseable {

    /**
     * Where the message is to be written. What it contains before is undefined. Only the bytes from
     * 0 to its capacity are the message: an array behind it, if there is one, is the whole queue.
     * It must not be written to after the end of the claim, since then the room belongs to other
     * messages.
     *
     * @return always the same buffer, of the claimed length
     * @throws IllegalStateException if the claim has ended
     */
    ByteBuffer buffer();

    /**
     * Queues the message: all bytes of the buffer, wherever its position is.
     *
     * @throws IllegalStateException if the claim has ended
     * @throws SendException {@link Reason#CHANNEL_NOT_OPEN} if the channel was closed meanwhile;
     *     the claim is aborted
     * @throws KnetClosedException if the node was closed meanwhile; the claim is aborted
     */
    void commit();

    /**
     * Gives the room back.
     *
     * @throws IllegalStateException if the claim has ended
     */
    void abort();

    /** Aborts the claim, if it has not ended. */
    @Override
    void close();
}
