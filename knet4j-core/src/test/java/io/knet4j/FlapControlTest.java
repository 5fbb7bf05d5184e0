package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FlapControlTest {
    private static void assertRefused(ThrowingCallable action, String... words) {
        assertThatThrownBy(action)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void isOffByDefault() {
        assertThat(Knet.builder(1).build().flapControl()).isEqualTo(FlapControl.OFF);
        assertThat(NodeConfig.builder().build().flapControl()).isEqualTo(FlapControl.OFF);
        assertThat(FlapControl.OFF.holdDown()).isZero();
        assertThat(FlapControl.OFF.damping()).isEmpty();
        assertThat(FlapControl.OFF.lossLimit()).isEmpty();
        assertThat(FlapControl.OFF).hasToString("off");
    }

    @Test
    void changesOneThingAtATime() {
        FlapControl all =
                FlapControl.OFF
                        .withHoldDown(Duration.ofSeconds(30))
                        .withDamping(Damping.DEFAULT)
                        .withLossLimit(LossLimit.DEFAULT);
        assertThat(all)
                .hasToString(
                        "hold-down 30 s, penalty 1000 halved in 60 s, suppressed above 2000 until"
                                + " 750 for at most 600 s, avoided above 10 % loss of 50 pings"
                                + " until 2 %");
        assertThat(all.withoutDamping().withoutLossLimit().withHoldDown(Duration.ZERO))
                .isEqualTo(FlapControl.OFF);
        assertThat(
                        Damping.DEFAULT
                                .withPenalty(10)
                                .withLimits(100, 20)
                                .withHalfLife(Duration.ofSeconds(1))
                                .withLongestSuppression(Duration.ofSeconds(9)))
                .isEqualTo(new Damping(10, Duration.ofSeconds(1), 100, 20, Duration.ofSeconds(9)));
        assertThat(LossLimit.DEFAULT.withPercent(20, 5).withPings(20))
                .isEqualTo(new LossLimit(20, 5, 20));
    }

    @Test
    void refusesWhatIsOutOfRange() {
        FlapControl off = FlapControl.OFF;
        assertRefused(() -> off.withHoldDown(Duration.ofNanos(1)), "holdDown", "PT0.001S");
        assertRefused(() -> off.withHoldDown(Duration.ofDays(2)), "holdDown", "PT24H");
        assertRefused(() -> off.withHoldDown(null), "holdDown");
        assertRefused(() -> off.withDamping(null), "damping");
        Damping damping = Damping.DEFAULT;
        assertRefused(() -> damping.withPenalty(0), "penalty", "1 to 1000000");
        assertRefused(() -> damping.withLimits(2000, 2000), "reuseBelow", "1 to 1999");
        assertRefused(() -> damping.withLimits(1, 1), "suppressAbove", "2 to");
        assertRefused(() -> damping.withHalfLife(Duration.ZERO), "halfLife");
        assertRefused(
                () -> new Damping(1, Duration.ofDays(1), 1_000_000, 1, Duration.ofDays(1)),
                "halfLife");
        LossLimit limit = LossLimit.DEFAULT;
        assertRefused(() -> limit.withPercent(0, 0), "avoidAbove", "1 to 99");
        assertRefused(() -> limit.withPercent(5, 5), "returnAt", "0 to 4");
        assertRefused(() -> limit.withPings(65), "pings", "10 to 64");
    }

    @Test
    void theLongestSuppressionLetsTheCutoffTakeEffect() {
        // 2000 to 750 takes 1.415 half-lives.
        Damping damping = Damping.DEFAULT;
        assertThat(damping.withLongestSuppression(Duration.ofSeconds(85))).isNotNull();
        assertRefused(
                () -> damping.withLongestSuppression(Duration.ofSeconds(84)),
                "longestSuppression",
                "PT1M24.9");
    }
}
