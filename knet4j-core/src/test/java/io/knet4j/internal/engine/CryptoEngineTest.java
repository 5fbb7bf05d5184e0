package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.SharedKey;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSuite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine while its crypto changes. */
class CryptoEngineTest {
    private static final int INTERFACE_MTU = 1500;

    private final KeySlots keys = new KeySlots();
    private final TestNode node =
            new TestNode(Knet.builder(TestNode.SELF).interfaceMtu(INTERFACE_MTU).build(), keys);

    private static JcaSuite suite(CryptoCipher cipher, CryptoHash hash, int keySeed) {
        byte[] key = new byte[256];
        new SplittableRandom(keySeed).nextBytes(key);
        CryptoConfig config = new CryptoConfig(cipher, hash, SharedKey.of(key));
        return JcaSuite.of(config, new SplittableRandom(keySeed + 100));
    }

    /** Remembers what it sealed, and does something at the second packet of data. */
    private static final class Watched extends FakeSuite {
        private final List<Integer> sequences = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private Runnable atSecond = () -> {};

        private Watched(MtuArithmetic arithmetic) {
            super(arithmetic);
        }

        @Override
        public int seal(ByteBuffer memory, int offset, int length) {
            int packet = offset + arithmetic().salt();
            if (Packets.type(memory, packet) == Packets.DATA) {
                sequences.add(Packets.dataSequence(memory, packet));
                lengths.add(length - Packets.DATA_HEADER);
                if (lengths.size() == 2) {
                    atSecond.run();
                }
            }
            return super.seal(memory, offset, length);
        }

        @Override
        public int open(ByteBuffer memory, int offset, int length) {
            return -1; // what is received is clear
        }
    }

    @Test
    void aMessageGoesOutByOneSlotAndWithItsMtuEvenIfTheSlotChangesMeanwhile() {
        Watched one = new Watched(new MtuArithmetic(16, 16, 64));
        Watched two = new Watched(new MtuArithmetic(0, 0, 16));
        node.engine.setKeySlot(1, one);
        node.engine.setKeySlot(2, two);
        node.hostUp(2, 1);
        node.engine.useKeySlot(1);
        one.atSecond = () -> node.engine.useKeySlot(1);

        assertThat(node.send(Destination.host(2), 5000)).isNull();
        node.engine.useKeySlot(2); // before it is sealed; and back while it is
        assertThat(node.send(Destination.host(2), 5000)).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();

        int mtuOne = one.arithmetic().dataMtuOfInterface(INTERFACE_MTU, false);
        int mtuTwo = two.arithmetic().dataMtuOfInterface(INTERFACE_MTU, false);
        assertThat(mtuOne).isEqualTo(1365);
        assertThat(mtuTwo).isEqualTo(1430);
        int full = mtuOne + 12;
        assertThat(one.lengths).containsExactly(full, full, full, 5000 - 3 * full);
        assertThat(one.sequences).containsOnly(1);
        full = mtuTwo + 12;
        assertThat(two.lengths).containsExactly(full, full, full, 5000 - 3 * full);
        assertThat(two.sequences).containsOnly(2);
    }

    /** Columns: cipher, hash, and the data MTU that libknet was seen to have. */
    @ParameterizedTest
    @CsvSource({
        "NONE, MD5, 1430",
        "NONE, SHA1, 1426",
        "NONE, SHA256, 1414",
        "NONE, SHA384, 1398",
        "NONE, SHA512, 1382",
        "AES128_CBC, MD5, 1413",
        "AES192_CBC, SHA1, 1397",
        "AES256_CBC, SHA256, 1397",
        "AES256_CBC, SHA384, 1381",
        "AES256_CBC, SHA512, 1365",
        "AES256_CTR, SHA256, 1398"
    })
    @DisplayName("C1: the data MTU is computed from what the suite adds")
    void theDataMtuFollowsTheSlotInUse(CryptoCipher cipher, CryptoHash hash, int expected) {
        HostState host = node.hostUp(2, 1);
        assertThat(node.engine.status(host).dataMtu()).isEqualTo(1446);
        node.engine.setKeySlot(1, suite(cipher, hash, 1));
        assertThat(node.engine.status(host).dataMtu()).as("not in use").isEqualTo(1446);
        assertThat(node.output.drainEvents()).isEmpty();

        node.engine.useKeySlot(1);

        assertThat(node.engine.status(host).dataMtu()).isEqualTo(expected);
        assertThat(node.output.drainEvents())
                .filteredOn(event -> !(event instanceof KnetEvent.PathMtuChanged))
                .containsExactly(new KnetEvent.DataMtuChanged(2, expected));
        KeySlots peers = new KeySlots();
        peers.enable(suite(cipher, hash, 1));
        node.peer = new CryptoPeer(peers);
        node.transport.sent.clear();
        assertThat(node.send(Destination.host(2), 3 * (expected + 12))).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(node.transport.sent).allMatch(sent -> sent.bytes().length <= INTERFACE_MTU - 28);
        assertThat(node.drain(Packets.DATA))
                .hasSize(3)
                .allMatch(sent -> sent.bytes().length == Packets.DATA_HEADER + expected + 12);

        node.engine.useKeySlot(0);
        assertThat(node.engine.status(host).dataMtu()).isEqualTo(1446);
        assertThat(node.output.drainEvents())
                .filteredOn(event -> !(event instanceof KnetEvent.PathMtuChanged))
                .containsExactly(new KnetEvent.DataMtuChanged(2, 1446));
    }

    @Test
    void pingsAndPongsAreSealedByTheSlotInUse() {
        node.hostUp(2, 1);
        PacketSuite first = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1);
        node.engine.setKeySlot(1, first);
        node.engine.setKeySlot(2, suite(CryptoCipher.AES128_CBC, CryptoHash.SHA512, 2));
        int[] sizes = {26, 80, 112};
        for (int slot : new int[] {0, 1, 2, 1, 0}) {
            node.engine.useKeySlot(slot);
            node.transport.sent.clear();
            byte[] ping = Wire.ping(2, 0, 77, 0, true);
            node.receive(remote(2, 0), CryptoPeer.seal(first.newSealer(), ping));
            node.advance(TestNode.INTERVAL.toNanos());
            assertThat(node.transport.drain())
                    .as("a pong and a ping by slot %d", slot)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allMatch(sent -> sent.bytes().length == sizes[slot]);
        }
    }

    @Test
    void everyStepOfARekeyReceivesWhatBothKeysSeal() {
        KeySlots old = new KeySlots();
        old.enable(suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1));
        KeySlots fresh = new KeySlots();
        fresh.enable(suite(CryptoCipher.AES128_CTR, CryptoHash.MD5, 2));
        node.engine.enableCrypto(suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1));
        node.peer = new CryptoPeer(old);
        node.hostUp(2, 1);
        CryptoPeer oldPeer = new CryptoPeer(old);
        CryptoPeer freshPeer = new CryptoPeer(fresh);

        assertThat(delivers(1, oldPeer)).isTrue();
        assertThat(delivers(2, freshPeer)).isFalse();
        node.engine.setKeySlot(2, suite(CryptoCipher.AES128_CTR, CryptoHash.MD5, 2));
        assertThat(delivers(3, oldPeer)).isTrue();
        assertThat(delivers(4, freshPeer)).isTrue();
        node.engine.useKeySlot(2);
        assertThat(delivers(5, oldPeer)).isTrue();
        assertThat(delivers(6, freshPeer)).isTrue();
        node.engine.clearKeySlot(1);
        assertThat(delivers(7, oldPeer)).isFalse();
        assertThat(delivers(8, freshPeer)).isTrue();
        assertThat(node.engine.cryptoStatus().clearTraffic()).isEqualTo(ClearTraffic.REFUSE);
    }

    private boolean delivers(int sequence, CryptoPeer peer) {
        int before = node.output.delivered.size();
        node.receive(remote(2, 0), peer.seal(Wire.data(2, sequence, 3, "m" + sequence)));
        return node.output.delivered.size() > before;
    }
}
