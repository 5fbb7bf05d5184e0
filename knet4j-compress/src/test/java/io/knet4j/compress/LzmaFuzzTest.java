package io.knet4j.compress;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.knet4j.spi.CompressionProvider;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

class LzmaFuzzTest {
    private static final CompressionProvider PROVIDER = new LzmaProvider();

    static List<byte[]> corpus() {
        return Decompression.corpus(PROVIDER);
    }

    @MethodSource("corpus")
    @FuzzTest
    void decompression(byte[] input) {
        Decompression.check(PROVIDER, input);
    }
}
