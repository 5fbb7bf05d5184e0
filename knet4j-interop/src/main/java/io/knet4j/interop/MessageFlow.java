package io.knet4j.interop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Sends numbered messages at an even pace until it is stopped. {@link MessageTally} takes them at
 * the other end.
 */
final class MessageFlow {
    private final int size;
    private final long interval;
    private final Consumer<byte[]> sender;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile int sent;
    private volatile int refused;

    /**
     * @param first number of the first message
     * @param size bytes of a message, at least 4
     * @param micros time from one to the next
     * @param sender sends one
     */
    MessageFlow(int first, int size, long micros, Consumer<byte[]> sender) {
        sent = first;
        this.size = size;
        this.sender = sender;
        interval = TimeUnit.MICROSECONDS.toNanos(micros);
        thread = Thread.ofPlatform().daemon().name("flow").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // this thread alone counts
    private void run() {
        long next = System.nanoTime();
        while (!stopped) {
            byte[] message = MessageTally.message(sent, size);
            sent++; // announced before it is on its way
            try {
                sender.accept(message);
            } catch (RuntimeException _) {
                refused++;
            }
            next += interval;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    /** Number of messages so far, or rather of the next one. */
    int sent() {
        return sent;
    }

    /** Number of those that the node did not take. */
    int refused() {
        return refused;
    }

    void stop() {
        stopped = true;
        CNode.joinUninterruptibly(thread);
    }
}
