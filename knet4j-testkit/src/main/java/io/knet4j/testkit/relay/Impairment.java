package io.knet4j.testkit.relay;

import java.time.Duration;
import java.util.Objects;

/**
 * How one direction of a relayed link misbehaves.
 *
 * @param cut whether nothing passes
 * @param loss the probability that a datagram is dropped, 0 to 1
 * @param duplication the probability that a datagram is sent twice, 0 to 1
 * @param delay how long every datagram is held back; the relay keeps time in milliseconds
 * @param jitter up to how much longer, chosen for each datagram: when it exceeds the distance
 *     between datagrams they are reordered
 * @param maxPayload larger datagrams vanish silently, as in a network with a smaller MTU and no
 *     ICMP; counted without IP and UDP header
 * @param bytesPerSecond how much passes in a second, 0 for any amount. What comes faster waits in a
 *     queue of {@value #QUEUE_BYTES} bytes, and is dropped when that is full
 */
public record Impairment(
        boolean cut,
        double loss,
        double duplication,
        Duration delay,
        Duration jitter,
        int maxPayload,
        long bytesPerSecond) {
    /** What waits at most where {@link #bytesPerSecond} is limited. */
    public static final int QUEUE_BYTES = 1 << 18;

    private static final Impairment NONE =
            new Impairment(false, 0, 0, Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE, 0);

    /** Checks the ranges. */
    public Impairment {
        probability(loss);
        probability(duplication);
        if (Objects.requireNonNull(delay).isNegative()
                || Objects.requireNonNull(jitter).isNegative()) {
            throw new IllegalArgumentException("negative time");
        }
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("bytes per second " + bytesPerSecond);
        }
    }

    /** {@return everything passes unchanged} */
    public static Impairment none() {
        return NONE;
    }

    /**
     * The same, cut or not.
     *
     * @param value whether nothing passes
     * @return the changed impairment
     */
    public Impairment withCut(boolean value) {
        return new Impairment(value, loss, duplication, delay, jitter, maxPayload, bytesPerSecond);
    }

    /**
     * The same with another probability of loss.
     *
     * @param value 0 to 1
     * @return the changed impairment
     */
    public Impairment withLoss(double value) {
        return new Impairment(cut, value, duplication, delay, jitter, maxPayload, bytesPerSecond);
    }

    /**
     * The same with another probability of duplication.
     *
     * @param value 0 to 1
     * @return the changed impairment
     */
    public Impairment withDuplication(double value) {
        return new Impairment(cut, loss, value, delay, jitter, maxPayload, bytesPerSecond);
    }

    /**
     * The same with another delay.
     *
     * @param fixed how long every datagram is held back
     * @param random up to how much longer
     * @return the changed impairment
     */
    public Impairment withDelay(Duration fixed, Duration random) {
        return new Impairment(cut, loss, duplication, fixed, random, maxPayload, bytesPerSecond);
    }

    /**
     * The same with another limit of size.
     *
     * @param bytes the largest payload that passes
     * @return the changed impairment
     */
    public Impairment withMaxPayload(int bytes) {
        return new Impairment(cut, loss, duplication, delay, jitter, bytes, bytesPerSecond);
    }

    /**
     * The same with another speed.
     *
     * @param bytes how much passes in a second, 0 for any amount
     * @return the changed impairment
     */
    public Impairment withBytesPerSecond(long bytes) {
        return new Impairment(cut, loss, duplication, delay, jitter, maxPayload, bytes);
    }

    boolean delays() {
        return !(delay.isZero() && jitter.isZero() && bytesPerSecond == 0);
    }

    private static void probability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("probability " + p);
        }
    }
}
