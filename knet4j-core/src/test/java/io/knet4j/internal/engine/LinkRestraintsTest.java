package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import io.knet4j.PingLoss;
import io.knet4j.internal.engine.LinkRestraints.Rank;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LinkRestraintsTest {
    private static final long SECOND = 1_000_000_000;
    private static final Damping DAMPING =
            new Damping(1000, Duration.ofSeconds(10), 2000, 500, Duration.ofSeconds(40));

    private final LinkRestraints restraints = new LinkRestraints();
    private final long start = nearTheEnd();

    /** The clock may wrap. */
    private static long nearTheEnd() {
        return Long.MAX_VALUE - 5 * SECOND;
    }

    @Test
    void penaltiesHalveInEachHalfLife() {
        restraints.penalize(start, DAMPING);
        assertThat(restraints.penalty(start, DAMPING)).isEqualTo(1000);
        assertThat(restraints.penalty(start + 10 * SECOND, DAMPING)).isEqualTo(500, within(1e-6));
        assertThat(restraints.penalty(start + 15 * SECOND, DAMPING)).isEqualTo(353.55, within(0.1));
        restraints.penalize(start + 10 * SECOND, DAMPING);
        assertThat(restraints.penalty(start + 20 * SECOND, DAMPING)).isEqualTo(750, within(1e-6));
    }

    @Test
    void isSuppressedAboveTheCutoffUntilThePenaltyIsDownToTheReuseThreshold() {
        assertThat(restraints.penalize(start, DAMPING)).isFalse();
        assertThat(restraints.penalize(start, DAMPING)).as("at the cutoff").isFalse();
        assertThat(restraints.rank()).isEqualTo(Rank.GOOD);
        assertThat(restraints.penalize(start, DAMPING)).isTrue();
        assertThat(restraints.rank()).isEqualTo(Rank.SUPPRESSED);
        // 3000 to 500: log2(6) half-lives.
        assertThat(restraints.suppressedUntil() - start).isCloseTo(25_849_625_008L, within(1000L));
        assertThat(restraints.penalty(restraints.suppressedUntil(), DAMPING))
                .isEqualTo(500, within(0.001));
        assertThat(restraints.penalize(start + SECOND, DAMPING)).as("not again").isFalse();
        assertThat(restraints.suppressedUntil() - start).isGreaterThan(29 * SECOND);
        assertThat(restraints.endSuppression()).isTrue();
        assertThat(restraints.endSuppression()).isFalse();
        assertThat(restraints.rank()).isEqualTo(Rank.GOOD);
    }

    @Test
    void isNotSuppressedForLongerThanTheLongestTime() {
        for (int i = 0; i < 1000; i++) {
            restraints.penalize(start, DAMPING);
        }
        assertThat(restraints.penalty(start, DAMPING)).isEqualTo(8000, within(1e-6));
        assertThat(restraints.suppressedUntil() - start).isCloseTo(40 * SECOND, within(1000L));
    }

    @Test
    void otherLimitsCountAtOnce() {
        for (int i = 0; i < 4; i++) {
            restraints.penalize(start, DAMPING);
        }
        restraints.change(start + 10 * SECOND, DAMPING, DAMPING.withLimits(4000, 1000));
        assertThat(restraints.isSuppressed()).isTrue();
        assertThat(restraints.suppressedUntil() - start).isCloseTo(20 * SECOND, within(1000L));
        restraints.change(start + 10 * SECOND, DAMPING, DAMPING.withLimits(4000, 2500));
        assertThat(restraints.isSuppressed()).isFalse();
    }

    @Test
    void staysLossyBetweenTheLimits() {
        LossLimit limit = new LossLimit(10, 2, 50);
        assertThat(restraints.judge(new PingLoss(50, 5), limit)).as("10 percent").isFalse();
        assertThat(restraints.judge(new PingLoss(50, 6), limit)).isTrue();
        assertThat(restraints.rank()).isEqualTo(Rank.LOSSY);
        assertThat(restraints.judge(new PingLoss(50, 2), limit)).isFalse();
        assertThat(restraints.isLossy()).isTrue();
        assertThat(restraints.judge(new PingLoss(50, 1), limit)).as("2 percent").isTrue();
        assertThat(restraints.isLossy()).isFalse();
        assertThat(restraints.judge(new PingLoss(50, 5), limit)).isFalse();
    }

    @Test
    void pingsThatWereNotSentYetCountAsAnswered() {
        LossLimit limit = new LossLimit(10, 2, 50);
        assertThat(restraints.judge(new PingLoss(5, 5), limit)).isFalse();
        assertThat(restraints.judge(new PingLoss(6, 6), limit)).isTrue();
    }

    @Test
    void whatSpeaksAgainstItMostCounts() {
        restraints.judge(new PingLoss(64, 64), LossLimit.DEFAULT);
        restraints.hold(start, SECOND);
        assertThat(restraints.rank()).isEqualTo(Rank.HELD_DOWN);
        for (int i = 0; i < 3; i++) {
            restraints.penalize(start, DAMPING);
        }
        assertThat(restraints.rank()).isEqualTo(Rank.SUPPRESSED);
        restraints.endSuppression();
        restraints.endHold();
        assertThat(restraints.rank()).isEqualTo(Rank.LOSSY);
        restraints.clear();
        assertThat(restraints.rank()).isEqualTo(Rank.GOOD);
    }
}
