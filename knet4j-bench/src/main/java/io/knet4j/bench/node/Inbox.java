package io.knet4j.bench.node;

import io.knet4j.bench.node.BenchNode.Outbox;
import org.jspecify.annotations.Nullable;

/** What is done with messages that arrive: they are counted, answered, or were waited for. */
public final class Inbox {
    private final Tally tally = new Tally();
    private volatile @Nullable Outbox echo;
    private volatile @Nullable RoundTrips roundTrips;

    /** For the library's receiving thread; never two at a time. */
    void received(int length) {
        RoundTrips waiting = roundTrips;
        Outbox answers = echo;
        if (waiting != null) {
            waiting.answered();
        } else if (answers != null) {
            answers.send(0);
        } else {
            tally.count(length);
        }
    }

    /** Counts from now on, from 0. */
    void count() {
        echo = null;
        roundTrips = null;
        tally.reset();
    }

    /** Answers every message from now on. */
    void echo(Outbox answers) {
        roundTrips = null;
        echo = answers;
    }

    /** Every message is an answer from now on. */
    void expect(RoundTrips trips) {
        roundTrips = trips;
    }

    Counted counted() {
        return tally.counted();
    }
}
