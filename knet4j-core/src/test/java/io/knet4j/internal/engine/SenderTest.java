package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SenderTest {
    private static final int SAFE_FRAGMENT = 494;
    private static final Destination TO_TWO = Destination.host(2);
    private static final Destination ALL = Destination.broadcast();

    private final TestNode node = new TestNode();

    private List<Sent> sentNow(Destination destination, int length) {
        assertThat(node.send(destination, length)).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();
        return node.drain(Packets.DATA);
    }

    private static ByteBuffer packet(Sent sent) {
        return ByteBuffer.wrap(sent.bytes());
    }

    private static List<Integer> sequences(List<Sent> sent) {
        return sent.stream().map(one -> Packets.dataSequence(packet(one), 0)).toList();
    }

    // ---- on the wire

    @ParameterizedTest
    @CsvSource({"1,1", "494,1", "495,2", "988,2", "989,3", "65536,133"})
    void cutsMessagesIntoEqualFragments(int length, int count) {
        node.hostUp(2, 1);
        List<Sent> sent = sentNow(TO_TWO, length);
        assertThat(sent).hasSize(count);
        byte[] together = new byte[length];
        for (int i = 0; i < count; i++) {
            ByteBuffer packet = packet(sent.get(i));
            assertThat(Packets.host(packet, 0)).isEqualTo(TestNode.SELF);
            assertThat(Packets.dataSequence(packet, 0)).isEqualTo(1);
            assertThat(Packets.dataFragmentCount(packet, 0)).isEqualTo(count);
            assertThat(Packets.dataFragmentNumber(packet, 0)).isEqualTo(count == 1 ? 0 : i + 1);
            assertThat(Packets.dataChannel(packet, 0)).isEqualTo(3);
            assertThat(Packets.dataBroadcast(packet, 0)).isFalse();
            int size = packet.capacity() - Packets.DATA_HEADER;
            if (i < count - 1) {
                assertThat(size).isEqualTo(SAFE_FRAGMENT);
            }
            packet.get(Packets.DATA_HEADER, together, i * SAFE_FRAGMENT, size);
        }
        assertThat(together).isEqualTo(TestNode.payload(length));
    }

    @Test
    void usesTheInterfaceMtuThatWasSet() {
        node.engine.setInterfaceMtu(OptionalInt.of(1500));
        node.hostUp(2, 1);
        assertThat(sentNow(TO_TWO, 1458)).hasSize(1);
        assertThat(sentNow(TO_TWO, 1459)).hasSize(2);
        node.engine.setInterfaceMtu(OptionalInt.empty());
        assertThat(sentNow(TO_TWO, 1458)).hasSize(3);
    }

    @Test
    void sendsAllOfAMessageOnOneLinkBeforeTheNext() {
        HostState host = node.hostUp(2, 3);
        node.engine.setPolicy(host, LinkPolicy.ACTIVE);
        List<Sent> sent = sentNow(TO_TWO, 1000);
        assertThat(sent).hasSize(9);
        for (int i = 0; i < 9; i++) {
            assertThat(sent.get(i).path().remote()).isEqualTo(remote(2, i / 3));
            assertThat(Packets.dataFragmentNumber(packet(sent.get(i)), 0)).isEqualTo(i % 3 + 1);
        }
    }

    @Test
    void countsMessagesFromOneAndSkipsZeroAtTheWrap() {
        node.hostUp(2, 1);
        node.transport.recording = false;
        assertThat(sentNow(TO_TWO, 1)).isEmpty();
        for (int i = 2; i <= 65_534; i++) {
            node.send(TO_TWO, 1);
        }
        node.engine.sender().flush(node.now);
        node.transport.recording = true;
        List<Integer> sequences = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sequences.addAll(sequences(sentNow(TO_TWO, 1)));
        }
        assertThat(sequences).containsExactly(65_535, 1, 2, 3);
    }

    @Test
    void forcesAPingOnEveryLinkBeforeEvery8191stMessage() {
        HostState two = node.hostUp(2, 2);
        node.host(3, 1);
        node.engine.setEnabled(node.now, two.link(1), false);
        node.transport.sent.clear();
        for (int i = 1; i <= 2 * 8191 + 1; i++) {
            assertThat(node.send(TO_TWO, 1)).isNull();
        }
        node.engine.sender().flush(node.now);
        List<Sent> sent =
                node.transport.drain().stream()
                        .filter(one -> !isMark(one)) // of the send window, that is
                        .toList();
        List<String> around = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            ByteBuffer packet = packet(sent.get(i));
            if (sent.get(i).type() == Packets.PING) {
                around.add("ping " + Packets.pingSequence(packet, 0));
                around.add("to " + sent.get(i).path().remote().getAddress().getHostAddress());
                if (sent.get(i + 1).type() == Packets.DATA) {
                    around.add("data " + Packets.dataSequence(packet(sent.get(i + 1)), 0));
                }
            }
        }
        assertThat(around)
                .containsExactly(
                        "ping 8191",
                        "to 10.0.0.2",
                        "ping 8191",
                        "to 10.0.0.3",
                        "data 8191",
                        "ping 16382",
                        "to 10.0.0.2",
                        "ping 16382",
                        "to 10.0.0.3",
                        "data 16382");
        var statistics = node.engine.status(node.now, two.link(0)).statistics();
        assertThat(statistics.txData().packets()).isEqualTo(2 * 8191 + 1);
    }

    private static boolean isMark(Sent sent) {
        return sent.type() == Packets.PING && Packets.pingTimed(packet(sent), 0);
    }

    @Test
    void periodicPingsTellTheLastNumber() {
        HostState host = node.hostUp(2, 1);
        sentNow(TO_TWO, 1);
        sentNow(TO_TWO, 1000);
        node.advance(TestNode.INTERVAL.toNanos());
        ByteBuffer ping = packet(node.drainPings().getFirst());
        assertThat(Packets.pingSequence(ping, 0)).isEqualTo(2);
        assertThat(Packets.pingTimed(ping, 0)).isTrue();
        assertThat(host.link(0).monitor.connected()).isTrue();
    }

    @Test
    void sendsABroadcastToEveryReachableHost() {
        node.hostUp(2, 1);
        node.host(3, 1);
        node.hostUp(4, 1);
        List<Sent> sent = sentNow(ALL, 5);
        assertThat(sent)
                .extracting(one -> one.path().remote())
                .containsExactly(remote(2, 0), remote(4, 0));
        assertThat(sequences(sent)).containsExactly(1, 1);
        assertThat(Packets.dataBroadcast(packet(sent.getFirst()), 0)).isTrue();
    }

    @Test
    void skipsUnknownAndUnreachableHostsOfAList() {
        node.hostUp(2, 1);
        node.host(3, 1);
        assertThat(sentNow(Destination.hosts(99, 3, 2), 5))
                .extracting(one -> one.path().remote())
                .containsExactly(remote(2, 0));
    }

    @Test
    void takesTurnsPerMessageWithRoundRobin() {
        HostState host = node.hostUp(2, 3);
        node.engine.setPolicy(host, LinkPolicy.ROUND_ROBIN);
        List<Integer> links = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            List<Sent> sent = sentNow(TO_TWO, 1000);
            assertThat(sent).hasSize(3);
            assertThat(sent.stream().map(Sent::path).distinct()).hasSize(1);
            links.add((int) sent.getFirst().path().remote().getAddress().getAddress()[1]);
        }
        assertThat(links).containsExactly(0, 1, 2, 0, 1);
    }

    // ---- the local node

    private void loopback() {
        HostState self = node.engine.addHost(TestNode.SELF, "self");
        node.engine.addLink(node.now, self, 0, LinkConfig.loopback());
    }

    @Test
    void deliversToItselfByLoopback() {
        loopback();
        assertThat(sentNow(Destination.host(TestNode.SELF), 1000)).isEmpty();
        assertThat(sentNow(ALL, 3)).isEmpty();
        assertThat(node.output.delivered).hasSize(2);
        assertThat(node.output.delivered.getFirst().source()).isEqualTo(TestNode.SELF);
        assertThat(node.output.delivered.getFirst().payload()).isEqualTo(TestNode.payload(1000));
        node.hostUp(2, 1);
        List<Sent> sent = sentNow(Destination.hosts(TestNode.SELF, 2), 3);
        assertThat(sequences(sent)).as("local messages take no number").containsExactly(1);
        assertThat(node.output.delivered).hasSize(3);
    }

    @Test
    void tellsTheEndOfLocalDeliveriesWithTheBatch() {
        loopback();
        Destination self = Destination.host(TestNode.SELF);
        int before = node.output.deliveryEnds;
        assertThat(node.send(self, 3)).isNull();
        assertThat(node.send(self, 3)).isNull();
        assertThat(node.output.deliveryEnds).isEqualTo(before);
        node.engine.sender().flush(node.now);
        node.engine.sender().flush(node.now);
        assertThat(node.output.deliveryEnds).isEqualTo(before + 1);
        assertThat(node.sendNow(self, 3)).isNull();
        assertThat(node.output.deliveryEnds).isEqualTo(before + 2);
    }

    @Test
    void reportsThatTheLocalChannelTookNothing() {
        loopback();
        node.output.answer = EngineOutput.Delivery.QUEUE_FULL;
        assertThat(node.send(Destination.host(TestNode.SELF), 3)).isEqualTo(Reason.QUEUE_FULL);
        node.output.answer = EngineOutput.Delivery.CHANNEL_NOT_OPEN;
        assertThat(node.send(Destination.host(TestNode.SELF), 3))
                .isEqualTo(Reason.CHANNEL_NOT_OPEN);
        node.hostUp(2, 1);
        assertThat(node.send(ALL, 3)).as("the network has it").isNull();
    }

    // ---- outcomes

    @Test
    void refusesWhileForwardingIsOff() {
        node.hostUp(2, 1);
        node.engine.setForwarding(false);
        assertThat(node.send(TO_TWO, 1)).isEqualTo(Reason.FORWARDING_DISABLED);
        assertThat(node.sendNow(TO_TWO, 1)).isEqualTo(Reason.FORWARDING_DISABLED);
        node.engine.setForwarding(true);
        assertThat(sequences(sentNow(TO_TWO, 1))).as("no number was used").containsExactly(1);
    }

    @Test
    void refusesWhatTheFilterRefusesOrFailsAt() {
        node.hostUp(2, 1);
        node.engine.setFilter(_ -> null);
        assertThat(node.send(null, new byte[1])).isEqualTo(Reason.FILTER_FAILED);
        node.engine.setFilter(_ -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(node.send(null, new byte[1])).isEqualTo(Reason.FILTER_FAILED);
        node.engine.setFilter(message -> {
            message.setChannel(32);
            return ALL;
        });
        assertThat(node.send(null, new byte[1])).isEqualTo(Reason.FILTER_FAILED);
        assertThat(node.send(TO_TWO, 1)).as("not asked with a destination").isNull();
    }

    @Test
    void theFilterChoosesDestinationAndChannel() {
        node.hostUp(2, 1);
        node.hostUp(3, 1);
        node.engine.setFilter(message -> {
            assertThat(message.outgoing()).isTrue();
            assertThat(message.source()).isEqualTo(TestNode.SELF);
            assertThat(message.channel()).isEqualTo(3);
            message.setChannel(17);
            return Destination.host(3);
        });
        List<Sent> sent = sentNow(null, 4);
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().path().remote()).isEqualTo(remote(3, 0));
        assertThat(Packets.dataChannel(packet(sent.getFirst()), 0)).isEqualTo(17);
    }

    @Test
    void withoutFilterMessagesGoToAllButNotSynchronously() {
        node.hostUp(2, 1);
        assertThat(sentNow(null, 1)).hasSize(1);
        assertThat(node.sendNow(null, 1)).isEqualTo(Reason.NO_FILTER);
    }

    @Test
    void refusesAnEmptyListOfDestinations() {
        node.hostUp(2, 1);
        assertThat(node.send(Destination.hosts(), 1)).isEqualTo(Reason.NO_DESTINATION);
        assertThat(node.sendNow(Destination.hosts(), 1)).isEqualTo(Reason.NO_DESTINATION);
    }

    @Test
    void sendsSynchronouslyToOneHostOnly() {
        node.hostUp(2, 1);
        assertThat(node.sendNow(ALL, 1)).isEqualTo(Reason.TOO_MANY_DESTINATIONS);
        assertThat(node.sendNow(Destination.hosts(2, 3), 1))
                .isEqualTo(Reason.TOO_MANY_DESTINATIONS);
        assertThat(node.sendNow(TO_TWO, 1)).isNull();
        assertThat(node.drain(Packets.DATA)).hasSize(1);
    }

    @Test
    void saysWhenNoDestinationIsReachable() {
        node.host(2, 1);
        assertThat(node.send(TO_TWO, 1)).isEqualTo(Reason.HOST_DOWN);
        assertThat(node.send(ALL, 1)).isEqualTo(Reason.HOST_DOWN);
        assertThat(node.sendNow(Destination.host(77), 1)).isEqualTo(Reason.HOST_DOWN);
        assertThat(node.send(Destination.host(TestNode.SELF), 1))
                .as("no loopback link")
                .isEqualTo(Reason.HOST_DOWN);
        assertThat(node.engine.sender().failures(Reason.HOST_DOWN)).isEqualTo(1);
    }

    /** Seals until it is told to fail. */
    private static final class Moody extends FakeSuite {
        private int failAfter = Integer.MAX_VALUE;

        Moody(MtuArithmetic arithmetic) {
            super(arithmetic);
        }

        @Override
        public int seal(ByteBuffer memory, int offset, int length) {
            return failAfter-- > 0 ? super.seal(memory, offset, length) : FAILED;
        }
    }

    @Test
    void sendsNothingOfAMessageThatCannotBeEncrypted() {
        Moody moody = new Moody(MtuArithmetic.CLEAR);
        TestNode moodyNode = new TestNode(Knet.builder(1).build(), moody.inUse());
        moodyNode.hostUp(2, 1);
        moody.failAfter = 2;
        assertThat(moodyNode.sendNow(TO_TWO, 2000)).isEqualTo(Reason.ENCRYPTION_FAILED);
        moody.failAfter = Integer.MAX_VALUE;
        assertThat(moodyNode.transport.sent).isEmpty();
        assertThat(moodyNode.sendNow(TO_TWO, 1)).isNull();
        assertThat(sequences(moodyNode.drain(Packets.DATA)))
                .as("the number is consumed")
                .containsExactly(2);
    }

    @Test
    void refusesMessagesOfMoreThan254Fragments() {
        // Leaves 256 bytes per packet.
        TestNode tight =
                new TestNode(
                        Knet.builder(1).build(), new Moody(new MtuArithmetic(0, 0, 238)).inUse());
        tight.hostUp(2, 1);
        assertThat(tight.sendNow(TO_TWO, 65_536)).isEqualTo(Reason.TOO_MANY_FRAGMENTS);
        assertThat(tight.transport.sent).isEmpty();
        assertThat(tight.sendNow(TO_TWO, 254 * 256)).isNull();
        assertThat(tight.drain(Packets.DATA)).hasSize(254);
    }

    @Test
    void triesAgainWhenASocketIsFullButNotForEver() {
        HostState host = node.hostUp(2, 1);
        node.transport.full.add(remote(2, 0));
        assertThat(node.sendNow(TO_TWO, 1)).isEqualTo(Reason.NO_PROGRESS);
        assertThat(node.transport.waits).isBetween(10, 100);
        assertThat(node.engine.sender().failures(Reason.NO_PROGRESS)).isEqualTo(1);
        var statistics = node.engine.status(node.now, host.link(0)).statistics();
        assertThat(statistics.txRetries()).isEqualTo(node.transport.waits);
        assertThat(statistics.txErrors()).isEqualTo(1);

        node.transport.waits = 0;
        node.transport.roomAfterWaits = 5;
        assertThat(node.sendNow(TO_TWO, 1)).isNull();
        assertThat(node.transport.waits).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(
            names = {"DATAGRAM_TOO_LARGE", "NETWORK_UNREACHABLE", "NOT_PERMITTED", "SOCKET_FAILED"})
    void reportsWhatTheSocketSays(Reason reason) {
        node.hostUp(2, 2);
        node.transport.refusals.put(remote(2, 0), reason);
        assertThat(node.sendNow(TO_TWO, 1000)).isEqualTo(reason);
        assertThat(node.output.events).as("by its result only").isEmpty();

        for (int i = 0; i < 3; i++) {
            assertThat(node.send(TO_TWO, 1000)).isNull();
        }
        assertThat(node.engine.sender().flush(node.now)).isEqualTo(reason);
        assertThat(node.output.drainEvents()).containsExactly(new SendFailed(reason, 3, 1));
        node.now += 1_000_000_000L;
        node.send(TO_TWO, 1);
        node.engine.sender().flush(node.now);
        assertThat(node.output.drainEvents()).containsExactly(new SendFailed(reason, 3, 3));
        assertThat(node.engine.sender().failures(reason)).isEqualTo(5);
    }

    @Test
    void aMessageIsSentWhenOneLinkTookAllOfIt() {
        HostState host = node.hostUp(2, 2);
        node.engine.setPolicy(host, LinkPolicy.ACTIVE);
        node.transport.refusals.put(remote(2, 0), Reason.NETWORK_UNREACHABLE);
        assertThat(node.sendNow(TO_TWO, 1000)).isNull();
        assertThat(node.drain(Packets.DATA)).hasSize(3);
        node.transport.refusals.put(remote(2, 1), Reason.NOT_PERMITTED);
        assertThat(node.sendNow(TO_TWO, 1000)).isEqualTo(Reason.NETWORK_UNREACHABLE);
        assertThat(node.engine.status(node.now, host.link(0)).statistics().txErrors()).isEqualTo(6);
        assertThat(node.engine.status(node.now, host.link(1)).statistics().txErrors()).isEqualTo(3);
    }

    @Test
    void oneHostThatRefusesDoesNotEndABroadcast() {
        for (int id = 2; id <= 6; id++) {
            node.engine.setPolicy(node.hostUp(id, 2), LinkPolicy.ACTIVE);
        }
        node.transport.refusals.put(remote(2, 0), Reason.NETWORK_UNREACHABLE);
        node.transport.refusals.put(remote(3, 0), Reason.NETWORK_UNREACHABLE);
        node.transport.refusals.put(remote(3, 1), Reason.NETWORK_UNREACHABLE);
        node.transport.full.add(remote(4, 1));
        assertThat(node.send(ALL, 1)).isNull();
        node.engine.sender().flush(node.now);
        assertThat(node.drain(Packets.DATA))
                .extracting(one -> one.path().remote())
                .containsExactly(
                        remote(2, 1),
                        remote(4, 0),
                        remote(5, 0),
                        remote(5, 1),
                        remote(6, 0),
                        remote(6, 1));
        assertThat(node.engine.sender().failures(Reason.NETWORK_UNREACHABLE))
                .as("host 3 only")
                .isEqualTo(1);
        assertThat(node.engine.sender().failures(Reason.NO_PROGRESS)).isZero();
    }

    @Test
    void broadcastsToMoreLinksThanTheBatchHolds() {
        for (int id = 2; id <= 9; id++) {
            node.engine.setPolicy(node.hostUp(id, 8), LinkPolicy.ACTIVE);
        }
        assertThat(sentNow(ALL, 65_536)).hasSize(8 * 8 * 133);
        assertThat(node.engine.sender().messagesSent()).isEqualTo(1);
    }

    @Test
    void keepsMessagesInOrderWhenTheBatchFillsUp() {
        node.hostUp(2, 1);
        for (int i = 0; i < 100; i++) {
            assertThat(node.send(TO_TWO, 20_000)).isNull();
        }
        node.engine.sender().flush(node.now);
        List<Sent> sent = node.drain(Packets.DATA);
        assertThat(sent).hasSize(100 * 41);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(Packets.dataSequence(packet(sent.get(i)), 0)).isEqualTo(1 + i / 41);
            assertThat(Packets.dataFragmentNumber(packet(sent.get(i)), 0)).isEqualTo(1 + i % 41);
        }
    }

    @Test
    void everyOutcomeOfASendIsCoveredHere() {
        Set<Reason> ofSends =
                EnumSet.of(
                        Reason.FORWARDING_DISABLED,
                        Reason.FILTER_FAILED,
                        Reason.NO_FILTER,
                        Reason.NO_DESTINATION,
                        Reason.TOO_MANY_DESTINATIONS,
                        Reason.HOST_DOWN,
                        Reason.ENCRYPTION_FAILED,
                        Reason.NO_PROGRESS,
                        Reason.TOO_MANY_FRAGMENTS,
                        Reason.DATAGRAM_TOO_LARGE,
                        Reason.NETWORK_UNREACHABLE,
                        Reason.NOT_PERMITTED,
                        Reason.SOCKET_FAILED,
                        Reason.QUEUE_FULL,
                        Reason.CHANNEL_NOT_OPEN);
        Set<Reason> ofOthers =
                EnumSet.of(
                        Reason.INVALID_ARGUMENT,
                        Reason.MESSAGE_SIZE,
                        Reason.NOT_FOUND,
                        Reason.CLOSED,
                        Reason.ALREADY_EXISTS,
                        Reason.SLOT_IN_USE,
                        Reason.UNKNOWN_ALGORITHM,
                        Reason.UNKNOWN_MESSAGE_TYPE,
                        Reason.ADDRESS_UNAVAILABLE,
                        Reason.INTERRUPTED);
        Set<Reason> all = EnumSet.copyOf(ofSends);
        all.addAll(ofOthers);
        assertThat(all).containsExactlyInAnyOrder(Reason.values());
    }
}
