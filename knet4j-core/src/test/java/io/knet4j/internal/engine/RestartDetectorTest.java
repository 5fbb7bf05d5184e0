package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.internal.onwire.SequenceWindow;
import org.junit.jupiter.api.Test;

class RestartDetectorTest {
    private static final long TRAVEL = 10_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long INTERVAL = SECOND;

    private final SequenceWindow window = new SequenceWindow();
    private final RestartDetector restarts = new RestartDetector();
    private final HeardNumber heard = new HeardNumber();
    private long now = SECOND;
    private long token = 100;

    private void message(int sequence) {
        window.check(sequence);
        window.markDelivered(sequence);
        restarts.onMessage(now);
    }

    private boolean ping(int announced) {
        return ping(announced, token++);
    }

    private boolean ping(int announced, long withToken) {
        return finding(announced, withToken) != RestartDetector.Finding.NOTHING;
    }

    private RestartDetector.Finding finding(int announced) {
        return finding(announced, token++);
    }

    private RestartDetector.Finding finding(int announced, long withToken) {
        boolean goesBack = heard.isNone() || heard.isAheadOf(announced);
        return restarts.onPing(now, announced, goesBack, withToken, window, now - TRAVEL, INTERVAL);
    }

    @Test
    void twoPingsWithNumberZeroShowARestart() {
        message(100);
        now += SECOND;
        assertThat(ping(0)).isFalse();
        now += SECOND;
        assertThat(ping(0)).isTrue();
    }

    @Test
    void oneIsEnoughAfterTheHostWasUnreachable() {
        message(100);
        now += SECOND;
        restarts.onContactLost();
        assertThat(ping(0)).isTrue();
    }

    /** The first of them bears 1, which alone could be a number of a life that went on. */
    @Test
    void theFirstPingsOfANewLifeShowARestartAfterManyMessagesToo() {
        message(5000);
        now += SECOND;
        restarts.onContactLost();
        assertThat(finding(1)).isEqualTo(RestartDetector.Finding.ELSEWHERE);
        window.reset();
        assertThat(finding(0)).isEqualTo(RestartDetector.Finding.RESTARTED);
        assertThat(finding(0)).isEqualTo(RestartDetector.Finding.NOTHING);
    }

    @Test
    void numbersFarBehindShowARestartToo() {
        message(30_000);
        now += SECOND;
        assertThat(ping(5)).isFalse();
        assertThat(ping(6)).isTrue();
    }

    @Test
    void ordinaryPingsShowNothing() {
        assertThat(ping(0)).as("nothing was sent yet").isFalse();
        assertThat(ping(0)).isFalse();
        message(100);
        now += SECOND;
        for (int announced : new int[] {100, 101, 99, 20_000}) {
            assertThat(ping(announced)).isFalse();
            assertThat(ping(announced)).isFalse();
        }
    }

    @Test
    void pingsThatMayHaveBeenSentBeforeTheLastMessageDoNotCount() {
        message(100);
        now += TRAVEL;
        assertThat(ping(0)).isFalse();
        assertThat(ping(0)).isFalse();
        assertThat(ping(0)).isFalse();
    }

    @Test
    void pingsBehindMessagesOfAnotherLinkDoNotCountWhileTheyDoNotGoBack() {
        heard.note(now, 100, 100, 100); // the link's last message
        message(101);
        now += SECOND;
        for (int i = 0; i < 10; i++) {
            assertThat(ping(100)).isFalse();
        }
        assertThat(ping(0)).isFalse();
        assertThat(ping(0)).isTrue();
    }

    @Test
    void recordedPingsDoNotCount() {
        assertThat(ping(0, 1)).isFalse();
        assertThat(ping(0, 2)).isFalse();
        message(100);
        now += 2 * INTERVAL;
        for (int i = 0; i < 10; i++) {
            assertThat(ping(0, 1)).isFalse();
            assertThat(ping(0, 2)).isFalse();
        }
        assertThat(ping(0, 3)).isFalse();
        assertThat(ping(0, 3)).isFalse();
        assertThat(ping(0, 4)).isTrue();
    }

    @Test
    void recordedPingsThatAreForgottenDoNotCountWhileTheHostGoesOnPinging() {
        long recorded = 1;
        for (int i = 0; i < 10; i++) {
            ping(0, recorded + i);
        }
        message(30_000);
        for (int i = 0; i < 2_000; i++) {
            assertThat(ping(30_000)).isFalse();
            now += INTERVAL;
            if (i > 1_500) {
                for (int j = 0; j < 10; j++) {
                    assertThat(ping(0, recorded + j)).isFalse();
                    now += INTERVAL / 25;
                }
            }
        }
    }

    @Test
    void aRestartShowsOnceThePingsThatFitHaveEnded() {
        message(30_000);
        now += SECOND;
        assertThat(ping(30_000)).isFalse();
        now += INTERVAL / 4;
        assertThat(ping(0)).isFalse();
        now += INTERVAL;
        assertThat(ping(0)).isFalse();
        now += INTERVAL;
        assertThat(ping(0)).isTrue();
    }

    @Test
    void aMessageInBetweenStartsTheCountAgain() {
        message(100);
        now += SECOND;
        assertThat(ping(0)).isFalse();
        message(101);
        now += SECOND;
        assertThat(ping(0)).isFalse();
        assertThat(ping(0)).isTrue();
    }

    @Test
    void aPingThatFitsStartsTheCountAgain() {
        message(30_000);
        now += SECOND;
        assertThat(ping(5)).isFalse();
        assertThat(ping(30_000)).isFalse();
        assertThat(ping(5)).isFalse();
    }

    @Test
    void aMessageEndsTheDoubtOfLostContact() {
        message(100);
        restarts.onContactLost();
        message(101);
        now += SECOND;
        assertThat(ping(0)).isFalse();
    }
}
