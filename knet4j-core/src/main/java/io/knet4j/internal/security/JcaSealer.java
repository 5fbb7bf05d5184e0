package io.knet4j.internal.security;

import io.knet4j.internal.onwire.MtuArithmetic;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts, then signs, in arrays of its own: ciphers are slow on direct buffers. Long packets come
 * in pieces that stay in the processor's innermost cache until both is done.
 */
final class JcaSealer implements PacketSealer {
    private final MtuArithmetic arithmetic;
    private final @Nullable AesCipher cipher;
    private final PacketMac mac;
    private final Salts salts;
    private final byte[] clear = Pieces.newArray();
    private final byte[] sealed;

    JcaSealer(JcaSuite suite) throws GeneralSecurityException {
        arithmetic = suite.arithmetic();
        cipher = suite.newCipher(Cipher.ENCRYPT_MODE);
        mac = suite.newMac();
        salts = suite.newSalts();
        sealed = cipher == null ? clear : Pieces.newArray();
    }

    @Override
    public MtuArithmetic arithmetic() {
        return arithmetic;
    }

    @Override
    public int seal(ByteBuffer memory, int offset, int length) {
        return seal(memory, offset, length, memory, 0, 0);
    }

    @Override
    public int seal(
            ByteBuffer memory,
            int offset,
            int header,
            ByteBuffer source,
            int sourceOffset,
            int length) {
        int body = arithmetic.salt() + header;
        int end = body + length;
        try {
            if (cipher != null) {
                salts.next(clear, 0);
            }
            int done = 0;
            while (end - done > Pieces.BYTES) {
                take(memory, offset, body, source, sourceOffset, done, Pieces.BYTES);
                encrypt(done, Pieces.BYTES);
                mac.update(sealed, Pieces.BYTES);
                memory.put(offset + done, sealed, 0, Pieces.BYTES);
                done += Pieces.BYTES;
            }
            int last = end - done;
            take(memory, offset, body, source, sourceOffset, done, last);
            if (cipher != null) {
                last = cipher.pad(clear, last);
            }
            encrypt(done, last);
            last += mac.sign(sealed, last);
            memory.put(offset + done, sealed, 0, last);
            return done + last;
        } catch (GeneralSecurityException | ProviderException e) {
            mac.reset();
            return FAILED;
        } catch (RuntimeException e) { // the payload became shorter meanwhile
            mac.reset();
            throw e;
        }
    }

    /** Takes a piece of the packet, but for the salt: first what is in place, then the payload. */
    private void take(
            ByteBuffer memory,
            int offset,
            int body,
            ByteBuffer source,
            int sourceOffset,
            int done,
            int length) {
        int from = done == 0 ? arithmetic.salt() : done;
        int to = done + length;
        int inPlace = Math.min(body, to);
        if (from < inPlace) {
            memory.get(offset + from, clear, from - done, inPlace - from);
            from = inPlace;
        }
        if (from < to) {
            source.get(sourceOffset + from - body, clear, from - done, to - from);
        }
    }

    private void encrypt(int done, int length) throws GeneralSecurityException {
        if (cipher == null) {
            return;
        }
        if (done == 0) {
            cipher.begin(clear, length, sealed);
        } else {
            cipher.proceed(clear, length, sealed);
        }
    }
}
