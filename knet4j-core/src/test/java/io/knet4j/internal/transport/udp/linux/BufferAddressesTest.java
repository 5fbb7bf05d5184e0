package io.knet4j.internal.transport.udp.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferAddressesTest {
    private final BufferAddresses addresses = new BufferAddresses();

    @Test
    void manyBuffersAreTold() {
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            buffers.add(ByteBuffer.allocateDirect(100).slice(i % 50, 50));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 100; i++) {
                ByteBuffer buffer = buffers.get(round == 1 ? 99 - i : i);
                long address = MemorySegment.ofBuffer(buffer).address();
                buffer.limit(40).position(30);
                assertThat(addresses.of(buffer)).isEqualTo(address);
                assertThat(addresses.of(buffer)).isEqualTo(address);
                assertThat(buffer.position()).isEqualTo(30);
                buffer.clear();
            }
        }
    }

    @Test
    void memoryOfTheHeapHasNone() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> addresses.of(ByteBuffer.allocate(10)));
    }
}
