package io.knet4j.internal.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Zlib as it comes with the JDK. */
final class ZlibProvider implements CompressionProvider {

    @Override
    public CompressionMethod method() {
        return CompressionMethod.ZLIB;
    }

    @Override
    public Compressor newCompressor(int level) {
        return new Compression(new Deflater(level));
    }

    @Override
    public Decompressor newDecompressor() {
        return new Decompression(new Inflater());
    }

    private record Compression(Deflater deflater) implements Compressor {
        @Override
        public int compress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit) {
            deflater.reset();
            deflater.setInput(source, offset, length);
            deflater.finish();
            int written = deflater.deflate(target, targetOffset, targetLimit - targetOffset);
            return deflater.finished() ? written : -1;
        }

        @Override
        public void close() {
            deflater.end();
        }
    }

    private static final class Decompression implements Decompressor {
        private final Inflater inflater;
        private final byte[] beyond = new byte[1];

        private Decompression(Inflater inflater) {
            this.inflater = inflater;
        }

        /** What follows the end of the stream is ignored, as libknet does. */
        @Override
        public int decompress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit)
                throws DataFormatException {
            inflater.reset();
            inflater.setInput(source, offset, length);
            int at = targetOffset;
            while (!inflater.finished()) {
                // The end of the stream and its checksum may come after the last byte that fits.
                int written =
                        at < targetLimit
                                ? inflater.inflate(target, at, targetLimit - at)
                                : inflater.inflate(beyond);
                if (written > 0 && at == targetLimit) {
                    throw new DataFormatException("longer than " + (targetLimit - targetOffset));
                }
                if (written == 0 && !inflater.finished()) {
                    throw new DataFormatException(
                            inflater.needsDictionary() ? "needs a dictionary" : "cut off");
                }
                at += written;
            }
            return at - targetOffset;
        }

        @Override
        public void close() {
            inflater.end();
        }
    }
}
