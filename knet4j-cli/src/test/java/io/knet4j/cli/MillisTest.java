package io.knet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MillisTest {

    @Test
    void showsTimesWithTheDigitsThatMatter() {
        assertThat(Millis.text(Duration.ofNanos(312_400))).isEqualTo("0.31 ms");
        assertThat(Millis.text(Duration.ofNanos(4_249_000))).isEqualTo("4.2 ms");
        assertThat(Millis.text(Duration.ofMillis(150))).isEqualTo("150 ms");
        assertThat(Millis.text(Duration.ofMillis(1_040))).isEqualTo("1.0 s");
    }

    @Test
    void isExactToTheMicrosecond() {
        assertThat(Millis.of(Duration.ofNanos(1_234_567))).isEqualTo(1.235);
        assertThat(Millis.ofMicros(49_001)).isEqualTo(49.001);
    }
}
