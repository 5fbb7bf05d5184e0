package io.knet4j.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/**
 * Bzip2 by commons-compress. The level says how large a block may be: 1 stands for 100,000 bytes.
 * The largest message takes at most 81,920 of them, so that every level compresses alike, and
 * memory for a block of level 1 is enough to write and to read what any level makes.
 */
public final class Bzip2Provider implements CompressionProvider {
    private static final int LEVEL_AT = 3;
    private static final int SMALLEST_BLOCK = 1;

    /**
     * Looks for the library.
     *
     * @throws NoClassDefFoundError if commons-compress is not there
     */
    public Bzip2Provider() {
        Library.require("org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream");
    }

    @Override
    public CompressionMethod method() {
        return CompressionMethod.BZIP2;
    }

    @Override
    public Compressor newCompressor(int level) {
        return new Compression(level);
    }

    @Override
    public Decompressor newDecompressor() {
        return new Decompression();
    }

    private record Compression(int level) implements Compressor {
        @Override
        public int compress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit) {
            BoundedOutput output = new BoundedOutput(target, targetOffset, targetLimit);
            try (BZip2CompressorOutputStream stream =
                    new BZip2CompressorOutputStream(output, SMALLEST_BLOCK)) {
                stream.write(source, offset, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e); // of an array: there is none
            }
            int size = output.length();
            if (size > LEVEL_AT) {
                target[targetOffset + LEVEL_AT] = (byte) ('0' + level);
            }
            return size;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    private static final class Decompression implements Decompressor {

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
            byte[] message = Arrays.copyOfRange(source, offset, offset + length);
            if (length > LEVEL_AT && message[LEVEL_AT] > '1' && message[LEVEL_AT] <= '9') {
                message[LEVEL_AT] = '1';
            }
            try (BZip2CompressorInputStream stream =
                    new BZip2CompressorInputStream(new ByteArrayInputStream(message), false)) {
                return Streams.readAll(stream, target, targetOffset, targetLimit);
            } catch (IOException | RuntimeException e) {
                throw Damaged.because(e);
            }
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
