package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.knet4j.AccessRule;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.RandomInputs;
import io.knet4j.ReassemblyLimits;
import io.knet4j.SharedKey;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A node that is sent datagrams from its peers' addresses and others, in the clear and sealed with
 * the right key: every one is counted, by its link or by the cause why it was dropped, memory stays
 * within its bound, and the node works afterwards.
 *
 * <p>An input is a sequence of datagrams: what protects it, where it comes from, what happens
 * before, in a byte; its length in two; and the packet, which is sealed here when it is to be. What
 * is recorded of the C library is the corpus.
 */
class PacketsFuzzTest {
    private static final int HEADER = 3;
    private static final int PROTECTION = 0b11;
    private static final int TIME = 0b11_0000;
    private static final int BATCH_ENDS = 0b100_0000;

    private static final int STATIC = 2;
    private static final int SINGLE = 3;
    private static final int DYNAMIC = 5;
    private static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_INPUT = 1 << 14;

    /** Longer ones are left out of the corpus, since most of what is in them is payload. */
    private static final int LONGEST_PACKET = 2000;

    private static final int LONGEST_DATAGRAM = 1 << 16;

    private static final List<JcaSuite> SUITES =
            List.of(
                    suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1),
                    suite(CryptoCipher.AES128_CTR, CryptoHash.MD5, 2));

    private static final List<PacketSealer> SEALERS =
            List.of(
                    PacketSealer.CLEAR,
                    SUITES.get(0).newSealer(),
                    SUITES.get(1).newSealer(),
                    PacketSealer.CLEAR);

    private static JcaSuite suite(CryptoCipher cipher, CryptoHash hash, int keySeed) {
        byte[] key = new byte[128];
        new SplittableRandom(keySeed).nextBytes(key);
        CryptoConfig config = new CryptoConfig(cipher, hash, SharedKey.of(key));
        return JcaSuite.of(config, new SplittableRandom(keySeed));
    }

    /** Every recording as if it came from a peer: in the clear, sealed, and in one batch. */
    static List<byte[]> corpus() {
        List<byte[]> corpus = new ArrayList<>();
        for (Vectors.Recording recording : Vectors.all()) {
            corpus.add(input(recording, 0));
            corpus.add(input(recording, 1 + corpus.size() / 2 % 2));
        }
        return corpus.stream().filter(input -> input.length > 0).toList();
    }

    private static byte[] input(Vectors.Recording recording, int protection) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (Vectors.Datagram datagram : recording.datagrams()) {
            byte[] packet = packet(datagram);
            if (packet.length == 0
                    || packet.length > LONGEST_PACKET
                    || input.size() + packet.length > LONGEST_INPUT / 2) {
                continue;
            }
            int time = datagram.decoded().type().equals("DATA") ? 0 : 0b1_0000;
            write(input, protection | time | (datagram.n() % 3 == 0 ? BATCH_ENDS : 0), packet);
        }
        return input.toByteArray();
    }

    /** What was sealed, as one of the node's peers would send it; empty when it is not known. */
    private static byte[] packet(Vectors.Datagram datagram) {
        if (datagram.slot() != 0 && datagram.plainHex() == null) {
            return new byte[0];
        }
        byte[] packet =
                datagram.slot() == 0
                        ? datagram.bytes()
                        : HexFormat.of().parseHex(datagram.plainHex());
        ByteBuffer.wrap(packet).putShort(2, (short) (datagram.n() % 8 == 7 ? SINGLE : STATIC));
        return packet;
    }

    private static void write(ByteArrayOutputStream input, int control, byte[] packet) {
        input.write(control);
        input.write(packet.length >>> 8);
        input.write(packet.length);
        input.writeBytes(packet);
    }

    @MethodSource("corpus")
    @FuzzTest
    void packets(byte[] input) {
        new Run().of(input);
    }

    @Test
    void everyDatagramIsCountedAndNoneDoesHarm() {
        RandomInputs.feed(corpus(), 80, this::packets);
    }

    @Test
    void theCorpusGetsAsFarAsItCan() {
        Set<DropCause> drops = EnumSet.noneOf(DropCause.class);
        long delivered = 0;
        for (byte[] input : corpus()) {
            Run run = new Run();
            run.of(input);
            drops.addAll(run.drops);
            delivered += run.delivered;
        }
        assertThat(delivered).isGreaterThan(500);
        assertThat(drops).contains(DropCause.UNSOLICITED_PONG, DropCause.UNKNOWN_COMPRESSION);
    }

    /** A node of its own for every input, so that an input alone fails again. */
    private static final class Run {
        private final TestNode node;
        private final List<HostState> hosts = new ArrayList<>();
        private Set<DropCause> drops = Set.of();
        private long delivered;

        private Run() {
            KeySlots keys = new KeySlots();
            for (int slot = 1; slot <= SUITES.size(); slot++) {
                keys.set(slot, SUITES.get(slot - 1));
            }
            node =
                    new TestNode(
                            Knet.builder(TestNode.SELF)
                                    .reassembly(
                                            new ReassemblyLimits(
                                                    32, MOST_BYTES, Duration.ofSeconds(1)))
                                    .build(),
                            keys);
            hosts.add(node.hostUp(STATIC, 2));
            hosts.add(node.hostUp(SINGLE, 1));
            HostState dynamic = node.engine.addHost(DYNAMIC, "dynamic");
            node.engine.addLink(
                    node.now,
                    dynamic,
                    0,
                    LinkConfig.dynamicUdp(new InetSocketAddress("10.9.0.1", 5405))
                            .withPing(TestNode.INTERVAL, TestNode.TIMEOUT)
                            .withAccessRules(List.of(AccessRule.parse("accept 10.0.0.0/16"))));
            hosts.add(dynamic);
            node.output.recording = false;
        }

        private void of(byte[] bytes) {
            ByteBuffer input = ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, LONGEST_INPUT));
            while (input.remaining() >= HEADER) {
                add(input);
            }
            receive();
            drops = node.engine.drops().keySet();
            delivered = node.output.deliveries;
            node.output.recording = true;
            hosts.add(Survival.check(node));
            Survival.checkLeaks(node, hosts);
        }

        private void add(ByteBuffer input) {
            int control = input.get();
            byte[] packet = new byte[Math.min(input.getShort() & 0xffff, input.remaining())];
            input.get(packet);
            if ((control & (BATCH_ENDS | TIME)) != 0 || !node.incoming.hasRoom(LONGEST_DATAGRAM)) {
                receive();
                pass(control >>> 4 & 3);
            }
            InetSocketAddress source = source(control >>> 2 & 3, packet);
            PacketSealer sealer = SEALERS.get(control & PROTECTION);
            byte[] datagram =
                    packet.length == 0 || sealer.arithmetic().hash() == 0
                            ? packet
                            : CryptoPeer.seal(sealer, packet);
            node.incoming.memory().put(node.incoming.used(), datagram);
            node.incoming.add(() -> TestNode.local(0), source, datagram.length);
        }

        /** Mostly the address that the host and link in the packet have. */
        private static InetSocketAddress source(int choice, byte[] packet) {
            if (choice == 0 && packet.length > Packets.COMMON_HEADER) {
                ByteBuffer memory = ByteBuffer.wrap(packet);
                int link = Packets.type(memory, 0) == Packets.DATA ? 0 : Packets.link(memory, 0);
                return remote(Packets.host(memory, 0), link & 1);
            }
            return switch (choice) {
                case 1 -> new InetSocketAddress(remote(STATIC, 0).getAddress(), 1);
                case 2 -> remote(9, 0);
                default -> remote(STATIC, 1);
            };
        }

        private void receive() {
            int datagrams = node.incoming.size();
            long before = Survival.accountedFor(node, hosts);
            node.engine.receive(node.now, node.incoming);
            node.incoming.clear();
            assertThat(Survival.accountedFor(node, hosts) - before)
                    .as("datagrams that were accepted or dropped by cause")
                    .isEqualTo(datagrams);
            assertThat(node.engine.reassemblyBytes()).isBetween(0L, (long) MOST_BYTES);
            node.transport.sent.clear();
        }

        private void pass(int time) {
            switch (time) {
                case 0 -> {}
                case 1 -> node.now += TestNode.MILLI;
                case 2 -> node.advance(100 * TestNode.MILLI);
                default -> node.advance(1100 * TestNode.MILLI);
            }
        }
    }
}
