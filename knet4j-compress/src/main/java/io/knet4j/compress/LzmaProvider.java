package io.knet4j.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.DataFormatException;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.SingleXZInputStream;
import org.tukaani.xz.UnsupportedOptionsException;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/**
 * LZMA2 in an xz container, by XZ for Java. The dictionary is never larger than the largest
 * message, whatever the level: more would only cost memory.
 */
public final class LzmaProvider implements CompressionProvider {
    private static final int DICTIONARY = 1 << 16;
    private static final int EXTREME = Integer.MIN_VALUE;
    private static final int EXTREME_NICE_LENGTH = 273;
    private static final int EXTREME_DEPTH = 512;

    /** For a 64 KiB dictionary, with room for filters; liblzma's for 64 MiB is reduced before. */
    private static final int MEMORY_LIMIT_KIB = 1024;

    /**
     * Looks for the library.
     *
     * @throws NoClassDefFoundError if XZ for Java is not there
     */
    public LzmaProvider() {
        Library.require("org.tukaani.xz.XZ");
    }

    @Override
    public CompressionMethod method() {
        return CompressionMethod.LZMA;
    }

    @Override
    public Compressor newCompressor(int level) {
        try {
            LZMA2Options options = new LZMA2Options(level & ~EXTREME);
            options.setDictSize(DICTIONARY);
            if ((level & EXTREME) != 0) {
                options.setMode(LZMA2Options.MODE_NORMAL);
                options.setMatchFinder(LZMA2Options.MF_BT4);
                options.setNiceLen(EXTREME_NICE_LENGTH);
                options.setDepthLimit(EXTREME_DEPTH);
            }
            return new Compression(options, new BasicArrayCache());
        } catch (UnsupportedOptionsException e) {
            throw new IllegalArgumentException("level " + level, e);
        }
    }

    @Override
    public Decompressor newDecompressor() {
        return new Decompression();
    }

    private record Compression(LZMA2Options options, ArrayCache cache) implements Compressor {
        @Override
        public int compress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit) {
            BoundedOutput output = new BoundedOutput(target, targetOffset, targetLimit);
            try (XZOutputStream stream =
                    new XZOutputStream(output, options, XZ.CHECK_NONE, cache)) {
                stream.write(source, offset, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e); // of an array: there is none
            }
            return output.length();
        }

        @Override
        public void close() {
            // holds nothing but arrays
        }
    }

    private static final class Decompression implements Decompressor {
        private final ArrayCache cache = new BasicArrayCache();

        /** What follows the first stream is ignored, as libknet does. */
        @Override
        public int decompress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit)
                throws DataFormatException {
            byte[] message = XzHeader.withSmallDictionary(source, offset, length);
            try (SingleXZInputStream stream =
                    new SingleXZInputStream(
                            new ByteArrayInputStream(message), MEMORY_LIMIT_KIB, true, cache)) {
                return Streams.readAll(stream, target, targetOffset, targetLimit);
            } catch (IOException | RuntimeException e) {
                throw Damaged.because(e);
            }
        }

        @Override
        public void close() {
            // holds nothing but arrays
        }
    }
}
