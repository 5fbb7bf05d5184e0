package io.knet4j.testkit.campaign;

import io.knet4j.testkit.SimNetwork;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to be done from outside the nodes, by virtual time. */
final class Agenda {
    private final SimNetwork network;
    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(Comparator.comparing(Entry::time).thenComparingLong(Entry::number));
    private long added;

    private record Entry(Duration time, long number, Runnable action) {}

    Agenda(SimNetwork network) {
        this.network = network;
    }

    /** Does something in so many milliseconds. */
    void in(long millis, Runnable action) {
        entries.add(new Entry(network.now().plusMillis(millis), added++, action));
    }

    /** Lets time pass until everything is done. */
    void run() {
        while (!entries.isEmpty()) {
            Entry next = entries.remove();
            Duration ahead = next.time.minus(network.now());
            if (ahead.isPositive()) {
                network.advance(ahead);
            }
            next.action.run();
        }
    }
}
