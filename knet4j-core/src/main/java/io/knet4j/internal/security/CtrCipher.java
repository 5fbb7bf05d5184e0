package io.knet4j.internal.security;

import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/** AES in counter mode, with the salt as first counter block. */
final class CtrCipher implements AesCipher {
    private static final String TRANSFORMATION = "AES/CTR/NoPadding";

    private final Cipher cipher;
    private final Key key;

    CtrCipher(Key key) throws GeneralSecurityException {
        cipher = Cipher.getInstance(TRANSFORMATION);
        this.key = key;
    }

    @Override
    public int encrypt(byte[] clear, int length, byte[] sealed) throws GeneralSecurityException {
        System.arraycopy(clear, 0, sealed, 0, Salts.BYTES);
        int total = Salts.BYTES + length;
        return apply(clear, total, sealed);
    }

    @Override
    public int decrypt(byte[] sealed, int length, byte[] clear) throws GeneralSecurityException {
        if (length <= Salts.BYTES) {
            return FAILED;
        }
        int total = apply(sealed, length, clear);
        return total == FAILED ? FAILED : total - Salts.BYTES;
    }

    private int apply(byte[] source, int total, byte[] target) throws GeneralSecurityException {
        // The cipher takes its start from such an object only; decryption and encryption are the
        // same.
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(source, 0, Salts.BYTES));
        int length = total - Salts.BYTES;
        int done = cipher.update(source, Salts.BYTES, length, target, Salts.BYTES);
        return done == length ? total : FAILED;
    }
}
