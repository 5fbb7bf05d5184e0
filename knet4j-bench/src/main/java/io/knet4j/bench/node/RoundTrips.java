package io.knet4j.bench.node;

import io.knet4j.bench.Statistics;
import io.knet4j.bench.node.BenchNode.Outbox;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One message at a time to and fro. The thread that receives an answer sends the next message
 * itself, as the one at the other end sends the answer: nothing but the library is between them.
 */
final class RoundTrips {
    private static final long STALLED_SECONDS = 5;

    private final Outbox outbox;
    private final int warmUp;
    private final long[] nanos;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile int trips;
    private long sentAt;

    RoundTrips(Outbox outbox, int warmUp, int count) {
        this.outbox = outbox;
        this.warmUp = warmUp;
        this.nanos = new long[count];
    }

    /** Makes all trips; the inbox must hand over the answers. */
    RoundTripTimes run() throws InterruptedException {
        send();
        int before = -1;
        while (!done.await(STALLED_SECONDS, TimeUnit.SECONDS)) {
            int now = trips;
            if (now == before) {
                throw new IllegalStateException(
                        "no answer within "
                                + STALLED_SECONDS
                                + " s, after "
                                + now
                                + " round trips");
            }
            before = now;
        }
        Arrays.sort(nanos);
        return new RoundTripTimes(
                Statistics.percentile(nanos, 50),
                Statistics.percentile(nanos, 99),
                Statistics.percentile(nanos, 99.9));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one message is under way, so one thread is here
    void answered() {
        long now = System.nanoTime();
        int trip = trips;
        if (trip >= warmUp + nanos.length) {
            return; // a copy
        }
        if (trip >= warmUp) {
            nanos[trip - warmUp] = now - sentAt;
        }
        trips = trip + 1;
        if (trip + 1 == warmUp + nanos.length) {
            done.countDown();
        } else {
            send();
        }
    }

    private void send() {
        sentAt = System.nanoTime();
        outbox.send(trips);
    }
}
