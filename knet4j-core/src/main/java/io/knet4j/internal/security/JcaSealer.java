package io.knet4j.internal.security;

import io.knet4j.internal.onwire.MtuArithmetic;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/** Encrypts, then signs, in arrays of its own: ciphers are slow on direct buffers. */
final class JcaSealer implements PacketSealer {
    private final MtuArithmetic arithmetic;
    private final @Nullable AesCipher cipher;
    private final PacketMac mac;
    private final Salts salts;
    private byte[] clear = new byte[0];
    private byte[] sealed = new byte[0];

    JcaSealer(JcaSuite suite) throws GeneralSecurityException {
        arithmetic = suite.arithmetic();
        cipher = suite.newCipher(Cipher.ENCRYPT_MODE);
        mac = suite.newMac();
        salts = suite.newSalts();
    }

    @Override
    public MtuArithmetic arithmetic() {
        return arithmetic;
    }

    @Override
    public int seal(ByteBuffer memory, int offset, int length) {
        int needed = length + maxOverhead();
        if (sealed.length < needed) {
            clear = Scratch.forAtLeast(needed);
            sealed = Scratch.forAtLeast(needed);
        }
        try {
            if (cipher == null) {
                memory.get(offset, sealed, 0, length);
                int signature = mac.sign(sealed, length);
                memory.put(offset + length, sealed, length, signature);
                return length + signature;
            }
            salts.next(clear, 0);
            memory.get(offset + Salts.BYTES, clear, Salts.BYTES, length);
            int encrypted = cipher.encrypt(clear, length, sealed);
            if (encrypted == AesCipher.FAILED) {
                return FAILED;
            }
            int total = encrypted + mac.sign(sealed, encrypted);
            memory.put(offset, sealed, 0, total);
            return total;
        } catch (GeneralSecurityException | ProviderException e) {
            return FAILED;
        }
    }
}
