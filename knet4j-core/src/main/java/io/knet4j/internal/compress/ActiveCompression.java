package io.knet4j.internal.compress;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import org.jspecify.annotations.Nullable;

/** A configuration that was found to work. */
public final class ActiveCompression {
    /** No compression. */
    public static final ActiveCompression NONE =
            new ActiveCompression(CompressionConfig.NONE, null);

    private final CompressionConfig config;
    private final @Nullable CompressionProvider provider;

    /**
     * @param provider of the method; null for none
     */
    public ActiveCompression(CompressionConfig config, @Nullable CompressionProvider provider) {
        this.config = config;
        this.provider = provider;
    }

    public CompressionConfig config() {
        return config;
    }

    public CompressionMethod method() {
        return config.method();
    }

    /** Makes a compressor, null when there is nothing to compress with. */
    public @Nullable Compressor newCompressor() {
        return provider == null
                ? null
                : provider.newCompressor(config.level().orElse(config.method().defaultLevel()));
    }
}
