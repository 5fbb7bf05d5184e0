package io.knet4j.internal.security;

import static io.knet4j.internal.security.Suites.bytes;
import static io.knet4j.internal.security.Suites.key;
import static io.knet4j.internal.security.Suites.open;
import static io.knet4j.internal.security.Suites.seal;
import static io.knet4j.internal.security.Suites.suite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.knet4j.ConfigurationException;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.MacSpi;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JcaSuiteTest {
    private static final int[] LENGTHS = {
        1, 7, 9, 14, 15, 16, 17, 26, 31, 32, 33, 1400, 2033, 8127, 8128, 8175, 8176, 8177, 8191,
        8192, 8193, 8207, 8208, 8255, 8256, 8257, 16_368, 16_384, 65_000
    };

    /** What the format says, with a new cipher for each datagram, as one would first write it. */
    private static byte[] openByTheBook(
            CryptoCipher cipher, CryptoHash hash, byte[] key, byte[] datagram)
            throws GeneralSecurityException {
        int signed = datagram.length - hash.digestBytes();
        Mac mac = Mac.getInstance("Hmac" + hash.name());
        mac.init(new SecretKeySpec(key, "any"));
        mac.update(datagram, 0, signed);
        assertThat(mac.doFinal()).isEqualTo(Arrays.copyOfRange(datagram, signed, datagram.length));
        if (cipher == CryptoCipher.NONE) {
            return Arrays.copyOf(datagram, signed);
        }
        Cipher aes =
                Cipher.getInstance(
                        cipher.isCounterMode() ? "AES/CTR/NoPadding" : "AES/CBC/PKCS5Padding");
        aes.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(key, 0, cipher.keyBytes(), "AES"),
                new IvParameterSpec(datagram, 0, 16));
        return aes.doFinal(datagram, 16, signed - 16);
    }

    @ParameterizedTest
    @MethodSource("io.knet4j.internal.security.Suites#all")
    void sealsAsTheFormatSays(CryptoCipher cipher, CryptoHash hash) throws Exception {
        PacketSealer sealer = suite(cipher, hash).newSealer();
        byte[] key = key(1, 1024).toByteArray();
        Set<String> salts = new HashSet<>();
        for (int length : LENGTHS) {
            byte[] datagram = seal(sealer, bytes(length));
            assertThat(datagram).hasSize(sealedLength(cipher, hash, length));
            assertThat(openByTheBook(cipher, hash, key, datagram)).isEqualTo(bytes(length));
            if (cipher != CryptoCipher.NONE) {
                assertThat(salts.add(Arrays.toString(Arrays.copyOf(datagram, 16)))).isTrue();
            }
        }
    }

    private static int sealedLength(CryptoCipher cipher, CryptoHash hash, int length) {
        if (cipher == CryptoCipher.NONE) {
            return length + hash.digestBytes();
        }
        int encrypted = cipher.isCounterMode() ? length : (length / 16 + 1) * 16;
        return 16 + encrypted + hash.digestBytes();
    }

    @ParameterizedTest
    @MethodSource("io.knet4j.internal.security.Suites#all")
    void opensWhatItSeals(CryptoCipher cipher, CryptoHash hash) {
        JcaSuite suite = suite(cipher, hash);
        PacketSealer sealer = suite.newSealer();
        PacketOpener opener = suite.newOpener();
        for (int length : LENGTHS) {
            assertThat(open(suite, opener, seal(sealer, bytes(length)))).isEqualTo(bytes(length));
        }
    }

    @ParameterizedTest
    @MethodSource("io.knet4j.internal.security.Suites#all")
    void sealsAPayloadThatIsElsewhere(CryptoCipher cipher, CryptoHash hash) {
        JcaSuite suite = suite(cipher, hash);
        PacketSealer sealer = suite.newSealer();
        PacketOpener opener = suite.newOpener();
        for (int length : LENGTHS) {
            for (int header : new int[] {0, 1, Math.min(14, length), length}) {
                byte[] packet = bytes(length);
                byte[] elsewhere = new byte[length + 9];
                System.arraycopy(packet, header, elsewhere, 9, length - header);
                byte[] datagram = new byte[sealedLength(cipher, hash, length)];
                ByteBuffer memory = ByteBuffer.allocateDirect(datagram.length + 3);
                memory.put(3 + sealer.prefix(), packet, 0, header);
                int sealed =
                        sealer.seal(
                                memory,
                                3,
                                header,
                                ByteBuffer.wrap(elsewhere).asReadOnlyBuffer(),
                                9,
                                length - header);
                assertThat(sealed).isEqualTo(datagram.length);
                memory.get(3, datagram);
                assertThat(open(suite, opener, datagram)).isEqualTo(packet);
            }
        }
    }

    /** Wherever it ends; nothing of it is changed, although it comes in pieces. */
    @ParameterizedTest
    @ValueSource(ints = {8176, 8192, 16_384, 40_000})
    void refusesALongPacketWithoutPadding(int length) throws Exception {
        JcaSuite suite = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256);
        byte[] key = key(1, 1024).toByteArray();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "any"));
        Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
        aes.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key, 0, 32, "AES"),
                new IvParameterSpec(new byte[16]));
        byte[] packet = bytes(length);
        packet[length - 1] = 17;
        byte[] sealed = new byte[16 + length + 32];
        aes.doFinal(packet, 0, length, sealed, 16);
        mac.update(sealed, 0, 16 + length);
        mac.doFinal(sealed, 16 + length);
        PacketOpener opener = suite.newOpener();
        assertThat(open(suite, opener, sealed)).isNull();
        assertThat(opener.open(ByteBuffer.wrap(sealed), 0, sealed.length))
                .isEqualTo(PacketOpener.NOT_READABLE);
        byte[] good = seal(suite.newSealer(), bytes(20_000));
        assertThat(open(suite, opener, good)).as("after that").isEqualTo(bytes(20_000));
    }

    @ParameterizedTest
    @CsvSource({"AES128_CBC", "AES256_CBC"})
    void refusesWhatIsSignedButNotEncryptedLikeThis(CryptoCipher cipher) throws Exception {
        JcaSuite suite = suite(cipher, CryptoHash.SHA256);
        PacketOpener opener = suite.newOpener();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key(1, 1024).toByteArray(), "any"));
        Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
        SecretKeySpec aesKey =
                new SecretKeySpec(key(1, 1024).toByteArray(), 0, cipher.keyBytes(), "AES");
        int refused = 0;
        for (int last = 0; last < 256; last++) {
            for (int before : new int[] {0, last}) {
                byte[] packet = new byte[48];
                Arrays.fill(packet, 31, 47, (byte) before);
                packet[47] = (byte) last;
                aes.init(Cipher.ENCRYPT_MODE, aesKey, new IvParameterSpec(new byte[16]));
                byte[] sealed = new byte[16 + 48 + 32];
                aes.doFinal(packet, 0, 48, sealed, 16);
                mac.update(sealed, 0, 64);
                mac.doFinal(sealed, 64);
                boolean padded = last == 1 || (last >= 1 && last <= 16 && before == last);
                assertThat(open(suite, opener, sealed) != null)
                        .as("padding %d after %d", last, before)
                        .isEqualTo(padded);
                refused += padded ? 0 : 1;
            }
        }
        assertThat(refused).isEqualTo(512 - 17);
        for (int length = 1; length < 64; length++) {
            byte[] sealed = new byte[length + 32];
            mac.update(sealed, 0, length);
            mac.doFinal(sealed, length);
            ByteBuffer memory = ByteBuffer.wrap(sealed);
            if (length % 16 != 0 || length < 32) {
                assertThat(opener.open(memory, 0, sealed.length))
                        .isEqualTo(PacketOpener.NOT_READABLE);
            }
        }
        byte[] good = seal(suite.newSealer(), bytes(100));
        assertThat(open(suite, opener, good)).as("after all that").isEqualTo(bytes(100));
    }

    /** A salt alone, chosen so that what it decrypts to ends like padding. */
    @Test
    void aSaltAloneIsNoPacket() throws Exception {
        JcaSuite suite = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256);
        byte[] key = key(1, 1024).toByteArray();
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, 32, "AES"));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "any"));
        for (int padding = 1; padding <= 16; padding++) {
            byte[] block = new byte[16];
            Arrays.fill(block, 16 - padding, 16, (byte) padding);
            byte[] sealed = Arrays.copyOf(aes.doFinal(block), 48);
            mac.update(sealed, 0, 16);
            mac.doFinal(sealed, 16);
            assertThat(suite.newOpener().open(ByteBuffer.wrap(sealed), 0, 48))
                    .isEqualTo(PacketOpener.NOT_READABLE);
        }
    }

    @Test
    void aCounterModePacketIsNotEmpty() throws Exception {
        JcaSuite suite = suite(CryptoCipher.AES192_CTR, CryptoHash.MD5);
        Mac mac = Mac.getInstance("HmacMD5");
        mac.init(new SecretKeySpec(key(1, 1024).toByteArray(), "any"));
        for (int length = 1; length <= 17; length++) {
            byte[] sealed = new byte[length + 16];
            mac.update(sealed, 0, length);
            mac.doFinal(sealed, length);
            int opened = suite.newOpener().open(ByteBuffer.wrap(sealed), 0, sealed.length);
            assertThat(opened).isEqualTo(length == 17 ? 1 : PacketOpener.NOT_READABLE);
        }
    }

    @Test
    void aSignatureAloneIsNoPacket() throws Exception {
        JcaSuite suite = suite(CryptoCipher.NONE, CryptoHash.SHA1);
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key(1, 1024).toByteArray(), "any"));
        byte[] signature = mac.doFinal();
        assertThat(suite.newOpener().open(ByteBuffer.wrap(signature), 0, 20))
                .isEqualTo(PacketOpener.NOT_SIGNED);
        assertThat(suite.newOpener().open(ByteBuffer.wrap(signature), 0, 0))
                .isEqualTo(PacketOpener.NOT_SIGNED);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129, 4096})
    void theWholeKeySignsAndItsBeginningEncrypts(int length) throws Exception {
        CryptoConfig config =
                new CryptoConfig(CryptoCipher.AES192_CBC, CryptoHash.SHA384, key(9, length));
        JcaSuite suite = JcaSuite.of(config, new SplittableRandom(9));
        assertThat(suite.keyBytes()).isEqualTo(length);
        byte[] key = key(9, length).toByteArray();
        byte[] datagram = seal(suite.newSealer(), bytes(50));
        assertThat(openByTheBook(suite.cipher(), suite.hash(), key, datagram)).isEqualTo(bytes(50));
        key[length - 1] ^= 1;
        SharedKey other = SharedKey.of(key);
        JcaSuite differing =
                JcaSuite.of(
                        new CryptoConfig(CryptoCipher.AES192_CBC, CryptoHash.SHA384, other),
                        new SplittableRandom(9));
        assertThat(open(differing, differing.newOpener(), datagram)).isNull();
    }

    @Test
    void needsTheKeyOnlyWhileItIsMade() {
        SharedKey key = key(1, 1024);
        CryptoConfig config = CryptoConfig.aes256Sha256(key);
        JcaSuite suite = JcaSuite.of(config, new SplittableRandom(1));
        key.close();
        JcaSuite same = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256);
        byte[] datagram = seal(suite.newSealer(), bytes(10));
        assertThat(open(same, same.newOpener(), datagram)).isEqualTo(bytes(10));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> JcaSuite.of(config, new SplittableRandom(1)))
                .withMessageContaining("key: was closed")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_ARGUMENT));
    }

    /** Nothing can be made of a wiped suite; what was made before still works. */
    @Test
    void wipingOverwritesTheKey() {
        JcaSuite suite = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256);
        PacketSealer before = suite.newSealer();
        suite.wipe();
        assertThatIllegalStateException().isThrownBy(suite::newSealer);
        assertThatIllegalStateException().isThrownBy(suite::newOpener);

        JcaSuite zeros =
                JcaSuite.of(
                        CryptoConfig.aes256Sha256(SharedKey.of(new byte[1024])),
                        new SplittableRandom(1));
        byte[] datagram = seal(zeros.newSealer(), bytes(20));
        assertThat(suite.signedWith(ByteBuffer.wrap(datagram), 0, datagram.length))
                .as("signed with a key of zeros")
                .isEqualTo(CryptoHash.SHA256);
        JcaSuite same = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256);
        assertThat(open(same, same.newOpener(), seal(before, bytes(20)))).isEqualTo(bytes(20));
    }

    @ParameterizedTest
    @MethodSource("io.knet4j.internal.security.Suites#all")
    void findsTheHashOfAPeerWithTheSameKey(CryptoCipher cipher, CryptoHash hash) {
        byte[] datagram = seal(suite(cipher, hash).newSealer(), bytes(26));
        ByteBuffer memory = ByteBuffer.wrap(datagram);
        JcaSuite sameKey = suite(CryptoCipher.AES128_CBC, CryptoHash.SHA1);
        JcaSuite otherKey = suite(cipher, hash, 2);
        assertThat(sameKey.signedWith(memory, 0, datagram.length)).isEqualTo(hash);
        assertThat(otherKey.signedWith(memory, 0, datagram.length)).isNull();
    }

    // ---- runtimes that cannot

    @Test
    void anAlgorithmThatTheRuntimeDoesNotOfferIsRefusedByName() {
        Provider provider = Security.getProvider("SunJCE");
        int position = Arrays.asList(Security.getProviders()).indexOf(provider) + 1;
        Security.removeProvider(provider.getName());
        try {
            refused(
                    CryptoCipher.AES192_CBC,
                    CryptoHash.SHA384,
                    NoSuchAlgorithmException.class,
                    "cipher aes192, hash sha384",
                    "this Java runtime does not offer them");
        } finally {
            Security.insertProviderAt(provider, position);
        }
        assertThat(suite(CryptoCipher.AES192_CBC, CryptoHash.SHA384)).isNotNull();
    }

    @Test
    void anAlgorithmThatDoesNotWorkIsRefused() {
        Provider broken = new BrokenProvider();
        Security.insertProviderAt(broken, 1);
        try {
            refused(
                    CryptoCipher.NONE,
                    CryptoHash.MD5,
                    GeneralSecurityException.class,
                    "cipher none, hash md5",
                    "what was sealed cannot be opened");
        } finally {
            Security.removeProvider(broken.getName());
        }
        assertThat(suite(CryptoCipher.NONE, CryptoHash.MD5)).isNotNull();
    }

    private static void refused(
            CryptoCipher cipher,
            CryptoHash hash,
            Class<? extends Exception> cause,
            String... words) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> suite(cipher, hash))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_ALGORITHM))
                .satisfies(e -> assertThat(e.getMessage()).contains(words))
                .withCauseInstanceOf(cause);
    }

    /** Its HMAC-MD5 is another one each time. */
    private static final class BrokenProvider extends Provider {
        private static final long serialVersionUID = 1L;

        private BrokenProvider() {
            super("Broken", "1", "for tests");
            putService(
                    new Service(this, "Mac", "HmacMD5", BrokenMac.class.getName(), null, null) {
                        @Override
                        public Object newInstance(Object parameter) {
                            return new BrokenMac();
                        }
                    });
        }
    }

    private static final class BrokenMac extends MacSpi {
        private static final int SIZE = 16;
        private int calls;

        @Override
        protected int engineGetMacLength() {
            return SIZE;
        }

        @Override
        protected void engineInit(Key key, AlgorithmParameterSpec params) {}

        @Override
        protected void engineUpdate(byte input) {}

        @Override
        protected void engineUpdate(byte[] input, int offset, int len) {}

        @Override
        protected byte[] engineDoFinal() {
            byte[] result = new byte[SIZE];
            result[0] = (byte) System.identityHashCode(this);
            result[1] = (byte) ++calls;
            result[2] = (byte) (System.identityHashCode(this) >> 8);
            return result;
        }

        @Override
        protected void engineReset() {}
    }
}
