package io.knet4j.compress;

import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.zip.DataFormatException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * LZ4 blocks. The library's pure Java code does the work: it needs no permission to load native
 * code and unpacks nothing into a temporary directory, and every access is checked.
 */
final class Lz4Blocks {
    private Lz4Blocks() {}

    static final class Compression implements Compressor {
        private final LZ4Compressor lz4;
        private byte[] scratch = {};

        Compression(LZ4Compressor lz4) {
            this.lz4 = lz4;
        }

        @Override
        public int compress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit) {
            // With less room than it may need, the library throws when it lacks some, which costs
            // more than the compression.
            int needed = lz4.maxCompressedLength(length);
            if (scratch.length < needed) {
                scratch = new byte[needed];
            }
            int written = lz4.compress(source, offset, length, scratch, 0, needed);
            if (written > targetLimit - targetOffset) {
                return -1;
            }
            System.arraycopy(scratch, 0, target, targetOffset, written);
            return written;
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
