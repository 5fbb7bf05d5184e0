package io.knet4j.internal.runtime;

import io.knet4j.internal.engine.Parallel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Threads that help whoever has much to do, and sleep while there is nothing to do. They start when
 * they are needed first.
 *
 * <p>All threads take pieces from one ticket: the number of the run, how many pieces it has, and
 * the next one. A helper that is late finds the ticket of a later run or one that is used up; it
 * cannot take a piece of a run that it does not know.
 */
final class HelperThreads implements Parallel {
    /** How long the caller looks for the end of what others do before it sleeps. */
    private static final long CALLER_SPIN = 20_000;

    private static final int NONE = -1;
    private static final int MAX_PIECES = 0xffff;
    private static final int PIECES_SHIFT = 16;
    private static final int RUN_SHIFT = 32;

    private final Helper[] helpers;
    private final Consumer<Throwable> onTrouble;
    private boolean started;
    private volatile boolean closed;

    private final AtomicLong ticket = new AtomicLong();
    private final AtomicInteger unfinished = new AtomicInteger();
    private long runs;

    // Written before the ticket is, and left alone until all its pieces are done.
    private Task task = (_, _) -> {};
    private volatile Thread caller = Thread.currentThread();

    private volatile boolean waiting;

    /**
     * @param name of the threads, before their number
     * @param threads the caller included
     * @param onTrouble is told what a helper's piece threw; called by any thread
     */
    HelperThreads(String name, int threads, Consumer<Throwable> onTrouble) {
        this.onTrouble = onTrouble;
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(name + '-' + (i + 1), i + 1);
        }
    }

    private final class Helper {
        private final int number;
        private final Thread thread;
        private final Wakeup wakeup = new Wakeup();

        private Helper(String name, int number) {
            this.number = number;
            thread = new Thread(this::run, name);
            thread.setDaemon(true);
        }

        private void run() {
            while (!closed) {
                int piece = take();
                if (piece == NONE) {
                    wakeup.sleep(0);
                } else {
                    help(piece);
                }
            }
        }

        private void help(int piece) {
            try {
                task.run(piece, number);
            } catch (Throwable e) { // nothing may end a helper, or keep the caller waiting
                tell(e);
            } finally {
                if (unfinished.decrementAndGet() == 0 && waiting) {
                    LockSupport.unpark(caller);
                }
            }
        }

        private void tell(Throwable thrown) {
            try {
                onTrouble.accept(thrown);
            } catch (Throwable _) {
                // whoever wants to hear of it cannot
            }
        }

        private void wake() {
            wakeup.wake(thread);
        }
    }

    @Override
    public int threads() {
        return helpers.length + 1;
    }

    @Override
    public void run(Task work, int pieces) {
        if (pieces < 0 || pieces > MAX_PIECES) {
            throw new IllegalArgumentException("pieces: " + pieces);
        }
        task = work;
        caller = Thread.currentThread();
        unfinished.set(pieces);
        ticket.set(++runs << RUN_SHIFT | (long) pieces << PIECES_SHIFT);
        wakeHelpers(pieces - 1);
        Throwable thrown = null;
        for (int piece = take(); piece != NONE; piece = take()) {
            try {
                work.run(piece, 0);
            } catch (Throwable e) { // others still work on what belongs to the caller
                thrown = thrown == null ? e : thrown;
            } finally {
                unfinished.decrementAndGet();
            }
        }
        awaitHelpers();
        switch (thrown) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    /** Takes the next piece of the run, if there is one. */
    private int take() {
        while (true) {
            long current = ticket.get();
            int next = (int) current & MAX_PIECES;
            if (next >= ((int) (current >>> PIECES_SHIFT) & MAX_PIECES)) {
                return NONE;
            }
            if (ticket.compareAndSet(current, current + 1)) {
                return next;
            }
        }
    }

    private void wakeHelpers(int useful) {
        if (closed || useful < 1) {
            return;
        }
        if (!started) {
            started = true;
            try {
                for (Helper helper : helpers) {
                    helper.thread.start();
                }
            } catch (OutOfMemoryError e) { // no more threads: those that there are do all
                onTrouble.accept(e);
            }
        }
        for (int i = 0; i < helpers.length && i < useful; i++) {
            helpers[i].wake();
        }
    }

    private void awaitHelpers() {
        long start = System.nanoTime();
        while (unfinished.get() > 0 && System.nanoTime() - start < CALLER_SPIN) {
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        waiting = true;
        while (unfinished.get() > 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        waiting = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the helpers after what they are doing now; from now on the caller does all. */
    void stop() {
        closed = true;
        for (Helper helper : helpers) {
            helper.wake();
        }
    }

    /** The helpers, whether they run or not. */
    Thread[] all() {
        Thread[] all = new Thread[helpers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = helpers[i].thread;
        }
        return all;
    }
}
