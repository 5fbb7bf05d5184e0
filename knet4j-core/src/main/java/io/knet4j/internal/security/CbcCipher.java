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
    public boolean makes(int length) {
        return length >= Salts.BYTES + BLOCK && length % BLOCK == 0;
    }

    @Override
    public void begin(byte[] source, int length, byte[] target) throws GeneralSecurityException {
        proceed(source, length, target);
    }

    @Override
    public void proceed(byte[] source, int length, byte[] target) throws GeneralSecurityException {
        if (cipher.update(source, 0, length, target, 0) != length) {
            throw new GeneralSecurityException("the cipher keeps bytes back");
        }
    }

    @Override
    public boolean pads() {
        return true;
    }

    @Override
    public int pad(byte[] clear, int end) {
        int padding = BLOCK - end % BLOCK;
        for (int i = 0; i < padding; i++) {
            clear[end + i] = (byte) padding;
        }
        return end + padding;
    }

    @Override
    public int padding(byte[] clear, int end) {
        int padding = clear[end - 1] & 0xff;
        if (padding < 1 || padding > BLOCK) {
            return FAILED;
        }
        for (int i = end - padding; i < end; i++) {
            if (clear[i] != padding) {
                return FAILED;
            }
        }
        return padding;
    }
}
