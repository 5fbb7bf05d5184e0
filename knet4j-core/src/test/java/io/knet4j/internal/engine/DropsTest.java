package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.DropCause;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DropsTest {
    @Test
    void countsByCauseAndTellsEach() {
        RecordingOutput output = new RecordingOutput();
        Drops drops = new Drops(output);
        assertThat(drops.snapshot()).isEmpty();
        drops.count(1, DropCause.STALE, null);
        drops.count(2, DropCause.STALE, null);
        drops.count(3, DropCause.TOO_SHORT, TestNode.local(0));
        drops.count(4, DropCause.NOT_RECEIVED, 1000, null);
        assertThat(drops.snapshot())
                .isEqualTo(
                        Map.of(
                                DropCause.STALE,
                                2L,
                                DropCause.TOO_SHORT,
                                1L,
                                DropCause.NOT_RECEIVED,
                                1000L));
        assertThat(output.drops)
                .isEqualTo(
                        Map.of(
                                DropCause.STALE,
                                2,
                                DropCause.TOO_SHORT,
                                1,
                                DropCause.NOT_RECEIVED,
                                1000));
    }
}
