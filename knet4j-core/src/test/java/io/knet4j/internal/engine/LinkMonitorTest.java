package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.LinkConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkMonitorTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long START = 50 * SECOND;
    private static final long INTERVAL = SECOND;
    private static final long TIMEOUT = 2 * SECOND;

    private final LinkMonitor monitor = new LinkMonitor(config(2, 4));

    private static LinkConfig config(int pongCount, int precision) {
        return LinkConfig.udp(TestNode.local(0), TestNode.remote(2, 0))
                .withPing(Duration.ofNanos(INTERVAL), Duration.ofNanos(TIMEOUT), precision)
                .withPongCount(pongCount);
    }

    private boolean pong(long now, long roundTrip) {
        return monitor.onPong(now, now - roundTrip);
    }

    private long up(long roundTrip) {
        monitor.start(START);
        assertThat(pong(START, roundTrip)).isFalse();
        assertThat(pong(START + INTERVAL, roundTrip)).isFalse();
        assertThat(pong(START + 2 * INTERVAL, roundTrip)).isTrue();
        return START + 2 * INTERVAL;
    }

    @Test
    void comesUpOnPongNumberPongCountPlusOne() {
        monitor.start(START);
        assertThat(pong(START, 0)).isFalse();
        assertThat(pong(START + 1, 0)).isFalse();
        assertThat(monitor.connected()).isFalse();
        assertThat(pong(START + 2, 0)).isTrue();
        assertThat(monitor.connected()).isTrue();
        assertThat(pong(START + 3, 0)).isFalse();
    }

    @Test
    void goesDownWhenNoPongCameForTheTimeoutPlusTwiceTheLatency() {
        long last = up(10 * MILLI);
        assertThat(monitor.deadline()).isEqualTo(last + TIMEOUT + 20 * MILLI);
        pong(last + 500 * MILLI, 10 * MILLI);
        assertThat(monitor.deadline()).isEqualTo(last + 500 * MILLI + TIMEOUT + 20 * MILLI);
    }

    @Test
    void shorterTimersDoNotTakeALinkDownForWhatWasRightByTheOthers() {
        long last = up(0);
        long now = last + 1500 * MILLI;
        LinkConfig quick = config(2, 4).withPing(Duration.ofMillis(50), Duration.ofMillis(200));
        monitor.configure(now, quick);
        assertThat(monitor.deadline()).isEqualTo(now + 200 * MILLI);
        monitor.configure(now + 100 * MILLI, quick);
        assertThat(monitor.deadline()).as("not put off again").isEqualTo(now + 200 * MILLI);
        pong(now + 150 * MILLI, 0);
        assertThat(monitor.deadline()).isEqualTo(now + 350 * MILLI);
    }

    @Test
    void shorterTimersDoNotPutOffTheEndOfALinkThatIsSilent() {
        long last = up(0);
        LinkConfig quick = config(2, 4).withPing(Duration.ofMillis(50), Duration.ofMillis(200));
        monitor.configure(last + TIMEOUT - 10 * MILLI, quick);
        assertThat(monitor.deadline()).isEqualTo(last + TIMEOUT);
        monitor.configure(last + TIMEOUT - 10 * MILLI, config(2, 4));
        assertThat(monitor.deadline()).isGreaterThanOrEqualTo(last + TIMEOUT);
    }

    @Test
    void longerTimersHoldAtOnce() {
        long last = up(0);
        LinkConfig slow = config(2, 4).withPing(Duration.ofSeconds(10), Duration.ofSeconds(30));
        monitor.configure(last + SECOND, slow);
        assertThat(monitor.deadline()).isEqualTo(last + 30 * SECOND);
    }

    @Test
    void countsFromTheStartAfterItWentDown() {
        long last = up(0);
        monitor.stop(last + TIMEOUT);
        assertThat(monitor.connected()).isFalse();
        assertThat(monitor.sinceLastPong(last + TIMEOUT)).isEmpty();
        assertThat(pong(last + TIMEOUT, 0)).isFalse();
        assertThat(pong(last + TIMEOUT, 0)).isFalse();
        assertThat(pong(last + TIMEOUT, 0)).isTrue();
    }

    @Test
    void pongsMayBeTenTimeoutsApartAtFirst() {
        monitor.start(START);
        pong(START, 0);
        pong(START, 0);
        monitor.onPing(START + 6 * SECOND); // 4 of 10 timeouts are left: 8 s
        assertThat(pong(START + 6 * SECOND, 0)).as("count was kept").isTrue();
    }

    @Test
    void patienceEndsAtOneTimeoutAfterNineSeconds() {
        monitor.start(START);
        long late = START + 20 * SECOND;
        pong(late, 0);
        pong(late, 0);
        monitor.onPing(late + TIMEOUT - 1);
        monitor.onPing(late + TIMEOUT);
        assertThat(pong(late + TIMEOUT, 0)).as("count was lost").isFalse();
        assertThat(pong(late + TIMEOUT, 0)).isFalse();
        assertThat(pong(late + TIMEOUT, 0)).isTrue();
    }

    @Test
    void patienceShrinksByATimeoutPerSecond() {
        for (int seconds = 0; seconds < 12; seconds++) {
            long patience = TIMEOUT * Math.max(1, 10 - seconds);
            for (boolean tooLate : new boolean[] {false, true}) {
                LinkMonitor fresh = new LinkMonitor(config(1, 4));
                fresh.start(START);
                long ping = START + seconds * SECOND;
                long lastPong = ping - patience + (tooLate ? 0 : 1);
                fresh.onPong(lastPong, lastPong);
                fresh.onPing(ping);
                assertThat(fresh.onPong(ping, ping))
                        .as("after %d s, too late: %b", seconds, tooLate)
                        .isEqualTo(!tooLate);
            }
        }
    }

    @Test
    void backOffDoesNotApplyToALinkThatIsUp() {
        long last = up(0);
        assertThat(monitor.deadline()).isEqualTo(last + TIMEOUT);
    }

    @Test
    void aPongIsLateAfterTheTimeout() {
        assertThat(monitor.isLate(START + TIMEOUT, START)).isFalse();
        assertThat(monitor.isLate(START + TIMEOUT + 1, START)).isTrue();
    }

    @Test
    void smoothsTheLatencyOverTheLastSamples() {
        monitor.start(START);
        assertThat(monitor.latency()).isEmpty();
        pong(START, 100);
        assertThat(monitor.latency()).contains(Duration.ofNanos(100));
        pong(START, 200);
        assertThat(monitor.latency()).contains(Duration.ofNanos(150));
        pong(START, 0);
        assertThat(monitor.latency()).contains(Duration.ofNanos(100));
        pong(START, 500);
        assertThat(monitor.latency()).contains(Duration.ofNanos(200));
        pong(START, 600);
        assertThat(monitor.latency()).as("weight is 1 in 4 now").contains(Duration.ofNanos(300));
        assertThat(monitor.maxLatencyNanos()).isEqualTo(600);
    }

    @Test
    void noPongHasComeAtFirst() {
        assertThat(monitor.sinceLastPong(START)).isEmpty();
        assertThat(monitor.pongs()).isZero();
    }

    @Test
    void knowsThatThePeerHasAnsweredBeforeTheLinkIsUp() {
        monitor.start(START);
        assertThat(monitor.hasAnswered()).isFalse();
        pong(START, 0);
        assertThat(monitor.hasAnswered()).isTrue();
        assertThat(monitor.connected()).isFalse();
    }

    @Test
    void aSuspectedLinkGoesDownWithoutAnswersToTwoFurtherPings() {
        long last = up(5 * MILLI);
        LinkConfig patient =
                config(2, 4).withPing(Duration.ofNanos(INTERVAL), Duration.ofSeconds(10));
        monitor.configure(last, patient);
        monitor.suspect(last + 1);
        assertThat(monitor.isSuspected()).isTrue();
        assertThat(monitor.deadline()).isEqualTo(last + 1 + 2 * INTERVAL + 10 * MILLI + MILLI);
        monitor.suspect(last + 500);
        assertThat(monitor.deadline())
                .as("not prolonged")
                .isEqualTo(last + 1 + 2 * INTERVAL + 10 * MILLI + MILLI);
    }

    @Test
    void aPongEndsTheSuspicion() {
        long last = up(0);
        monitor.suspect(last + 1);
        pong(last + 2, 0);
        assertThat(monitor.isSuspected()).isFalse();
        assertThat(monitor.deadline()).isEqualTo(last + 2 + TIMEOUT);
    }

    @Test
    void suspicionNeverProlongsTheDeadline() {
        long last = up(0);
        monitor.suspect(last + TIMEOUT - 1);
        assertThat(monitor.deadline()).isEqualTo(last + TIMEOUT);
    }

    @Test
    void onlyALinkThatIsUpIsSuspected() {
        monitor.start(START);
        monitor.suspect(START);
        assertThat(monitor.isSuspected()).isFalse();
    }

    @Test
    void ownDelaysAreExcused() {
        long last = up(0);
        monitor.suspect(last);
        long before = monitor.deadline();
        monitor.excuse(last + 1, TIMEOUT / 16 - 1);
        assertThat(monitor.deadline()).as("too short to matter").isEqualTo(before);
        monitor.excuse(last + 1, TIMEOUT / 16);
        assertThat(monitor.deadline()).isEqualTo(before + TIMEOUT / 16);
        assertThat(monitor.sinceLastPong(last + 9))
                .as("no excuse makes a pong younger")
                .contains(Duration.ofNanos(9));
        pong(last + 1, 0);
        monitor.excuse(last + 2, 3 * SECOND);
        assertThat(monitor.deadline()).isEqualTo(last + 1 + 3 * SECOND + TIMEOUT);
    }

    @Test
    void theAnswerToThePingThatWasLateHasItsTime() {
        long last = up(7);
        long end = last + TIMEOUT + 14;
        assertThat(monitor.deadline()).isEqualTo(end);
        monitor.excuse(end - MILLI - 14, 3 * MILLI);
        assertThat(monitor.deadline()).isEqualTo(end);
        long now = end;
        for (int i = 0; i < 3; i++) {
            now += 3 * MILLI;
            monitor.excuse(now, 3 * MILLI);
            assertThat(monitor.deadline()).isEqualTo(now + MILLI + 14);
        }
        monitor.excuse(now + 3 * MILLI, 3 * MILLI);
        assertThat(monitor.deadline()).as("three times in a row").isEqualTo(now + MILLI + 14);
    }

    @Test
    void whoIsLateAllTheTimeIsExcusedSixteenTimesInARow() {
        long last = up(0);
        for (int i = 0; i < 100; i++) {
            monitor.excuse(last, SECOND);
        }
        assertThat(monitor.deadline()).isEqualTo(last + TIMEOUT + 16 * SECOND);
        pong(last + 50, 0);
        monitor.excuse(last + 50, SECOND);
        assertThat(monitor.deadline()).isEqualTo(last + 50 + TIMEOUT + SECOND);
    }

    @Test
    void plansTheNextPingByTheLastOne() {
        assertThat(monitor.nextPing(START)).isEqualTo(START);
        monitor.onPing(START);
        assertThat(monitor.nextPing(START + 1)).isEqualTo(START + INTERVAL);
        assertThat(monitor.nextPing(START + 3 * INTERVAL)).isEqualTo(START + 3 * INTERVAL);
    }

    @ParameterizedTest(name = "latency {0} ms")
    @ValueSource(longs = {0, 1, 30, 400, 700})
    void goesDownAtMostTwoMillisecondsLaterForAPingAtTheEndOfTheTimeout(long millis) {
        long latency = millis * MILLI;
        monitor.start(START);
        long ping = START;
        while (!monitor.connected()) {
            monitor.onPing(ping);
            monitor.onPong(ping + latency, ping);
            ping += INTERVAL;
        }
        long silence = ping - INTERVAL + latency + TIMEOUT + 2 * latency;
        for (; ping - monitor.deadline() < 0; ping += INTERVAL) {
            monitor.onPing(ping);
        }
        assertThat(monitor.deadline()).isBetween(silence, silence + 2 * MILLI);
    }
}
