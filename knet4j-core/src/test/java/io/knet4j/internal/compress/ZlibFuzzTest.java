package io.knet4j.internal.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.knet4j.RandomInputs;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages for decompression that are not what they should be. An input is the room for what was
 * compressed, in two bytes, and the message.
 */
class ZlibFuzzTest {
    private static final int MARGIN = 16;
    private static final byte GUARD = 0x5a;
    private static final ZlibProvider ZLIB = new ZlibProvider();

    static List<byte[]> corpus() {
        List<byte[]> corpus = new ArrayList<>();
        for (int level : new int[] {0, 1, 9}) {
            for (int size : new int[] {1, 60, 3000, 65_000}) {
                byte[] message = compressed(level, plain(size));
                corpus.add(input(65_535, message));
                corpus.add(input(size - 1, message));
            }
        }
        return corpus;
    }

    private static byte[] plain(int length) {
        byte[] plain = new byte[length];
        for (int i = 0; i < length; i++) {
            plain[i] = (byte) ((i * i) >>> (i % 5));
        }
        return plain;
    }

    private static byte[] compressed(int level, byte[] plain) {
        byte[] target = new byte[plain.length + 100];
        try (Compressor compressor = ZLIB.newCompressor(level)) {
            int size = compressor.compress(plain, 0, plain.length, target, 0, target.length);
            return Arrays.copyOf(target, size);
        }
    }

    private static byte[] input(int room, byte[] message) {
        return ByteBuffer.allocate(2 + message.length).putShort((short) room).put(message).array();
    }

    @MethodSource("corpus")
    @FuzzTest
    void decompression(byte[] input) {
        if (input.length < 3) {
            return;
        }
        int room = ByteBuffer.wrap(input).getShort(0) & 0xffff;
        try (Decompressor decompressor = ZLIB.newDecompressor()) {
            byte[] first = decompressed(decompressor, input, 2, room);
            byte[] again = decompressed(decompressor, input, 2, room);
            assertThat(again).as("whatever came before").isEqualTo(first);
            byte[] plain = plain(300);
            byte[] good = decompressed(decompressor, compressed(6, plain), 0, 300);
            assertThat(good).as("afterwards").isEqualTo(plain);
        }
    }

    /** Null when it is refused. */
    private static byte[] decompressed(
            Decompressor decompressor, byte[] message, int offset, int room) {
        byte[] source = message.clone();
        byte[] target = new byte[room + 2 * MARGIN];
        Arrays.fill(target, GUARD);
        int length = message.length - offset;
        int size;
        try {
            size = decompressor.decompress(source, offset, length, target, MARGIN, MARGIN + room);
        } catch (DataFormatException _) {
            size = -1;
        }
        assertThat(source).isEqualTo(message);
        for (int i = 0; i < MARGIN; i++) {
            assertThat(target[i]).isEqualTo(GUARD);
            assertThat(target[MARGIN + room + i]).isEqualTo(GUARD);
        }
        assertThat(size).isLessThanOrEqualTo(room);
        return size < 0 ? null : Arrays.copyOfRange(target, MARGIN, MARGIN + size);
    }

    @Test
    void damageDoesNoMoreThanFail() {
        corpus().forEach(this::decompression);
        RandomInputs.feed(corpus(), 4_000, this::decompression);
    }
}
