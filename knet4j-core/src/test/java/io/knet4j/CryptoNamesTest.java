package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of libknet's models for ciphers and hashes. */
class CryptoNamesTest {
    private static final SharedKey KEY = SharedKey.of(new byte[SharedKey.MIN_BYTES]);
    private static final Map<Integer, CryptoCipher> CBC =
            Map.of(
                    128, CryptoCipher.AES128_CBC,
                    192, CryptoCipher.AES192_CBC,
                    256, CryptoCipher.AES256_CBC);
    private static final Map<Integer, CryptoCipher> CTR =
            Map.of(
                    128, CryptoCipher.AES128_CTR,
                    192, CryptoCipher.AES192_CTR,
                    256, CryptoCipher.AES256_CTR);

    private static void refused(Reason reason, ThrowingCallable call, String... words) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 192, 256})
    void everyNameOfACipherIsKnownInAnyCase(int bits) {
        for (String form : new String[] {"aes%d", "aes-%d", "aes%d-cbc", "aes-%d-cbc"}) {
            String name = form.formatted(bits);
            assertThat(CryptoCipher.named(name)).isEqualTo(CBC.get(bits));
            assertThat(CryptoCipher.named(name.toUpperCase(Locale.ROOT))).isEqualTo(CBC.get(bits));
        }
        for (String form : new String[] {"aes%d-ctr", "aes-%d-ctr"}) {
            String name = form.formatted(bits);
            assertThat(CryptoCipher.named(name)).isEqualTo(CTR.get(bits));
            assertThat(CryptoCipher.named(name.toUpperCase(Locale.ROOT))).isEqualTo(CTR.get(bits));
        }
        assertThat(CryptoCipher.named("Aes-" + bits + "-cBC")).isEqualTo(CBC.get(bits));
        assertThat(CBC.get(bits).keyBytes()).isEqualTo(bits / 8);
        assertThat(CTR.get(bits).keyBytes()).isEqualTo(bits / 8);
    }

    @ParameterizedTest
    @EnumSource
    void aCipherIsFoundByTheNameItTells(CryptoCipher cipher) {
        assertThat(CryptoCipher.named(cipher.cipherName())).isEqualTo(cipher);
        assertThat(cipher).hasToString(cipher.cipherName());
        assertThat(cipher.isCounterMode()).isEqualTo(CTR.containsValue(cipher));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "aes",
                "aes256 ",
                " aes256",
                "aes_256_cbc",
                "aes-256-gcm",
                "aes256cbc",
                "aes512",
                "aes-256-",
                "aes-256-cbc-hmac",
                "aes--256",
                "3des",
                "camellia256",
                "chacha20",
                "nonexyz",
                "aes-0256",
                "aes128\n"
            })
    @DisplayName("C2: ciphers that would not work are refused by name")
    void otherCiphersAreRefusedByName(String name) {
        refused(
                Reason.UNKNOWN_ALGORITHM,
                () -> CryptoCipher.named(name),
                "cipher",
                "'" + name + "'",
                "allowed: none, aes128, aes192, aes256",
                "aes256-ctr");
    }

    @ParameterizedTest
    @CsvSource({"md5, 16", "sha1, 20", "sha256, 32", "sha384, 48", "sha512, 64"})
    void everyHashIsKnownInAnyCase(String name, int bytes) {
        CryptoHash hash = CryptoHash.named(name);
        assertThat(hash).hasToString(name);
        assertThat(hash.hashName()).isEqualTo(name);
        assertThat(hash.digestBytes()).isEqualTo(bytes);
        assertThat(CryptoHash.named(name.toUpperCase(Locale.ROOT))).isEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "none", "sha224", "sha-256", "sha2-256", "sha3-256", "md4", "sha256 "})
    void otherHashesAreRefusedByName(String name) {
        refused(
                Reason.UNKNOWN_ALGORITHM,
                () -> CryptoHash.named(name),
                "hash",
                "'" + name + "'",
                "allowed: md5, sha1, sha256, sha384, sha512");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nss", "openssl", "gcrypt", "NSS", "OpenSSL"})
    void allModelsMeanTheSame(String model) {
        assertThat(CryptoConfig.named(model, "aes-256", "SHA512", KEY))
                .contains(new CryptoConfig(CryptoCipher.AES256_CBC, CryptoHash.SHA512, KEY));
        assertThat(CryptoConfig.named(model, "none", "md5", KEY))
                .contains(new CryptoConfig(CryptoCipher.NONE, CryptoHash.MD5, KEY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nss", "openssl"})
    void counterModeIsForTheModelsThatHaveItRight(String model) {
        assertThat(CryptoConfig.named(model, "aes192-ctr", "sha1", KEY))
                .contains(new CryptoConfig(CryptoCipher.AES192_CTR, CryptoHash.SHA1, KEY));
    }

    @Test
    @DisplayName("C3: counter mode of the model gcrypt is refused")
    void counterModeOfGcryptIsRefused() {
        refused(
                Reason.INVALID_ARGUMENT,
                () -> CryptoConfig.named("GCrypt", "aes-128-ctr", "sha1", KEY),
                "cipher",
                "aes128-ctr with model gcrypt",
                "allowed: aes128, aes192, aes256");
    }

    @ParameterizedTest
    @CsvSource({
        "none, aes256, sha256",
        "None, rot13, crc32",
        "openssl, none, none",
        "nss, NONE, None",
        "rot13, none, none"
    })
    void noneIsNoCrypto(String model, String cipher, String hash) {
        assertThat(CryptoConfig.named(model, cipher, hash, KEY)).isEmpty();
    }

    @Test
    void aCipherNeedsAHash() {
        refused(
                Reason.INVALID_ARGUMENT,
                () -> CryptoConfig.named("nss", "aes-192-cbc", "none", KEY),
                "hash",
                "none with cipher aes192",
                "allowed: md5, sha1, sha256, sha384, sha512");
    }

    @Test
    void otherNamesAreRefusedOneByOne() {
        refused(
                Reason.UNKNOWN_ALGORITHM,
                () -> CryptoConfig.named("boringssl", "aes256", "sha256", KEY),
                "model",
                "'boringssl'",
                "allowed: nss, openssl, gcrypt, none");
        refused(
                Reason.UNKNOWN_ALGORITHM,
                () -> CryptoConfig.named("nss", "nonexyz", "sha256", KEY),
                "cipher",
                "'nonexyz'");
        refused(
                Reason.UNKNOWN_ALGORITHM,
                () -> CryptoConfig.named("nss", "none", "sha224", KEY),
                "hash",
                "'sha224'");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void nullIsRefusedByName() {
        refused(Reason.INVALID_ARGUMENT, () -> CryptoCipher.named(null), "cipher", "null");
        refused(Reason.INVALID_ARGUMENT, () -> CryptoHash.named(null), "hash", "null");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> CryptoConfig.named("nss", "aes256", "sha256", null),
                "key",
                "null");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> new CryptoConfig(null, CryptoHash.MD5, KEY),
                "cipher",
                "null");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> new CryptoConfig(CryptoCipher.NONE, null, KEY),
                "hash",
                "null");
    }

    @Test
    void aConfigurationTellsAlgorithmsAndLengthOnly() {
        assertThat(CryptoConfig.aes256Sha256(KEY))
                .hasToString("aes256 with sha256, key of 128 bytes");
    }

    @Test
    void everyAlgorithmTellsItsBits() {
        assertThat(CryptoCipher.values())
                .extracting(CryptoCipher::keyBits)
                .containsExactly(0, 128, 192, 256, 128, 192, 256);
        assertThat(CryptoHash.values())
                .extracting(CryptoHash::digestBits)
                .containsExactly(128, 160, 256, 384, 512);
    }
}
