package io.knet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgeTest {

    @Test
    void showsTheTwoLargestUnits() {
        assertThat(Age.text(Duration.ofMillis(-3))).isEqualTo("0 s");
        assertThat(Age.text(Duration.ofMillis(999))).isEqualTo("0 s");
        assertThat(Age.text(Duration.ofSeconds(59))).isEqualTo("59 s");
        assertThat(Age.text(Duration.ofSeconds(60))).isEqualTo("1 min 0 s");
        assertThat(Age.text(Duration.ofSeconds(3_599))).isEqualTo("59 min 59 s");
        assertThat(Age.text(Duration.ofMinutes(123))).isEqualTo("2 h 3 min");
        assertThat(Age.text(Duration.ofHours(961))).isEqualTo("40 d 1 h");
    }
}
