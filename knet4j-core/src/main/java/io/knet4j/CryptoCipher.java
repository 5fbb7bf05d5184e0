package io.knet4j;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How packets are encrypted. All names of a cipher, and all crypto models of libknet, mean the same
 * bytes on the wire. Answers to {@code knet_get_crypto_cipher_list}.
 */
public enum CryptoCipher {
    /** Packets are signed, but can be read by all. */
    NONE("none", 0),
    /** AES in CBC mode with a key of 128 bits. */
    AES128_CBC("aes128", 16),
    /** AES in CBC mode with a key of 192 bits. */
    AES192_CBC("aes192", 24),
    /** AES in CBC mode with a key of 256 bits: what clusters usually run. */
    AES256_CBC("aes256", 32),
    /**
     * AES in counter mode with a key of 128 bits. Peers: libknet 2.x with model {@code nss} or
     * {@code openssl}, libknet 1.x with model {@code openssl} and the name {@code aes-128-ctr}. Not
     * the model {@code gcrypt}, which starts every packet at the same counter.
     */
    AES128_CTR("aes128-ctr", 16),
    /** AES in counter mode with a key of 192 bits; peers as with {@link #AES128_CTR}. */
    AES192_CTR("aes192-ctr", 24),
    /** AES in counter mode with a key of 256 bits; peers as with {@link #AES128_CTR}. */
    AES256_CTR("aes256-ctr", 32);

    private static final Pattern AES =
            Pattern.compile("aes-?(128|192|256)(?:-(cbc|ctr))?", Pattern.CASE_INSENSITIVE);

    private final String cipherName;
    private final int keyBytes;

    CryptoCipher(String cipherName, int keyBytes) {
        this.cipherName = cipherName;
        this.keyBytes = keyBytes;
    }

    /**
     * Finds a cipher by one of the names that libknet's models know.
     *
     * @param name {@code none}, or {@code aesN}, {@code aes-N}, {@code aesN-cbc}, {@code
     *     aes-N-cbc}, {@code aesN-ctr}, {@code aes-N-ctr}, where N is 128, 192 or 256; case does
     *     not matter
     * @return the cipher
     * @throws ConfigurationException {@link Reason#UNKNOWN_ALGORITHM} for any other name
     */
    public static CryptoCipher named(String name) {
        Checks.notNull("cipher", name);
        if (name.equalsIgnoreCase(NONE.cipherName)) {
            return NONE;
        }
        Matcher aes = AES.matcher(name);
        if (!aes.matches()) {
            throw ConfigurationException.unknown(
                    "cipher",
                    name,
                    "none, aes128, aes192, aes256 (CBC mode), aes128-ctr, aes192-ctr, aes256-ctr");
        }
        boolean counterMode = "ctr".equalsIgnoreCase(aes.group(2));
        return switch (aes.group(1)) {
            case "128" -> counterMode ? AES128_CTR : AES128_CBC;
            case "192" -> counterMode ? AES192_CTR : AES192_CBC;
            default -> counterMode ? AES256_CTR : AES256_CBC;
        };
    }

    /**
     * The usual name, as in {@code crypto_cipher} of corosync.conf.
     *
     * @return for example {@code aes256}
     */
    public String cipherName() {
        return cipherName;
    }

    /**
     * How much of the shared key encrypts: its first bytes.
     *
     * @return 0, 16, 24 or 32 bytes
     */
    public int keyBytes() {
        return keyBytes;
    }

    /**
     * The same in bits. Answers to {@code key_bits} of {@code knet_get_crypto_cipher_list}.
     *
     * @return 0, 128, 192 or 256 bits
     */
    public int keyBits() {
        return keyBytes * 8;
    }

    /**
     * Whether this is counter mode.
     *
     * @return false for CBC mode and {@link #NONE}
     */
    public boolean isCounterMode() {
        return this == AES128_CTR || this == AES192_CTR || this == AES256_CTR;
    }

    @Override
    public String toString() {
        return cipherName;
    }
}
