package io.knet4j.bench.node;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what arrives, and when. One thread counts; others look on. The clock is read once in
 * {@value #STRIDE} messages, since it costs as much as the fastest of them.
 */
final class Tally {
    private static final int STRIDE = 16;

    private long bytes;
    private long firstAt;
    private long lastAt;
    private long countAtLast;
    // Written last and without a barrier: what was written before is visible to who reads it.
    private final AtomicLong messages = new AtomicLong();

    void count(int length) {
        long number = messages.getPlain() + 1;
        bytes += length;
        if ((number & (STRIDE - 1)) == 1) {
            lastAt = System.nanoTime();
            countAtLast = number;
            if (number == 1) {
                firstAt = lastAt;
            }
        }
        messages.lazySet(number);
    }

    /** Starts anew; call while nothing arrives. */
    void reset() {
        bytes = 0;
        firstAt = 0;
        lastAt = 0;
        countAtLast = 0;
        messages.set(0);
    }

    Counted counted() {
        long count = messages.get();
        return new Counted(count, bytes, Math.max(0, countAtLast - 1), lastAt - firstAt);
    }
}
