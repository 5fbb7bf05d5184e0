package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.MILLI;
import static io.knet4j.internal.engine.TestNode.TIMEOUT;
import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.AccessRule;
import io.knet4j.DropCause;
import io.knet4j.LinkConfig;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is kept out of a socket, and when. */
class FloodGuardTest {
    private static final InetSocketAddress STRANGER = new InetSocketAddress("192.0.2.7", 5405);
    private static final byte[] GARBAGE = {99, 1, 2, 3, 4, 5, 6, 7};
    private static final long SECOND = 1000 * MILLI;
    private static final int BATCH = 100;

    private final TestNode node = new TestNode();
    private final HostState peer = node.hostUp(2, 1);
    private final LinkState link = Objects.requireNonNull(peer.link(0));
    private final Transport.Socket socket = link.socket();

    /** A batch of equal datagrams from one source to the link's socket. */
    private void receive(InetSocketAddress source, byte[] datagram, int count) {
        node.incoming.clear();
        for (int i = 0; i < count; i++) {
            node.incoming.memory().put(node.incoming.used(), datagram);
            node.incoming.add(socket, source, datagram.length);
        }
        node.engine.receive(node.now, node.incoming);
        node.incoming.clear();
    }

    private void flood(InetSocketAddress source) {
        flood(source, GARBAGE);
    }

    private void flood(InetSocketAddress source, byte[] datagram) {
        for (int i = 0; i < FloodCounter.LIMIT; i += BATCH) {
            receive(source, datagram, BATCH);
        }
    }

    /** Lets time pass in which the peer answers, and of a flood what comes through. */
    private void pass(long nanos, int strangersPerSecond) {
        long end = node.now + nanos;
        while (node.now < end) {
            node.advance(20 * MILLI);
            node.answerPings();
            if (strangersPerSecond > 0) {
                receive(STRANGER, GARBAGE, strangersPerSecond / 50);
            }
        }
    }

    private static InetSocketAddress otherPort(int host) {
        return new InetSocketAddress(remote(host, 0).getAddress(), 1);
    }

    private Set<InetSocketAddress> letIn() {
        return node.transport.guarded.get(socket);
    }

    @Test
    void strangersAreKeptOutWhileTheyFlood() {
        flood(STRANGER);
        assertThat(letIn()).containsExactly(remote(2, 0));
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(FloodCounter.LIMIT);
        pass(5 * SECOND, 500);
        assertThat(letIn()).containsExactly(remote(2, 0));
        pass(3 * SECOND, 0);
        assertThat(letIn()).isNull();
        assertThat(link.monitor.connected()).isTrue();
    }

    @Test
    void fewStrangersAreNoFlood() {
        for (int i = 0; i < 50; i++) {
            receive(STRANGER, GARBAGE, BATCH);
            pass(20 * MILLI, 0);
        }
        assertThat(letIn()).isNull();
    }

    /** The port tells strangers on the peer's machine from the peer. */
    @Test
    void anotherPortOfThePeersAddressIsAStrangers() {
        flood(otherPort(2));
        assertThat(letIn()).containsExactly(remote(2, 0));
    }

    /** Each can be opened, as it is genuine; but no peer sends so many. */
    @ParameterizedTest
    @MethodSource("controlPackets")
    void whoSendsRecordedControlPacketsFromAnotherPortIsAStranger(byte[] packet) {
        InetSocketAddress recorder = otherPort(2);
        flood(recorder, packet);
        assertThat(letIn()).containsExactly(remote(2, 0));
        pass(3 * SECOND, 0);
        assertThat(letIn()).isNull();
        flood(remote(2, 0), packet);
        assertThat(letIn()).isNull();
    }

    static Stream<byte[]> controlPackets() {
        byte[] ping = Wire.ping(2, 0, 1, 0, true);
        byte[] probe = Wire.probe(2, 0, 500);
        return Stream.of(
                ping,
                Wire.pong(ping, 2),
                probe,
                Wire.probeReply(probe, 2),
                Wire.ping(2, 7, 1, 0, true)); // of no link
    }

    /** Copies are what a peer sends by its other links. */
    @Test
    void whoSendsManyMessagesFromAnotherPortIsNoStranger() {
        flood(otherPort(2), Wire.data(2, 1, 0, "copy"));
        assertThat(letIn()).isNull();
    }

    @Test
    void whoAnswersFromElsewhereMaySendManyControlPackets() {
        InetSocketAddress translated = answerFromElsewhere();
        flood(translated, Wire.ping(2, 0, 1, 0, true));
        assertThat(letIn()).isNull();
    }

    private InetSocketAddress answerFromElsewhere() {
        InetSocketAddress translated = new InetSocketAddress(remote(2, 0).getAddress(), 40_001);
        node.advance(TestNode.INTERVAL.toNanos());
        answerFrom(translated, 2);
        return translated;
    }

    private void answerFrom(InetSocketAddress source, int host) {
        for (FakeTransport.Sent ping : node.drainPings()) {
            node.receive(source, Wire.pong(ping.bytes(), host));
        }
    }

    /** The first two pings of a link are equal, but for their numbers. */
    @Test
    void copiesOfFirstPongsShowNobody() {
        node.drainPings();
        node.host(3, 1);
        node.engine.runTimers(node.now);
        byte[] pong = Wire.pong(node.drainPings().getFirst().bytes(), 3);
        node.receive(remote(3, 0), pong);
        node.receive(otherPort(3), pong);
        flood(STRANGER);
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), remote(3, 0));
    }

    @Test
    void whoAnswersFromElsewhereIsLetIn() {
        InetSocketAddress translated = answerFromElsewhere();
        flood(STRANGER);
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), translated);
    }

    /** Two links behind one translated address. */
    @Test
    void aTranslatedAddressOutlastsOneOfItsLinks() {
        HostState host = node.host(3, 2);
        InetSocketAddress translated = new InetSocketAddress(remote(3, 1).getAddress(), 40_001);
        answerFrom(translated, 3);
        node.engine.removeLink(node.now, Objects.requireNonNull(host.link(0)));
        node.advance(TestNode.INTERVAL.toNanos());
        answerFrom(translated, 3);
        flood(translated, Wire.ping(3, 1, 1, 0, true));
        assertThat(letIn()).isNull();
    }

    /** As much as it likes: nobody but the peer may be meant. */
    @Test
    void aPeerIsNeverKeptOutWhileItAnswers() {
        flood(remote(2, 0));
        assertThat(letIn()).isNull();
        flood(STRANGER);
        assertThat(letIn()).containsExactly(remote(2, 0));
    }

    @Test
    void aSilentHostThatFloodsIsKeptOutAndOthersAreNot() {
        node.host(3, 1);
        node.host(4, 1);
        pass(TIMEOUT.toNanos() + SECOND, 0);
        flood(remote(3, 0));
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), remote(4, 0));
        pass(3 * SECOND, 0);
        assertThat(letIn()).isNull();
    }

    /** Somebody else may send garbage with its address. */
    @Test
    void aSilentHostIsLetInAgainOnceItAnswersOrTheGarbageWasAWhileAgo() {
        node.host(3, 1);
        pass(TIMEOUT.toNanos() + SECOND, 0);
        flood(STRANGER);
        flood(remote(3, 0));
        assertThat(letIn()).containsExactly(remote(2, 0));
        pass(4 * SECOND, 500);
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), remote(3, 0));
        flood(remote(3, 0));
        assertThat(letIn()).containsExactly(remote(2, 0));
        node.advance(TestNode.INTERVAL.toNanos());
        for (FakeTransport.Sent ping : node.drainPings()) {
            if (ping.path().remote().equals(remote(3, 0))) {
                node.receive(remote(3, 0), Wire.pong(ping.bytes(), 3));
            }
        }
        pass(200 * MILLI, 500);
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), remote(3, 0));
    }

    /** It sends all that it has from there before it is found out that it moved. */
    @Test
    void aDynamicPeerThatMovesIsNoStranger() {
        InetSocketAddress moved = new InetSocketAddress("192.0.2.3", 41_000);
        LinkConfig anywhere =
                LinkConfig.dynamicUdp(new InetSocketAddress("10.5.0.1", 5405))
                        .withAccessRules(List.of(AccessRule.parse("accept 192.0.2.0/24")));
        node.engine.addLink(node.now, node.engine.addHost(3, "host-3"), 0, anywhere);
        receive(moved, Wire.ping(3, 0, 77, 1, true), 1);
        flood(moved);
        assertThat(letIn()).isNull();
        flood(STRANGER);
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), moved);
        pass(7 * SECOND, 500);
        assertThat(letIn()).containsExactly(remote(2, 0));
    }

    @Test
    void linksThatAreAddedMeanwhileAreLetIn() {
        flood(STRANGER);
        node.host(3, 1);
        pass(200 * MILLI, 500);
        assertThat(letIn()).containsExactlyInAnyOrder(remote(2, 0), remote(3, 0));
        node.engine.removeHost(node.now, peer);
        pass(200 * MILLI, 500);
        assertThat(letIn()).containsExactly(remote(3, 0));
    }

    @Test
    void nothingIsLeftOfASocketThatIsClosed() {
        flood(STRANGER);
        node.engine.removeHost(node.now, peer);
        node.closeSockets();
        assertThat(node.engine.leak()).isEmpty();
    }

    /** Other transports can keep nobody out. */
    @Test
    void whereNobodyCanBeKeptOutNothingIsWaitedFor() {
        node.transport.guarding = false;
        flood(STRANGER);
        assertThat(letIn()).isNull();
        node.engine.removeHost(node.now, peer);
        node.closeSockets();
        assertThat(node.engine.leak()).isEmpty();
    }

    @Test
    void whatTheSystemDroppedIsCounted() {
        node.engine.datagramsLost(node.now, 7);
        assertThat(node.drops(DropCause.NOT_RECEIVED)).isEqualTo(7);
    }
}
