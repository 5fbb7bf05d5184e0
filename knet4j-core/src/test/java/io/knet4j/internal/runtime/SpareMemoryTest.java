package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpareMemoryTest {
    private final SpareMemory memory = new SpareMemory(10_000);

    @Test
    void isBoundedUntilItIsCollected() {
        List<ByteBuffer> slices = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ByteBuffer buffer = memory.allocate(3000);
            assertThat(buffer).isNotNull();
            assertThat(buffer.isDirect()).isTrue();
            slices.add(buffer.slice(1000, 1000));
        }
        System.gc();
        assertThat(memory.allocate(3000)).as("slices are in use").isNull();
        assertThat(memory.allocate(1000)).isNotNull();
        assertThat(slices).allMatch(slice -> slice.get(999) == 0);
        slices.clear();
        ByteBuffer again = null;
        while (again == null) { // the test's time is bounded
            System.gc();
            again = memory.allocate(9000);
        }
        assertThat(again.capacity()).isEqualTo(9000);
    }

    @Test
    void moreThanThereIsIsRefused() {
        assertThat(memory.allocate(10_001)).isNull();
    }
}
