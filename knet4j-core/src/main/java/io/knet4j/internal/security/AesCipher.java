package io.knet4j.internal.security;

import java.security.GeneralSecurityException;

/**
 * Encrypts or decrypts one packet after another: salt and packet. A packet may come in pieces, of
 * which all but the last are whole blocks. Used by one thread at a time.
 */
interface AesCipher {
    int BLOCK = 16;

    /** Result when the padding is not what {@link #pad} makes. */
    int FAILED = -1;

    /** Whether the cipher makes salt and ciphertext of this length. */
    boolean makes(int length);

    /**
     * Encrypts or decrypts the first piece of a packet.
     *
     * @param source begins with the salt: random bytes to encrypt, the sealed packet's to decrypt
     * @param length length of the piece, the salt included
     * @param target receives the result; when encrypting, the salt first, when decrypting, as many
     *     bytes that mean nothing
     * @throws GeneralSecurityException if it is not possible
     */
    void begin(byte[] source, int length, byte[] target) throws GeneralSecurityException;

    /** Encrypts or decrypts what follows. */
    void proceed(byte[] source, int length, byte[] target) throws GeneralSecurityException;

    /** Whether packets are padded. */
    boolean pads();

    /**
     * Writes the padding of a packet.
     *
     * @param end where the packet ends, as far behind a block as in the packet
     * @return where the padding ends
     */
    int pad(byte[] clear, int end);

    /**
     * Number of bytes that are padding.
     *
     * @param end where the padding ends
     * @return the number, or {@link #FAILED} when it is no padding
     */
    int padding(byte[] clear, int end);
}
