package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each method compresses comes back, at every kind of level. */
class RoundTripTest {
    private static final int[] SIZES = {1, 2, 3, 4, 5, 17, 101, 238, 239, 1000, 5000, 65_536};

    record Case(CompressionProvider provider, int level) {
        @Override
        public String toString() {
            return provider.method().methodName() + " at level " + level;
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (CompressionProvider provider : Methods.all()) {
            for (int level : Methods.levels(provider.method())) {
                cases.add(new Case(provider, level));
            }
        }
        return cases;
    }

    static List<CompressionProvider> providers() {
        return Methods.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyMessageComesBack(Case one) throws DataFormatException {
        try (Compressor compressor = one.provider.newCompressor(one.level);
                Decompressor decompressor = one.provider.newDecompressor()) {
            for (int size : SIZES) {
                for (byte[] plain :
                        new byte[][] {
                            Methods.text(size),
                            new byte[size],
                            Methods.random(size),
                            Methods.mix(size, size)
                        }) {
                    byte[] compressed = Methods.compress(compressor, plain, size + 2000);
                    assertThat(compressed).isNotNull();
                    assertThat(Methods.decompress(decompressor, compressed, size)).isEqualTo(plain);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void textAndZerosGetSmaller(Case one) {
        try (Compressor compressor = one.provider.newCompressor(one.level)) {
            for (int size : new int[] {1000, 5000, 65_536}) {
                assertThat(Methods.compress(compressor, Methods.text(size), size / 2)).isNotNull();
                assertThat(Methods.compress(compressor, new byte[size], size / 5)).isNotNull();
            }
            assertThat(Methods.compress(compressor, Methods.random(1000), 999)).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void nothingIsWrittenBeyondTheRoom(CompressionProvider provider) throws DataFormatException {
        try (Compressor compressor = provider.newCompressor(provider.method().defaultLevel());
                Decompressor decompressor = provider.newDecompressor()) {
            byte[] plain = Methods.mix(3000, 1);
            byte[] whole = Methods.compress(compressor, plain, 5000);
            for (int room = 1; room < whole.length; room += 1 + room / 8) {
                assertThat(Methods.compress(compressor, plain, room)).isNull();
            }
            assertThat(Methods.compress(compressor, plain, whole.length + 32)).isEqualTo(whole);
            for (int room : new int[] {0, 1, 10, 1500, 2990, 2999}) {
                assertThatThrownBy(() -> Methods.decompress(decompressor, whole, room))
                        .isInstanceOf(DataFormatException.class);
            }
            assertThat(Methods.decompress(decompressor, whole, 3000)).isEqualTo(plain);
        }
    }
}
