package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeardNumberTest {
    private final HeardNumber heard = new HeardNumber();

    @Test
    void numbersGoBackOrNot() {
        assertThat(heard.isNone()).isTrue();
        assertThat(heard.isAheadOf(0)).isFalse();
        heard.note(10);
        heard.note(8);
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
        heard.note(1);
        heard.note(0);
        assertThat(heard.isNone()).isTrue();
    }

    @Test
    void numbersWrap() {
        heard.note(65_000);
        heard.note(5);
        assertThat(heard.isAheadOf(65_000)).isTrue();
        assertThat(heard.isAheadOf(6)).isFalse();
    }
}
