package io.knet4j;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How packets are encrypted and signed. All hosts of a cluster need the same, or at least each
 * other's, in one of their two slots. Answers to libknet's {@code knet_handle_crypto_cfg}.
 *
 * @param cipher how packets are encrypted; {@link CryptoCipher#NONE} leaves them readable
 * @param hash how packets are signed; there is no encryption without
 * @param key the secret of the cluster; remains the caller's, who closes it
 */
public record CryptoConfig(CryptoCipher cipher, CryptoHash hash, SharedKey key) {

    private static final Set<String> MODELS = Set.of("nss", "openssl", "gcrypt");

    /**
     * Checks that everything is there.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if something is null
     */
    public CryptoConfig {
        Checks.notNull("cipher", cipher);
        Checks.notNull("hash", hash);
        Checks.notNull("key", key);
    }

    /**
     * AES-256 in CBC mode, signed with HMAC-SHA256: the usual choice.
     *
     * @param key the secret of the cluster
     * @return the configuration
     */
    public static CryptoConfig aes256Sha256(SharedKey key) {
        return new CryptoConfig(CryptoCipher.AES256_CBC, CryptoHash.SHA256, key);
    }

    /**
     * Understands a configuration that was written for libknet. Its models are different libraries
     * for the same bytes on the wire, and make no difference here.
     *
     * @param model {@code nss}, {@code openssl}, {@code gcrypt} or {@code none}; case does not
     *     matter
     * @param cipher see {@link CryptoCipher#named}
     * @param hash see {@link CryptoHash#named}, or {@code none}
     * @param key the secret of the cluster
     * @return the configuration; empty when the model is {@code none}, or cipher and hash are: no
     *     crypto
     * @throws ConfigurationException {@link Reason#UNKNOWN_ALGORITHM} for a name that is not known;
     *     {@link Reason#INVALID_ARGUMENT} for a cipher without hash, and for counter mode with
     *     {@code gcrypt}, whose packets nobody else can read
     */
    public static Optional<CryptoConfig> named(
            String model, String cipher, String hash, SharedKey key) {
        Checks.notNull("model", model);
        Checks.notNull("cipher", cipher);
        Checks.notNull("hash", hash);
        if (isNone(model) || (isNone(cipher) && isNone(hash))) {
            return Optional.empty();
        }
        String lowerCaseModel = model.toLowerCase(Locale.ROOT);
        if (!MODELS.contains(lowerCaseModel)) {
            throw ConfigurationException.unknown("model", model, "nss, openssl, gcrypt, none");
        }
        CryptoCipher known = CryptoCipher.named(cipher);
        if (isNone(hash)) {
            throw ConfigurationException.invalid(
                    "hash",
                    "none with cipher " + known,
                    "md5, sha1, sha256, sha384, sha512: encryption needs a signature");
        }
        if (known.isCounterMode() && lowerCaseModel.equals("gcrypt")) {
            throw ConfigurationException.invalid(
                    "cipher",
                    known + " with model gcrypt",
                    "aes128, aes192, aes256: libknet's gcrypt model breaks counter mode");
        }
        return Optional.of(new CryptoConfig(known, CryptoHash.named(hash), key));
    }

    private static boolean isNone(String name) {
        return name.equalsIgnoreCase("none");
    }

    /**
     * Names the algorithms and the length of the key.
     *
     * @return for example {@code aes256 with sha256, key of 1024 bytes}
     */
    @Override
    public String toString() {
        return cipher + " with " + hash + ", " + key;
    }
}
