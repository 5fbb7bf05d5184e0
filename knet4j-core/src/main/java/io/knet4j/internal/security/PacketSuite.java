package io.knet4j.internal.security;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.internal.onwire.MtuArithmetic;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A cipher and a hash with their key. */
public interface PacketSuite {
    /** What the suite was made of. Its key is the caller's, who may have closed it since. */
    CryptoConfig config();

    /**
     * Whether the configuration asks for this suite: the same cipher, hash and bytes of the key.
     *
     * @throws IllegalStateException if the key is another object, and closed
     */
    boolean isOf(CryptoConfig other);

    CryptoCipher cipher();

    CryptoHash hash();

    /** Length of the key. */
    int keyBytes();

    /** What sealing adds. */
    MtuArithmetic arithmetic();

    PacketSealer newSealer();

    PacketOpener newOpener();

    /**
     * The hash with which a datagram is signed by this suite's key; null when it is signed with
     * none that there is. Slow.
     */
    @Nullable CryptoHash signedWith(ByteBuffer memory, int offset, int length);

    /** Overwrites the key. Sealers and openers that were made before still work. */
    void wipe();
}
