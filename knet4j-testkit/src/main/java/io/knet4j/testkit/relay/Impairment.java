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
 */
public record Impairment(
        boolean cut,
        double loss,
        double duplication,
        Duration delay,
        Duration jitter,
        int maxPayload) {
    private static final Impairment NONE =
            new Impairment(false, 0, 0, Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE);

    /** Checks the ranges. */
    public Impairment {
        probability(loss);
        probability(duplication);
        if (Objects.requireNonNull(delay).isNegative()
                || Objects.requireNonNull(jitter).isNegative()) {
            throw new IllegalArgumentException("negative time");
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
        return new Impairment(value, loss, duplication, delay, jitter, maxPayload);
    }

    /**
     * The same with another probability of loss.
     *
     * @param value 0 to 1
     * @return the changed impairment
     */
    public Impairment withLoss(double value) {
        return new Impairment(cut, value, duplication, delay, jitter, maxPayload);
    }

    /**
     * The same with another probability of duplication.
     *
     * @param value 0 to 1
     * @return the changed impairment
     */
    public Impairment withDuplication(double value) {
        return new Impairment(cut, loss, value, delay, jitter, maxPayload);
    }

    /**
     * The same with another delay.
     *
     * @param fixed how long every datagram is held back
     * @param random up to how much longer
     * @return the changed impairment
     */
    public Impairment withDelay(Duration fixed, Duration random) {
        return new Impairment(cut, loss, duplication, fixed, random, maxPayload);
    }

    /**
     * The same with another limit of size.
     *
     * @param bytes the largest payload that passes
     * @return the changed impairment
     */
    public Impairment withMaxPayload(int bytes) {
        return new Impairment(cut, loss, duplication, delay, jitter, bytes);
    }

    boolean delays() {
        return !(delay.isZero() && jitter.isZero());
    }

    private static void probability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("probability " + p);
        }
    }
}
