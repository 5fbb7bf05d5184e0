package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeardNumberTest {
    private final HeardNumber heard = new HeardNumber();
    private long now = 1000;

    private void note(int sequence) {
        heard.note(now, sequence, sequence, sequence);
    }

    @Test
    void numbersGoBackOrNot() {
        assertThat(heard.isNone()).isTrue();
        assertThat(heard.isAheadOf(0)).isFalse();
        note(10);
        note(8);
        assertThat(heard.isNone()).isFalse();
        assertThat(heard.isAheadOf(10)).isFalse();
        assertThat(heard.isAheadOf(11)).isFalse();
        assertThat(heard.isAheadOf(9)).isTrue();
        assertThat(heard.isAheadOf(0)).isTrue();
        heard.forget();
        assertThat(heard.isNone()).isTrue();
    }

    @Test
    void theFirstPairOfPingsSaysNothing() {
        note(1);
        note(0);
        assertThat(heard.isNone()).isTrue();
    }

    @Test
    void numbersWrap() {
        note(65_000);
        heard.note(now, 5, heard.position(5), heard.position(5));
        assertThat(heard.isAheadOf(65_000)).isTrue();
        assertThat(heard.isAheadOf(6)).isFalse();
    }

    @Test
    void positionsGoByTheOrderOfTheLink() {
        note(0);
        assertThat(heard.position(8191)).isEqualTo(8191);
        note(8191);
        note(8000);
        assertThat(heard.position(8192)).isEqualTo(8192);
        assertThat(heard.position(8191 + 32_767)).isEqualTo(8191 + 32_767);
        note(60_000);
        assertThat(heard.position(5)).isEqualTo(65_540);
    }

    @Test
    void aPositionThatLiesFarBehindWasWrong() {
        heard.note(now, 100, 100 + 65_535, 101);
        heard.note(now, 101, 101, 101);
        assertThat(heard.position(102)).isEqualTo(102);
    }

    @Test
    void aLinkIsFollowedForAWhileAndNotTooFar() {
        assertThat(heard.isFollowed(now, Long.MAX_VALUE, 0)).isFalse();
        note(7);
        now += 10;
        assertThat(heard.isFollowed(now, 10, 7)).isTrue();
        assertThat(heard.isFollowed(now, 9, 7)).isFalse();
        assertThat(heard.isFollowed(now, 10, 7 + 16_383)).isTrue();
        assertThat(heard.isFollowed(now, 10, 7 + 16_384)).isFalse();
        heard.note(now, 5, 5, 100); // nothing new
        assertThat(heard.isFollowed(now, 9, 100)).isFalse();
        heard.forget();
        assertThat(heard.isFollowed(now, 10, 7)).isFalse();
    }
}
