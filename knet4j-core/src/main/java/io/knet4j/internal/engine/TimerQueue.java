package io.knet4j.internal.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Timers by the time they are due: a binary heap whose entries know their place, so that setting
 * one again is cheap.
 */
final class TimerQueue {
    /** So that what a thousand links have to do at the same time holds up nothing for long. */
    private static final int MAX_ACTIONS = 64;

    private @Nullable Timer[] heap = new Timer[16];
    private int size;

    /** Something to do at a time. */
    static final class Timer {
        private final Action action;
        private long due;
        private long slack;
        private int index = -1;

        Timer(Action action) {
            this.action = action;
        }
    }

    /** What a timer does. */
    @FunctionalInterface
    interface Action {
        void run(long now);
    }

    /** Sets or moves a timer. */
    void schedule(Timer timer, long due) {
        schedule(timer, due, 0);
    }

    /**
     * Sets or moves a timer that may run earlier, when others run anyway.
     *
     * @param slack how much earlier
     */
    void schedule(Timer timer, long due, long slack) {
        timer.due = due;
        timer.slack = slack;
        if (timer.index < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            timer.index = size;
            heap[size++] = timer;
            up(timer.index);
        } else {
            up(timer.index);
            down(timer.index);
        }
    }

    /** Takes a timer back, if it is set. */
    void cancel(Timer timer) {
        int index = timer.index;
        if (index < 0) {
            return;
        }
        timer.index = -1;
        Timer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            heap[index] = last;
            last.index = index;
            up(index);
            down(last.index);
        }
    }

    /**
     * Runs what is due, and then what may run early: each waking costs more than what it is for. Of
     * very many, the first only: {@link #next} tells that more are due.
     */
    void run(long now) {
        if (size == 0 || at(0).due - now > 0) {
            return;
        }
        for (int i = 0; i < MAX_ACTIONS && size > 0 && at(0).due - at(0).slack - now <= 0; i++) {
            Timer timer = at(0);
            cancel(timer);
            timer.action.run(now);
        }
    }

    /** When the next timer is due, {@link Long#MAX_VALUE} when none is set. */
    long next() {
        return size == 0 ? Long.MAX_VALUE : at(0).due;
    }

    /** Number of timers that are set. */
    int size() {
        return size;
    }

    private Timer at(int index) {
        Timer timer = heap[index];
        if (timer == null) {
            throw new IllegalStateException("hole in the heap at " + index);
        }
        return timer;
    }

    private void up(int index) {
        Timer timer = at(index);
        int place = index;
        while (place > 0 && at((place - 1) / 2).due - timer.due > 0) {
            move((place - 1) / 2, place);
            place = (place - 1) / 2;
        }
        heap[place] = timer;
        timer.index = place;
    }

    private void down(int index) {
        Timer timer = at(index);
        int place = index;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && at(child).due - at(child + 1).due > 0) {
                child++;
            }
            if (timer.due - at(child).due <= 0) {
                break;
            }
            move(child, place);
            place = child;
        }
        heap[place] = timer;
        timer.index = place;
    }

    private void move(int from, int to) {
        Timer timer = at(from);
        heap[to] = timer;
        timer.index = to;
    }
}
