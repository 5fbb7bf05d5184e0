package io.knet4j.testkit;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What will happen, by virtual time; at the same time by tie-breaker, then as it was added. */
final class Events {
    private final PriorityQueue<Event> queue = new PriorityQueue<>(Event::compare);
    private long added;

    /** Something that will happen. */
    static final class Event {
        private final long time;
        private final int tie;
        private final long number;
        private final Runnable action;
        private boolean cancelled;

        private Event(long time, int tie, long number, Runnable action) {
            this.time = time;
            this.tie = tie;
            this.number = number;
            this.action = action;
        }

        private static int compare(Event a, Event b) {
            if (a.time != b.time) {
                return a.time < b.time ? -1 : 1;
            }
            return a.tie != b.tie
                    ? Integer.compare(a.tie, b.tie)
                    : Long.compare(a.number, b.number);
        }

        long time() {
            return time;
        }

        void run() {
            action.run();
        }

        void cancel() {
            cancelled = true;
        }
    }

    Event add(long time, int tie, Runnable action) {
        Event event = new Event(time, tie, added++, action);
        queue.add(event);
        return event;
    }

    /** Time of the next event, {@link Long#MAX_VALUE} when there is none. */
    long nextTime() {
        Event next = peek();
        return next == null ? Long.MAX_VALUE : next.time;
    }

    /** Takes the next event. */
    @Nullable Event poll() {
        Event next = peek();
        if (next != null) {
            queue.remove();
        }
        return next;
    }

    private @Nullable Event peek() {
        Event next = queue.peek();
        while (next != null && next.cancelled) {
            queue.remove();
            next = queue.peek();
        }
        return next;
    }

    void clear() {
        queue.clear();
    }
}
