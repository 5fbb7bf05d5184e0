package io.knet4j;

import java.time.Duration;

/** What {@link Channel#send} does when the send queue has no room for the message. */
public sealed interface QueueFullPolicy {

    /**
     * Wait for room.
     *
     * @param timeout longest wait, 1 ms to 1 hour; then {@link Reason#QUEUE_FULL} is thrown
     */
    record Block(Duration timeout) implements QueueFullPolicy {
        /** Checks the timeout. */
        public Block {
            Checks.range("timeout", timeout, Duration.ofMillis(1), Duration.ofHours(1));
        }
    }

    /** Throw {@link Reason#QUEUE_FULL} at once. */
    record Fail() implements QueueFullPolicy {}

    /**
     * Drop the message, count it ({@link KnetStatistics#sendFailures()}) and tell it in a {@link
     * KnetEvent.SendFailed}.
     */
    record Drop() implements QueueFullPolicy {}

    /**
     * Wait for room.
     *
     * @param timeout longest wait, 1 ms to 1 hour
     * @return the policy
     */
    static QueueFullPolicy block(Duration timeout) {
        return new Block(timeout);
    }

    /**
     * Throw {@link Reason#QUEUE_FULL} at once.
     *
     * @return the policy
     */
    static QueueFullPolicy fail() {
        return new Fail();
    }

    /**
     * Drop the message and count it.
     *
     * @return the policy
     */
    static QueueFullPolicy drop() {
        return new Drop();
    }
}
