package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CounterTest {
    private final Counter counter = new Counter();

    @Test
    void countsFromTheLastTimeItWasCleared() {
        assertThat(counter.get()).isZero();
        counter.increment();
        counter.add(41);
        assertThat(counter.get()).isEqualTo(42);
        counter.clear();
        assertThat(counter.get()).isZero();
        counter.add(7);
        assertThat(counter.get()).isEqualTo(7);
    }

    /** Clearing takes nothing away from what the writer counts meanwhile. */
    @Test
    void isClearedWhileItsWriterGoesOn() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong lowest = new AtomicLong(Long.MAX_VALUE);
        AtomicLong written = new AtomicLong();
        Thread writer =
                new Thread(() -> {
                    while (!stop.get()) {
                        counter.increment();
                        written.incrementAndGet();
                    }
                });
        Thread reader =
                new Thread(() -> {
                    while (!stop.get()) {
                        lowest.accumulateAndGet(counter.get(), Math::min);
                    }
                });
        writer.start();
        reader.start();
        for (int i = 0; i < 20_000 || written.get() < 100_000; i++) {
            counter.clear();
        }
        long writtenBefore = written.get();
        counter.clear();
        long writtenAfter = written.get();
        while (written.get() < writtenAfter + 10_000) {
            Thread.onSpinWait();
        }
        stop.set(true);
        writer.join();
        reader.join();
        assertThat(lowest.get()).isNotNegative();
        assertThat(counter.get()) // one may have been counted, but not yet written down
                .isBetween(written.get() - writtenAfter - 1, written.get() - writtenBefore);
    }
}
