package io.knet4j.compress;

import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.zip.DataFormatException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * LZ4 blocks. The library's pure Java code does the work: it needs no permission to load native
 * code and unpacks nothing into a temporary directory, and every access is checked.
 */
final class Lz4Blocks {
    private Lz4Blocks() {}

    record Compression(LZ4Compressor lz4) implements Compressor {
        @Override
        public int compress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit) {
            try {
                return lz4.compress(
                        source, offset, length, target, targetOffset, targetLimit - targetOffset);
            } catch (LZ4Exception _) { // the only way in which it says that the room is too small
                return -1;
            }
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    static final class Decompression implements Decompressor {
        private final LZ4SafeDecompressor lz4 = LZ4Factory.safeInstance().safeDecompressor();

        @Override
        public int decompress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit)
                throws DataFormatException {
            try {
                return lz4.decompress(
                        source, offset, length, target, targetOffset, targetLimit - targetOffset);
            } catch (RuntimeException e) {
                throw Damaged.because(e);
            }
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
