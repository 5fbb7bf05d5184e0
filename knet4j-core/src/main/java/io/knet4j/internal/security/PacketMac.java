package io.knet4j.internal.security;

import io.knet4j.CryptoHash;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature behind a packet. Used by one thread at a time. */
final class PacketMac {
    private final Mac mac;
    private final int size;
    private final byte[] expected;
    private final byte[] received;

    PacketMac(CryptoHash hash, byte[] key) throws GeneralSecurityException {
        String algorithm = "Hmac" + hash.name();
        mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        size = hash.digestBytes();
        expected = new byte[size];
        received = new byte[size];
    }

    /** Takes bytes that come before those that {@link #sign} or {@link #fits} is told. */
    void update(byte[] bytes, int length) {
        mac.update(bytes, 0, length);
    }

    /** Forgets what was taken. */
    void reset() {
        mac.reset();
    }

    /**
     * Writes the signature of what was taken and of the first bytes behind them. Returns its
     * length.
     */
    int sign(byte[] bytes, int length) throws GeneralSecurityException {
        mac.update(bytes, 0, length);
        mac.doFinal(bytes, length);
        return size;
    }

    /**
     * Whether the signature at the end fits what was taken and the bytes before it, of which there
     * must be one at least. Takes the same time wherever it differs.
     */
    boolean fits(byte[] bytes, int length) throws GeneralSecurityException {
        if (length <= size) {
            return false;
        }
        mac.update(bytes, 0, length - size);
        mac.doFinal(expected, 0);
        System.arraycopy(bytes, length - size, received, 0, size);
        return MessageDigest.isEqual(expected, received);
    }
}
