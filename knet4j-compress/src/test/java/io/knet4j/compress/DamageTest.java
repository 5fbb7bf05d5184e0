package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decompressors that are fed with damaged and hostile messages. */
class DamageTest {
    private static final int MESSAGES = 4_000;

    private final long seed = Long.getLong("knet4j.seed", System.nanoTime());
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(seed);

    static List<CompressionProvider> providers() {
        return Methods.all();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void damageNeverDoesMoreThanFail(CompressionProvider provider) throws DataFormatException {
        List<byte[]> good = new ArrayList<>();
        try (Compressor compressor = provider.newCompressor(provider.method().defaultLevel())) {
            for (int size : new int[] {1, 60, 300, 3000, 20_000}) {
                good.add(Methods.compress(compressor, Methods.text(size), size + 2000));
                good.add(Methods.compress(compressor, Methods.mix(size, seed), size + 2000));
                good.add(Methods.compress(compressor, new byte[size], size + 2000));
            }
        }
        int refused = 0;
        try (Decompressor decompressor = provider.newDecompressor()) {
            for (int i = 0; i < MESSAGES; i++) {
                byte[] bad = damaged(good.get(random.nextInt(good.size())));
                try {
                    Methods.decompress(decompressor, bad, random.nextInt(25_000));
                } catch (DataFormatException _) {
                    refused++;
                } catch (Throwable e) {
                    throw new AssertionError("-Dknet4j.seed=" + seed + ", message " + i, e);
                }
            }
            assertThat(refused).as("seed %d", seed).isGreaterThan(MESSAGES / 3);
            assertThat(Methods.decompress(decompressor, good.get(9), 3000))
                    .as("afterwards")
                    .isEqualTo(Methods.text(3000));
        }
    }

    private byte[] damaged(byte[] good) {
        byte[] bad = good.clone();
        switch (random.nextInt(5)) {
            case 0 -> random.nextBytes(bad);
            case 1 -> bad = Arrays.copyOf(bad, 1 + random.nextInt(bad.length));
            case 2 -> {
                int from = random.nextInt(bad.length);
                int to = random.nextInt(bad.length);
                int count = random.nextInt(bad.length - Math.max(from, to));
                System.arraycopy(good, from, bad, to, count);
            }
            case 3 -> {
                int from = random.nextInt(bad.length);
                Arrays.fill(
                        bad,
                        from,
                        from + random.nextInt(bad.length - from),
                        (byte) (random.nextBoolean() ? 0 : random.nextInt()));
            }
            default -> {}
        }
        for (int flips = random.nextInt(4); flips > 0; flips--) {
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bad;
    }

    @ParameterizedTest
    @MethodSource("providers")
    @DisplayName("C6: decompression stops at the largest message")
    void bombsStopAtTheLimit(CompressionProvider provider) {
        byte[] plain = new byte[20_000_000];
        try (Compressor compressor = provider.newCompressor(provider.method().defaultLevel());
                Decompressor decompressor = provider.newDecompressor()) {
            byte[] bomb = Methods.compress(compressor, plain, 1_000_000);
            for (int i = 0; i < 20; i++) {
                try {
                    Methods.decompress(decompressor, bomb, Methods.MAX);
                    throw new AssertionError("20 MB in 64 KiB");
                } catch (DataFormatException _) {
                    // as it should be
                }
            }
        }
    }
}
