package io.knet4j;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A way to compress messages. Each host chooses its own: every message says how it is compressed,
 * and a receiver needs no configuration to read it.
 *
 * <p>{@link #ZLIB} is always available. The others come with {@code knet4j-compress}, or with
 * another {@linkplain io.knet4j.spi.CompressionProvider provider}; {@link
 * Knet#compressionMethods()} tells which are here.
 */
public enum CompressionMethod {
    /** No compression. Has no level. */
    NONE(0, 0, 0, 0),
    /**
     * Deflate in the format of RFC 1950. Levels -1 to 9, default -1, which zlib takes for 6. Level
     * 0 would not compress; it is replaced by the default, as in libknet.
     */
    ZLIB(1, -1, -1, 9),
    /**
     * LZ4 block. In libknet the level is the acceleration, of which 1 compresses best and anything
     * below counts as 1. Any level, default 1; whether it matters is up to the provider.
     */
    LZ4(2, 1, Integer.MIN_VALUE, Integer.MAX_VALUE),
    /**
     * LZ4 block, made with more effort. Any level, default 9; below 1 counts as 9, above 12 as 12.
     */
    LZ4HC(3, 9, Integer.MIN_VALUE, Integer.MAX_VALUE),
    /**
     * LZO1X. Any level, default 1. In libknet 1, 11, 12, 15 and 999 choose the encoder, and all
     * others count as 1; whether it matters is up to the provider.
     */
    LZO2(4, 1, Integer.MIN_VALUE, Integer.MAX_VALUE),
    /**
     * LZMA2 in an xz container. Levels 0 to 9, default 6; with bit 31 set they are the "extreme"
     * ones, for example {@code 6 | Integer.MIN_VALUE}.
     */
    LZMA(5, 6, 0, 9),
    /** Bzip2. Levels 1 to 9, default 1: the largest message fits into the smallest block. */
    BZIP2(6, 1, 1, 9),
    /**
     * Zstandard. Any level, default 3 (which is also what 0 means); levels beyond those of the
     * library count as its lowest or highest, 22. Negative ones are fast.
     *
     * <p><b>libknet 1.x and 2.x hosts that are not themselves configured for zstd crash when they
     * receive such a message.</b> Configure it on every host of the cluster or on none. As far as
     * it can, knet4j keeps clear of that: a host from which a message came that is compressed by
     * another method gets its messages uncompressed, which {@link KnetEvent.ZstdWithheld} tells,
     * until one comes that is compressed by zstd, or compression is switched off here with {@link
     * CompressionConfig#NONE}. So to change from another method to zstd, switch compression off on
     * all hosts first.
     */
    ZSTD(7, 3, Integer.MIN_VALUE, Integer.MAX_VALUE);

    private static final int EXTREME = Integer.MIN_VALUE;
    private static final List<CompressionMethod> ALL = List.of(values());

    private final int id;
    private final String methodName;
    private final int defaultLevel;
    private final int minLevel;
    private final int maxLevel;

    CompressionMethod(int id, int defaultLevel, int minLevel, int maxLevel) {
        this.id = id;
        this.methodName = name().toLowerCase(Locale.ROOT);
        this.defaultLevel = defaultLevel;
        this.minLevel = minLevel;
        this.maxLevel = maxLevel;
    }

    /**
     * The number that stands for the method in packets.
     *
     * @return 0 to 7
     */
    public int id() {
        return id;
    }

    /**
     * The name of the method in libknet and in {@code corosync.conf}.
     *
     * @return lower case, for example {@code "lz4hc"}
     */
    public String methodName() {
        return methodName;
    }

    /**
     * The level that is used when none is chosen.
     *
     * @return one that {@link #acceptsLevel} accepts; 0 for {@link #NONE}
     */
    public int defaultLevel() {
        return defaultLevel;
    }

    /**
     * Lowest level.
     *
     * @return the bound, inclusive; {@link Integer#MIN_VALUE} when there is none; 0 for {@link
     *     #NONE}
     */
    public int minLevel() {
        return minLevel;
    }

    /**
     * Highest level.
     *
     * @return the bound, inclusive; {@link Integer#MAX_VALUE} when there is none; 0 for {@link
     *     #NONE}
     */
    public int maxLevel() {
        return maxLevel;
    }

    /**
     * Whether a level is allowed.
     *
     * @param level any number
     * @return true from {@link #minLevel()} to {@link #maxLevel()}, and for the extreme levels of
     *     {@link #LZMA}; always false for {@link #NONE}
     */
    public boolean acceptsLevel(int level) {
        int plain = this == LZMA ? level & ~EXTREME : level;
        return this != NONE && plain >= minLevel && plain <= maxLevel;
    }

    String allowedLevels() {
        return switch (this) {
            case NONE -> "no level";
            case LZMA -> "0 to 9, also with bit 31 set";
            default -> minLevel + " to " + maxLevel;
        };
    }

    /**
     * Finds a method by its name.
     *
     * @param name exact name in lower case, {@code "none"} included
     * @return the method
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} when there is none with this
     *     name
     */
    public static CompressionMethod named(String name) {
        Checks.notNull("method", name);
        for (CompressionMethod method : ALL) {
            if (method.methodName.equals(name)) {
                return method;
            }
        }
        throw ConfigurationException.invalid(
                "method",
                '\'' + name + '\'',
                Arrays.stream(values())
                        .map(CompressionMethod::methodName)
                        .collect(Collectors.joining(", ")));
    }

    /**
     * Finds a method by its number in packets.
     *
     * @param id any number
     * @return the method, empty when the number stands for none
     */
    public static Optional<CompressionMethod> withId(int id) {
        return id >= 0 && id < ALL.size() ? Optional.of(ALL.get(id)) : Optional.empty();
    }
}
