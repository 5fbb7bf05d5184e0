package io.knet4j.internal.security;

import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * AES in CBC mode with PKCS#7 padding, and the salt as initialisation vector.
 *
 * <p>A cipher of the JDK is set up once and then fed with all packets as if they were one stream,
 * since setting it up for each packet costs time and objects. In CBC, each block is encrypted by
 * way of the ciphertext of the block before:
 *
 * <ul>
 *   <li>To encrypt, a block of random bytes goes ahead of the packet. Its ciphertext, as random as
 *       itself, is the salt: it is the block before the packet's first one.
 *   <li>To decrypt, the salt is handed in as if it were ciphertext. What it decrypts to means
 *       nothing; the packet follows.
 * </ul>
 */
final class CbcCipher implements AesCipher {
    private static final String TRANSFORMATION = "AES/CBC/NoPadding";

    private final Cipher cipher;

    CbcCipher(int mode, Key key) throws GeneralSecurityException {
        cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(mode, key, new IvParameterSpec(new byte[BLOCK]));
    }

    @Override
    public int encrypt(byte[] clear, int length, byte[] sealed) throws GeneralSecurityException {
        int end = Salts.BYTES + length;
        int padding = BLOCK - length % BLOCK;
        for (int i = 0; i < padding; i++) {
            clear[end + i] = (byte) padding;
        }
        return stream(clear, end + padding, sealed);
    }

    @Override
    public int decrypt(byte[] sealed, int length, byte[] clear) throws GeneralSecurityException {
        if (length < Salts.BYTES + BLOCK || length % BLOCK != 0) {
            return FAILED;
        }
        if (stream(sealed, length, clear) == FAILED) {
            return FAILED;
        }
        int padding = clear[length - 1] & 0xff;
        if (padding < 1 || padding > BLOCK) {
            return FAILED;
        }
        for (int i = length - padding; i < length; i++) {
            if (clear[i] != padding) {
                return FAILED;
            }
        }
        return length - Salts.BYTES - padding;
    }

    private int stream(byte[] source, int length, byte[] target) throws GeneralSecurityException {
        return cipher.update(source, 0, length, target, 0) == length ? length : FAILED;
    }
}
