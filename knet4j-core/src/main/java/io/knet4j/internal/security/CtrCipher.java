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
    public boolean makes(int length) {
        return length > Salts.BYTES;
    }

    @Override
    public void begin(byte[] source, int length, byte[] target) throws GeneralSecurityException {
        System.arraycopy(source, 0, target, 0, Salts.BYTES);
        // The cipher takes its start from such an object only; decryption and encryption are the
        // same.
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(source, 0, Salts.BYTES));
        apply(source, Salts.BYTES, length - Salts.BYTES, target);
    }

    @Override
    public void proceed(byte[] source, int length, byte[] target) throws GeneralSecurityException {
        apply(source, 0, length, target);
    }

    private void apply(byte[] source, int offset, int length, byte[] target)
            throws GeneralSecurityException {
        if (cipher.update(source, offset, length, target, offset) != length) {
            throw new GeneralSecurityException("the cipher keeps bytes back");
        }
    }

    @Override
    public boolean pads() {
        return false;
    }

    @Override
    public int pad(byte[] clear, int end) {
        return end;
    }

    @Override
    public int padding(byte[] clear, int end) {
        return 0;
    }
}
