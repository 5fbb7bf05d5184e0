package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionMethod;
import io.knet4j.DropCause;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class MessageDecompressorTest {
    private static final long SECOND = 1_000_000_000L;

    private final RecordingOutput output = new RecordingOutput();
    private long now = -5 * SECOND;
    private int asked;
    private final MessageDecompressor decompressor =
            new MessageDecompressor(
                    () -> {
                        asked++;
                        return CompressionMethods.installed();
                    },
                    output,
                    () -> 0);

    private static byte[] zlib(byte[] plain) {
        Deflater deflater = new Deflater();
        deflater.setInput(plain);
        deflater.finish();
        byte[] buffer = new byte[plain.length + 100];
        return Arrays.copyOf(buffer, deflater.deflate(buffer));
    }

    private DropCause decompress(int method, byte[] message) {
        return decompressor.decompress(now, method, ByteBuffer.wrap(message), 0, message.length);
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
            assertThat(decompressor.decompress(now, 1, message, 30, compressed.length)).isNull();
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
        now += 60 * SECOND;
        assertThat(decompress(2, new byte[10])).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(asked).isEqualTo(1);
        assertThat(decompress(8, new byte[10])).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(decompress(255, new byte[10])).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(asked).isEqualTo(1);
        assertThat(decompressor.failed.get()).isEqualTo(6);
    }

    /** Zlib by the name of zstd, whose native code cannot be loaded at first. */
    private static final class Loading implements CompressionProvider {
        private final CompressionProvider zlib = CompressionMethods.installed().provider(1);
        private Error failure = new UnsatisfiedLinkError("on purpose");
        private int attempts;

        @Override
        public CompressionMethod method() {
            return CompressionMethod.ZSTD;
        }

        @Override
        public Compressor newCompressor(int level) {
            throw new AssertionError();
        }

        @Override
        public Decompressor newDecompressor() {
            attempts++;
            return switch (failure) {
                case null -> zlib.newDecompressor();
                case Error error -> throw error;
            };
        }
    }

    @Test
    void whatCannotBeLoadedIsTriedAgainEveryTenSeconds() {
        Loading loading = new Loading();
        CompressionMethods methods =
                new CompressionMethods(List.<CompressionProvider>of(loading).iterator());
        MessageDecompressor slow = new MessageDecompressor(() -> methods, output, () -> 0);
        byte[] compressed = zlib(new byte[500]);
        ByteBuffer message = ByteBuffer.wrap(compressed);
        int before = loading.attempts;
        for (long at : new long[] {0, 1, 9_999_999_999L}) {
            assertThat(slow.decompress(now + at, 7, message, 0, compressed.length))
                    .isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        }
        assertThat(loading.attempts).isEqualTo(before + 1);
        assertThat(slow.decompress(now, 1, message, 0, compressed.length))
                .as("other methods")
                .isNull();
        loading.failure = new OutOfMemoryError("on purpose");
        now += 10 * SECOND;
        assertThat(slow.decompress(now, 7, message, 0, compressed.length))
                .isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(loading.attempts).isEqualTo(before + 2);
        loading.failure = null;
        now += 10 * SECOND - 1;
        assertThat(slow.decompress(now, 7, message, 0, compressed.length))
                .isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        now += 1;
        assertThat(slow.decompress(now, 7, message, 0, compressed.length)).isNull();
        assertThat(slow.length()).isEqualTo(500);
        assertThat(slow.decompress(now, 7, message, 0, compressed.length)).isNull();
        assertThat(loading.attempts).isEqualTo(before + 3);
        assertThat(output.logged).hasSize(1);
        assertThat(output.logged.getFirst()).startsWith("WARNING zstd: not available");
    }

    @Test
    void aSearchForMethodsThatFailsIsRepeated() {
        MessageDecompressor broken =
                new MessageDecompressor(
                        () -> {
                            asked++;
                            throw new NoClassDefFoundError("on purpose");
                        },
                        output,
                        () -> 0);
        ByteBuffer message = ByteBuffer.allocate(9);
        for (int i = 0; i < 3; i++) {
            assertThat(broken.decompress(now, 7, message, 0, 9))
                    .isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        }
        assertThat(asked).isEqualTo(1);
        now += 10 * SECOND;
        assertThat(broken.decompress(now, 7, message, 0, 9))
                .isEqualTo(DropCause.UNKNOWN_COMPRESSION);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void afterTheEndNothingIsOpenedAgain() {
        byte[] compressed = zlib(new byte[500]);
        assertThat(decompress(1, compressed)).isNull();
        decompressor.close();
        assertThat(decompress(1, compressed)).isEqualTo(DropCause.UNKNOWN_COMPRESSION);
    }
}
