package io.knet4j.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import net.jpountz.lz4.LZ4Factory;

/** LZ4 by lz4-java. There is no choice of acceleration: every level compresses alike. */
public final class Lz4Provider implements CompressionProvider {

    /**
     * Looks for the library.
     *
     * @throws NoClassDefFoundError if lz4-java is not there
     */
    public Lz4Provider() {
        Library.require("net.jpountz.lz4.LZ4Factory");
    }

    @Override
    public CompressionMethod method() {
        return CompressionMethod.LZ4;
    }

    @Override
    public Compressor newCompressor(int level) {
        return new Lz4Blocks.Compression(LZ4Factory.safeInstance().fastCompressor());
    }

    @Override
    public Decompressor newDecompressor() {
        return new Lz4Blocks.Decompression();
    }
}
