package io.knet4j.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;

/**
 * LZO1X, without any library. It reads what all encoders of libknet's lzo2 write. It has one
 * encoder, a fast one: every level compresses alike.
 */
public final class Lzo2Provider implements CompressionProvider {

    /** Makes a provider. */
    public Lzo2Provider() {}

    @Override
    public CompressionMethod method() {
        return CompressionMethod.LZO2;
    }

    @Override
    public Compressor newCompressor(int level) {
        return new LzoCompressor();
    }

    @Override
    public Decompressor newDecompressor() {
        return new LzoDecompressor();
    }
}
