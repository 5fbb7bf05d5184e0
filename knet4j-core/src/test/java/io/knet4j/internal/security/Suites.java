package io.knet4j.internal.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.SharedKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;

/** Suites for tests, and what they do to packets. */
final class Suites {
    private Suites() {}

    /** Every pair of cipher and hash. */
    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (CryptoCipher cipher : CryptoCipher.values()) {
            for (CryptoHash hash : CryptoHash.values()) {
                all.add(Arguments.of(cipher, hash));
            }
        }
        return all;
    }

    /** A key that is the same for the same seed. */
    static SharedKey key(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return SharedKey.of(bytes);
    }

    static JcaSuite suite(CryptoCipher cipher, CryptoHash hash) {
        return suite(cipher, hash, 1);
    }

    static JcaSuite suite(CryptoCipher cipher, CryptoHash hash, long keySeed) {
        CryptoConfig config = new CryptoConfig(cipher, hash, key(keySeed, 1024));
        return JcaSuite.of(config, new SplittableRandom(keySeed));
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    static byte[] seal(PacketSealer sealer, byte[] packet) {
        ByteBuffer memory = ByteBuffer.allocate(packet.length + sealer.maxOverhead() + 3);
        memory.put(3 + sealer.prefix(), packet);
        int length = sealer.seal(memory, 3, packet.length);
        assertThat(length).isNotEqualTo(PacketSealer.FAILED);
        byte[] datagram = new byte[length];
        memory.get(3, datagram);
        return datagram;
    }

    /** Null when it was refused; then nothing was changed. */
    static byte @Nullable [] open(KeySlots keys, byte[] datagram) {
        ByteBuffer memory = ByteBuffer.allocate(datagram.length + 10);
        memory.put(5, datagram);
        int length = keys.open(memory, 5, datagram.length);
        if (length == KeySlots.REFUSED) {
            return null;
        }
        byte[] packet = new byte[length];
        memory.get(keys.packetOffset(), packet);
        return packet;
    }

    /** The packet, or null with the result of the opener when it does not open. */
    static byte @Nullable [] open(JcaSuite suite, PacketOpener opener, byte[] datagram) {
        ByteBuffer memory = ByteBuffer.allocate(datagram.length + 10);
        memory.put(5, datagram);
        int length = opener.open(memory, 5, datagram.length);
        if (length < 0) {
            byte[] after = new byte[datagram.length];
            memory.get(5, after);
            assertThat(after).as("a refused datagram").isEqualTo(datagram);
            return null;
        }
        byte[] packet = new byte[length];
        memory.get(5 + suite.arithmetic().salt(), packet);
        return packet;
    }
}
