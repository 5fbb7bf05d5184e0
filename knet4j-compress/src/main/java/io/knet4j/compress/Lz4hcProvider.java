package io.knet4j.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import net.jpountz.lz4.LZ4Factory;

/** LZ4 with more effort, by lz4-java. */
public final class Lz4hcProvider implements CompressionProvider {
    private static final int MAX_LEVEL = 12;

    /**
     * Looks for the library.
     *
     * @throws NoClassDefFoundError if lz4-java is not there
     */
    public Lz4hcProvider() {
        Library.require("net.jpountz.lz4.LZ4Factory");
    }

    @Override
    public CompressionMethod method() {
        return CompressionMethod.LZ4HC;
    }

    @Override
    public Compressor newCompressor(int level) {
        int effort = level < 1 ? method().defaultLevel() : Math.min(level, MAX_LEVEL);
        return new Lz4Blocks.Compression(LZ4Factory.safeInstance().highCompressor(effort));
    }

    @Override
    public Decompressor newDecompressor() {
        return new Lz4Blocks.Decompression();
    }
}
