package io.knet4j.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class DemoMessageTest {

    private static final DemoMessage.Content CONTENT =
            new DemoMessage.Content(3, 123_456, 1_234_567_890_123L);

    private static ByteBuffer message(int size) {
        ByteBuffer buffer = ByteBuffer.allocate(DemoMessage.MAX_SIZE);
        DemoMessage.write(buffer, size, CONTENT);
        return buffer;
    }

    @Test
    void isReadAsItWasWritten() {
        for (int size : new int[] {DemoMessage.HEADER, 1_000, DemoMessage.MAX_SIZE}) {
            ByteBuffer message = message(size);
            assertThat(message.remaining()).isEqualTo(size);
            assertThat(DemoMessage.read(message)).contains(CONTENT);
        }
    }

    @Test
    void showsDamageAnywhere() {
        ByteBuffer message = message(100);
        for (int i = 0; i < 100; i++) {
            message.put(i, (byte) (message.get(i) ^ 1));
            assertThat(DemoMessage.read(message)).as("byte %d", i).isEmpty();
            message.put(i, (byte) (message.get(i) ^ 1));
        }
        assertThat(DemoMessage.read(message.slice(0, 99))).isEmpty();
        assertThat(DemoMessage.read(message.slice(0, 3))).isEmpty();
    }
}
