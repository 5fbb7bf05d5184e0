package io.knet4j.interop;

import io.knet4j.CryptoConfig;
import io.knet4j.Knet;
import io.knet4j.SharedKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A crypto configuration in the words of the C library, for both sides.
 *
 * @param model which library C uses
 * @param cipher its name for the cipher
 * @param hash the hash
 * @param keyBytes length of the key
 * @param seed keys of different seeds are different
 */
record Suite(String model, String cipher, String hash, int keyBytes, int seed) {
    /** What clusters usually run. */
    static final Suite USUAL = new Suite("nss", "aes256", "sha256", 1024, 1);

    Suite withKey(int bytes, int otherSeed) {
        return new Suite(model, cipher, hash, bytes, otherSeed);
    }

    Suite withCipher(String other) {
        return new Suite(model, other, hash, keyBytes, seed);
    }

    Suite withHash(String other) {
        return new Suite(model, cipher, other, keyBytes, seed);
    }

    byte[] key() {
        return Payloads.pattern(keyBytes, seed);
    }

    CryptoConfig inJava() {
        return CryptoConfig.named(model, cipher, hash, SharedKey.of(key())).orElseThrow();
    }

    void enable(Knet java) {
        java.crypto().enable(inJava());
    }

    void enable(CNode c) {
        c.crypto(model, cipher, hash, key());
    }

    void set(Knet java, int slot) {
        java.crypto().set(slot, inJava());
    }

    void set(CNode c, int slot) {
        c.cryptoSlot(slot, model, cipher, hash, key());
    }

    /** Empties a slot of a C node. */
    static void clear(CNode c, int slot) {
        c.cryptoSlot(slot, "none", "none", "none", new byte[0]);
    }

    /** What a packet looks like on the wire, made without the code under test; CBC ciphers only. */
    byte[] seal(byte[] packet) {
        byte[] key = key();
        int keyBits = Integer.parseInt(cipher.substring("aes".length()));
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        try {
            Cipher aes = Cipher.getInstance("AES/CBC/PKCS5Padding");
            aes.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, 0, keyBits / 8, "AES"),
                    new IvParameterSpec(salt));
            byte[] encrypted = aes.doFinal(packet);
            Mac mac = Mac.getInstance("Hmac" + hash);
            mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
            mac.update(salt);
            byte[] signature = mac.doFinal(encrypted);
            return ByteBuffer.allocate(salt.length + encrypted.length + signature.length)
                    .put(salt)
                    .put(encrypted)
                    .put(signature)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String toString() {
        return cipher + " with " + hash + " of " + model + ", key of " + keyBytes + " bytes";
    }
}
