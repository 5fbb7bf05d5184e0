package io.knet4j.internal.engine;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.SharedKey;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketOpener;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.security.PacketSuite;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A suite that does what a test wants; by itself it adds nothing to packets. */
class FakeSuite implements PacketSuite, PacketSealer, PacketOpener {
    private final MtuArithmetic arithmetic;
    private final CryptoConfig config =
            new CryptoConfig(cipher(), hash(), SharedKey.of(new byte[SharedKey.MIN_BYTES]));

    FakeSuite(MtuArithmetic arithmetic) {
        this.arithmetic = arithmetic;
    }

    /** Slots of which the first has this suite and is in use. */
    KeySlots inUse() {
        KeySlots keys = new KeySlots();
        keys.enable(this);
        return keys;
    }

    @Override
    public CryptoConfig config() {
        return config;
    }

    @Override
    public boolean isOf(CryptoConfig other) {
        return other.equals(config);
    }

    @Override
    public CryptoCipher cipher() {
        return CryptoCipher.NONE;
    }

    @Override
    public CryptoHash hash() {
        return CryptoHash.SHA256;
    }

    @Override
    public int keyBytes() {
        return 0;
    }

    @Override
    public MtuArithmetic arithmetic() {
        return arithmetic;
    }

    @Override
    public int seal(ByteBuffer memory, int offset, int length) {
        return arithmetic.sealedLength(length);
    }

    @Override
    public int open(ByteBuffer memory, int offset, int length) {
        return length;
    }

    @Override
    public PacketSealer newSealer() {
        return this;
    }

    @Override
    public PacketOpener newOpener() {
        return this;
    }

    @Override
    public @Nullable CryptoHash signedWith(ByteBuffer memory, int offset, int length) {
        return null;
    }

    @Override
    public void wipe() {}
}
