package io.knet4j.internal.security;

/** Working memory that grows with the largest packet that was seen. */
final class Scratch {
    private static final int SMALLEST = 2048;

    private Scratch() {}

    static byte[] forAtLeast(int bytes) {
        return new byte[Math.max(SMALLEST, Integer.highestOneBit(bytes - 1) << 1)];
    }
}
