package io.knet4j.internal.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/** Checks the signature, and decrypts only then. Works in arrays of its own. */
final class JcaOpener implements PacketOpener {
    private final @Nullable AesCipher cipher;
    private final PacketMac mac;
    private final int signature;
    private byte[] sealed = new byte[0];
    private byte[] clear = new byte[0];

    JcaOpener(JcaSuite suite) throws GeneralSecurityException {
        this(suite.newCipher(Cipher.DECRYPT_MODE), suite.newMac(), suite.hash().digestBytes());
    }

    /**
     * @param signature length of the signature
     */
    JcaOpener(@Nullable AesCipher cipher, PacketMac mac, int signature) {
        this.cipher = cipher;
        this.mac = mac;
        this.signature = signature;
    }

    @Override
    public void restore(ByteBuffer memory, int offset, int length) {
        memory.put(offset, sealed, 0, length);
    }

    @Override
    public int open(ByteBuffer memory, int offset, int length) {
        if (sealed.length < length) {
            sealed = Scratch.forAtLeast(length);
            clear = Scratch.forAtLeast(length);
        }
        memory.get(offset, sealed, 0, length);
        try {
            if (!mac.fits(sealed, length)) {
                return NOT_SIGNED;
            }
            int signed = length - signature;
            if (cipher == null) {
                return signed;
            }
            int packet = cipher.decrypt(sealed, signed, clear);
            if (packet == AesCipher.FAILED) {
                return NOT_READABLE;
            }
            memory.put(offset + Salts.BYTES, clear, Salts.BYTES, packet);
            return packet;
        } catch (GeneralSecurityException | ProviderException e) {
            return NOT_READABLE;
        }
    }
}
