package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.KnetEvent.LinkDownCause;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinkHistoryTest {
    private final LinkHistory history = new LinkHistory();

    private void down(int second) {
        history.wentDown(
                Instant.ofEpochSecond(second), LinkDownCause.PING_TIMEOUT, Duration.ofMillis(3));
    }

    @Test
    void remembersTheLastSixteenTimesLatestFirst() {
        for (int i = 1; i <= 40; i++) {
            history.cameUp(Instant.ofEpochSecond(i));
            assertThat(history.upTimes().getFirst()).isEqualTo(Instant.ofEpochSecond(i));
            assertThat(history.upTimes()).hasSize(Math.min(i, 16));
        }
        down(7);
        assertThat(history.upCount()).isEqualTo(40);
        assertThat(history.upTimes())
                .isEqualTo(
                        IntStream.rangeClosed(0, 15)
                                .mapToObj(i -> Instant.ofEpochSecond(40 - i))
                                .toList());
        assertThat(history.downCount()).isEqualTo(1);
        assertThat(history.downTimes()).containsExactly(Instant.ofEpochSecond(7));
    }

    @Test
    void forgetsTimesWithTheirCountsButNotWhyTheLinkIsDown() {
        history.cameUp(Instant.ofEpochSecond(1));
        down(2);
        history.clear();
        assertThat(history.upCount()).isZero();
        assertThat(history.downCount()).isZero();
        assertThat(history.upTimes()).isEmpty();
        assertThat(history.downTimes()).isEmpty();
        assertThat(history.lastFall())
                .isEqualTo(new LinkHistory.Fall(LinkDownCause.PING_TIMEOUT, Duration.ofMillis(3)));
        history.enabled();
        assertThat(history.lastFall()).isNull();
    }
}
