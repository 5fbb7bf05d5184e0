package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.PingLoss;
import org.junit.jupiter.api.Test;

class RecentPingsTest {
    private static final long PATIENCE = 100;

    private final RecentPings pings = new RecentPings();

    private PingLoss loss(long now) {
        return pings.loss(now, PATIENCE);
    }

    @Test
    void noPingsNoLoss() {
        assertThat(loss(0)).isEqualTo(new PingLoss(0, 0));
        assertThat(loss(0).percent()).isZero();
    }

    @Test
    void anUnansweredPingCountsWhenItsTimeIsOver() {
        pings.sent(1000);
        assertThat(loss(1000 + PATIENCE)).isEqualTo(new PingLoss(0, 0));
        assertThat(loss(1001 + PATIENCE)).isEqualTo(new PingLoss(1, 1));
    }

    @Test
    void anAnsweredPingCountsAtOnce() {
        pings.sent(1000);
        pings.answered(1000);
        assertThat(loss(1000)).isEqualTo(new PingLoss(1, 0));
    }

    @Test
    void aPingThatIsAnsweredLateIsNotLost() {
        pings.sent(1000);
        pings.sent(2000);
        assertThat(loss(3000)).isEqualTo(new PingLoss(2, 2));
        pings.answered(1000);
        assertThat(loss(3000)).isEqualTo(new PingLoss(2, 1));
        assertThat(loss(3000).percent()).isEqualTo(50);
    }

    @Test
    void onlyTheLastSixtyFourCount() {
        for (int i = 0; i < 1000; i++) {
            pings.sent(i);
            if (i >= 950 && i % 5 > 0) {
                pings.answered(i);
            }
        }
        // Of 936 to 949, none was answered; of the fifty after them, four of five.
        assertThat(loss(5000)).isEqualTo(new PingLoss(64, 14 + 10));
        pings.answered(935);
        assertThat(loss(5000)).as("too old").isEqualTo(new PingLoss(64, 24));
    }

    @Test
    void aShorterWindowHasTheLastOnesWhoseAnswersAreNotUnderWay() {
        for (int i = 0; i < 40; i++) {
            pings.sent(i * 1000);
            if (i < 25 || i == 30) {
                pings.answered(i * 1000);
            }
        }
        long now = 39_000 + PATIENCE;
        assertThat(pings.loss(now, PATIENCE, 10)).isEqualTo(new PingLoss(10, 9));
        assertThat(pings.loss(now, PATIENCE, 20)).isEqualTo(new PingLoss(20, 13));
        assertThat(pings.loss(now, PATIENCE, 60)).isEqualTo(new PingLoss(39, 13));
    }

    @Test
    void anAnswerCountsOnceAndStrangeOnesNotAtAll() {
        pings.sent(1000);
        pings.sent(2000);
        pings.answered(1000);
        pings.answered(1000);
        pings.answered(1500);
        assertThat(loss(9000)).isEqualTo(new PingLoss(2, 1));
    }

    @Test
    void startsAgain() {
        pings.sent(1000);
        pings.clear();
        assertThat(loss(9000)).isEqualTo(new PingLoss(0, 0));
        pings.sent(9000);
        pings.answered(1000);
        assertThat(loss(9500)).as("of the time before").isEqualTo(new PingLoss(1, 1));
    }
}
