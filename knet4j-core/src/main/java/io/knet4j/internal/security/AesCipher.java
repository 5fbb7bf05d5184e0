package io.knet4j.internal.security;

import java.security.GeneralSecurityException;

/** Encrypts or decrypts one packet after another: salt and packet. Used by one thread at a time. */
interface AesCipher {
    int BLOCK = 16;

    /** Result when it was not possible. */
    int FAILED = -1;

    /**
     * Encrypts.
     *
     * @param clear random bytes for the salt, the packet, and room for padding
     * @param length length of the packet
     * @param sealed receives salt and ciphertext
     * @return length of salt and ciphertext, or {@link #FAILED}
     */
    int encrypt(byte[] clear, int length, byte[] sealed) throws GeneralSecurityException;

    /**
     * Decrypts.
     *
     * @param sealed salt and ciphertext
     * @param length their length
     * @param clear receives the packet, behind as many bytes as the salt has
     * @return length of the packet, or {@link #FAILED} when this is not what {@link #encrypt} makes
     */
    int decrypt(byte[] sealed, int length, byte[] clear) throws GeneralSecurityException;
}
