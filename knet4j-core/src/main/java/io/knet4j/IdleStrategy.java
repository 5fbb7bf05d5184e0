package io.knet4j;

import java.time.Duration;

/**
 * How a node's threads wait for work: the one that sends, the one of each channel with a handler,
 * and the control loop, which receives. libknet has no counterpart; it always sleeps.
 *
 * <p>A thread that sleeps must be woken, which takes some 5 to 50 µs and costs whoever wakes it a
 * system call. A thread that spins sees its work within a microsecond and costs a processor. With
 * less than one processor for each thread that spins, spinning makes everything slower.
 */
public sealed interface IdleStrategy {

    /** Sleep at once. */
    record Park() implements IdleStrategy {
        static final Park INSTANCE = new Park();
    }

    /**
     * Spin for a while after the last work, then sleep.
     *
     * @param duration how long to spin, 1 µs to 1 s
     */
    record SpinThenPark(Duration duration) implements IdleStrategy {
        private static final Duration MIN = Duration.ofNanos(1000);
        private static final Duration MAX = Duration.ofSeconds(1);

        /** Checks the duration. */
        public SpinThenPark {
            Checks.range("duration", duration, MIN, MAX);
        }
    }

    /** Never sleep. */
    record Spin() implements IdleStrategy {
        static final Spin INSTANCE = new Spin();
    }

    /**
     * Sleep at once: the default. An idle node uses next to no processor time.
     *
     * @return always the same instance
     */
    static IdleStrategy park() {
        return Park.INSTANCE;
    }

    /**
     * Spin for a while after the last work, then sleep. Short waits, as between a request and its
     * reply, cost no wake-up; an idle node uses next to no processor time; a busy one uses up to
     * this much for each wait of each thread.
     *
     * @param duration how long to spin, 1 µs to 1 s; twice the time of a round trip is a start
     * @return the strategy
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the duration is out of
     *     range
     */
    static IdleStrategy spinThenPark(Duration duration) {
        return new SpinThenPark(duration);
    }

    /**
     * Never sleep: the shortest waits. Takes a whole processor for each of the threads, also while
     * nothing happens.
     *
     * @return always the same instance
     */
    static IdleStrategy spin() {
        return Spin.INSTANCE;
    }
}
