package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own LZO1X. */
class LzoTest {
    private final LzoCompressor compressor = new LzoCompressor();
    private final LzoDecompressor decompressor = new LzoDecompressor();

    /** Each kind of instruction by itself. */
    @ParameterizedTest
    @CsvSource({
        "14616263 110000, abc", // 3 literals at first
        "01 61626364 110000, abcd", // a run of literals
        "15 61626364 6c00 110000, abcdabcd", // near: 4 from 4 back
        "15 61626364 2d0000 110000, abcdddddddddddddddd", // overlapping, 15 from 1 back
        "15 61626364 2009 0c00 110000, abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdab",
        "13 6162 0400 110000, 'abab'", // 2 from 2 back, after 2 trailing literals
    })
    void instructionsDoWhatTheySay(String stream, String expected) throws DataFormatException {
        byte[] bytes = HexFormat.of().parseHex(stream.replace(" ", ""));
        assertThat(
                        new String(
                                Methods.decompress(decompressor, bytes, 100),
                                StandardCharsets.US_ASCII))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "14616263", // no end marker
                "1461", // too few literals
                "14616263 6c", // half a match
                "14616263 6c00 110000", // 4 back of 3
                "14616263 120000", // an end marker of another length
                "14616263 110000 00", // something follows
                "0000000000", // a length without end
                "14616263 20000000", // another one
            })
    void damageIsFound(String stream) {
        byte[] bytes = HexFormat.of().parseHex(stream.replace(" ", ""));
        assertThatThrownBy(() -> Methods.decompress(decompressor, bytes, 1000))
                .isInstanceOf(DataFormatException.class);
    }

    @Test
    void endlessLengthsDoNotOverflow() {
        byte[] stream = new byte[65_536];
        stream[65_535] = 1;
        assertThatThrownBy(() -> Methods.decompress(decompressor, stream, Methods.MAX))
                .isInstanceOf(DataFormatException.class);
    }

    @Test
    void mixturesOfAllKindsComeBack() throws DataFormatException {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 600; i++) {
            byte[] plain = Methods.mix(1 + random.nextInt(65_536), seed + i);
            byte[] compressed = Methods.compress(compressor, plain, plain.length + 5000);
            assertThat(Methods.decompress(decompressor, compressed, plain.length))
                    .as("seed %d, message %d", seed, i)
                    .isEqualTo(plain);
        }
    }
}
