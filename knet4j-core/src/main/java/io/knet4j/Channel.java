package io.knet4j;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of 32 independent ways for messages between the nodes. A message sent on a channel arrives on
 * the channel with the same id.
 *
 * <p>Every message is delivered once at most. A message is lost when no link can carry it, when the
 * path loses it (nothing is sent again), or when the receiver is too slow. Messages of one sender
 * come in order as long as they take one link that keeps order; {@code sendSync} overtakes what
 * {@code send} has queued.
 *
 * <p>Each channel has a queue of its own for what is to be sent. They take turns, so that a channel
 * that sends as much as it can holds up another one by no more than one batch: 512 messages or 256
 * KiB.
 *
 * <p>Messages are taken by a handler ({@link #onMessage}, {@link #onMessages}) or by {@link
 * #receive()}; the last one to be asked for gets them.
 */
public interface Channel extends AutoCloseable {

    /**
     * Id of the channel.
     *
     * @return 0 to 31
     */
    int id();

    /**
     * Queues a message for the hosts that the filter chooses, for all reachable hosts when there is
     * none. Answers to {@code knet_send}.
     *
     * @param payload the bytes between position and limit, 1 to 65,536; copied, and the position is
     *     not moved
     * @throws SendException as for {@link #send(ByteBuffer, Destination)}
     */
    void send(ByteBuffer payload);

    /**
     * Queues a message for one host, for several, or for all reachable ones. The filter is not
     * asked. Returning means that the message is queued, or handed to the network already: when the
     * node is idle, a message of up to 8 KiB that the filter has no say in goes out in the caller's
     * thread, unless the {@link QueueFullPolicy} forbids to wait for half a second, as a full
     * socket may take. What fails later is counted and told by a {@link KnetEvent.SendFailed}.
     * Answers to {@code knet_send}.
     *
     * @param payload the bytes between position and limit, 1 to 65,536; copied, and the position is
     *     not moved
     * @param destination who gets it
     * @throws SendException {@link Reason#MESSAGE_SIZE}, {@link Reason#CHANNEL_NOT_OPEN}; {@link
     *     Reason#QUEUE_FULL} or {@link Reason#INTERRUPTED} as the node's {@link QueueFullPolicy}
     *     says
     */
    void send(ByteBuffer payload, Destination destination);

    /**
     * Takes room in the send queue for a message that is written there, without a copy. The message
     * is queued by {@link Claim#commit()}, in the place that it has got now: until it is committed
     * or aborted, what was sent later on this channel waits, and so do {@link
     * Knet#stopForwarding()}, for its limited time, and senders for whom there is no more room. So
     * claim only what you are about to write. Other channels are not held up. At most 1,024 claims
     * of a node can be open. libknet has no counterpart.
     *
     * <pre>{@code
     * try (Claim claim = channel.tryClaim(12, destination)) {
     *     if (claim != null) {
     *         claim.buffer().putInt(id).putLong(price);
     *         claim.commit();
     *     }
     * }
     * }</pre>
     *
     * @param length bytes of the message, 1 to 65,536
     * @param destination who gets it; the filter is not asked
     * @return the claim; null when there is no room, whatever the {@link QueueFullPolicy} says, or
     *     too many claims are open
     * @throws SendException {@link Reason#MESSAGE_SIZE}, {@link Reason#CHANNEL_NOT_OPEN}
     * @throws KnetClosedException if the node is closed
     */
    @Nullable Claim tryClaim(int length, Destination destination);

    /**
     * Sends a message in the calling thread to the one host that the filter chooses. Answers to
     * {@code knet_send_sync}.
     *
     * @param payload the bytes between position and limit, 1 to 65,536; the position is not moved
     * @throws SendException as for {@link #sendSync(ByteBuffer, Destination)}; {@link
     *     Reason#NO_FILTER} when there is no filter; {@link Reason#FILTER_FAILED} when it refuses
     *     or throws
     */
    void sendSync(ByteBuffer payload);

    /**
     * Sends a message in the calling thread to one host. Returning means that at least one link has
     * taken all of it. The filter is not asked. Answers to {@code knet_send_sync}.
     *
     * @param payload the bytes between position and limit, 1 to 65,536; the position is not moved
     * @param destination exactly one host
     * @throws SendException {@link Reason#MESSAGE_SIZE} when empty or too long, {@link
     *     Reason#CHANNEL_NOT_OPEN}, {@link Reason#FORWARDING_DISABLED}, {@link
     *     Reason#NO_DESTINATION} when the destination is an empty list, {@link
     *     Reason#TOO_MANY_DESTINATIONS} when it is a broadcast or several hosts, {@link
     *     Reason#HOST_DOWN} when the host is unknown or not reachable, {@link
     *     Reason#TOO_MANY_FRAGMENTS}, {@link Reason#ENCRYPTION_FAILED}, {@link Reason#NO_PROGRESS},
     *     {@link Reason#DATAGRAM_TOO_LARGE}, {@link Reason#NETWORK_UNREACHABLE}, {@link
     *     Reason#NOT_PERMITTED}, {@link Reason#SOCKET_FAILED} when the sockets of all its links
     *     refused it
     */
    void sendSync(ByteBuffer payload, Destination destination);

    /**
     * Sets the handler of received messages. It is called for one message at a time in a thread of
     * this channel; a slow handler fills the receive queue of this channel only, and one that
     * throws loses the message and causes a {@link KnetEvent.HandlerFailed}.
     *
     * @param handler the handler; null leaves messages in the queue for {@link #receive()}
     */
    void onMessage(@Nullable MessageHandler handler);

    /**
     * Sets a handler that takes received messages in batches: what waits, up to 256 messages at a
     * time. It is called as the one of {@link #onMessage} is, which it replaces. The room of a
     * batch in the receive queue is free again when the handler returns. One that throws loses the
     * whole batch and causes one {@link KnetEvent.HandlerFailed}.
     *
     * @param handler the handler; null leaves messages in the queue for {@link #receive()}
     */
    void onMessages(@Nullable BatchHandler handler);

    /**
     * Takes the next message, waiting for it as long as it takes. Meant for virtual threads; those
     * that wait for messages of one channel get them in the order in which they came. Answers to
     * {@code knet_recv}.
     *
     * @return the message
     * @throws InterruptedException if the calling thread is interrupted
     * @throws KnetClosedException if the channel is closed while waiting
     * @throws IllegalStateException if the channel has a handler
     */
    ReceivedMessage receive() throws InterruptedException;

    /**
     * Takes the next message, waiting for it for a limited time. Answers to {@code knet_recv}.
     *
     * @param timeout longest wait; zero does not wait
     * @return the message, empty when the time is over
     * @throws InterruptedException if the calling thread is interrupted
     * @throws KnetClosedException if the channel is closed while waiting
     * @throws IllegalStateException if the channel has a handler
     */
    Optional<ReceivedMessage> receive(Duration timeout) throws InterruptedException;

    /**
     * Takes the next message without a copy, waiting for it for a limited time. The handler is
     * called in the calling thread; while it runs, nobody else takes messages of this channel.
     * Answers to {@code knet_recv}.
     *
     * @param timeout longest wait; zero does not wait
     * @param handler gets the message, which is valid during the call only, and is taken even if
     *     the handler throws; what it throws is thrown by this method
     * @return whether there was a message
     * @throws InterruptedException if the calling thread is interrupted
     * @throws KnetClosedException if the channel is closed while waiting
     * @throws IllegalStateException if the channel has a handler, or inside of such a call
     */
    boolean receive(Duration timeout, MessageHandler handler) throws InterruptedException;

    /**
     * Closes the channel: queued received messages are dropped, and so are later ones. Answers to
     * {@code knet_handle_remove_datafd}.
     */
    @Override
    void close();
}
