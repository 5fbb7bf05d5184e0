package io.knet4j.internal.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SaltsTest {
    /** Bytes that count up, so that each is known by its place. */
    private static final class Counting implements RandomGenerator {
        private int calls;
        private int next;

        @Override
        public void nextBytes(byte[] bytes) {
            calls++;
            for (int i = 0; i + 4 <= bytes.length; i += 4) {
                bytes[i] = (byte) (next >>> 24);
                bytes[i + 1] = (byte) (next >>> 16);
                bytes[i + 2] = (byte) (next >>> 8);
                bytes[i + 3] = (byte) next++;
            }
        }

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException("only bytes are asked for");
        }
    }

    @Test
    void noSaltIsUsedTwiceAndNoByteOfTheSourceIsReused() {
        Counting source = new Counting();
        Salts salts = new Salts(source);
        int word = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] target = new byte[20];
            Arrays.fill(target, (byte) 0x77);
            salts.next(target, 2);
            assertThat(target).startsWith(0x77, 0x77).endsWith(0x77, 0x77);
            for (int at = 2; at < 18; at += 4) {
                int found =
                        (target[at] & 0xff) << 24
                                | (target[at + 1] & 0xff) << 16
                                | (target[at + 2] & 0xff) << 8
                                | (target[at + 3] & 0xff);
                assertThat(found).isEqualTo(word++);
            }
        }
        assertThat(source.calls).as("the stock is filled for many salts at once").isEqualTo(8);
    }

    @Test
    void nothingIsTakenBeforeItIsNeeded() {
        Counting source = new Counting();
        Salts salts = new Salts(source);
        assertThat(source.calls).isZero();
        salts.next(new byte[16], 0);
        assertThat(source.calls).isEqualTo(1);
    }

    @Test
    void sealersNeverShareASalt() {
        for (CryptoCipher cipher :
                new CryptoCipher[] {CryptoCipher.AES256_CBC, CryptoCipher.AES256_CTR}) {
            JcaSuite suite = Suites.suite(cipher, CryptoHash.SHA256);
            PacketSealer[] sealers = {suite.newSealer(), suite.newSealer(), suite.newSealer()};
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < 3000; i++) {
                byte[] datagram = Suites.seal(sealers[i % 3], new byte[] {1});
                assertThat(seen.add(Arrays.toString(Arrays.copyOf(datagram, 16)))).isTrue();
            }
        }
    }

    /** The same packet never looks the same, and no bit of a salt is fixed. */
    @Test
    void saltsLookRandomHoweverPacketsLook() {
        JcaSuite suite = Suites.suite(CryptoCipher.AES128_CBC, CryptoHash.MD5);
        PacketSealer sealer = suite.newSealer();
        int[] ones = new int[128];
        int rounds = 4000;
        for (int i = 0; i < rounds; i++) {
            byte[] datagram = Suites.seal(sealer, new byte[32]);
            for (int bit = 0; bit < 128; bit++) {
                ones[bit] += datagram[bit / 8] >> bit % 8 & 1;
            }
        }
        // Six standard deviations around the half; chance is seeded.
        assertThat(Arrays.stream(ones).boxed())
                .allMatch(count -> Math.abs(count - rounds / 2) < 190);
    }
}
