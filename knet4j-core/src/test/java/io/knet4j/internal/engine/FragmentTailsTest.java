package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large messages that stay where they are until they are sent are not copied before. */
class FragmentTailsTest {
    private static final int LARGE = 20_000;
    private static final int OFFSET = 100;
    private static final Destination ALL = Destination.broadcast();

    private final TestNode node = new TestNode();
    private final ByteBuffer ring = ByteBuffer.allocate(1 << 20);

    private void interfaceMtu(int bytes) {
        node.engine.setInterfaceMtu(OptionalInt.of(bytes));
    }

    private OutgoingMessage message(int length, Destination destination) {
        ring.put(OFFSET, TestNode.payload(length));
        OutgoingMessage message = new OutgoingMessage();
        message.set(3, destination, ring, OFFSET, length);
        message.setLasting();
        return message;
    }

    private Reason send(OutgoingMessage message) {
        return node.engine.sender().send(node.now, message, false);
    }

    private List<Sent> flush() {
        assertThat(node.engine.sender().flush(node.now)).isNull();
        return node.drain(Packets.DATA);
    }

    /** The message that an address was sent. */
    private static byte[] sentTo(int host, int link, List<Sent> sent) {
        List<byte[]> parts = new ArrayList<>();
        int length = 0;
        for (Sent one : sent) {
            if (one.path().remote().equals(remote(host, link))) {
                byte[] part = TestNode.tail(one.bytes(), Packets.DATA_HEADER);
                parts.add(part);
                length += part.length;
                int number = Packets.dataFragmentNumber(ByteBuffer.wrap(one.bytes()), 0);
                assertThat(number).isIn(0, parts.size());
            }
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        parts.forEach(all::put);
        return all.array();
    }

    @ParameterizedTest
    @CsvSource({"9000, 3072, 1", "9000, 8958, 1", "9000, 8959, 2", "65535, 65536, 2"})
    void fragmentsOfALargeMessageHaveTheirPayloadInIt(int mtu, int length, int fragments) {
        interfaceMtu(mtu);
        node.hostUp(2, 1);
        assertThat(send(message(length, ALL))).isNull();
        List<Sent> sent = flush();
        assertThat(sent).hasSize(fragments);
        assertThat(node.transport.tails).isEqualTo(fragments);
        assertThat(sentTo(2, 0, sent)).isEqualTo(TestNode.payload(length));
    }

    @ParameterizedTest
    @CsvSource({"9000, 3071", "1500, 20000"})
    void smallMessagesAndFragmentsAreCopied(int mtu, int length) {
        interfaceMtu(mtu);
        node.hostUp(2, 1);
        assertThat(send(message(length, ALL))).isNull();
        ring.put(OFFSET, new byte[length]);
        assertThat(sentTo(2, 0, flush())).isEqualTo(TestNode.payload(length));
        assertThat(node.transport.tails).isZero();
    }

    @Test
    void aMessageThatMayChangeIsCopied() {
        interfaceMtu(9000);
        node.hostUp(2, 1);
        OutgoingMessage message = message(LARGE, ALL);
        message.set(3, ALL, ring, OFFSET, LARGE); // what follows is about another one
        assertThat(send(message)).isNull();
        ring.put(OFFSET, new byte[LARGE]);
        assertThat(sentTo(2, 0, flush())).isEqualTo(TestNode.payload(LARGE));
        assertThat(node.transport.tails).isZero();
    }

    @Test
    void aCompressedMessageIsCopied() {
        interfaceMtu(9000);
        node.hostUp(2, 1);
        node.engine.setCompression(
                CompressionMethods.activateInstalled(CompressionConfig.of(CompressionMethod.ZLIB)));
        OutgoingMessage message = message(LARGE, ALL);
        assertThat(send(message)).isNull();
        Arrays.fill(ring.array(), (byte) 0);
        assertThat(sentTo(2, 0, flush()).length).isPositive().isLessThan(LARGE);
        assertThat(node.transport.tails).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PASSIVE", "ACTIVE", "ROUND_ROBIN"})
    void allDestinationsShareTheMessage(LinkPolicy policy) {
        interfaceMtu(9000);
        for (int host = 2; host < 6; host++) {
            node.engine.setPolicy(node.hostUp(host, 2), policy);
        }
        assertThat(send(message(LARGE, ALL))).isNull();
        List<Sent> sent = flush();
        for (int host = 2; host < 6; host++) {
            assertThat(sentTo(host, 0, sent)).isEqualTo(TestNode.payload(LARGE));
            int onOther = policy == LinkPolicy.ACTIVE ? LARGE : 0;
            assertThat(sentTo(host, 1, sent)).hasSize(onOther);
        }
        assertThat(node.transport.tails).isEqualTo(sent.size());
    }

    /** More than the batch has room for at once. */
    @Test
    void datagramsToManyHostsShareTheMessageOverSeveralCalls() {
        interfaceMtu(3200);
        int hosts = 25;
        for (int host = 2; host < 2 + hosts; host++) {
            node.engine.setPolicy(node.hostUp(host, 8), LinkPolicy.ACTIVE);
        }
        assertThat(send(message(65_536, ALL))).isNull();
        assertThat(node.transport.tails).as("sent to make room").isPositive();
        List<Sent> sent = flush();
        assertThat(node.transport.tails).isEqualTo(21 * 8 * hosts);
        for (int host = 2; host < 2 + hosts; host++) {
            assertThat(sentTo(host, host % 8, sent)).isEqualTo(TestNode.payload(65_536));
        }
    }

    @Test
    void whatFindsNoRoomIsTriedAgainWithItsTail() {
        interfaceMtu(9000);
        node.hostUp(2, 1);
        node.transport.full.add(remote(2, 0));
        node.transport.roomAfterWaits = 3;
        assertThat(send(message(LARGE, ALL))).isNull();
        assertThat(sentTo(2, 0, flush())).isEqualTo(TestNode.payload(LARGE));
    }

    /** A batch has room for the headers of more messages than for messages. */
    @Test
    void manyMessagesGoInOneCall() {
        interfaceMtu(65_535);
        node.hostUp(2, 1);
        OutgoingMessage message = message(60_000, ALL);
        for (int i = 0; i < 50; i++) {
            assertThat(send(message)).isNull();
        }
        assertThat(node.transport.tails).isZero();
        assertThat(flush()).hasSize(50);
        assertThat(node.transport.tails).isEqualTo(50);
    }
}
