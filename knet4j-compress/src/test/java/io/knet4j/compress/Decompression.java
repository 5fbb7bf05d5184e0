package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * What the fuzz tests of all methods share. An input is the room for what was compressed, in two
 * bytes, and the message.
 *
 * <p>To fuzz each method for ten minutes:
 *
 * <pre>./mvnw verify -Pfuzz -Dknet4j.fuzz.seconds=600 -pl knet4j-compress -am</pre>
 *
 * <p>Shorter and without Jazzer, {@link DamageTest} does the same in every build.
 */
final class Decompression {
    private Decompression() {}

    /** What was recorded of the C library, and messages of other lengths and levels. */
    static List<byte[]> corpus(CompressionProvider provider) {
        List<byte[]> corpus = new ArrayList<>();
        for (VectorsTest.Recording recording : VectorsTest.recordings()) {
            recording.compressedBy(provider.method()).forEach(it -> corpus.add(input(65_535, it)));
        }
        for (int level : Methods.levels(provider.method())) {
            try (Compressor compressor = provider.newCompressor(level)) {
                for (int size : new int[] {1, 60, 3000, 65_000}) {
                    byte[] message =
                            Methods.compress(compressor, Methods.mix(size, size), size + 2000);
                    corpus.add(input(size, message));
                    corpus.add(input(size - 1, message));
                }
            }
        }
        return corpus;
    }

    private static byte[] input(int room, byte[] message) {
        return ByteBuffer.allocate(2 + message.length).putShort((short) room).put(message).array();
    }

    /** Decompresses what is likely to be damaged, twice, and then something good. */
    static void check(CompressionProvider provider, byte[] input) {
        if (input.length < 3) {
            return;
        }
        int room = ByteBuffer.wrap(input).getShort(0) & 0xffff;
        byte[] message = Arrays.copyOfRange(input, 2, input.length);
        byte[] plain = Methods.text(300);
        try (Compressor compressor = provider.newCompressor(provider.method().defaultLevel());
                Decompressor decompressor = provider.newDecompressor()) {
            byte[] first = decompressed(decompressor, message, room);
            byte[] again = decompressed(decompressor, message, room);
            assertThat(again).as("whatever came before").isEqualTo(first);
            byte[] good = Methods.compress(compressor, plain, 2000);
            assertThat(decompressed(decompressor, good, 300)).as("afterwards").isEqualTo(plain);
        }
    }

    private static byte @Nullable [] decompressed(
            Decompressor decompressor, byte[] message, int room) {
        try {
            return Methods.decompress(decompressor, message, room);
        } catch (DataFormatException _) {
            return null;
        }
    }
}
