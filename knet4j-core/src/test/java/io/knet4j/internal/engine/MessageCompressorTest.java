package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCompressorTest {
    private final List<Integer> opened = new ArrayList<>();
    private final List<Integer> closed = new ArrayList<>();
    private final RecordingOutput output = new RecordingOutput();
    private final MessageCompressor compressor = new MessageCompressor(output, () -> 0);
    private Throwable failure;
    private int result = 10;
    private byte firstByte;

    /** Compresses every message to {@link #result} bytes, or fails. */
    private final class Fake implements CompressionProvider {
        @Override
        public CompressionMethod method() {
            return CompressionMethod.LZ4;
        }

        @Override
        public Compressor newCompressor(int level) {
            opened.add(level);
            return new Compressor() {
                @Override
                public int compress(
                        byte[] source, int from, int length, byte[] target, int to, int limit) {
                    firstByte = source[from];
                    assertThat(limit - to).isEqualTo(length - 1);
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    if (failure instanceof RuntimeException exception) {
                        throw exception;
                    }
                    return result;
                }

                @Override
                public void close() {
                    closed.add(level);
                    throw new IllegalStateException("closing fails on purpose");
                }
            };
        }

        @Override
        public Decompressor newDecompressor() {
            throw new AssertionError();
        }
    }

    private ActiveCompression level(int level) {
        return new ActiveCompression(
                CompressionConfig.of(CompressionMethod.LZ4).withLevel(level), new Fake());
    }

    private int compress(ActiveCompression active) {
        return compressor.compress(active, true, ByteBuffer.allocate(300), 0, 300);
    }

    @Test
    void everyCompressorIsClosedWhenItIsReplacedAndAtTheEnd() {
        ActiveCompression one = level(1);
        assertThat(compress(one)).isEqualTo(2);
        assertThat(compress(one)).isEqualTo(2);
        assertThat(opened).containsExactly(1);
        assertThat(compress(level(2))).isEqualTo(2);
        assertThat(closed).containsExactly(1);
        assertThat(compress(ActiveCompression.NONE)).isZero();
        assertThat(closed).containsExactly(1, 2);
        assertThat(compress(level(3))).isEqualTo(2);
        compressor.close();
        assertThat(closed).containsExactly(1, 2, 3);
        assertThat(output.logged)
                .hasSize(3)
                .allMatch(line -> line.startsWith("WARNING could not be closed: "));
        assertThat(compress(level(4))).isZero();
        assertThat(opened).containsExactly(1, 2, 3);
    }

    @Test
    void aMessageGoesAsItIsWhenTheCompressorFails() {
        ActiveCompression one = level(1);
        for (Throwable each :
                List.of(
                        new IllegalStateException("on purpose"),
                        new NoClassDefFoundError("on purpose"))) {
            failure = each;
            assertThat(compress(one)).isZero();
        }
        failure = null;
        assertThat(compress(one)).isEqualTo(2);
        assertThat(compressor.failed.get()).isEqualTo(2);
        assertThat(compressor.uncompressed.get()).isEqualTo(2);
        assertThat(opened).as("what failed is not used again").containsExactly(1, 1, 1);
        assertThat(closed).containsExactly(1, 1);
        assertThat(output.logged.stream().filter(line -> line.contains("compression failed")))
                .as("told once for each configuration")
                .containsExactly("WARNING lz4: compression failed, the message goes uncompressed");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 300, 301, Integer.MAX_VALUE})
    void onlySmallerResultsAreTaken(int size) {
        result = size;
        assertThat(compress(level(1))).isZero();
        assertThat(compressor.notSmaller.get()).isEqualTo(1);
        result = 299;
        assertThat(compress(level(1))).isEqualTo(2);
        assertThat(compressor.length()).isEqualTo(299);
    }

    @Test
    void whatADestinationDoesNotBearIsNotCompressed() {
        assertThat(compressor.compress(level(1), false, ByteBuffer.allocate(300), 0, 300)).isZero();
        assertThat(opened).isEmpty();
        assertThat(compressor.uncompressed.get()).isEqualTo(1);
    }

    @Test
    void readsHeapDirectAndReadOnlyBuffers() {
        ActiveCompression one = level(1);
        for (ByteBuffer memory :
                List.of(
                        ByteBuffer.allocate(400),
                        ByteBuffer.allocate(500).slice(70, 400),
                        ByteBuffer.allocateDirect(400))) {
            memory.put(50, (byte) 77);
            for (ByteBuffer message : List.of(memory, memory.asReadOnlyBuffer())) {
                firstByte = 0;
                assertThat(compressor.compress(one, true, message, 50, 300)).isEqualTo(2);
                assertThat(firstByte).isEqualTo((byte) 77);
            }
        }
    }
}
