package io.knet4j.internal.security;

/** How long packets are worked on: a piece at a time. */
final class Pieces {
    /**
     * Two arrays of this size and what is copied to and from them stay in the innermost cache.
     * Whole blocks of all ciphers and hashes.
     */
    static final int BYTES = 8192;

    private static final int LONGEST_SIGNATURE = 64;

    private Pieces() {}

    /**
     * For a piece with its padding and signature. What is left of a packet when it fits in has more
     * bytes than a signature.
     */
    static byte[] newArray() {
        return new byte[BYTES + AesCipher.BLOCK + LONGEST_SIGNATURE];
    }
}
