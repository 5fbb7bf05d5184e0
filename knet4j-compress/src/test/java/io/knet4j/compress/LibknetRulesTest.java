package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdOutputStream;
import io.knet4j.CompressionMethod;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import net.jpountz.lz4.LZ4CompressorWithLength;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.DeltaOptions;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** What libknet 1.25 accepts of each format is accepted, and what it drops is dropped. */
class LibknetRulesTest {
    private static final byte[] PLAIN = Methods.text(2000);

    /** Wraps a stream around the one that collects the result. */
    private interface Encoder {
        OutputStream around(OutputStream target) throws IOException;
    }

    private static byte[] encoded(Encoder encoder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream stream = encoder.around(bytes)) {
            stream.write(PLAIN);
        }
        return bytes.toByteArray();
    }

    private static byte[] own(CompressionMethod method) {
        try (Compressor compressor = Methods.of(method).newCompressor(method.defaultLevel())) {
            return Methods.compress(compressor, PLAIN, PLAIN.length);
        }
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    private static void accepted(CompressionMethod method, byte[] compressed)
            throws DataFormatException {
        try (Decompressor decompressor = Methods.of(method).newDecompressor()) {
            assertThat(Methods.decompress(decompressor, compressed, Methods.MAX)).isEqualTo(PLAIN);
        }
    }

    private static void dropped(CompressionMethod method, byte[] compressed) {
        try (Decompressor decompressor = Methods.of(method).newDecompressor()) {
            assertThatThrownBy(() -> Methods.decompress(decompressor, compressed, Methods.MAX))
                    .isInstanceOf(DataFormatException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LZMA, fd377a585a000000",
        "BZIP2, 425a6831",
        "ZSTD, 28b52ffd60",
    })
    void streamsBeginAsThoseOfLibknet(CompressionMethod method, String expected) {
        assertThat(HexFormat.of().formatHex(own(method))).startsWith(expected);
    }

    @Test
    void bzip2TellsItsLevel() throws DataFormatException {
        try (Compressor compressor = new Bzip2Provider().newCompressor(9)) {
            byte[] compressed = Methods.compress(compressor, PLAIN, PLAIN.length);
            assertThat(compressed).startsWith('B', 'Z', 'h', '9');
            accepted(CompressionMethod.BZIP2, compressed);
        }
    }

    @Test
    void lzo2EndsWithItsMarker() {
        assertThat(HexFormat.of().formatHex(own(CompressionMethod.LZO2))).endsWith("110000");
    }

    @ParameterizedTest
    @EnumSource(names = {"LZMA", "BZIP2"})
    void whatFollowsTheStreamIsIgnored(CompressionMethod method) throws DataFormatException {
        accepted(method, join(own(method), new byte[] {1, 2, 3}));
        accepted(method, join(own(method), own(method)));
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "LZ4HC", "LZO2", "ZSTD"})
    void nothingMayFollow(CompressionMethod method) {
        dropped(method, join(own(method), new byte[] {1, 2, 3}));
    }

    @ParameterizedTest
    @EnumSource(names = {"LZO2", "LZMA", "BZIP2", "ZSTD"}) // LZ4 blocks have no end of their own
    void truncatedStreamsAreDropped(CompressionMethod method) {
        byte[] whole = own(method);
        for (int length = 1; length < whole.length - 4; length++) {
            dropped(method, Arrays.copyOf(whole, length));
        }
    }

    @Test
    void lz4FramesAndLengthPrefixesAreDropped() throws Exception {
        byte[] block = own(CompressionMethod.LZ4);
        byte[] frameHeader = HexFormat.of().parseHex("04224d18604082");
        byte[] blockLength = {(byte) block.length, (byte) (block.length >> 8), 0, 0};
        dropped(CompressionMethod.LZ4, join(frameHeader, blockLength, block, new byte[4]));
        byte[] prefixed =
                new LZ4CompressorWithLength(LZ4Factory.safeInstance().fastCompressor())
                        .compress(PLAIN);
        dropped(CompressionMethod.LZ4, prefixed);
        accepted(CompressionMethod.LZ4, Arrays.copyOfRange(prefixed, 4, prefixed.length));
        accepted(CompressionMethod.LZ4, own(CompressionMethod.LZ4HC));
        accepted(CompressionMethod.LZ4HC, own(CompressionMethod.LZ4));
    }

    @ParameterizedTest
    @ValueSource(ints = {XZ.CHECK_NONE, XZ.CHECK_CRC32, XZ.CHECK_CRC64, XZ.CHECK_SHA256})
    void xzMayHaveAnyCheckAndAnyDictionary(int check) throws Exception {
        for (int level : new int[] {0, 6, 9}) {
            accepted(
                    CompressionMethod.LZMA,
                    encoded(target -> new XZOutputStream(target, new LZMA2Options(level), check)));
        }
        byte[] damaged =
                encoded(target -> new XZOutputStream(target, new LZMA2Options(6), XZ.CHECK_CRC32));
        damaged[30]++;
        dropped(CompressionMethod.LZMA, damaged);
    }

    @Test
    void xzMayHaveMoreFilters() throws Exception {
        FilterOptions[] filters = {new DeltaOptions(3), new X86Options(), new LZMA2Options(9)};
        accepted(
                CompressionMethod.LZMA,
                encoded(target -> new XZOutputStream(target, filters, XZ.CHECK_CRC64)));
    }

    @Test
    void lzmaAloneIsDropped() throws IOException {
        dropped(
                CompressionMethod.LZMA,
                encoded(target -> new LZMAOutputStream(target, new LZMA2Options(6), -1)));
    }

    @Test
    void aDamagedHeaderOfXzStaysDamaged() throws IOException {
        byte[] stream =
                encoded(target -> new XZOutputStream(target, new LZMA2Options(9), XZ.CHECK_NONE));
        for (int at = 12; at < 24; at++) {
            byte[] damaged = stream.clone();
            damaged[at] ^= 1;
            dropped(CompressionMethod.LZMA, damaged);
        }
    }

    @Test
    void zstdMayLackItsSizeOrHaveAChecksumOrComeInPieces() throws Exception {
        accepted(CompressionMethod.ZSTD, encoded(ZstdOutputStream::new));
        byte[] checked;
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            checked = zstd.setChecksum(true).compress(PLAIN);
        }
        accepted(CompressionMethod.ZSTD, checked);
        byte[] skippable = HexFormat.of().parseHex("502a4d1803000000aabbcc");
        byte[] pieces =
                join(
                        Zstd.compress(Arrays.copyOf(PLAIN, 700)),
                        skippable,
                        Zstd.compress(Arrays.copyOfRange(PLAIN, 700, PLAIN.length)));
        accepted(CompressionMethod.ZSTD, pieces);
        checked[checked.length - 1]++;
        dropped(CompressionMethod.ZSTD, checked);
    }

    @Test
    void zstdFramesAreThoseOfLibknet() {
        assertThat(Zstd.getFrameContentSize(own(CompressionMethod.ZSTD))).isEqualTo(PLAIN.length);
        byte[] frame = own(CompressionMethod.ZSTD);
        int descriptor = frame[4];
        assertThat(descriptor & 0x20).as("single segment").isNotZero();
        assertThat(descriptor & 0x04).as("checksum").isZero();
        assertThat(descriptor & 0x03).as("dictionary").isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "LZ4, 00",
        "LZO2, 110000",
        "BZIP2, 425a683117724538509000000000",
        "ZSTD, 28b52ffd2000010000"
    })
    void emptyStreamsGiveNothing(CompressionMethod method, String stream)
            throws DataFormatException {
        try (Decompressor decompressor = Methods.of(method).newDecompressor()) {
            assertThat(
                            Methods.decompress(
                                    decompressor, HexFormat.of().parseHex(stream), Methods.MAX))
                    .isEmpty();
        }
    }
}
