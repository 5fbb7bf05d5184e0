package io.knet4j;

import java.util.OptionalInt;

/**
 * How messages are compressed that this node sends. What it receives is decompressed whatever is
 * chosen here. Answers to libknet's {@code struct knet_handle_compress_cfg}.
 *
 * @param method the method; default {@link CompressionMethod#NONE}
 * @param level what the method makes of it is told at {@link CompressionMethod}; default: empty,
 *     the {@linkplain CompressionMethod#defaultLevel() method's own}
 * @param threshold only messages of more than so many bytes are compressed, 0 to 65,536; 0 stands
 *     for the default, 100. With 65,536, the largest message, none is
 */
public record CompressionConfig(CompressionMethod method, OptionalInt level, int threshold) {

    /** Threshold when none is chosen. */
    public static final int DEFAULT_THRESHOLD = 100;

    /** No compression, the default. */
    public static final CompressionConfig NONE = of(CompressionMethod.NONE);

    /**
     * Checks every value, and replaces threshold 0.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed
     */
    public CompressionConfig {
        Checks.notNull("method", method);
        Checks.notNull("level", level);
        if (level.isPresent() && !method.acceptsLevel(level.getAsInt())) {
            throw ConfigurationException.invalid(
                    "level",
                    level.getAsInt(),
                    method.allowedLevels() + " for method " + method.methodName());
        }
        Checks.range("threshold", threshold, 0, Knet.MAX_MESSAGE_SIZE);
        threshold = threshold == 0 ? DEFAULT_THRESHOLD : threshold;
    }

    /**
     * Compression with the method's default level and the default threshold.
     *
     * @param method the method
     * @return the configuration
     */
    public static CompressionConfig of(CompressionMethod method) {
        return new CompressionConfig(method, OptionalInt.empty(), DEFAULT_THRESHOLD);
    }

    /**
     * The same with another level.
     *
     * @param newLevel one that the method accepts
     * @return the changed configuration
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the method does not accept
     *     it
     */
    public CompressionConfig withLevel(int newLevel) {
        return new CompressionConfig(method, OptionalInt.of(newLevel), threshold);
    }

    /**
     * The same with another threshold.
     *
     * @param bytes 0 to 65,536; 0 stands for the default, 100
     * @return the changed configuration
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if it is out of range
     */
    public CompressionConfig withThreshold(int bytes) {
        return new CompressionConfig(method, level, bytes);
    }
}
