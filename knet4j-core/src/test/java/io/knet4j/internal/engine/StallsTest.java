package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.KnetEvent.NodeStalled;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StallsTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long PING_TIMEOUT = 400 * MILLI;

    private final RecordingOutput output = new RecordingOutput();
    private final Stalls stalls = new Stalls(output);
    private long now = Long.MAX_VALUE - SECOND; // the clock may wrap

    private long turn(long next) {
        long late = stalls.beforeTimers(now);
        stalls.afterTimers(next);
        return late;
    }

    @Test
    void whoIsBackInTimeIsNotLate() {
        assertThat(turn(now + 100 * MILLI)).as("the first turn").isZero();
        now += 50 * MILLI;
        assertThat(turn(now + 10 * MILLI)).isZero();
        now += 12 * MILLI;
        assertThat(turn(Long.MAX_VALUE)).as("as late as usual").isZero();
        now += 1000 * SECOND;
        assertThat(turn(now)).as("nothing was to be done").isZero();
        assertThat(stalls.isReading()).isFalse();
    }

    @Test
    void isLateByTheTimeSinceTheTimerWasDue() {
        turn(now + 10 * MILLI);
        now += 50 * MILLI;
        assertThat(turn(now)).isEqualTo(40 * MILLI);
        assertThat(stalls.isReading()).isTrue();
    }

    @Test
    void overdueTimersAreCountedOnce() {
        turn(now);
        now += 30 * MILLI;
        long due = now - 20 * MILLI;
        assertThat(turn(due)).isEqualTo(30 * MILLI);
        now += 5 * MILLI;
        assertThat(turn(due)).as("since the last turn").isEqualTo(5 * MILLI);
    }

    @Test
    void nobodyIsJudgedUntilTheSocketsAreRead() {
        turn(now + MILLI);
        now += SECOND;
        turn(now);
        for (int i = 0; i < 3; i++) {
            now += MILLI;
            assertThat(stalls.beforeReading(now, true)).isZero();
            turn(now);
            assertThat(stalls.isReading()).isTrue();
        }
        now += MILLI;
        stalls.beforeReading(now, false);
        turn(now);
        assertThat(stalls.isReading()).isFalse();
    }

    @Test
    void whereNothingWaitsOneLookIsEnough() {
        turn(now + MILLI);
        now += SECOND;
        turn(now);
        now += MILLI;
        turn(now + MILLI);
        assertThat(stalls.isReading()).isFalse();
    }

    @Test
    void readingThatFindsTheLoopLateIsEnough() {
        turn(now + MILLI);
        now += SECOND;
        assertThat(stalls.beforeReading(now, false)).isEqualTo(999 * MILLI);
        assertThat(stalls.isReading()).isTrue();
        now += MILLI;
        assertThat(turn(now)).isZero();
        assertThat(stalls.isReading()).isFalse();
    }

    @Test
    void aFloodDoesNotKeepAnybodyFromBeingJudgedForEver() {
        turn(now);
        int turns = 0;
        do {
            now += 5 * MILLI;
            stalls.beforeReading(now, true);
            turn(now);
            turns++;
        } while (stalls.isReading());
        assertThat(turns).isLessThan(40);
    }

    @Test
    void countsFromTenMilliseconds() {
        stalls.count(now, 9 * MILLI, PING_TIMEOUT);
        assertThat(stalls.times().samples()).isZero();
        stalls.count(now, 10 * MILLI, PING_TIMEOUT);
        stalls.count(now, 30 * MILLI, PING_TIMEOUT);
        assertThat(stalls.times().samples()).isEqualTo(2);
        assertThat(stalls.times().max()).contains(Duration.ofMillis(30));
        assertThat(output.events).isEmpty();
        stalls.clearStatistics();
        assertThat(stalls.times().samples()).isZero();
    }

    @Test
    void tellsFromAQuarterOfTheShortestPingTimeoutOncePerSecond() {
        stalls.count(now, 99 * MILLI, PING_TIMEOUT);
        assertThat(output.events).isEmpty();
        stalls.count(now, 100 * MILLI, PING_TIMEOUT);
        stalls.count(now + 300 * MILLI, 150 * MILLI, PING_TIMEOUT);
        stalls.count(now + 1200 * MILLI, 120 * MILLI, PING_TIMEOUT);
        assertThat(output.events)
                .containsExactly(
                        new NodeStalled(Duration.ofMillis(100), 1),
                        new NodeStalled(Duration.ofMillis(150), 2));
    }

    @Test
    void tellsAnySecondWhateverTheTimeouts() {
        stalls.count(now, SECOND, Long.MAX_VALUE);
        assertThat(output.events).containsExactly(new NodeStalled(Duration.ofSeconds(1), 1));
    }
}
