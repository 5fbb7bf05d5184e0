package io.knet4j.bench;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.SharedKey;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.PacketOpener;
import io.knet4j.internal.security.PacketSealer;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sealing and opening a packet, beside nothing but the calls to the Java Cryptography Architecture
 * that it takes, on arrays and with a salt that is there already.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // setUp() is called first
public class SealBenchmark {
    private static final int SALT = 16;

    /** Length of the packet. */
    @Param({"64", "1400", "65000"})
    public int size;

    /** Cipher and hash. */
    @Param({"aes256/sha256", "aes256-ctr/sha256"})
    public String suite = "";

    private PacketSealer sealer = PacketSealer.CLEAR;
    private PacketOpener opener;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 17);
    private final ByteBuffer received = ByteBuffer.allocateDirect(1 << 17);
    private int sealedLength;

    private boolean encrypts;
    private Cipher cipher;
    private Mac mac;
    private SecretKeySpec aesKey;
    private byte[] clear = {};
    private byte[] sealed = {};
    private byte[] work = {};
    private byte[] signature = {};
    private byte[] expected = {};

    /** Makes both, and checks that they do the same. */
    @Setup
    public void setUp() throws GeneralSecurityException {
        CryptoCipher cipherType = CryptoCipher.named(suite.substring(0, suite.indexOf('/')));
        CryptoHash hash = CryptoHash.named(suite.substring(suite.indexOf('/') + 1));
        SharedKey key = SharedKey.generate();
        JcaSuite ours = JcaSuite.of(new CryptoConfig(cipherType, hash, key), new SecureRandom());
        sealer = ours.newSealer();
        opener = ours.newOpener();
        sealedLength = sealer.seal(received, 0, size);

        byte[] bytes = key.toByteArray();
        encrypts = cipherType != CryptoCipher.NONE;
        mac = Mac.getInstance("Hmac" + hash.name());
        mac.init(new SecretKeySpec(bytes, "Hmac" + hash.name()));
        if (encrypts) {
            cipher =
                    Cipher.getInstance(
                            cipherType.isCounterMode()
                                    ? "AES/CTR/NoPadding"
                                    : "AES/CBC/PKCS5Padding");
            aesKey = new SecretKeySpec(bytes, 0, cipherType.keyBytes(), "AES");
        }
        sealed = new byte[sealedLength];
        received.get(0, sealed);
        clear = new byte[size];
        work = new byte[sealedLength + SALT];
        signature = new byte[hash.digestBytes()];
        expected = new byte[hash.digestBytes()];
        if (bareOpen() != size) {
            throw new IllegalStateException("the bare calls do not open what we sealed");
        }
    }

    /** What the engine does. */
    @Benchmark
    public int seal() {
        return sealer.seal(memory, 0, size);
    }

    /** The calls that it takes. */
    @Benchmark
    public int bareSeal() throws GeneralSecurityException {
        int length = size;
        if (encrypts) {
            cipher.init(Cipher.ENCRYPT_MODE, aesKey, new IvParameterSpec(sealed, 0, SALT));
            length = SALT + cipher.doFinal(clear, 0, size, work, SALT);
            mac.update(work, 0, length);
        } else {
            mac.update(clear, 0, length);
        }
        mac.doFinal(signature, 0);
        return length + signature.length;
    }

    /** What the engine does; a datagram is put back each time, since it is opened in place. */
    @Benchmark
    public int open() {
        memory.put(0, received, 0, sealedLength);
        return opener.open(memory, 0, sealedLength);
    }

    /** The calls that it takes. */
    @Benchmark
    public int bareOpen() throws GeneralSecurityException {
        int signed = sealedLength - expected.length;
        mac.update(sealed, 0, signed);
        mac.doFinal(expected, 0);
        System.arraycopy(sealed, signed, signature, 0, signature.length);
        if (!MessageDigest.isEqual(expected, signature)) {
            throw new IllegalStateException("not authentic: " + Arrays.toString(signature));
        }
        if (!encrypts) {
            return signed;
        }
        cipher.init(Cipher.DECRYPT_MODE, aesKey, new IvParameterSpec(sealed, 0, SALT));
        return cipher.doFinal(sealed, SALT, signed - SALT, work, 0);
    }
}
