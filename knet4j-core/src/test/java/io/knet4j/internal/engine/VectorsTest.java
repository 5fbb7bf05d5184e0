package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.engine.Vectors.Datagram;
import io.knet4j.internal.engine.Vectors.Decoded;
import io.knet4j.internal.engine.Vectors.Payload;
import io.knet4j.internal.engine.Vectors.Recording;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.KeySlots;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the C library sent must be understood, and could have been written by us. */
class VectorsTest {
    private static final String BURST = "knet burst payload";

    static List<Recording> recordings() {
        return Vectors.all();
    }

    @Test
    void thereAreRecordingsOfEveryKind() {
        assertThat(recordings()).hasSizeGreaterThanOrEqualTo(15);
        assertThat(recordings().stream().flatMap(one -> one.datagrams().stream()))
                .extracting(one -> one.decoded().type())
                .contains("DATA", "PING", "PONG", "PMTUD", "PMTUD_REPLY");
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyFieldIsRead(Recording recording) {
        for (Datagram datagram : recording.datagrams()) {
            Decoded decoded = datagram.decoded();
            ByteBuffer packet = ByteBuffer.wrap(datagram.bytes());
            assertThat(packet.capacity()).isEqualTo(datagram.len());
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
                    assertThat(Short.toUnsignedInt(Short.reverseBytes(packet.getShort(7))))
                            .isEqualTo(decoded.probedSize());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyHeaderCanBeWritten(Recording recording) {
        for (Datagram datagram : recording.datagrams()) {
            Decoded decoded = datagram.decoded();
            byte[] bytes = datagram.bytes();
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
                    packet.put(0, probe(decoded));
                    Packets.answer(packet, 0, decoded.node());
                }
                default -> {
                    length = Packets.PMTUD_HEADER;
                    packet.put(0, probe(decoded));
                }
            }
            assertThat(Arrays.copyOf(packet.array(), length))
                    .as("datagram %d", datagram.n())
                    .isEqualTo(Arrays.copyOf(bytes, length));
        }
    }

    private static byte[] probe(Decoded decoded) {
        ByteBuffer probe = ByteBuffer.allocate(Packets.PMTUD_HEADER);
        probe.put(0, (byte) 1).put(1, (byte) Packets.PMTUD).putShort(2, (short) decoded.node());
        probe.put(6, (byte) decoded.link());
        probe.putShort(7, Short.reverseBytes((short) decoded.probedSize()));
        return probe.array();
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
    @MethodSource("recordings")
    void everyMessageArrivesAndEveryRequestIsAnsweredAsRecorded(Recording recording) {
        for (boolean toB : new boolean[] {true, false}) {
            int self = toB ? recording.hostB() : recording.hostA();
            int peer = toB ? recording.hostA() : recording.hostB();
            boolean ipv6 = recording.config().link().family().equals("IPv6");
            InetSocketAddress local = new InetSocketAddress(ipv6 ? "fd00::1" : "10.0.0.1", 5405);
            InetSocketAddress remote = new InetSocketAddress(ipv6 ? "fd00::2" : "10.0.0.2", 5405);
            TestNode node = new TestNode(Knet.builder(self).build(), new KeySlots());
            HostState host = node.engine.addHost(peer, "peer");
            LinkState link =
                    node.engine.addLink(
                            node.now, host, 0, LinkConfig.udp(local, remote).withPongCount(1));
            node.engine.runTimers(node.now);
            for (Sent ping : node.drainPings()) {
                node.receive(remote, Wire.pong(ping.bytes(), peer));
            }
            assertThat(node.engine.link(host, 0)).isEqualTo(link);

            List<Datagram> incoming =
                    recording.datagrams().stream().filter(one -> one.fromA() == toB).toList();
            List<Datagram> answers =
                    recording.datagrams().stream()
                            .filter(one -> one.fromA() != toB)
                            .filter(one -> isAnswer(one.decoded()))
                            .toList();
            for (Datagram datagram : incoming) {
                node.receive(remote, datagram.bytes());
            }

            assertThat(
                            node.transport.drain().stream()
                                    .map(sent -> HexFormat.of().formatHex(sent.bytes())))
                    .containsExactlyElementsOf(answers.stream().map(Datagram::hex).toList());
            checkMessages(recording, node, peer, incoming);
            assertThat(node.engine.drops().keySet())
                    .as("pongs and replies to the C library are none of ours")
                    .isSubsetOf(
                            Set.of(DropCause.UNSOLICITED_PONG, DropCause.UNSOLICITED_PMTUD_REPLY));
        }
    }

    private static boolean isAnswer(Decoded decoded) {
        return type(decoded) == Packets.PONG || type(decoded) == Packets.PMTUD_REPLY;
    }

    private static void checkMessages(
            Recording recording, TestNode node, int peer, List<Datagram> incoming) {
        List<Payload> sent =
                recording.payloads().stream().filter(one -> one.from() == peer).toList();
        if (recording.payloads().isEmpty()) {
            long data =
                    incoming.stream().filter(one -> type(one.decoded()) == Packets.DATA).count();
            assertThat(node.texts()).hasSize((int) data).allMatch(BURST::equals);
            return;
        }
        assertThat(node.output.delivered).hasSize(sent.size());
        for (int i = 0; i < sent.size(); i++) {
            RecordingOutput.Delivered delivered = node.output.delivered.get(i);
            assertThat(delivered.source()).isEqualTo(peer);
            assertThat(delivered.channel()).isEqualTo(sent.get(i).channel());
            assertThat(delivered.payload()).isEqualTo(sent.get(i).bytes());
        }
    }
}
