package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.DropCause;
import io.knet4j.internal.compress.CompressionMethods;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class MessageDecompressorTest {
    private int asked;
    private final MessageDecompressor decompressor =
            new MessageDecompressor(() -> {
                asked++;
                return CompressionMethods.installed();
            });

    private static byte[] zlib(byte[] plain) {
        Deflater deflater = new Deflater();
        deflater.setInput(plain);
        deflater.finish();
        byte[] buffer = new byte[plain.length + 100];
        return Arrays.copyOf(buffer, deflater.deflate(buffer));
    }

    private DropCause decompress(int method, byte[] message) {
        return decompressor.decompress(method, ByteBuffer.wrap(message), 0, message.length);
    }

    @Test
    void readsHeapAndDirectBuffers() {
        byte[] compressed = zlib(new byte[5000]);
        for (ByteBuffer memory :
                new ByteBuffer[] {
                    ByteBuffer.allocate(1000),
                    ByteBuffer.allocate(1100).slice(100, 1000),
                    ByteBuffer.allocateDirect(1000),
                    ByteBuffer.allocateDirect(1100).slice(50, 1000)
                }) {
            memory.put(30, compressed);
            ByteBuffer message = memory.isDirect() ? memory.asReadOnlyBuffer() : memory;
            assertThat(decompressor.decompress(1, message, 30, compressed.length)).isNull();
            assertThat(decompressor.length()).isEqualTo(5000);
        }
        assertThat(decompressor.buffer().capacity()).isEqualTo(65_536);
        assertThat(asked).as("each method is looked up once").isEqualTo(1);
    }

    @Test
    void absentMethodsAreLookedUpOnce() {
        for (int i = 0; i < 3; i++) {
            assertThat(decompress(2, new byte[10])).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        }
        assertThat(asked).isEqualTo(1);
        assertThat(decompress(8, new byte[10])).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(decompress(255, new byte[10])).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(asked).isEqualTo(1);
        assertThat(decompressor.failed.get()).isEqualTo(5);
    }

    @Test
    void aLibraryThatCannotBeLoadedIsAbsent() {
        MessageDecompressor broken =
                new MessageDecompressor(() -> {
                    asked++;
                    throw new NoClassDefFoundError("on purpose");
                });
        for (int i = 0; i < 3; i++) {
            assertThat(broken.decompress(7, ByteBuffer.allocate(9), 0, 9))
                    .isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        }
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void afterTheEndNothingIsOpenedAgain() {
        byte[] compressed = zlib(new byte[500]);
        assertThat(decompress(1, compressed)).isNull();
        decompressor.close();
        assertThat(decompress(1, compressed)).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
    }
}
