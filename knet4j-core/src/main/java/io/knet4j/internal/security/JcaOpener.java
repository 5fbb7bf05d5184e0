package io.knet4j.internal.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Checks the signature, and decrypts only then. Works in arrays of its own. Long packets come in
 * pieces that stay in the processor's innermost cache.
 */
final class JcaOpener implements PacketOpener {
    private final @Nullable AesCipher cipher;
    private final PacketMac mac;
    private final int signature;
    private final byte[] sealed = Pieces.newArray();
    private final byte[] clear = Pieces.newArray();

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
    public int open(ByteBuffer memory, int offset, int length) {
        try {
            if (!isSigned(memory, offset, length)) {
                return NOT_SIGNED;
            }
            int signed = length - signature;
            if (cipher == null) {
                return signed;
            }
            if (!cipher.makes(signed)) {
                return NOT_READABLE;
            }
            return length <= sealed.length
                    ? decryptWhole(cipher, memory, offset, signed)
                    : decryptPieces(cipher, memory, offset, signed);
        } catch (GeneralSecurityException | ProviderException e) {
            mac.reset();
            return NOT_READABLE;
        }
    }

    /** Leaves a packet that fits into it in {@link #sealed}. */
    private boolean isSigned(ByteBuffer memory, int offset, int length)
            throws GeneralSecurityException {
        int done = 0;
        while (length - done > sealed.length) {
            memory.get(offset + done, sealed, 0, Pieces.BYTES);
            mac.update(sealed, Pieces.BYTES);
            done += Pieces.BYTES;
        }
        memory.get(offset + done, sealed, 0, length - done);
        return mac.fits(sealed, length - done);
    }

    private int decryptWhole(AesCipher aes, ByteBuffer memory, int offset, int signed)
            throws GeneralSecurityException {
        aes.begin(sealed, signed, clear);
        int padding = aes.padding(clear, signed);
        if (padding == AesCipher.FAILED) {
            return NOT_READABLE;
        }
        int packet = signed - padding - Salts.BYTES;
        memory.put(offset + Salts.BYTES, clear, Salts.BYTES, packet);
        return packet;
    }

    /** Looks at the padding first, as nothing may be changed when it is none. */
    private int decryptPieces(AesCipher aes, ByteBuffer memory, int offset, int signed)
            throws GeneralSecurityException {
        int padding = aes.pads() ? padding(aes, memory, offset + signed) : 0;
        if (padding == AesCipher.FAILED) {
            return NOT_READABLE;
        }
        for (int done = 0; done < signed; done += Pieces.BYTES) {
            int piece = Math.min(signed - done, Pieces.BYTES);
            memory.get(offset + done, sealed, 0, piece);
            if (done == 0) {
                aes.begin(sealed, piece, clear);
                memory.put(offset + Salts.BYTES, clear, Salts.BYTES, piece - Salts.BYTES);
            } else {
                aes.proceed(sealed, piece, clear);
                memory.put(offset + done, clear, 0, piece);
            }
        }
        return signed - padding - Salts.BYTES;
    }

    /** Decrypts the last block, for which the one before it is what a salt is for the first. */
    private int padding(AesCipher aes, ByteBuffer memory, int end) throws GeneralSecurityException {
        int blocks = Salts.BYTES + AesCipher.BLOCK;
        memory.get(end - blocks, sealed, 0, blocks);
        aes.begin(sealed, blocks, clear);
        return aes.padding(clear, blocks);
    }
}
