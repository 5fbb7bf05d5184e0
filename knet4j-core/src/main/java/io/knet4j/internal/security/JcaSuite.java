package io.knet4j.internal.security;

import io.knet4j.ConfigurationException;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Reason;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.ProviderException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A suite on the Java Cryptography Architecture. AES takes the first bytes of the key, HMAC all of
 * them.
 */
public final class JcaSuite implements PacketSuite {
    /** Of its own: {@link CryptoConfig} belongs to whoever made it. */
    private final byte[] key;

    private final CryptoConfig config;
    private final CryptoCipher cipher;
    private final CryptoHash hash;
    private final MtuArithmetic arithmetic;

    /** For {@link #signedWith}: made once, since each is one more copy of the key. */
    private final Map<CryptoHash, PacketMac> macs = new EnumMap<>(CryptoHash.class);

    private volatile boolean wiped;
    private final RandomGenerator random;

    private JcaSuite(CryptoConfig config, byte[] key, RandomGenerator random) {
        this.key = key;
        this.random = random;
        this.config = config;
        cipher = config.cipher();
        hash = config.hash();
        boolean encrypts = cipher != CryptoCipher.NONE;
        arithmetic =
                new MtuArithmetic(
                        encrypts && !cipher.isCounterMode() ? AesCipher.BLOCK : 0,
                        encrypts ? Salts.BYTES : 0,
                        hash.digestBytes());
    }

    /**
     * Makes a suite and tries it out.
     *
     * @param random source of salts; must be unpredictable
     * @throws ConfigurationException if the key is closed or this runtime does not offer the
     *     algorithms
     */
    public static JcaSuite of(CryptoConfig config, RandomGenerator random) {
        byte[] key;
        try {
            key = config.key().toByteArray();
        } catch (IllegalStateException e) {
            throw new ConfigurationException(
                    Reason.INVALID_ARGUMENT, "key: was closed; hand in one that is open", e);
        }
        JcaSuite suite = new JcaSuite(config, key, random);
        try {
            suite.tryOut();
            return suite;
        } catch (GeneralSecurityException | RuntimeException e) {
            suite.wipe();
            throw new ConfigurationException(
                    Reason.UNKNOWN_ALGORITHM,
                    "cipher "
                            + config.cipher()
                            + ", hash "
                            + config.hash()
                            + ": this Java runtime does not offer them: "
                            + e,
                    e);
        }
    }

    /** Seals and opens what libknet's own test does: as many bytes as a ping has. */
    private void tryOut() throws GeneralSecurityException {
        byte[] probe = new byte[Packets.PING_SIZE];
        Arrays.fill(probe, (byte) 0x55);
        PacketSealer sealer = new JcaSealer(this);
        PacketOpener opener = new JcaOpener(this);
        int prefix = arithmetic.salt();
        ByteBuffer memory = ByteBuffer.allocate(probe.length + sealer.maxOverhead());
        for (int round = 0; round < 2; round++) { // the second meets what the first left behind
            memory.put(prefix, probe);
            int sealed = sealer.seal(memory, 0, probe.length);
            int opened = sealed < 0 ? sealed : opener.open(memory, 0, sealed);
            byte[] result = new byte[probe.length];
            memory.get(prefix, result);
            if (opened != probe.length || !Arrays.equals(probe, result)) {
                throw new GeneralSecurityException("what was sealed cannot be opened");
            }
        }
    }

    @Override
    public CryptoConfig config() {
        return config;
    }

    @Override
    public boolean isOf(CryptoConfig other) {
        if (other.cipher() != cipher || other.hash() != hash) {
            return false;
        }
        if (other.key().equals(config.key())) {
            return true;
        }
        byte[] bytes = other.key().toByteArray();
        boolean same = MessageDigest.isEqual(bytes, key);
        Arrays.fill(bytes, (byte) 0);
        return same;
    }

    @Override
    public CryptoCipher cipher() {
        return cipher;
    }

    @Override
    public CryptoHash hash() {
        return hash;
    }

    @Override
    public int keyBytes() {
        return key.length;
    }

    @Override
    public MtuArithmetic arithmetic() {
        return arithmetic;
    }

    @Override
    public PacketSealer newSealer() {
        return made(() -> new JcaSealer(this));
    }

    @Override
    public PacketOpener newOpener() {
        return made(() -> new JcaOpener(this));
    }

    /** The key may be overwritten by another thread meanwhile: what was made of it is no good. */
    private <T> T made(Callable<T> maker) {
        T made;
        try {
            made = maker.call();
        } catch (Exception e) {
            throw new IllegalStateException("worked when the suite was made", e);
        }
        if (wiped) {
            throw new IllegalStateException("the key was overwritten");
        }
        return made;
    }

    PacketMac newMac() throws GeneralSecurityException {
        return new PacketMac(hash, key);
    }

    /** Null without encryption. */
    @Nullable AesCipher newCipher(int mode) throws GeneralSecurityException {
        if (cipher == CryptoCipher.NONE) {
            return null;
        }
        SecretKeySpec aesKey = new SecretKeySpec(key, 0, cipher.keyBytes(), "AES");
        return cipher.isCounterMode() ? new CtrCipher(aesKey) : new CbcCipher(mode, aesKey);
    }

    Salts newSalts() {
        return new Salts(random);
    }

    @Override
    public @Nullable CryptoHash signedWith(ByteBuffer memory, int offset, int length) {
        byte[] datagram = new byte[length];
        memory.get(offset, datagram);
        for (CryptoHash candidate : CryptoHash.values()) {
            if (isSignedWith(candidate, datagram)) {
                return candidate;
            }
        }
        return null;
    }

    private boolean isSignedWith(CryptoHash candidate, byte[] datagram) {
        try {
            PacketMac mac = macs.get(candidate);
            if (mac == null) {
                mac = new PacketMac(candidate, key);
                macs.put(candidate, mac);
            }
            return mac.fits(datagram, datagram.length);
        } catch (GeneralSecurityException | ProviderException e) {
            return false; // this runtime does not offer it
        }
    }

    @Override
    public void wipe() {
        wiped = true;
        Arrays.fill(key, (byte) 0);
    }

    @Override
    public String toString() {
        return cipher + " with " + hash;
    }
}
