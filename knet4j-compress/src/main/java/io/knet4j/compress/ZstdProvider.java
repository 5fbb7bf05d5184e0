package io.knet4j.compress;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.zip.DataFormatException;

/** Zstandard by zstd-jni, which is native code. */
public final class ZstdProvider implements CompressionProvider {

    /**
     * Looks for the library; loads no native code.
     *
     * @throws NoClassDefFoundError if zstd-jni is not there
     */
    public ZstdProvider() {
        Library.require("com.github.luben.zstd.Zstd");
    }

    @Override
    public CompressionMethod method() {
        return CompressionMethod.ZSTD;
    }

    @Override
    public Compressor newCompressor(int level) {
        ZstdCompressCtx zstd = new ZstdCompressCtx();
        int inRange = Math.clamp(level, Zstd.minCompressionLevel(), Zstd.maxCompressionLevel());
        zstd.setLevel(inRange).setContentSize(true).setChecksum(false).setDictID(false);
        return new Compression(zstd);
    }

    @Override
    public Decompressor newDecompressor() {
        return new Decompression(new ZstdDecompressCtx());
    }

    private record Compression(ZstdCompressCtx zstd) implements Compressor {
        @Override
        public int compress(
                byte[] source,
                int offset,
                int length,
                byte[] target,
                int targetOffset,
                int targetLimit) {
            try {
                return zstd.compressByteArray(
                        target, targetOffset, targetLimit - targetOffset, source, offset, length);
            } catch (ZstdException e) {
                if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
                    return -1;
                }
                throw e;
            }
        }

        @Override
        public void close() {
            zstd.close();
        }
    }

    private record Decompression(ZstdDecompressCtx zstd) implements Decompressor {
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
                return zstd.decompressByteArray(
                        target, targetOffset, targetLimit - targetOffset, source, offset, length);
            } catch (RuntimeException e) {
                throw Damaged.because(e);
            }
        }

        @Override
        public void close() {
            zstd.close();
        }
    }
}
