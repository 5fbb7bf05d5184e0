package io.knet4j.internal.node;

import io.knet4j.IdleStrategy;
import io.knet4j.KnetClosedException;
import io.knet4j.Reason;
import io.knet4j.internal.engine.Parallel;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Time, threads and the network of one node: real ones, or simulated ones in which all happens in
 * one thread and in virtual time.
 */
public interface NodeRuntime {

    /** What the control loop does. */
    interface Loop {
        /**
         * Runs the timers that are due and returns when the next one is, {@link Long#MAX_VALUE} for
         * never.
         */
        long onTimers(long now);

        /** Takes received datagrams. */
        void onReceive(long now, IncomingBatch batch);

        /** A socket cannot be read. */
        void onSocketFailure(Transport.Socket socket, Reason reason, String message);

        /** The network reports that what was sent there does not arrive. */
        void onUnreachable(long now, Transport.Socket socket, InetSocketAddress remote);

        /**
         * The network reports that what was sent there was too large for a router.
         *
         * @param mtu size of the packets that pass there. May be forged
         */
        void onPacketTooBig(long now, Transport.Socket socket, InetSocketAddress remote, int mtu);

        /** The operating system dropped that many datagrams that came to a socket. */
        void onDatagramsLost(long now, long count);

        /** Something went wrong that should not. May be called by any thread. */
        void onTrouble(System.Logger.Level level, String message, @Nullable Throwable thrown);

        /** The loop ends: nothing else will be called any more. */
        void onEnd();
    }

    /** Work that is done outside the control loop when there is some. */
    @FunctionalInterface
    interface Task {
        /** Does some of it; returns whether there may be more. */
        boolean work();
    }

    /** Does a {@link Task}. */
    interface Worker {
        /** There is work. */
        void wake();

        /** Whether it sleeps, so that waking it takes a while. May be over at once. */
        default boolean isAsleep() {
            return false;
        }

        /** Ends the worker after what it is doing now. */
        void stop();
    }

    /** Threads that wait for something. */
    interface Waiters {
        /**
         * Waits until the condition holds.
         *
         * @param timeout nanoseconds, {@link Long#MAX_VALUE} for ever
         * @return whether it holds
         */
        boolean await(BooleanSupplier condition, long timeout) throws InterruptedException;

        /** The condition may hold now. */
        void signal();
    }

    /** Nanoseconds of a clock that never jumps. */
    long nanoTime();

    /** Time of the day, for people. */
    Instant wallClock();

    /** What sends; receiving is reported to the {@link Loop}. */
    Transport transport();

    /** Unpredictable, or from the seed in a simulation. */
    RandomGenerator random();

    /** Memory for datagrams. */
    ByteBuffer allocate(int bytes);

    /**
     * Memory of the same kind for what can do without it; null when there is none to spare. May be
     * called by any thread.
     */
    default @Nullable ByteBuffer allocateSpare(int bytes) {
        return allocate(bytes);
    }

    /** Starts the control loop. Called once, before everything below. */
    void start(Loop loop);

    /**
     * Runs a command in the control loop and waits for its end. When the caller is the control
     * loop, runs it at once.
     *
     * @throws KnetClosedException when the loop has ended
     */
    <T> T call(Supplier<T> command);

    /** Has the control loop run its timers as soon as possible. May be called by any thread. */
    void wakeLoop();

    /** Whether the caller is the control loop, which must never wait. */
    boolean isLoop();

    /**
     * Waits until the control loop has taken what its sockets hold, but no longer than for some
     * turns, since more may come all the time. Does nothing when the caller is the control loop,
     * and where datagrams do not wait in sockets.
     */
    default void awaitReceived() {}

    /**
     * How long the control loop may wait for a consumer at a time, in nanoseconds; 0 where it
     * cannot wait, as all happens in one thread.
     */
    default long loopPatience() {
        return 0;
    }

    /** Starts a worker. */
    Worker startWorker(String name, Task task);

    /** Starts a worker that waits for work in this way, where that makes a difference. */
    default Worker startWorker(String name, Task task, IdleStrategy idle) {
        return startWorker(name, task);
    }

    /**
     * Makes what does work in several threads.
     *
     * @param threads most of them, the caller included; fewer where there are no threads to help
     */
    default Parallel newParallel(String name, int threads) {
        return Parallel.ALONE;
    }

    /** Makes a place to wait. */
    Waiters newWaiters();

    /** Ends loop, workers and helpers and closes the sockets. Called once. */
    void close();
}
