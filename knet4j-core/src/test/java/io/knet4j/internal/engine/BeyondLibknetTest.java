package io.knet4j.internal.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.DataMtuChanged;
import io.knet4j.KnetEvent.HostUnreachable;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.onwire.Reassembler;
import io.knet4j.internal.onwire.Reassembler.Outcome;
import io.knet4j.internal.onwire.SequenceWindow;
import io.knet4j.internal.onwire.SequenceWindow.Verdict;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Each test holds one row of {@code docs/beyond-libknet.md}, whose number it carries: those that
 * need the inside of the engine.
 */
class BeyondLibknetTest {
    private static final int PEER = 2;
    private static final int MAX_MESSAGE = 65_536;
    private static final Destination TO_PEER = Destination.host(PEER);

    private final TestNode node = new TestNode();

    private void fragment(int sequence, int channel, int count, int number, int length) {
        byte[] payload = new byte[length];
        fromPeer(Wire.fragment(PEER, sequence, channel, count, number, payload));
    }

    private void fromPeer(byte[]... datagrams) {
        node.receive(TestNode.remote(PEER, 0), datagrams);
    }

    private static byte[] half(int sequence, int number, String text) {
        return Wire.fragment(PEER, sequence, 3, 2, number, text.getBytes(US_ASCII));
    }

    /** Answers all pings until every link is up. */
    private void connect() {
        while (!links().allMatch(link -> link.monitor.connected())) {
            node.engine.runTimers(node.now);
            answerPings();
            node.now += TestNode.INTERVAL.toNanos();
        }
        node.transport.sent.clear();
    }

    private Stream<LinkState> links() {
        return node.engine.hosts().stream().flatMap(host -> node.engine.links(host).stream());
    }

    private void answerPings() {
        for (Sent sent : node.drain(Packets.PING)) {
            links().filter(link -> sent.path().equals(link.path))
                    .forEach(link -> fromHost(link, Wire.pong(sent.bytes(), link.host.id)));
        }
    }

    private void fromHost(LinkState link, byte[] datagram) {
        node.receive(link.path.remote(), datagram);
    }

    private HostState connected(int host, int links) {
        HostState state = node.host(host, links);
        connect();
        node.output.events.clear();
        return state;
    }

    private <T extends KnetEvent> List<T> events(Class<T> type) {
        return node.output.events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static int sequence(Sent sent) {
        return Packets.dataSequence(ByteBuffer.wrap(sent.bytes()), 0);
    }

    private static int number(Sent sent) {
        return Packets.dataFragmentNumber(ByteBuffer.wrap(sent.bytes()), 0);
    }

    private static int count(Sent sent) {
        return Packets.dataFragmentCount(ByteBuffer.wrap(sent.bytes()), 0);
    }

    // ---- data path

    @Test
    @DisplayName("D1: no copy passes, late fragments end no message, fragments go out in order")
    void copiesNeverPassAndNoMessageEndsAnother() {
        HostState peer = connected(PEER, 2);
        int messages = 13_000;
        int copies = 0;
        for (int sequence = 1; sequence <= messages; sequence++) {
            fromPeer(Wire.data(PEER, sequence, 3, "m"));
            for (int behind : new int[] {0, 1, 4094, 4095, 4096, 4097}) {
                if (sequence > behind) {
                    fromPeer(Wire.data(PEER, sequence - behind, 3, "m"));
                    copies++;
                }
            }
        }
        assertThat(node.output.delivered).hasSize(messages);
        assertThat(node.drops(DropCause.DUPLICATE) + node.drops(DropCause.STALE)).isEqualTo(copies);

        node.output.delivered.clear();
        fromPeer(half(messages + 3000, 1, "new"));
        fromPeer(half(messages + 1, 2, "te"));
        fromPeer(Wire.ping(PEER, 0, 77, messages + 2, false));
        fromPeer(half(messages + 3000, 2, "er"));
        fromPeer(half(messages + 1, 1, "la"));
        assertThat(node.texts()).containsExactly("newer", "late");

        node.engine.setPolicy(peer, LinkPolicy.ACTIVE);
        node.transport.sent.clear();
        for (int i = 0; i < 3; i++) {
            assertThat(node.send(TO_PEER, 2000)).isNull();
        }
        node.engine.sender().flush(node.now);
        List<Sent> sent = node.drain(Packets.DATA);
        for (int link = 0; link < 2; link++) {
            InetSocketAddress remote = TestNode.remote(PEER, link);
            assertThat(
                            sent.stream()
                                    .filter(one -> one.path().remote().equals(remote))
                                    .map(one ->
                                            sequence(one) + "." + number(one) + '/' + count(one)))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 3)
                                    .boxed()
                                    .flatMap(message ->
                                            IntStream.rangeClosed(1, 5)
                                                    .mapToObj(number ->
                                                            message + "." + number + "/5"))
                                    .toList());
        }
    }

    @Test
    @DisplayName("D4: fragments are checked one by one and against each other")
    void fragmentsMustAgreeAndFit() {
        connected(PEER, 1);
        fragment(1, 3, 3, 0, 10);
        fragment(1, 3, 3, 4, 10);
        fragment(1, 3, 255, 1, 10);
        assertThat(node.drops(DropCause.BAD_FRAGMENT)).isEqualTo(3);

        fragment(2, 3, 3, 1, 10);
        fragment(2, 3, 4, 2, 10);
        fragment(2, 4, 3, 2, 10);
        fragment(2, 3, 3, 2, 11);
        fromPeer(Wire.with(Wire.fragment(PEER, 2, 3, 3, 2, new byte[10]), 8, 1));
        assertThat(node.drops(DropCause.CONTRADICTORY_FRAGMENT)).isEqualTo(4);

        fragment(3, 3, 254, 253, 300);
        fragment(3, 3, 2, 1, 65_490);
        fragment(3, 3, 2, 2, 65_490);
        assertThat(node.drops(DropCause.MESSAGE_TOO_LONG)).isEqualTo(2);
        assertThat(node.output.delivered).isEmpty();

        // None of it harmed the message itself.
        fragment(2, 3, 3, 3, 7);
        fragment(2, 3, 3, 2, 10);
        assertThat(node.output.delivered).hasSize(1);
        assertThat(node.output.delivered.getFirst().payload()).hasSize(27);

        Memory memory = new Memory(64, 1 << 20);
        assertThat(memory.add(1, 40, 100, 60_000)).isEqualTo(Outcome.TOO_LONG);
        assertThat(memory.reassembler.bytes()).as("kept of a message that is too long").isZero();
    }

    /** A protection of 16 bytes in front and many behind, that scrambles what is between. */
    private static final class Scrambled extends FakeSuite {
        private static final int SALT = 16;

        private final int hash;

        Scrambled(int hash) {
            super(new MtuArithmetic(0, SALT, hash));
            this.hash = hash;
        }

        private static void scramble(ByteBuffer memory, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                memory.put(i, (byte) ~memory.get(i));
            }
        }

        @Override
        public int seal(ByteBuffer memory, int offset, int length) {
            scramble(memory, offset + SALT, length);
            return SALT + length + hash;
        }

        @Override
        public int open(ByteBuffer memory, int offset, int length) {
            int packet = length - SALT - hash;
            if (packet <= 0) {
                return NOT_SIGNED;
            }
            scramble(memory, offset + SALT, packet);
            return packet;
        }

        byte[] sealed(byte[] packet) {
            byte[] datagram = new byte[SALT + packet.length + hash];
            System.arraycopy(packet, 0, datagram, SALT, packet.length);
            scramble(ByteBuffer.wrap(datagram), SALT, packet.length);
            return datagram;
        }

        byte[] opened(byte[] datagram) {
            ByteBuffer copy = ByteBuffer.wrap(datagram.clone());
            byte[] packet = new byte[open(copy, 0, datagram.length)];
            copy.get(SALT, packet);
            return packet;
        }
    }

    @Test
    @DisplayName("D6: pings and probes are answered from the opened packet")
    void answersAreMadeFromTheOpenedPacket() {
        Scrambled protection = new Scrambled(32);
        TestNode sealed = new TestNode(Knet.builder(TestNode.SELF).build(), protection.inUse());
        sealed.host(PEER, 1);
        byte[] ping = Wire.ping(PEER, 0, 0x0123456789abcdefL, 17, true);
        byte[] probe = Wire.probe(PEER, 0, 900);
        sealed.receive(TestNode.remote(PEER, 0), protection.sealed(ping), protection.sealed(probe));
        List<byte[]> answers =
                sealed.transport.drain().stream()
                        .map(one -> protection.opened(one.bytes()))
                        .toList();
        byte[] reply = Wire.pong(probe, TestNode.SELF);
        assertThat(answers)
                .hasSize(2)
                .satisfiesExactlyInAnyOrder(
                        pong -> assertThat(pong).isEqualTo(Wire.pong(ping, TestNode.SELF)),
                        answer ->
                                assertThat(answer)
                                        .isEqualTo(
                                                java.util.Arrays.copyOf(
                                                        reply, Packets.PMTUD_HEADER)));
    }

    @Test
    @DisplayName("D7: 254 fragments go out, a message that needs more is refused")
    void messagesOfTooManyFragmentsAreRefused() {
        Scrambled protection = new Scrambled(300);
        TestNode sealed = new TestNode(Knet.builder(TestNode.SELF).build(), protection.inUse());
        HostState peer = sealed.host(PEER, 1);
        LinkState link = peer.link(0);
        while (!link.monitor.connected()) {
            sealed.engine.runTimers(sealed.now);
            for (Sent sent : sealed.transport.drain()) {
                byte[] pong = Wire.pong(protection.opened(sent.bytes()), PEER);
                sealed.receive(TestNode.remote(PEER, 0), protection.sealed(pong));
            }
            sealed.now += TestNode.INTERVAL.toNanos();
        }
        sealed.transport.sent.clear();
        int longest = 254 * MtuArithmetic.fragmentBytes(protection.arithmetic().safeDataMtu());
        assertThat(longest).isLessThan(MAX_MESSAGE);
        assertThat(sealed.sendNow(TO_PEER, longest + 1)).isEqualTo(Reason.TOO_MANY_FRAGMENTS);
        assertThat(sealed.transport.drain()).isEmpty();
        assertThat(sealed.sendNow(TO_PEER, longest)).isNull();
        assertThat(sealed.transport.drain())
                .filteredOn(sent ->
                        Packets.type(ByteBuffer.wrap(protection.opened(sent.bytes())), 0)
                                == Packets.DATA)
                .hasSize(254);
        assertThat(sealed.engine.sender().failures(Reason.TOO_MANY_FRAGMENTS)).isEqualTo(1);
    }

    @Test
    @DisplayName("D10: a link that fails stops nobody else, a host failed when all its links did")
    void aFailureStopsNobodyElse() {
        for (int host : new int[] {2, 3, 4}) {
            node.engine.setPolicy(connected(host, 2), LinkPolicy.ACTIVE);
        }
        node.transport.refusals.put(TestNode.remote(2, 0), Reason.NETWORK_UNREACHABLE);
        node.send(Destination.broadcast(), 3000);
        node.engine.sender().flush(node.now);
        assertThat(takenPerRemote()).containsExactly(0L, 7L, 7L, 7L, 7L, 7L);
        assertThat(node.engine.sender().failures(Reason.NETWORK_UNREACHABLE)).isZero();
        assertThat(events(SendFailed.class)).isEmpty();

        node.transport.refusals.put(TestNode.remote(2, 1), Reason.NETWORK_UNREACHABLE);
        node.send(Destination.broadcast(), 3000);
        node.engine.sender().flush(node.now);
        assertThat(takenPerRemote()).containsExactly(0L, 0L, 7L, 7L, 7L, 7L);
        assertThat(node.engine.sender().failures(Reason.NETWORK_UNREACHABLE)).isEqualTo(1);
        assertThat(events(SendFailed.class))
                .containsExactly(new SendFailed(Reason.NETWORK_UNREACHABLE, 3, 1));
    }

    private List<Long> takenPerRemote() {
        List<Sent> sent = node.drain(Packets.DATA);
        List<Long> taken = new ArrayList<>();
        for (int host : new int[] {2, 3, 4}) {
            for (int link = 0; link < 2; link++) {
                InetSocketAddress remote = TestNode.remote(host, link);
                taken.add(sent.stream().filter(one -> one.path().remote().equals(remote)).count());
            }
        }
        return taken;
    }

    @Test
    @DisplayName("D11: a full socket is tried a bounded number of times, without waiting for pings")
    void retriesAreBounded() {
        connected(PEER, 1);
        InetSocketAddress remote = TestNode.remote(PEER, 0);
        node.transport.full.add(remote);
        assertThat(node.sendNow(TO_PEER, 3000)).isEqualTo(Reason.NO_PROGRESS);
        assertThat(node.transport.waits).isEqualTo(50);

        node.transport.waits = 0;
        node.advance(TestNode.INTERVAL.toNanos());
        fromPeer(Wire.ping(PEER, 0, 1, 0, true));
        assertThat(node.transport.waits).as("for control packets").isZero();
        assertThat(node.transport.sent).isEmpty();

        node.transport.full.clear();
        node.advance(2 * TestNode.MILLI);
        assertThat(node.drain(Packets.PONG)).as("soon after there was room").hasSize(1);
        node.transport.full.add(remote);
        fromPeer(Wire.ping(PEER, 0, 2, 0, true));
        node.advance(30 * TestNode.MILLI);
        node.transport.full.clear();
        node.advance(2 * TestNode.MILLI);
        assertThat(node.drain(Packets.PONG)).as("much later").isEmpty();

        node.transport.full.add(remote);
        node.transport.roomAfterWaits = 49;
        assertThat(node.sendNow(TO_PEER, 3000)).isNull();
        assertThat(node.drain(Packets.DATA)).hasSize(7);

        node.transport.waits = 0;
        node.transport.refusals.put(remote, Reason.SOCKET_FAILED);
        assertThat(node.sendNow(TO_PEER, 3000)).isEqualTo(Reason.SOCKET_FAILED);
        assertThat(node.transport.waits).as("after an unknown error").isZero();
    }

    @Test
    @DisplayName("D12: the pings of a batch are answered before its data")
    void pingsAreAnsweredBeforeDataIsLookedAt() {
        connected(PEER, 1);
        List<Integer> pongsByThen = new ArrayList<>();
        node.engine.setFilter(message -> {
            pongsByThen.add(
                    (int)
                            node.transport.sent.stream()
                                    .filter(sent -> sent.type() == Packets.PONG)
                                    .count());
            return Destination.broadcast();
        });
        fromPeer(
                Wire.data(PEER, 1, 3, "one"),
                Wire.ping(PEER, 0, 1, 0, true),
                Wire.data(PEER, 2, 3, "two"),
                Wire.ping(PEER, 0, 2, 0, true));
        assertThat(pongsByThen).containsExactly(2, 2);
        assertThat(node.texts()).containsExactly("one", "two");
    }

    /** A reassembler, and how often it gave up a message. */
    private static final class Memory {
        private final Reassembler.Source source = new Reassembler.Source();
        private final ByteBuffer packet = ByteBuffer.allocate(MAX_MESSAGE);
        private final Reassembler reassembler;
        private int evicted;
        private int expired;
        private long now;

        private Memory(int messages, long bytes) {
            reassembler =
                    new Reassembler(
                            messages,
                            bytes,
                            5_000,
                            new Reassembler.Losses() {
                                @Override
                                public void evicted() {
                                    evicted++;
                                }

                                @Override
                                public void expired() {
                                    expired++;
                                }
                            });
        }

        private Outcome add(long position, int number, int count, int length) {
            Outcome outcome =
                    reassembler.add(source, now, position, number, count, 3, 0, packet, 0, length);
            reassembler.keep();
            return outcome;
        }
    }

    @Test
    @DisplayName("D17: memory for fragments is bounded in total and given back whole")
    void memoryForFragmentsIsBounded() {
        Memory memory = new Memory(64, 1 << 20);
        for (int round = 0; round < 20; round++) {
            for (int message = 0; message < 64; message++) {
                memory.add(round * 100 + message, 2, 3, 500 * (1 + message % 40));
                assertThat(memory.reassembler.bytes()).isLessThanOrEqualTo(1 << 20);
            }
            int complete = 0;
            for (int message = 63; message >= 0; message--) { // those that were not given up first
                int length = 500 * (1 + message % 40);
                memory.add(round * 100 + message, 3, 3, 1);
                if (memory.add(round * 100 + message, 1, 3, length) == Outcome.COMPLETE) {
                    assertThat(memory.reassembler.message().length()).isEqualTo(2 * length + 1);
                    complete++;
                }
            }
            assertThat(complete).isPositive();
            memory.reassembler.clear(memory.source);
            assertThat(memory.reassembler.bytes()).isZero();
        }
    }

    @Test
    @DisplayName("D18: no memory is taken in advance, incomplete messages expire after 5 s")
    void incompleteMessagesExpire() {
        Memory memory = new Memory(64, 1 << 24);
        assertThat(memory.reassembler.bytes()).isZero();
        memory.add(1, 1, 254, 100);
        assertThat(memory.reassembler.bytes()).isBetween(100L, 4096L);
        memory.now = 4_999;
        memory.reassembler.expire(memory.now);
        assertThat(memory.expired).isZero();
        memory.now = 5_000;
        memory.reassembler.expire(memory.now);
        assertThat(memory.expired).isEqualTo(1);
        assertThat(memory.evicted).isZero();
        assertThat(memory.reassembler.bytes()).isZero();

        // And by itself, in a node as it is configured by default.
        node.host(PEER, 1);
        connect();
        fromPeer(half(1, 1, "never "));
        node.advance(4_900 * TestNode.MILLI);
        assertThat(node.drops(DropCause.REASSEMBLY_EXPIRED)).isZero();
        node.advance(101 * TestNode.MILLI);
        assertThat(node.drops(DropCause.REASSEMBLY_EXPIRED)).isEqualTo(1);
    }

    @Test
    @DisplayName("D19: the window is 4096 wide everywhere, the wrap included")
    void theWindowHasTheSameWidthEverywhere() {
        for (int newest : new int[] {1, 2, 4095, 4096, 4097, 8192, 32_768, 61_440, 65_535}) {
            for (int behind : new int[] {1, 2, 4094, 4095, 4096, 4097, 32_766, 32_767}) {
                int old = 1 + Math.floorMod(newest - 1 - behind, 65_535);
                String which = old + " with " + newest;
                SequenceWindow window = new SequenceWindow();
                window.check(newest);
                assertThat(window.check(old))
                        .as(which)
                        .isEqualTo(behind < 4096 ? Verdict.NEW : Verdict.STALE);
                if (behind < 4096) {
                    window.markDelivered(old);
                    window.markDelivered(newest);
                    assertThat(window.check(old)).as(which).isEqualTo(Verdict.DUPLICATE);
                    assertThat(window.check(newest)).as(which).isEqualTo(Verdict.DUPLICATE);
                }
                assertThat(window.check(newest % 65_535 + 1)).as(which).isEqualTo(Verdict.NEW);
            }
        }
    }

    private static LinkConfig ipv6(int host) {
        return LinkConfig.udp(
                        new InetSocketAddress("fd00::1", 5405),
                        new InetSocketAddress("fd00::" + host, 5405))
                .withPing(TestNode.INTERVAL, TestNode.TIMEOUT)
                .withPongCount(1);
    }

    @Test
    @DisplayName("D24: every host has its own data MTU, a message the smallest of its destinations")
    void everyHostHasItsOwnDataMtu() {
        node.engine.setInterfaceMtu(OptionalInt.of(1500));
        connected(PEER, 1);
        HostState other = node.engine.addHost(3, "three");
        node.engine.addLink(node.now, other, 0, ipv6(3));
        connect();
        assertThat(node.engine.status(node.engine.host(PEER)).dataMtu()).isEqualTo(1446);
        assertThat(node.engine.status(other).dataMtu()).isEqualTo(1426);
        assertThat(payloads(TO_PEER)).containsExactly(1458, 1458);
        assertThat(payloads(Destination.host(3))).containsExactly(1438, 1438, 40);
        assertThat(payloads(Destination.broadcast()))
                .containsExactly(1438, 1438, 40, 1438, 1438, 40);
        // A link that carries no messages does not count.
        LinkState faster = node.engine.addLink(node.now, other, 1, TestNode.config(3, 1));
        connect();
        node.engine.setPriority(faster, 1);
        assertThat(node.engine.status(other).dataMtu()).isEqualTo(1446);
        node.transport.sent.clear();
        assertThat(payloads(Destination.broadcast())).containsExactly(1458, 1458, 1458, 1458);
    }

    private List<Integer> payloads(Destination destination) {
        assertThat(node.send(destination, 2916)).isNull();
        node.engine.sender().flush(node.now);
        return node.drain(Packets.DATA).stream()
                .map(sent -> sent.bytes().length - Packets.DATA_HEADER)
                .toList();
    }

    @Test
    @DisplayName("D25: the tables of a few hosts are small, whatever their ids")
    void tablesAreAsLargeAsTheClusterNotAsTheIdSpace() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        addHosts(new TestNode(), 60_000); // classes are loaded now
        TestNode measured = new TestNode();
        long before = threads.getCurrentThreadAllocatedBytes();
        addHosts(measured, 65_535);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes for two hosts").isLessThan(100_000);
        assertThat(measured.engine.host(65_535).id).isEqualTo(65_535);
        assertThat(measured.engine.host(0).id).isZero();
        assertThat(measured.engine.host(32_768)).isNull();
    }

    private static void addHosts(TestNode node, int highest) {
        node.host(0, 1);
        node.host(highest, 1);
    }

    // ---- links

    @Test
    @DisplayName("L8: reports of the network and a timeout at once leave no link dead")
    void aLinkComesBackWhateverTookItDown() {
        HostState peer = connected(PEER, 1);
        LinkState link = peer.link(0);
        InetSocketAddress remote = TestNode.remote(PEER, 0);
        for (int round = 0; round < 20; round++) {
            long end = node.now + TestNode.TIMEOUT.toNanos() + round * TestNode.MILLI;
            while (link.monitor.connected()) {
                node.engine.unreachable(node.now, link.path.socket(), remote);
                node.advance(TestNode.INTERVAL.toNanos() / 7);
                assertThat(node.now).isLessThan(end + TestNode.TIMEOUT.toNanos());
            }
            node.engine.unreachable(node.now, link.path.socket(), remote);
            node.transport.sent.clear();
            connect();
            assertThat(node.engine.status(peer).reachable()).isTrue();
            assertThat(node.sendNow(TO_PEER, 10)).isNull();
        }
        assertThat(events(LinkUp.class)).hasSize(20);
        assertThat(events(LinkDown.class)).hasSize(20);
    }

    @Test
    @DisplayName("L10: a report of the network counts only when the next answer is missing, too")
    void reportsOfTheNetworkNeedAMissingAnswer() {
        HostState peer = connected(PEER, 1);
        LinkState link = peer.link(0);
        InetSocketAddress remote = TestNode.remote(PEER, 0);
        for (int i = 0; i < 50; i++) {
            node.engine.unreachable(node.now, link.path.socket(), remote);
            node.engine.runTimers(node.now);
            answerPings();
            node.advance(TestNode.INTERVAL.toNanos());
            answerPings();
        }
        assertThat(events(LinkDown.class)).as("with answers").isEmpty();
        // Nor does what concerns another address.
        node.engine.unreachable(node.now, link.path.socket(), TestNode.remote(3, 0));
        node.advance(2 * TestNode.INTERVAL.toNanos());
        assertThat(events(LinkDown.class)).isEmpty();

        node.engine.unreachable(node.now, link.path.socket(), remote);
        node.advance(2 * TestNode.INTERVAL.toNanos() + TestNode.MILLI);
        assertThat(events(LinkDown.class))
                .singleElement()
                .satisfies(
                        down -> assertThat(down.cause()).isEqualTo(LinkDownCause.TRANSPORT_ERROR));
    }

    @Test
    @DisplayName("L11: the next message takes the links that were just chosen")
    void routesAreChosenAtOnce() {
        HostState peer = connected(PEER, 3);
        for (int i = 0; i < 2000; i++) {
            int best = i % 3;
            node.engine.setPriority(peer.link(best), i % 250 + 1);
            node.engine.setPriority(peer.link((best + 1) % 3), 0);
            node.engine.setPriority(peer.link((best + 2) % 3), 0);
            assertThat(node.sendNow(TO_PEER, 10)).isNull();
            assertThat(node.drain(Packets.DATA))
                    .extracting(sent -> sent.path().remote())
                    .containsExactly(TestNode.remote(PEER, best));
        }
        for (LinkState link : node.engine.links(peer)) {
            node.engine.setEnabled(node.now, link, false);
        }
        assertThat(node.sendNow(TO_PEER, 10)).isEqualTo(Reason.HOST_DOWN);
        assertThat(events(HostUnreachable.class)).hasSize(1);
    }

    @Test
    @DisplayName("L23: a link that comes up changes the MTU of no other host")
    void linksOfOtherHostsDoNotChangeTheMtu() {
        node.engine.setInterfaceMtu(OptionalInt.of(1500));
        connected(PEER, 1);
        for (int host = 3; host < 8; host++) {
            HostState other = node.engine.addHost(host, "host-" + host);
            LinkState link = node.engine.addLink(node.now, other, 0, ipv6(host));
            connect();
            assertThat(payloads(TO_PEER)).containsExactly(1458, 1458);
            node.engine.setEnabled(node.now, link, false);
            assertThat(payloads(TO_PEER)).containsExactly(1458, 1458);
            node.engine.removeHost(node.now, other);
        }
        assertThat(events(DataMtuChanged.class))
                .hasSize(5)
                .allSatisfy(changed -> assertThat(changed.host()).isNotEqualTo(PEER));
    }

    @Test
    @DisplayName("L26: links with one local address share a socket, with the options of the first")
    void theFirstLinkSetsTheOptionsOfASharedSocket() {
        HostState peer = node.engine.addHost(PEER, "two");
        LinkConfig plain = TestNode.config(PEER, 0);
        LinkState first = node.engine.addLink(node.now, peer, 0, plain);
        LinkState second =
                node.engine.addLink(
                        node.now,
                        peer,
                        1,
                        LinkConfig.udp(TestNode.local(0), TestNode.remote(PEER, 1))
                                .withHighPriorityTraffic(true));
        assertThat(node.transport.bound).containsExactly(TestNode.local(0));
        assertThat(second.path.socket()).isSameAs(first.path.socket());
        assertThat(((FakeTransport.FakeSocket) second.path.socket()).options().trafficClass())
                .isZero();
        // The socket lives as long as one of them, and a new first one sets its own.
        node.engine.removeLink(node.now, first);
        node.closeSockets();
        assertThat(node.transport.bound).containsExactly(TestNode.local(0));
        node.engine.removeLink(node.now, second);
        node.closeSockets();
        assertThat(node.transport.bound).isEmpty();
        LinkState third =
                node.engine.addLink(node.now, peer, 0, plain.withHighPriorityTraffic(true));
        assertThat(((FakeTransport.FakeSocket) third.path.socket()).options().trafficClass())
                .isEqualTo(0x10);
    }
}
