package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.engine.Vectors.Datagram;
import io.knet4j.internal.engine.Vectors.Decoded;
import io.knet4j.internal.engine.Vectors.Payload;
import io.knet4j.internal.engine.Vectors.Phase;
import io.knet4j.internal.engine.Vectors.Recording;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the C library sent must be understood, and could have been written by us. */
class VectorsTest {
    private static final String BURST = "knet burst payload";

    /** Methods of compression that this module reads; 0 is none. */
    private static final Set<Integer> READABLE = Set.of(0, 1);

    static List<Recording> recordings() {
        return Vectors.all();
    }

    static List<Recording> encrypted() {
        return recordings().stream().filter(one -> !one.config().slots().isEmpty()).toList();
    }

    static List<Recording> changing() {
        return recordings().stream().filter(one -> !one.phases().isEmpty()).toList();
    }

    @Test
    void allRecordingsAreUsed() {
        Map<String, Integer> counts =
                Map.of("plain", 7, "crypto", 59, "frag", 13, "pmtud", 6, "compress", 11);
        assertThat(Vectors.countPerFolder()).isEqualTo(counts);
        assertThat(recordings()).extracting(Recording::name).doesNotHaveDuplicates();
        assertThat(recordings()).hasSize(96);
        assertThat(encrypted()).hasSize(77);
        assertThat(changing()).hasSize(2);
    }

    @Test
    void thereAreRecordingsOfEveryKind() {
        assertThat(recordings().stream().flatMap(one -> one.datagrams().stream()))
                .extracting(one -> one.decoded().type())
                .contains("DATA", "PING", "PONG", "PMTUD", "PMTUD_REPLY");
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyFieldIsRead(Recording recording) {
        CryptoPeer peer = new CryptoPeer(recording.allKeys());
        for (Datagram datagram : recording.datagrams()) {
            Decoded decoded = datagram.decoded();
            assertThat(datagram.bytes()).hasSize(datagram.len());
            ByteBuffer packet = ByteBuffer.wrap(peer.open(datagram.bytes()));
            assertThat(Packets.version(packet, 0)).isEqualTo(decoded.version());
            assertThat(Packets.type(packet, 0)).isEqualTo(type(decoded));
            assertThat(Packets.host(packet, 0)).isEqualTo(decoded.node());
            assertThat(Packets.maxVersion(packet, 0)).isEqualTo(Math.max(1, decoded.byte4()));
            assertThat(packet.capacity()).isGreaterThanOrEqualTo(Packets.minLength(type(decoded)));
            switch (type(decoded)) {
                case Packets.DATA -> {
                    assertThat(Packets.dataSequence(packet, 0)).isEqualTo(decoded.seq());
                    assertThat(Packets.dataCompression(packet, 0)).isEqualTo(decoded.compress());
                    assertThat(Packets.dataBroadcast(packet, 0)).isEqualTo(decoded.bcast() != 0);
                    assertThat(Packets.dataFragmentCount(packet, 0))
                            .isEqualTo(decoded.fragmentCount());
                    assertThat(Packets.dataFragmentNumber(packet, 0))
                            .isEqualTo(decoded.fragmentNumber());
                    assertThat(Packets.dataChannel(packet, 0)).isEqualTo(decoded.channel());
                    assertThat(packet.capacity() - Packets.DATA_HEADER).isEqualTo(decoded.length());
                }
                case Packets.PING, Packets.PONG -> {
                    assertThat(Packets.link(packet, 0)).isEqualTo(decoded.link());
                    assertThat(Packets.pingSequence(packet, 0)).isEqualTo(decoded.seq());
                    assertThat(Packets.pingTimed(packet, 0)).isEqualTo(decoded.timed() != 0);
                    byte[] token = HexFormat.of().parseHex(decoded.token());
                    assertThat(Packets.pingTokenHigh(packet, 0))
                            .isEqualTo(ByteBuffer.wrap(token).getLong(0));
                    assertThat(Packets.pingTokenLow(packet, 0))
                            .isEqualTo(ByteBuffer.wrap(token).getLong(8));
                }
                default -> {
                    assertThat(Packets.link(packet, 0)).isEqualTo(decoded.link());
                    assertThat(Packets.probedSize(packet, 0)).isEqualTo(decoded.probedSize());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyHeaderCanBeWritten(Recording recording) {
        CryptoPeer peer = new CryptoPeer(recording.allKeys());
        for (Datagram datagram : recording.datagrams()) {
            Decoded decoded = datagram.decoded();
            byte[] bytes = peer.open(datagram.bytes());
            ByteBuffer packet = ByteBuffer.allocate(bytes.length);
            int length = bytes.length;
            switch (type(decoded)) {
                case Packets.DATA -> {
                    length = Packets.DATA_HEADER;
                    Packets.writeData(
                            packet,
                            0,
                            decoded.node(),
                            decoded.seq(),
                            decoded.bcast() != 0,
                            decoded.fragmentCount(),
                            decoded.fragmentNumber(),
                            decoded.channel(),
                            decoded.compress());
                }
                case Packets.PING, Packets.PONG -> {
                    ByteBuffer token = ByteBuffer.wrap(HexFormat.of().parseHex(decoded.token()));
                    Packets.writePing(
                            packet,
                            0,
                            decoded.version(),
                            decoded.node(),
                            decoded.link(),
                            token.getLong(0),
                            token.getLong(8),
                            decoded.seq(),
                            decoded.timed() != 0);
                    if (type(decoded) == Packets.PONG) {
                        Packets.answer(packet, 0, decoded.node());
                    }
                }
                case Packets.PMTUD_REPLY -> {
                    Packets.writeProbe(
                            packet,
                            0,
                            decoded.version(),
                            decoded.node(),
                            decoded.link(),
                            decoded.probedSize(),
                            Packets.PMTUD_HEADER);
                    Packets.answer(packet, 0, decoded.node());
                }
                default ->
                        Packets.writeProbe(
                                packet,
                                0,
                                decoded.version(),
                                decoded.node(),
                                decoded.link(),
                                decoded.probedSize(),
                                length);
            }
            assertThat(Arrays.copyOf(packet.array(), length))
                    .as("datagram %d", datagram.n())
                    .isEqualTo(Arrays.copyOf(bytes, length));
        }
    }

    private static int type(Decoded decoded) {
        return switch (decoded.type()) {
            case "DATA" -> Packets.DATA;
            case "PING" -> Packets.PING;
            case "PONG" -> Packets.PONG;
            case "PMTUD" -> Packets.PMTUD;
            case "PMTUD_REPLY" -> Packets.PMTUD_REPLY;
            default -> throw new IllegalArgumentException(decoded.type());
        };
    }

    @ParameterizedTest
    @MethodSource("encrypted")
    void everyDatagramIsOpenedByItsSlotToWhatWasSealed(Recording recording) {
        KeySlots keys = recording.allKeys();
        Map<Integer, Long> opened = new HashMap<>();
        for (Datagram datagram : recording.datagrams()) {
            byte[] packet = new CryptoPeer(keys).open(datagram.bytes());
            assertThat(datagram.seals(packet)).as("datagram %d", datagram.n()).isTrue();
            opened.merge(datagram.slot(), 1L, Long::sum);
        }
        assertThat(keys.status().clearPackets()).isEqualTo(opened.getOrDefault(0, 0L));
        assertThat(keys.status().slots())
                .allSatisfy(slot ->
                        assertThat(slot.packets())
                                .isEqualTo(opened.getOrDefault(slot.number(), 0L)));
    }

    @ParameterizedTest
    @MethodSource("encrypted")
    void everyDatagramCanBeSealedToTheSameBytes(Recording recording) throws Exception {
        CryptoPeer peer = new CryptoPeer(recording.allKeys());
        for (Datagram datagram : recording.datagrams()) {
            if (datagram.slot() == 0) {
                continue;
            }
            String host = datagram.fromA() ? "A" : "B";
            CryptoConfig crypto = recording.crypto(datagram.slot(), host);
            PacketSealer sealer =
                    JcaSuite.of(crypto, new Chosen(chance(crypto, datagram))).newSealer();
            byte[] sealed = CryptoPeer.seal(sealer, peer.open(datagram.bytes()));
            assertThat(HexFormat.of().formatHex(sealed))
                    .as("datagram %d", datagram.n())
                    .isEqualTo(datagram.hex());
        }
    }

    /** The random block from which a new sealer makes the salt of a datagram. */
    private static byte[] chance(CryptoConfig crypto, Datagram datagram)
            throws GeneralSecurityException {
        String salt = Objects.requireNonNull(datagram.crypto()).salt();
        if (salt == null) {
            assertThat(crypto.cipher()).isEqualTo(CryptoCipher.NONE);
            return new byte[0];
        }
        byte[] bytes = HexFormat.of().parseHex(salt);
        if (crypto.cipher().isCounterMode()) {
            return bytes;
        }
        // In CBC mode the salt is the block encrypted: nothing was before it.
        byte[] key = Arrays.copyOf(crypto.key().toByteArray(), crypto.cipher().keyBytes());
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"));
        return aes.doFinal(bytes);
    }

    /** Chance that begins with given bytes whenever it is asked. */
    private record Chosen(List<Byte> first) implements RandomGenerator {
        private Chosen(byte[] first) {
            this(list(first));
        }

        private static List<Byte> list(byte[] bytes) {
            List<Byte> list = new ArrayList<>();
            for (byte one : bytes) {
                list.add(one);
            }
            return List.copyOf(list);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            for (int i = 0; i < first.size(); i++) {
                bytes[i] = first.get(i);
            }
        }

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException("only bytes are asked for");
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyMessageArrivesAndEveryRequestIsAnsweredAsRecorded(Recording recording) {
        for (boolean toB : new boolean[] {true, false}) {
            int self = toB ? recording.hostB() : recording.hostA();
            int peer = toB ? recording.hostA() : recording.hostB();
            String name = toB ? "B" : "A";
            boolean ipv6 = recording.config().link().family().equals("IPv6");
            InetSocketAddress local = new InetSocketAddress(ipv6 ? "fd00::1" : "10.0.0.1", 5405);
            InetSocketAddress remote = new InetSocketAddress(ipv6 ? "fd00::2" : "10.0.0.2", 5405);
            TestNode node = new TestNode(Knet.builder(self).build(), recording.keys(name));
            node.peer = new CryptoPeer(recording.keys(toB ? "A" : "B"));
            HostState host = node.engine.addHost(peer, "peer");
            LinkState link =
                    node.engine.addLink(
                            node.now, host, 0, LinkConfig.udp(local, remote).withPongCount(1));
            node.engine.runTimers(node.now);
            for (Sent ping : node.drainPings()) {
                node.answer(ping, peer);
            }
            assertThat(node.engine.link(host, 0)).isEqualTo(link);
            assertThat(link.monitor.hasAnswered()).isTrue();

            Set<Integer> answered = replay(recording, node, name, remote);

            assertThat(answered)
                    .as("datagrams that answer others")
                    .isEqualTo(
                            recording.datagrams().stream()
                                    .filter(one -> one.fromA() != toB)
                                    .filter(one -> isAnswer(one.decoded()))
                                    .map(Datagram::n)
                                    .collect(Collectors.toSet()));
            checkMessages(recording, node, peer, toB);
            assertThat(node.engine.drops().keySet())
                    .as("pongs and replies to the C library are none of ours")
                    .isSubsetOf(
                            Set.of(
                                    DropCause.UNSOLICITED_PONG,
                                    DropCause.UNSOLICITED_PMTUD_REPLY,
                                    DropCause.UNKNOWN_COMPRESSION));
        }
    }

    /**
     * Hands a node what its host received, and does to it what was done to its host. Returns the
     * recorded answers that it gave as well, in the same order and by the same slot.
     */
    private static Set<Integer> replay(
            Recording recording, TestNode node, String name, InetSocketAddress remote) {
        boolean isA = name.equals("A");
        CryptoPeer opener = new CryptoPeer(recording.allKeys());
        Deque<Phase> phases = new ArrayDeque<>(recording.phases());
        phases.removeIf(Phase::isStart);
        Deque<byte[]> given = new ArrayDeque<>();
        Set<Integer> answered = new HashSet<>();
        for (Datagram datagram : recording.datagrams()) {
            while (!phases.isEmpty() && phases.getFirst().time() < datagram.time()) {
                phases.removeFirst().repeat(recording, name, node.engine);
            }
            if (datagram.fromA() != isA) {
                node.receive(remote, datagram.bytes());
                node.transport.drain().forEach(sent -> given.addLast(sent.bytes()));
            } else if (isAnswer(datagram.decoded())) {
                byte[] sent = given.removeFirst();
                assertThat(datagram.seals(opener.open(sent)))
                        .as("answer like datagram %d", datagram.n())
                        .isTrue();
                assertThat(openedBy(recording, sent)).isEqualTo(datagram.slot());
                assertThat(sent).hasSize(datagram.len());
                answered.add(datagram.n());
            }
        }
        assertThat(given).as("answers that were not recorded").isEmpty();
        return answered;
    }

    /** The slot that sealed a datagram. */
    private static int openedBy(Recording recording, byte[] datagram) {
        KeySlots keys = recording.allKeys();
        new CryptoPeer(keys).open(datagram);
        return keys.status().slots().stream()
                .filter(slot -> slot.packets() > 0)
                .mapToInt(CryptoStatus.Slot::number)
                .findFirst()
                .orElse(0);
    }

    private static boolean isAnswer(Decoded decoded) {
        return type(decoded) == Packets.PONG || type(decoded) == Packets.PMTUD_REPLY;
    }

    private static void checkMessages(Recording recording, TestNode node, int peer, boolean toB) {
        List<Payload> sent =
                recording.payloads().stream().filter(one -> one.from() == peer).toList();
        if (recording.payloads().isEmpty()) {
            long data =
                    recording.datagrams().stream()
                            .filter(one -> one.fromA() == toB)
                            .filter(one -> type(one.decoded()) == Packets.DATA)
                            .count();
            assertThat(node.texts()).hasSize((int) data).allMatch(BURST::equals);
            return;
        }
        List<Payload> readable =
                sent.stream().filter(one -> READABLE.contains(one.compression())).toList();
        assertThat(node.drops(DropCause.UNKNOWN_COMPRESSION))
                .isEqualTo(sent.size() - readable.size());
        assertThat(node.output.delivered).hasSize(readable.size());
        for (int i = 0; i < readable.size(); i++) {
            RecordingOutput.Delivered delivered = node.output.delivered.get(i);
            assertThat(delivered.source()).isEqualTo(peer);
            assertThat(delivered.channel()).isEqualTo(readable.get(i).channel());
            assertThat(delivered.payload()).isEqualTo(readable.get(i).bytes());
        }
    }

    /** Of compressed messages as well, which take a library each to be read. */
    @ParameterizedTest
    @MethodSource("recordings")
    void theDatagramsOfAMessageHoldAllThatWasSentOfIt(Recording recording) {
        CryptoPeer peer = new CryptoPeer(recording.allKeys());
        for (Payload payload : recording.payloads()) {
            ByteArrayOutputStream wire = new ByteArrayOutputStream();
            for (int index : payload.datagrams()) {
                Datagram datagram =
                        recording.datagrams().stream()
                                .filter(one -> one.n() == index)
                                .findFirst()
                                .orElseThrow();
                byte[] packet = peer.open(datagram.bytes());
                assertThat(Packets.dataCompression(ByteBuffer.wrap(packet), 0))
                        .isEqualTo(payload.compression());
                wire.write(packet, Packets.DATA_HEADER, packet.length - Packets.DATA_HEADER);
            }
            assertThat(wire.size()).isEqualTo(payload.wireLength());
            if (payload.compression() == 0) {
                assertThat(wire.toByteArray()).isEqualTo(payload.bytes());
            }
        }
    }
}
