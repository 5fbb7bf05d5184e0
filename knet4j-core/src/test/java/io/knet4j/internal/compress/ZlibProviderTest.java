package io.knet4j.internal.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZlibProviderTest {
    private static final int MAX = 65_536;
    private static final byte GUARD = 0x5a;

    private final ZlibProvider zlib = new ZlibProvider();
    private final Decompressor decompressor = zlib.newDecompressor();
    private final byte[] result = new byte[MAX + 20];

    @AfterEach
    void close() {
        decompressor.close();
    }

    private static byte[] text(int length) {
        return "what is said twice is said twice, "
                .repeat(length / 34 + 1)
                .substring(0, length)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] deflated(Deflater deflater, byte[] plain) {
        deflater.setInput(plain);
        deflater.finish();
        byte[] buffer = new byte[plain.length + 100];
        return Arrays.copyOf(buffer, deflater.deflate(buffer));
    }

    private byte[] decompressed(byte[] compressed, int limit) throws DataFormatException {
        Arrays.fill(result, GUARD);
        int length =
                decompressor.decompress(compressed, 0, compressed.length, result, 10, 10 + limit);
        assertUntouched(limit);
        return Arrays.copyOfRange(result, 10, 10 + length);
    }

    private void assertUntouched(int limit) {
        for (int i = 0; i < result.length; i++) {
            if (i < 10 || i >= 10 + limit) {
                assertThat(result[i]).as("byte %d", i).isEqualTo(GUARD);
            }
        }
    }

    private void assertRefused(byte[] compressed, int limit) {
        assertThatThrownBy(() -> decompressed(compressed, limit))
                .isInstanceOf(DataFormatException.class);
        assertUntouched(limit);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 5, 9})
    void whatWasCompressedComesBack(int level) throws DataFormatException {
        try (Compressor compressor = zlib.newCompressor(level)) {
            for (int length : new int[] {1, 101, 1000, 65_536, 100}) {
                byte[] plain = text(length);
                byte[] padded = new byte[length + 7];
                System.arraycopy(plain, 0, padded, 7, length);
                byte[] compressed = new byte[length + 100];
                int size = compressor.compress(padded, 7, length, compressed, 3, compressed.length);
                assertThat(decompressed(Arrays.copyOfRange(compressed, 3, 3 + size), length))
                        .isEqualTo(plain);
            }
        }
    }

    @Test
    void whatDoesNotFitIsNotWritten() {
        byte[] plain = text(1000);
        byte[] target = new byte[2000];
        try (Compressor compressor = zlib.newCompressor(6)) {
            int size = compressor.compress(plain, 0, 1000, target, 0, 2000);
            assertThat(size).isBetween(20, 200);
            Arrays.fill(target, GUARD);
            assertThat(compressor.compress(plain, 0, 1000, target, 5, 5 + size)).isEqualTo(size);
            assertThat(compressor.compress(plain, 0, 1000, target, 5, 5 + size - 1)).isEqualTo(-1);
            assertThat(compressor.compress(plain, 0, 1000, target, 5, 6)).isEqualTo(-1);
            assertThat(target[4]).isEqualTo(GUARD);
            assertThat(target[5 + size]).isEqualTo(GUARD);
        }
    }

    @Test
    void theResultMayFillItsRoomButNotExceedIt() throws DataFormatException {
        byte[] compressed = deflated(new Deflater(), text(5000));
        assertThat(decompressed(compressed, 5000)).isEqualTo(text(5000));
        assertRefused(compressed, 4999);
        assertRefused(compressed, 0);
        assertRefused(deflated(new Deflater(), new byte[10_000_000]), MAX);
    }

    @Test
    void whatFollowsTheStreamIsIgnored() throws DataFormatException {
        byte[] compressed = deflated(new Deflater(), text(500));
        byte[] more = Arrays.copyOf(compressed, compressed.length + 50);
        assertThat(decompressed(more, MAX)).isEqualTo(text(500));
    }

    @Test
    void emptyStreamsGiveNothing() throws DataFormatException {
        assertThat(decompressed(deflated(new Deflater(), new byte[0]), MAX)).isEmpty();
    }

    @Test
    void whatLibknetRefusesIsRefused() throws Exception {
        byte[] good = deflated(new Deflater(), text(500));
        byte[] badChecksum = good.clone();
        badChecksum[good.length - 1]++;
        assertRefused(badChecksum, MAX);
        assertRefused(Arrays.copyOf(good, good.length - 1), MAX);
        assertRefused(deflated(new Deflater(6, true), text(500)), MAX);
        Deflater withDictionary = new Deflater();
        withDictionary.setDictionary(text(100));
        assertRefused(deflated(withDictionary, text(500)), MAX);
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(gzip)) {
            stream.write(text(500));
        }
        assertRefused(gzip.toByteArray(), MAX);
        assertThat(decompressed(good, MAX)).as("afterwards").isEqualTo(text(500));
    }

    @Test
    void damageNeverDoesMoreThanFail() {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] good = deflated(new Deflater(), text(3000));
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            if (i % 4 == 0) {
                random.nextBytes(bad);
            }
            for (int flips = random.nextInt(5); flips >= 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            int length = 1 + random.nextInt(bad.length);
            try {
                int size = decompressor.decompress(bad, 0, length, result, 10, 10 + 4000);
                assertThat(size).as("seed %d", seed).isBetween(0, 4000);
            } catch (DataFormatException _) {
                // as it should be
            }
        }
    }
}
