package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.local;
import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkPolicy;
import io.knet4j.ReassemblyLimits;
import io.knet4j.SharedKey;
import io.knet4j.internal.engine.EngineOutput.Delivery;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.security.PacketSuite;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverTest {
    private static final Map<DropCause, Consumer<TestNode>> WAYS = new EnumMap<>(DropCause.class);

    /** Neither version nor type make sense. */
    private static final byte[] GARBAGE = {99, 77, 3, 4, 5, 6, 7, 8, 9, 10, 11};

    static {
        WAYS.put(
                DropCause.TOO_SHORT,
                node -> node.receive(remote(2, 0), new byte[Packets.MIN_PACKET - 1]));
        WAYS.put(DropCause.NOT_AUTHENTIC, node -> node.receive(remote(2, 0), GARBAGE));
        WAYS.put(
                DropCause.CLEAR_TRAFFIC,
                node -> {
                    node.engine.setClearTraffic(ClearTraffic.REFUSE);
                    node.receive(remote(2, 0), data(1));
                });
        WAYS.put(
                DropCause.ENCRYPTED,
                node -> {
                    node.engine.clearKeySlot(2);
                    node.receive(remote(2, 0), GARBAGE);
                });
        WAYS.put(
                DropCause.OTHER_CIPHER,
                node ->
                        node.receive(
                                remote(2, 0),
                                sealed(CryptoCipher.AES128_CBC, CryptoHash.SHA256, data(1))));
        WAYS.put(
                DropCause.OTHER_HASH,
                node -> {
                    node.host(5, 1);
                    node.receive(
                            remote(5, 0),
                            sealed(CryptoCipher.AES256_CBC, CryptoHash.SHA1, data(1)));
                });
        WAYS.put(
                DropCause.WRONG_VERSION,
                node -> node.receive(remote(2, 0), Wire.with(data(1), 0, 2)));
        WAYS.put(
                DropCause.UNKNOWN_HOST,
                node -> node.receive(remote(2, 0), Wire.data(99, 1, 0, "x")));
        WAYS.put(
                DropCause.WRONG_LINK,
                node -> node.receive(remote(2, 0), Wire.ping(2, 8, 1, 0, true)));
        WAYS.put(
                DropCause.WRONG_ADDRESS,
                node -> {
                    node.host(3, 1);
                    node.receive(remote(3, 0), Wire.ping(2, 0, 1, 0, true));
                });
        WAYS.put(
                DropCause.ACCESS_DENIED,
                node -> node.receive(remote(3, 0), Wire.ping(2, 0, 1, 0, true)));
        WAYS.put(
                DropCause.UNKNOWN_TYPE,
                node -> node.receive(remote(2, 0), Wire.with(data(1), 1, 0x01)));
        WAYS.put(
                DropCause.UNSOLICITED_PONG,
                node -> node.receive(remote(2, 0), Wire.pong(Wire.ping(1, 0, 77, 0, true), 2)));
        WAYS.put(
                DropCause.DUPLICATE_PONG,
                node -> {
                    byte[] pong = Wire.pong(ping(node), 2);
                    node.receive(remote(2, 0), pong, pong);
                });
        WAYS.put(
                DropCause.LATE_PONG,
                node -> {
                    byte[] pong = Wire.pong(ping(node), 2);
                    node.now += TestNode.TIMEOUT.toNanos() + 1;
                    node.receive(remote(2, 0), pong);
                });
        WAYS.put(
                DropCause.UNSOLICITED_PMTUD_REPLY,
                node -> node.receive(remote(2, 0), Wire.pong(Wire.probe(1, 0, 9), 2)));
        WAYS.put(
                DropCause.HOST_UNREACHABLE,
                node -> {
                    node.host(5, 1);
                    node.receive(remote(5, 0), Wire.data(5, 1, 0, "x"));
                });
        WAYS.put(DropCause.DUPLICATE, node -> node.receive(remote(2, 0), data(1), data(1)));
        WAYS.put(DropCause.STALE, node -> node.receive(remote(2, 0), data(5000), data(904)));
        WAYS.put(DropCause.BAD_FRAGMENT, node -> node.receive(remote(2, 0), fragment(1, 2, 3, 9)));
        WAYS.put(
                DropCause.CONTRADICTORY_FRAGMENT,
                node -> node.receive(remote(2, 0), fragment(1, 3, 1, 9), fragment(1, 4, 2, 9)));
        WAYS.put(
                DropCause.DUPLICATE_FRAGMENT,
                node -> node.receive(remote(2, 0), fragment(1, 3, 1, 9), fragment(1, 3, 1, 9)));
        WAYS.put(
                DropCause.MESSAGE_TOO_LONG,
                node -> node.receive(remote(2, 0), fragment(1, 254, 1, 1000)));
        WAYS.put(
                DropCause.REASSEMBLY_EVICTED,
                node -> {
                    for (int sequence = 1; sequence <= 33; sequence++) {
                        node.receive(remote(2, 0), fragment(sequence, 2, 1, 9));
                    }
                });
        WAYS.put(
                DropCause.REASSEMBLY_EXPIRED,
                node -> {
                    node.receive(remote(2, 0), fragment(1, 2, 1, 9));
                    node.advance(Duration.ofMillis(100).toNanos());
                });
        WAYS.put(
                DropCause.UNKNOWN_COMPRESSION,
                node -> node.receive(remote(2, 0), Wire.with(data(1), 8, 255)));
        WAYS.put(
                DropCause.BAD_COMPRESSION,
                node -> node.receive(remote(2, 0), Wire.with(data(1), 8, 1)));
        WAYS.put(
                DropCause.FORWARDING_DISABLED,
                node -> {
                    node.engine.setForwarding(false);
                    node.receive(remote(2, 0), data(1));
                });
        WAYS.put(
                DropCause.FILTER_REFUSED,
                node -> {
                    node.engine.setFilter(_ -> null);
                    node.receive(remote(2, 0), data(1));
                });
        WAYS.put(
                DropCause.FILTER_FAILED,
                node -> {
                    node.engine.setFilter(_ -> {
                        throw new IllegalStateException("on purpose");
                    });
                    node.receive(remote(2, 0), data(1));
                });
        WAYS.put(
                DropCause.NOT_FOR_US,
                node -> {
                    node.engine.setFilter(_ -> Destination.hosts(2, 3));
                    node.receive(remote(2, 0), data(1));
                });
        WAYS.put(
                DropCause.BAD_CHANNEL,
                node -> node.receive(remote(2, 0), Wire.data(2, 1, 32, "x")));
        WAYS.put(
                DropCause.CHANNEL_NOT_OPEN,
                node -> {
                    node.output.answer = EngineOutput.Delivery.CHANNEL_NOT_OPEN;
                    node.receive(remote(2, 0), data(1));
                });
        WAYS.put(DropCause.NOT_RECEIVED, node -> node.engine.datagramsLost(node.now, 1));
        WAYS.put(
                DropCause.RECEIVE_QUEUE_FULL,
                node -> {
                    node.output.answer = EngineOutput.Delivery.QUEUE_FULL;
                    node.receive(remote(2, 0), data(1));
                });
    }

    private final TestNode node = node();
    private final HostState peer = node.hostUp(2, 2);

    private static TestNode node() {
        return new TestNode(
                Knet.builder(TestNode.SELF)
                        .reassembly(new ReassemblyLimits(32, 1 << 20, Duration.ofMillis(100)))
                        .build(),
                keys());
    }

    /** Clear packets are sent and accepted; slot 2 opens others. */
    private static KeySlots keys() {
        KeySlots keys = new KeySlots();
        keys.set(2, suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256));
        return keys;
    }

    private static PacketSuite suite(CryptoCipher cipher, CryptoHash hash) {
        SharedKey key = SharedKey.of(new byte[SharedKey.MIN_BYTES]);
        return JcaSuite.of(new CryptoConfig(cipher, hash, key), new SplittableRandom(3));
    }

    private static byte[] sealed(CryptoCipher cipher, CryptoHash hash, byte[] packet) {
        PacketSealer sealer = suite(cipher, hash).newSealer();
        ByteBuffer memory = ByteBuffer.allocate(packet.length + sealer.maxOverhead());
        memory.put(sealer.prefix(), packet);
        byte[] datagram = new byte[sealer.seal(memory, 0, packet.length)];
        memory.get(0, datagram);
        return datagram;
    }

    private static byte[] data(int sequence) {
        return Wire.data(2, sequence, 3, "m" + sequence);
    }

    private static byte[] fragment(int sequence, int count, int number, int length) {
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) ('a' + number));
        return Wire.fragment(2, sequence, 3, count, number, payload);
    }

    /** The next ping to host 2 over link 0. */
    private static byte[] ping(TestNode node) {
        node.transport.sent.clear();
        while (true) {
            node.engine.runTimers(node.now);
            for (FakeTransport.Sent sent : node.drainPings()) {
                if (sent.path().remote().equals(remote(2, 0))) {
                    return sent.bytes();
                }
            }
            node.now += TestNode.INTERVAL.toNanos() / 2;
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsEachCauseOfADrop(DropCause cause) {
        Consumer<TestNode> way = WAYS.get(cause);
        assertThat(way).as("a way to cause %s; add one", cause).isNotNull();
        assertThat(node.drops(cause)).isZero();

        way.accept(node);

        assertThat(node.engine.drops()).isEqualTo(Map.of(cause, 1L));
        assertThat(node.output.drops).isEqualTo(Map.of(cause, 1));
    }

    @Test
    void deliversAMessageOnce() {
        node.receive(remote(2, 0), data(1));
        node.receive(remote(2, 1), data(1));
        assertThat(node.texts()).containsExactly("m1");
        assertThat(node.output.delivered.getFirst().channel()).isEqualTo(3);
        assertThat(node.output.delivered.getFirst().source()).isEqualTo(2);
        assertThat(node.engine.messagesDelivered()).isEqualTo(1);
        assertThat(node.drops(DropCause.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void acceptsFragmentCountsZeroAndOneAsWholeMessages() {
        node.receive(remote(2, 0), fragment(1, 0, 9, 5), fragment(2, 1, 200, 5));
        assertThat(node.output.delivered).hasSize(2);
    }

    @Test
    void bytesWithoutMeaningAreIgnored() {
        byte[] packet = Wire.data(2, 1, 5, "hello");
        for (int meaningless : new int[] {5, 9, 10, 12}) {
            packet = Wire.with(packet, meaningless, 0xa5);
        }
        node.receive(remote(2, 0), packet);
        assertThat(node.texts()).containsExactly("hello");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 254})
    void acceptsUpTo254Fragments(int count) {
        for (int number = 1; number <= count; number++) {
            assertThat(node.output.delivered).isEmpty();
            node.receive(remote(2, 0), fragment(1, count, number, 3));
        }
        assertThat(node.output.delivered).hasSize(1);
        assertThat(node.output.delivered.getFirst().payload()).hasSize(3 * count);
    }

    @Test
    void refusesFragmentNumberZeroAndAboveTheCountAnd255Fragments() {
        node.receive(
                remote(2, 0),
                fragment(1, 2, 0, 3),
                fragment(1, 2, 3, 3),
                fragment(1, 255, 1, 3),
                fragment(1, 255, 255, 3));
        assertThat(node.drops(DropCause.BAD_FRAGMENT)).isEqualTo(4);
    }

    @Test
    void refusesShortPacketsOfEveryType() {
        int expected = 0;
        for (byte[] whole :
                List.of(
                        data(1),
                        Wire.ping(2, 0, 1, 0, true),
                        Wire.pong(Wire.ping(1, 0, 1, 0, true), 2),
                        Wire.probe(2, 0, 9))) {
            int min = Packets.minLength(whole[1] & 0xff);
            for (int length = 0; length < min; length++) {
                if (length != GARBAGE.length) {
                    node.receive(remote(2, 0), Arrays.copyOf(whole, length));
                    expected++;
                }
            }
        }
        assertThat(node.drops(DropCause.TOO_SHORT)).isEqualTo(expected);
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.output.delivered).isEmpty();
    }

    @Test
    void answersAPingToTheAddressOfTheLink() {
        byte[] ping = Wire.ping(2, 1, 0x1122334455667788L, 7, true);
        node.receive(remote(2, 1), Arrays.copyOf(ping, 100));
        List<FakeTransport.Sent> pongs = node.transport.drain();
        assertThat(pongs).hasSize(1);
        assertThat(pongs.getFirst().path().remote()).isEqualTo(remote(2, 1));
        assertThat(pongs.getFirst().path().socket().local()).isEqualTo(local(1));
        assertThat(pongs.getFirst().bytes()).isEqualTo(Wire.pong(ping, TestNode.SELF));
    }

    @Test
    void answersAlsoOnALinkThatIsDisabled() {
        node.engine.setEnabled(node.now, peer.link(1), false);
        node.transport.sent.clear();
        node.receive(remote(2, 1), Wire.ping(2, 1, 1, 0, true), Wire.probe(2, 1, 500));
        assertThat(node.transport.drain())
                .extracting(FakeTransport.Sent::type)
                .containsExactly(Packets.PONG, Packets.PMTUD_REPLY);
    }

    @Test
    void answersAProbeWithItsNineBytes() {
        byte[] probe = Wire.probe(2, 0, 1472);
        node.receive(remote(2, 0), probe);
        List<FakeTransport.Sent> replies = node.transport.drain();
        assertThat(replies).hasSize(1);
        assertThat(replies.getFirst().bytes())
                .isEqualTo(Wire.pong(Arrays.copyOf(probe, 9), TestNode.SELF));
    }

    @Test
    void answersPingsBeforeItLooksAtData() {
        int[] answersAtDelivery = {-1};
        node.engine.setFilter(_ -> {
            answersAtDelivery[0] = node.transport.sent.size();
            return Destination.broadcast();
        });
        node.receive(remote(2, 0), data(1), Wire.ping(2, 0, 1, 0, true));
        assertThat(answersAtDelivery).containsExactly(1);
    }

    @Test
    void aControlPacketMustComeFromTheAddressOfItsLink() {
        node.receive(remote(2, 0), Wire.ping(2, 1, 1, 0, true));
        node.receive(remote(2, 0), Wire.ping(2, 5, 1, 0, true));
        node.receive(remote(2, 0), Wire.ping(2, 255, 1, 0, true));
        node.receive(remote(9, 0), Wire.ping(2, 0, 1, 0, true));
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.WRONG_LINK)).isEqualTo(2);
        assertThat(node.drops(DropCause.WRONG_ADDRESS)).isEqualTo(1);
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(1);
    }

    @Test
    void acceptsDataFromAnotherPortOfTheSameAddress() {
        node.receive(
                new java.net.InetSocketAddress(remote(2, 0).getAddress(), 1234),
                data(1),
                Wire.ping(2, 0, 1, 0, true));
        assertThat(node.texts()).containsExactly("m1");
        assertThat(node.transport.drain().getFirst().path().remote()).isEqualTo(remote(2, 0));
    }

    @Test
    void aForcedPingMovesTheWindow() {
        node.receive(remote(2, 0), data(1), Wire.ping(2, 0, 1, 8191, false));
        node.receive(remote(2, 0), data(2));
        assertThat(node.texts()).containsExactly("m1");
        node.receive(remote(2, 0), data(8191));
        assertThat(node.texts()).containsExactly("m1", "m8191");
    }

    @Test
    void aPeriodicPingDoesNotMoveTheWindow() {
        node.receive(remote(2, 0), data(1), Wire.ping(2, 0, 1, 8191, true), data(2));
        assertThat(node.texts()).containsExactly("m1", "m2");
    }

    @Test
    void aMessageThatNobodyTookMayComeAgain() {
        node.output.answer = EngineOutput.Delivery.QUEUE_FULL;
        node.receive(remote(2, 0), data(1));
        node.output.answer = EngineOutput.Delivery.DELIVERED;
        node.receive(remote(2, 1), data(1));
        assertThat(node.texts()).containsExactly("m1");
    }

    @Test
    void theFilterMayMoveAMessageToAnotherChannel() {
        node.engine.setFilter(message -> {
            assertThat(message.outgoing()).isFalse();
            assertThat(message.source()).isEqualTo(2);
            assertThat(message.channel()).isEqualTo(3);
            assertThat(message.payload().isReadOnly()).isTrue();
            assertThat(message.payload().remaining()).isEqualTo(2);
            message.setChannel(31);
            return Destination.hosts(7, TestNode.SELF);
        });
        node.receive(remote(2, 0), data(1));
        assertThat(node.output.delivered.getFirst().channel()).isEqualTo(31);
    }

    @Test
    void aRestartedHostIsHeardAgain() {
        node.receive(remote(2, 0), data(1), data(2), data(3));
        node.now += Duration.ofSeconds(1).toNanos();
        node.receive(remote(2, 0), data(1));
        assertThat(node.output.delivered).hasSize(3);
        node.receive(remote(2, 0), Wire.ping(2, 0, 1, 0, true), Wire.ping(2, 0, 2, 0, true));
        assertThat(node.output.drainEvents()).contains(new KnetEvent.HostRestarted(2));
        node.receive(remote(2, 0), data(1));
        assertThat(node.texts()).containsExactly("m1", "m2", "m3", "m1");
    }

    @Test
    void neverMixesFragmentsOfMessagesThatAreAWrapApart() {
        node.receive(remote(2, 0), Wire.fragment(2, 7, 3, 2, 1, new byte[] {'o', 'l', 'd'}));
        for (int sequence = 8; sequence != 7; sequence = sequence == 65_535 ? 1 : sequence + 1) {
            node.receive(remote(2, 0), Wire.data(2, sequence, 3, "x"));
        }
        node.output.delivered.clear();
        node.receive(remote(2, 0), Wire.fragment(2, 7, 3, 2, 2, new byte[] {'w'}));
        assertThat(node.output.delivered).isEmpty();
        node.receive(remote(2, 0), Wire.fragment(2, 7, 3, 2, 1, new byte[] {'n', 'e'}));
        assertThat(node.texts()).containsExactly("new");
    }

    /** Delivers a message in two fragments, the last one first or last. */
    private void pair(int sequence, boolean reversed) {
        byte[][] fragments = {fragment(sequence, 2, 1, 3), fragment(sequence, 2, 2, 3)};
        node.receive(remote(2, 0), fragments[reversed ? 1 : 0], fragments[reversed ? 0 : 1]);
    }

    /** The numbers in their order, each of which must be delivered once. */
    private void assertDelivered(int... sequences) {
        int before = node.output.delivered.size();
        for (int i = 0; i < sequences.length; i++) {
            pair(sequences[i], i % 2 == 1);
            assertThat(node.output.delivered).as("after %d", sequences[i]).hasSize(before + i + 1);
            assertThat(Wire.text(node.output.delivered.getLast().payload())).isEqualTo("bbbccc");
        }
        for (int sequence : sequences) {
            pair(sequence, false);
        }
        assertThat(node.output.delivered).as("copies").hasSize(before + sequences.length);
    }

    @Test
    void messagesOfSeveralFragmentsSurviveWrapsAndGaps() {
        assertDelivered(65_533, 65_534, 65_535, 1, 2, 3, 4);
        node.receive(remote(2, 0), fragment(5, 2, 1, 3)); // its other half is lost
        assertDelivered(6, 8, 7);
        assertDelivered(1000, 1001, 999);
        assertDelivered(6001, 6000); // a jump of 5000
        assertDelivered(6001 + 4096, 6001 + 4097, 6001 + 2);
        for (int sequence = 12_000; sequence < 60_000; sequence += 4095) {
            assertDelivered(sequence, sequence - 4094);
        }
        assertDelivered(3000, 65_000); // a wrap and a gap in one
        int before = node.output.delivered.size();
        node.receive(remote(2, 0), fragment(5, 2, 2, 3));
        assertThat(node.output.delivered).as("halves that are a wrap apart").hasSize(before);
        node.receive(remote(2, 0), fragment(5, 2, 1, 3));
        assertThat(node.output.delivered).hasSize(before + 1);
    }

    @Test
    void dataOverAlmostReadyLinksIsTakenButDoesNotBringThemUp() {
        HostState third = node.host(3, 1);
        node.advance(1);
        node.drainPings().stream()
                .filter(ping -> ping.path().equals(third.link(0).path))
                .forEach(ping -> node.answer(ping, 3));
        assertThat(third.link(0).monitor.connected()).isFalse();
        node.receive(remote(3, 0), Wire.data(3, 1, 0, "early"));
        assertThat(node.texts()).containsExactly("early");
        assertThat(node.output.drainEvents()).doesNotContain(new KnetEvent.HostReachable(3));
    }

    @Test
    void aDisabledLinkIsNotBroughtUpByData() {
        HostState third = node.host(3, 1);
        node.engine.setEnabled(node.now, third.link(0), false);
        node.receive(remote(3, 0), Wire.data(3, 1, 0, "early"));
        assertThat(node.output.delivered).isEmpty();
    }

    @Test
    void copiesOnTwoLinksAreReassembledOnce() {
        node.engine.setPolicy(peer, LinkPolicy.ACTIVE);
        for (int number = 1; number <= 3; number++) {
            node.receive(remote(2, 0), fragment(1, 3, number, 4));
            node.receive(remote(2, 1), fragment(1, 3, number, 4));
        }
        assertThat(node.texts()).containsExactly("bbbbccccdddd");
        assertThat(node.drops(DropCause.DUPLICATE_FRAGMENT)).isEqualTo(2);
        assertThat(node.drops(DropCause.DUPLICATE)).isEqualTo(1);
    }

    // ---- fragments of one batch, and of several

    @Test
    void fragmentsOfOneBatchAreHandedOnInPieces() {
        node.receive(
                remote(2, 0),
                fragment(1, 3, 3, 2),
                fragment(2, 2, 1, 4),
                fragment(1, 3, 1, 4),
                fragment(1, 3, 2, 4),
                fragment(2, 2, 2, 4));
        assertThat(node.texts()).containsExactly("bbbbccccdd", "bbbbcccc");
        assertThat(node.output.deliveriesInPieces).isEqualTo(2);
    }

    @Test
    void fragmentsOfSeveralBatchesAreKept() {
        node.receive(remote(2, 0), fragment(1, 3, 3, 2), fragment(2, 2, 1, 4), data(3));
        node.receive(remote(2, 0), fragment(3, 2, 1, 4), fragment(1, 3, 1, 4));
        node.receive(remote(2, 0), fragment(2, 2, 2, 4), fragment(1, 3, 2, 4));
        assertThat(node.texts().subList(1, 3)).containsExactly("bbbbcccc", "bbbbccccdd");
        assertThat(node.output.deliveriesInPieces).isZero();
    }

    @Test
    void theFilterSeesAMessageInOnePiece() {
        List<String> seen = new ArrayList<>();
        node.engine.setFilter(message -> {
            byte[] bytes = new byte[message.payload().remaining()];
            message.payload().get(bytes);
            seen.add(Wire.text(bytes));
            return Destination.broadcast();
        });
        node.receive(remote(2, 0), fragment(1, 2, 2, 2), fragment(1, 2, 1, 4));
        assertThat(seen).containsExactly("bbbbcc");
        assertThat(node.texts()).containsExactly("bbbbcc");
        assertThat(node.output.deliveriesInPieces).isZero();
    }

    @Test
    void piecesThatFindNoRoomMayComeAgain() {
        node.output.answer = Delivery.QUEUE_FULL;
        node.receive(remote(2, 0), fragment(1, 2, 1, 4), fragment(1, 2, 2, 4));
        assertThat(node.drops(DropCause.RECEIVE_QUEUE_FULL)).isEqualTo(1);
        node.output.answer = Delivery.DELIVERED;
        node.receive(remote(2, 1), fragment(1, 2, 1, 4), fragment(1, 2, 2, 4));
        node.receive(remote(2, 0), fragment(1, 2, 1, 4), fragment(1, 2, 2, 4));
        assertThat(node.texts()).containsExactly("bbbbcccc");
        assertThat(node.drops(DropCause.DUPLICATE)).isEqualTo(2);
    }

    @Test
    void piecesAreNotHandedOnWithoutForwarding() {
        node.engine.setForwarding(false);
        node.receive(remote(2, 0), fragment(1, 2, 1, 4), fragment(1, 2, 2, 4));
        assertThat(node.output.delivered).isEmpty();
        assertThat(node.drops(DropCause.FORWARDING_DISABLED)).isEqualTo(1);
    }

    @Test
    void countsTrafficOfLinks() {
        node.receive(remote(2, 1), data(1), Wire.ping(2, 1, 1, 0, true), Wire.probe(2, 1, 100));
        var statistics = node.engine.status(node.now, peer.link(1)).statistics();
        assertThat(statistics.rxData().packets()).isEqualTo(1);
        assertThat(statistics.rxData().bytes()).isEqualTo(16);
        assertThat(statistics.rxPing().packets()).isEqualTo(1);
        assertThat(statistics.txPong().bytes()).isEqualTo(26);
        assertThat(statistics.rxPmtud().bytes()).isEqualTo(100);
        assertThat(statistics.txPmtud().bytes()).isEqualTo(9);
    }

    @Test
    void tellsTheEndOfEachBatchOnce() {
        int before = node.output.deliveryEnds;
        node.receive(remote(2, 0), data(1), data(2), data(3));
        assertThat(node.output.delivered).hasSize(3);
        assertThat(node.output.deliveryEnds).isEqualTo(before + 1);
    }
}
