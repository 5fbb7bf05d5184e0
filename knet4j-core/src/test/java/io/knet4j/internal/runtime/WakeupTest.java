package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WakeupTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Wakeup wakeup = new Wakeup();

    @ParameterizedTest
    @ValueSource(longs = {0, 1000, Long.MAX_VALUE})
    void aWakeUpThatComesFirstIsNotLost(long spin) {
        wakeup.wake(Thread.currentThread());
        wakeup.wake(Thread.currentThread());
        wakeup.sleep(spin);
    }

    @Test
    void theThreadSleepsWhenSpinningWasInVain() throws InterruptedException {
        Thread sleeper = Thread.ofPlatform().start(() -> wakeup.sleep(1000));
        while (sleeper.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        wakeup.wake(sleeper);
        assertThat(sleeper.join(LONG)).isTrue();
    }

    /** Each number is written before a wake-up, and must be seen without a further one. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1000, 50_000})
    void nothingThatIsWrittenBeforeAWakeUpIsMissed(long spin) throws InterruptedException {
        int rounds = 20_000;
        AtomicInteger written = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        Thread sleeper =
                Thread.ofPlatform()
                        .start(() -> {
                            while (seen.get() < rounds) {
                                int now = written.getPlain();
                                if (now > seen.get()) {
                                    seen.set(now);
                                } else {
                                    wakeup.sleep(spin);
                                }
                            }
                        });
        long deadline = System.nanoTime() + LONG.toNanos();
        for (int i = 1; i <= rounds; i++) {
            written.setPlain(i);
            wakeup.wake(sleeper);
            while (seen.get() < i) {
                if (i % 3 == 0) {
                    break;
                }
                Thread.onSpinWait();
                assertThat(System.nanoTime()).as("number %d", i).isLessThan(deadline);
            }
        }
        assertThat(sleeper.join(LONG)).isTrue();
    }
}
