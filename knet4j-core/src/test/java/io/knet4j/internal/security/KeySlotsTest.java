package io.knet4j.internal.security;

import static io.knet4j.internal.security.Suites.open;
import static io.knet4j.internal.security.Suites.seal;
import static io.knet4j.internal.security.Suites.suite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.ClearTraffic;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySlotsTest {
    private static final byte[] PACKET = packet();

    private final KeySlots keys = new KeySlots();
    private final JcaSuite first = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1);
    private final JcaSuite second = suite(CryptoCipher.AES128_CTR, CryptoHash.SHA512, 2);

    private static byte[] packet() {
        ByteBuffer packet = ByteBuffer.allocate(Packets.DATA_HEADER + 10);
        Packets.writeData(packet, 0, 2, 1, false, 1, 0, 3, 0);
        return packet.array();
    }

    private static void refused(Reason reason, ThrowingCallable call, String... words) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private boolean accepts(byte[] datagram) {
        byte[] packet = open(keys, datagram);
        if (packet != null) {
            assertThat(packet).isEqualTo(PACKET);
        }
        return packet != null;
    }

    private static byte[] sealedBy(JcaSuite suite) {
        return seal(suite.newSealer(), PACKET);
    }

    @ParameterizedTest
    @CsvSource({
        "0, '',  ALLOW,  true,  false, false",
        "0, '',  REFUSE, false, false, false",
        "0, 1,   ALLOW,  true,  true,  false",
        "0, 1,   REFUSE, false, true,  false",
        "1, 1,   ALLOW,  true,  true,  false",
        "1, 1,   REFUSE, false, true,  false",
        "0, 12,  ALLOW,  true,  true,  true",
        "0, 12,  REFUSE, false, true,  true",
        "1, 12,  ALLOW,  true,  true,  true",
        "1, 12,  REFUSE, false, true,  true",
        "2, 12,  REFUSE, false, true,  true",
        "2, 2,   REFUSE, false, false, true",
        "0, 2,   ALLOW,  true,  false, true"
    })
    void acceptsWhatSlotsAndPolicySay(
            int sending,
            String installed,
            ClearTraffic policy,
            boolean clear,
            boolean ofFirst,
            boolean ofSecond) {
        if (installed.contains("1")) {
            keys.set(1, first);
        }
        if (installed.contains("2")) {
            keys.set(2, second);
        }
        keys.use(sending);
        keys.setClearTraffic(policy);
        assertThat(accepts(PACKET)).isEqualTo(clear);
        assertThat(accepts(sealedBy(first))).isEqualTo(ofFirst);
        assertThat(accepts(sealedBy(second))).isEqualTo(ofSecond);
        assertThat(keys.status().clearPackets()).isEqualTo(clear ? 1 : 0);
        assertThat(keys.status().slots()).allMatch(slot -> slot.packets() == 1);
        assertThat(keys.status().sendingSlot()).isEqualTo(sending);
        assertThat(keys.status().clearTraffic()).isEqualTo(policy);
    }

    /** Sealers for helpers seal by the same key, and what they seal counts. */
    @Test
    void sealersForHelpersSealAndCountAsTheSenders() {
        KeySlots withHelpers = new KeySlots(2);
        withHelpers.enable(first);
        PacketSealer sealer = withHelpers.senderSealer();
        assertThat(keys.senderSealer().helpers()).isEmpty();
        assertThat(withHelpers.controlSealer().helpers()).isEmpty();
        assertThat(sealer.helpers()).hasSize(2).doesNotHaveDuplicates().doesNotContain(sealer);
        JcaSuite peer = suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1);
        for (PacketSealer helper : sealer.helpers()) {
            assertThat(open(peer, peer.newOpener(), seal(helper, PACKET))).isEqualTo(PACKET);
        }
        seal(sealer, PACKET);
        assertThat(withHelpers.sealedPackets()).isEqualTo(3);
        withHelpers.setAll(
                new KeySlots.Settings(
                        null, withHelpers.settings().first(), 2, ClearTraffic.REFUSE));
        seal(withHelpers.senderSealer().helpers().getFirst(), PACKET);
        assertThat(withHelpers.sealedPackets()).as("after it moved").isEqualTo(4);
    }

    @Test
    void sealsWithTheSlotInUse() {
        KeySlots firstOnly = new KeySlots();
        firstOnly.enable(suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1));
        KeySlots secondOnly = new KeySlots();
        secondOnly.enable(suite(CryptoCipher.AES128_CTR, CryptoHash.SHA512, 2));
        keys.set(1, first);
        keys.set(2, second);
        for (int round = 0; round < 3; round++) {
            keys.use(1);
            assertThat(open(firstOnly, seal(keys.senderSealer(), PACKET))).isEqualTo(PACKET);
            assertThat(open(firstOnly, seal(keys.controlSealer(), PACKET))).isEqualTo(PACKET);
            keys.use(2);
            assertThat(open(secondOnly, seal(keys.senderSealer(), PACKET))).isEqualTo(PACKET);
            assertThat(open(firstOnly, seal(keys.controlSealer(), PACKET))).isNull();
            keys.use(0);
            assertThat(keys.senderSealer()).isSameAs(PacketSealer.CLEAR);
            assertThat(keys.controlSealer()).isSameAs(PacketSealer.CLEAR);
        }
    }

    @Test
    void senderAndControlLoopHaveSealersOfTheirOwn() {
        keys.enable(first);
        assertThat(keys.senderSealer()).isNotSameAs(keys.controlSealer());
        assertThat(keys.senderSealer()).isSameAs(keys.senderSealer());
    }

    @ParameterizedTest
    @CsvSource({"0, 1 2", "1, 1 2", "2, 2 1"})
    void theSlotInUseIsTriedFirst(int sending, String order) {
        List<String> tried = new ArrayList<>();
        keys.set(1, new Recorder("1", tried, PacketOpener.NOT_SIGNED));
        keys.set(2, new Recorder("2", tried, PacketOpener.NOT_SIGNED));
        keys.use(sending);
        keys.open(ByteBuffer.wrap(PACKET), 0, PACKET.length);
        assertThat(String.join(" ", tried)).isEqualTo(order);
    }

    @Test
    void theFirstSlotThatOpensADatagramEndsTheSearch() {
        List<String> tried = new ArrayList<>();
        keys.set(1, new Recorder("1", tried, PACKET.length));
        keys.set(2, new Recorder("2", tried, PACKET.length));
        keys.use(2);
        assertThat(keys.open(ByteBuffer.wrap(PACKET), 0, PACKET.length)).isEqualTo(PACKET.length);
        assertThat(tried).containsExactly("2");
        assertThat(keys.status().slots())
                .extracting(CryptoStatus.Slot::packets)
                .containsExactly(0L, 1L);
    }

    // ---- settings that are refused

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void thereAreTwoSlots(int slot) {
        refused(
                Reason.INVALID_ARGUMENT,
                () -> keys.set(slot, first),
                "slot",
                "value " + slot,
                "allowed: 1 to 2");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> keys.clear(slot),
                "slot",
                "value " + slot,
                "allowed: 1 to 2");
        if (slot != 0) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    () -> keys.use(slot),
                    "slot",
                    "value " + slot,
                    "allowed: 0 to 2");
        }
        assertThat(keys.status().slots()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anEmptySlotCannotBeUsed(int slot) {
        keys.set(3 - slot, first);
        keys.use(3 - slot);
        refused(Reason.NOT_FOUND, () -> keys.use(slot), "slot", slot + " is empty");
        assertThat(keys.status().sendingSlot()).isEqualTo(3 - slot);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theSlotInUseCannotBeChanged(int slot) {
        keys.set(slot, first);
        keys.use(slot);
        keys.setClearTraffic(ClearTraffic.REFUSE);
        refused(Reason.SLOT_IN_USE, () -> keys.set(slot, second), "slot", slot + " is in use");
        refused(Reason.SLOT_IN_USE, () -> keys.clear(slot), "slot", slot + " is in use");
        assertThat(accepts(sealedBy(first))).as("still there").isTrue();
        assertThat(accepts(sealedBy(second))).isFalse();
    }

    @Test
    void anEmptySlotMayBeEmptied() {
        keys.clear(1);
        keys.clear(2);
        assertThat(keys.status().slots()).isEmpty();
    }

    /** The signature does not tell the ciphers apart; what is inside does. */
    @ParameterizedTest
    @MethodSource("changesOfCipher")
    void aCipherCanBeChangedUnderTheSameKeyAndHash(CryptoCipher from, CryptoCipher to) {
        JcaSuite old = suite(from, CryptoHash.SHA256, 1);
        JcaSuite changed = suite(to, CryptoHash.SHA256, 1);
        keys.set(1, suite(from, CryptoHash.SHA256, 1));
        keys.set(2, suite(to, CryptoHash.SHA256, 1));
        keys.use(2);
        for (int i = 0; i < 300; i++) {
            assertThat(open(keys, sealedBy(old))).isEqualTo(PACKET);
            assertThat(open(keys, sealedBy(changed))).isEqualTo(PACKET);
        }
        byte[] longPacket = Arrays.copyOf(PACKET, 20_000); // is opened in pieces
        for (int i = 0; i < 100; i++) {
            assertThat(open(keys, seal(old.newSealer(), longPacket))).isEqualTo(longPacket);
            assertThat(open(keys, seal(changed.newSealer(), longPacket))).isEqualTo(longPacket);
        }
        keys.clear(1);
        assertThat(keys.status().slots().getFirst().packets()).isEqualTo(400);
    }

    static Stream<Arguments> changesOfCipher() {
        return Stream.of(CryptoCipher.values())
                .flatMap(from ->
                        Stream.of(CryptoCipher.values())
                                .filter(to -> to != from)
                                .map(to -> Arguments.of(from, to)));
    }

    // ---- the legacy call

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void enableReplacesBothSlotsWhateverIsInUse(int sending) {
        keys.set(1, first);
        keys.set(2, second);
        keys.use(sending);
        byte[] byFirst = sealedBy(first);
        byte[] bySecond = sealedBy(second);
        keys.enable(suite(CryptoCipher.NONE, CryptoHash.SHA1, 3));
        CryptoStatus status = keys.status();
        assertThat(status.sendingSlot()).isEqualTo(1);
        assertThat(status.clearTraffic()).isEqualTo(ClearTraffic.REFUSE);
        assertThat(status.slots())
                .extracting(CryptoStatus.Slot::hash)
                .containsExactly(CryptoHash.SHA1);
        assertThat(accepts(byFirst)).isFalse();
        assertThat(accepts(bySecond)).isFalse();
        assertThat(accepts(PACKET)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void disableEmptiesBothSlotsWhateverIsInUse(int sending) {
        keys.enable(first);
        keys.set(2, second);
        keys.use(sending);
        byte[] bySecond = sealedBy(second);
        keys.disable();
        CryptoStatus status = keys.status();
        assertThat(status.sendingSlot()).isZero();
        assertThat(status.clearTraffic()).isEqualTo(ClearTraffic.ALLOW);
        assertThat(status.slots()).isEmpty();
        assertThat(accepts(PACKET)).isTrue();
        assertThat(open(keys, bySecond)).isNotEqualTo(PACKET);
    }

    // ---- keys

    @Test
    @DisplayName("C4: keys are overwritten")
    void keysAreOverwrittenWhenTheirSlotIsReplacedOrEmptied() {
        Recorder one = new Recorder("1", new ArrayList<>(), 0);
        Recorder two = new Recorder("2", new ArrayList<>(), 0);
        Recorder three = new Recorder("3", new ArrayList<>(), 0);
        Recorder four = new Recorder("4", new ArrayList<>(), 0);
        keys.set(1, one);
        keys.set(1, two);
        assertThat(one.wiped).isEqualTo(1);
        keys.enable(three);
        assertThat(two.wiped).isEqualTo(1);
        refused(Reason.SLOT_IN_USE, () -> keys.set(1, four), "slot");
        assertThat(three.wiped).isZero();
        keys.set(2, four);
        keys.disable();
        assertThat(three.wiped).isEqualTo(1);
        assertThat(four.wiped).isEqualTo(1);
        Recorder five = new Recorder("5", new ArrayList<>(), 0);
        keys.set(2, five);
        keys.clear(2);
        assertThat(five.wiped).isEqualTo(1);
    }

    @Test
    void wipingOverwritesTheKeysOfAllSlots() {
        Recorder one = new Recorder("1", new ArrayList<>(), 0);
        Recorder two = new Recorder("2", new ArrayList<>(), 0);
        keys.set(1, one);
        keys.set(2, two);
        keys.use(2);
        keys.wipe();
        assertThat(one.wiped).isEqualTo(1);
        assertThat(two.wiped).isEqualTo(1);
    }

    // ---- what refused datagrams look like

    private DropCause refusal(byte[] datagram) {
        assertThat(open(keys, datagram)).isNull();
        return keys.refusal();
    }

    /** Of some datagrams that look encrypted even to one who does not have the key. */
    private static byte[] scrambled(JcaSuite suite) {
        PacketSealer sealer = suite.newSealer();
        while (true) {
            byte[] datagram = seal(sealer, PACKET);
            ByteBuffer memory = ByteBuffer.wrap(datagram);
            if (Packets.version(memory, 0) > 15
                    && Packets.minLength(Packets.type(memory, 0)) == 0) {
                return datagram;
            }
        }
    }

    @Test
    void encryptedPacketsAreKnownWithoutAnyKey() {
        assertThat(refusal(scrambled(first))).isEqualTo(DropCause.ENCRYPTED);
        keys.set(2, second);
        assertThat(refusal(scrambled(first))).isEqualTo(DropCause.NOT_AUTHENTIC);
        keys.setClearTraffic(ClearTraffic.REFUSE);
        assertThat(refusal(scrambled(first))).isEqualTo(DropCause.NOT_AUTHENTIC);
        keys.clear(2);
        assertThat(refusal(scrambled(first))).isEqualTo(DropCause.ENCRYPTED);
    }

    @Test
    void clearPacketsAreKnownWhenTheyAreRefused() {
        keys.setClearTraffic(ClearTraffic.REFUSE);
        assertThat(refusal(PACKET)).isEqualTo(DropCause.CLEAR_TRAFFIC);
        keys.enable(first);
        assertThat(refusal(PACKET)).isEqualTo(DropCause.CLEAR_TRAFFIC);
        assertThat(refusal(new byte[3])).isEqualTo(DropCause.NOT_AUTHENTIC);
    }

    /** One that is signed by us is not clear, even where clear packets are accepted. */
    @ParameterizedTest
    @EnumSource
    void packetsOfAnotherCipherAreKnownByTheirSignature(ClearTraffic policy) {
        keys.set(1, first);
        keys.setClearTraffic(policy);
        byte[] signedOnly = sealedBy(suite(CryptoCipher.NONE, CryptoHash.SHA256, 1));
        byte[] encrypted = scrambled(first);
        assertThat(refusal(signedOnly)).isEqualTo(DropCause.OTHER_CIPHER);

        keys.set(1, suite(CryptoCipher.NONE, CryptoHash.SHA256, 1));
        assertThat(refusal(encrypted)).isEqualTo(DropCause.OTHER_CIPHER);
        assertThat(keys.status().clearPackets()).isZero();
        assertThat(keys.status().slots().getFirst().packets()).isZero();
    }

    @Test
    void theHashOfAPeerIsFoundByTheKeysOfBothSlots() {
        keys.set(1, first);
        keys.set(2, second);
        byte[] datagram = sealedBy(suite(CryptoCipher.AES128_CBC, CryptoHash.MD5, 2));
        ByteBuffer memory = ByteBuffer.wrap(datagram);
        assertThat(keys.signedWith(memory, 0, datagram.length)).isEqualTo(CryptoHash.MD5);
        keys.clear(2);
        assertThat(keys.signedWith(memory, 0, datagram.length)).isNull();
    }

    @Test
    void theStatusTellsWhatIsSet() {
        keys.enable(first);
        keys.set(2, second);
        assertThat(keys.status())
                .isEqualTo(
                        new CryptoStatus(
                                1,
                                List.of(
                                        new CryptoStatus.Slot(
                                                1,
                                                CryptoCipher.AES256_CBC,
                                                CryptoHash.SHA256,
                                                1024,
                                                0),
                                        new CryptoStatus.Slot(
                                                2,
                                                CryptoCipher.AES128_CTR,
                                                CryptoHash.SHA512,
                                                1024,
                                                0)),
                                ClearTraffic.REFUSE,
                                0));
    }

    @Test
    void everythingIsSetAtOnceAndWhatStaysMoves() {
        List<String> tried = new ArrayList<>();
        Recorder old = new Recorder("old", tried, PacketOpener.NOT_SIGNED);
        Recorder kept = new Recorder("kept", tried, PacketOpener.NOT_SIGNED);
        Recorder added = new Recorder("added", tried, PacketOpener.NOT_SIGNED);
        KeySlots slots = new KeySlots();
        slots.set(1, old);
        slots.set(2, kept);
        slots.use(2);
        KeySlots.Settings before = slots.settings();
        slots.setAll(
                new KeySlots.Settings(
                        before.second(), slots.newSlot(added), 2, ClearTraffic.REFUSE));
        assertThat(old.wiped).isEqualTo(1);
        assertThat(kept.wiped).isZero();
        CryptoStatus status = slots.status();
        assertThat(status.sendingSlot()).isEqualTo(2);
        assertThat(status.clearTraffic()).isEqualTo(ClearTraffic.REFUSE);
        assertThat(status.slots()).extracting(CryptoStatus.Slot::number).containsExactly(1, 2);
        slots.open(ByteBuffer.allocate(100), 0, 100);
        assertThat(tried).as("the one for sending first").containsExactly("added", "kept");
        assertThat(slots.settings().first().suite()).isSameAs(kept);
        slots.setAll(new KeySlots.Settings(null, null, 0, ClearTraffic.ALLOW));
        assertThat(kept.wiped).isEqualTo(1);
        assertThat(added.wiped).isEqualTo(1);
        assertThat(slots.isEmpty()).isTrue();
    }

    /** A suite that remembers what is done with it. */
    private static final class Recorder implements PacketSuite, PacketOpener {
        private final String name;
        private final List<String> tried;
        private final int result;
        private int wiped;

        private Recorder(String name, List<String> tried, int result) {
            this.name = name;
            this.tried = tried;
            this.result = result;
        }

        @Override
        public CryptoConfig config() {
            return new CryptoConfig(cipher(), hash(), SharedKey.of(new byte[keyBytes()]));
        }

        @Override
        public boolean isOf(CryptoConfig other) {
            return false;
        }

        @Override
        public CryptoCipher cipher() {
            return CryptoCipher.NONE;
        }

        @Override
        public CryptoHash hash() {
            return CryptoHash.SHA256;
        }

        @Override
        public int keyBytes() {
            return 128;
        }

        @Override
        public MtuArithmetic arithmetic() {
            return MtuArithmetic.CLEAR;
        }

        @Override
        public PacketSealer newSealer() {
            return PacketSealer.CLEAR;
        }

        @Override
        public PacketOpener newOpener() {
            return this;
        }

        @Override
        public int open(ByteBuffer memory, int offset, int length) {
            tried.add(name);
            return result;
        }

        @Override
        public @Nullable CryptoHash signedWith(ByteBuffer memory, int offset, int length) {
            return null;
        }

        @Override
        public void wipe() {
            wiped++;
        }
    }
}
