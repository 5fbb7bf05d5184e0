package io.knet4j.internal.security;

import java.util.random.RandomGenerator;

/**
 * Random bytes for salts, taken from their source many at a time: a system call per packet would be
 * slow.
 */
final class Salts {
    static final int BYTES = 16;
    private static final int STOCK = 256 * BYTES;

    private final RandomGenerator source;
    private final byte[] stock = new byte[STOCK];
    private int used = STOCK;

    /**
     * @param source must be unpredictable
     */
    Salts(RandomGenerator source) {
        this.source = source;
    }

    /** Writes one salt. No byte is given out twice. */
    void next(byte[] target, int offset) {
        if (used == STOCK) {
            source.nextBytes(stock);
            used = 0;
        }
        System.arraycopy(stock, used, target, offset, BYTES);
        used += BYTES;
    }
}
