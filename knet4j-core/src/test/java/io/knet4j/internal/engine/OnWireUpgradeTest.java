package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent.HostReachable;
import io.knet4j.KnetEvent.HostUnreachable;
import io.knet4j.KnetEvent.OnWireVersionChanged;
import io.knet4j.LinkConfig;
import io.knet4j.OnWireVersion;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A cluster whose nodes are replaced one by one by such that know further packet formats. Since
 * there is only one format, all versions have the layout of the first here, and the network writes
 * into the headers what nodes of such versions would write.
 */
class OnWireUpgradeTest {
    private static final long STEP = Duration.ofMillis(5).toNanos();
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Duration TIMEOUT = Duration.ofMillis(100);

    private final Map<Integer, Peer> cluster = new TreeMap<>();
    private long now = 1_000_000_000L;

    /** An engine that knows the versions from {@code min} to {@code max}. */
    private final class Peer {
        private final int id;
        private final int max;
        private final FakeTransport transport = new FakeTransport();
        private final RecordingOutput output = new RecordingOutput();
        private final IncomingBatch incoming = new IncomingBatch(ByteBuffer.allocate(1 << 16), 64);
        private final Engine engine;

        private Peer(int id, int min, int max) {
            this.id = id;
            this.max = max;
            engine =
                    new Engine(
                            Knet.builder(id).build(),
                            new KeySlots(),
                            transport,
                            output,
                            new SplittableRandom(id),
                            new OutgoingBatch(ByteBuffer.allocate(1 << 16), 1024),
                            new OutgoingBatch(ByteBuffer.allocate(1 << 17), 1),
                            new OutgoingBatch(ByteBuffer.allocate(1 << 18), 4096),
                            CompressionMethods::installed,
                            new Clocks(() -> Instant.EPOCH, () -> 0),
                            Parallel.ALONE,
                            new OnWireVersions(min, max));
            engine.setForwarding(true);
        }

        private Peer knows(int... others) {
            for (int other : others) {
                HostState host = engine.addHost(other, "host-" + other);
                LinkConfig link =
                        LinkConfig.udp(address(id), address(other))
                                .withPing(INTERVAL, TIMEOUT)
                                .withPongCount(1);
                engine.addLink(now, host, 0, link);
            }
            return this;
        }

        private void receive(InetSocketAddress source, byte[] datagram) {
            Transport.Socket socket = () -> address(id);
            incoming.clear();
            incoming.memory().put(0, datagram);
            incoming.add(socket, source, datagram.length);
            engine.receive(now, incoming);
        }

        private boolean reaches(int other) {
            return engine.isReachable(engine.host(other));
        }

        private int version() {
            return engine.onWireVersion().current();
        }

        private List<Integer> changes() {
            return output.events.stream()
                    .filter(OnWireVersionChanged.class::isInstance)
                    .map(event -> ((OnWireVersionChanged) event).version().current())
                    .toList();
        }

        private void send(int other, String text) {
            byte[] payload = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            OutgoingMessage message = new OutgoingMessage();
            message.set(0, Destination.host(other), ByteBuffer.wrap(payload), 0, payload.length);
            assertThat(engine.sender().address(message, true)).isNull();
            assertThat(engine.sender().sendNow(now, message)).isNull();
        }

        private List<String> texts() {
            return output.delivered.stream().map(each -> Wire.text(each.payload())).toList();
        }
    }

    private static InetSocketAddress address(int id) {
        return new InetSocketAddress("10.0.0." + id, 5405);
    }

    /** Puts a node into the cluster, in the place of the one that had its id. */
    private Peer join(int id, int min, int max, int... others) {
        Peer peer = new Peer(id, min, max).knows(others);
        cluster.put(id, peer);
        return peer;
    }

    private void advance(Duration time) {
        for (long end = now + time.toNanos(); now < end; now += STEP) {
            for (Peer peer : cluster.values()) {
                peer.engine.runTimers(now);
            }
            for (Peer peer : List.copyOf(cluster.values())) {
                for (FakeTransport.Sent sent : peer.transport.drain()) {
                    carry(peer, sent);
                }
            }
        }
    }

    private void carry(Peer from, FakeTransport.Sent sent) {
        for (Peer to : cluster.values()) {
            if (address(to.id).equals(sent.path().remote())) {
                byte[] datagram = Wire.with(sent.bytes(), 4, from.max);
                if (sent.type() == Packets.DATA) {
                    datagram = Wire.with(datagram, 0, from.version());
                }
                to.receive(address(from.id), datagram);
            }
        }
    }

    private void settle() {
        advance(Duration.ofSeconds(3));
    }

    @Test
    void theClusterRisesWithItsLastNodeAndLosesNobody() {
        Peer one = join(1, 1, 2, 2, 3);
        Peer two = join(2, 1, 2, 1, 3);
        Peer old = join(3, 1, 1, 1, 2);
        settle();
        assertThat(List.of(one.version(), two.version(), old.version())).containsOnly(1);
        assertThat(one.reaches(2) && one.reaches(3) && old.reaches(1) && old.reaches(2)).isTrue();
        assertThat(one.changes()).isEmpty();

        cluster.remove(3);
        settle();
        assertThat(one.reaches(3)).isFalse();
        assertThat(one.version()).as("as long as host 3 is known as an old one").isEqualTo(1);

        one.output.events.clear();
        two.output.events.clear();
        Peer upgraded = join(3, 1, 2, 1, 2);
        settle();
        assertThat(List.of(one.version(), two.version(), upgraded.version())).containsOnly(2);
        assertThat(List.of(one.changes(), two.changes(), upgraded.changes()))
                .containsOnly(List.of(2));
        assertThat(one.output.events).contains(new HostReachable(3));
        assertThat(one.output.events).doesNotContain(new HostUnreachable(2));
        assertThat(two.output.events).doesNotContain(new HostUnreachable(1));
        assertThat(one.engine.status(one.engine.host(3)).onWireVersion()).isEqualTo(2);
        assertThat(one.engine.status(one.engine.host(3)).maxOnWireVersion()).isEqualTo(2);
        one.send(3, "by the second version");
        advance(INTERVAL);
        assertThat(upgraded.texts()).containsExactly("by the second version");
    }

    @Test
    void nothingChangesBeforeEveryHostWasHeard() {
        Peer one = join(1, 1, 2, 2, 3);
        Peer two = join(2, 1, 2, 1, 3);
        settle();
        assertThat(one.reaches(2) && two.reaches(1)).isTrue();
        assertThat(List.of(one.version(), two.version())).containsOnly(1);
        join(3, 1, 2, 1, 2);
        settle();
        assertThat(List.of(one.version(), two.version())).containsOnly(2);
    }

    @Test
    void aNodeThatIsTooOldStaysOutUntilItIsReplaced() {
        Peer one = join(1, 2, 3, 2, 3);
        Peer two = join(2, 2, 3, 1, 3);
        Peer old = join(3, 1, 1, 1, 2);
        settle();
        assertThat(one.reaches(3) || two.reaches(3) || old.reaches(1) || old.reaches(2)).isFalse();
        assertThat(one.engine.drops().get(DropCause.WRONG_VERSION)).isPositive();
        assertThat(old.engine.drops().get(DropCause.WRONG_VERSION)).isPositive();
        assertThat(one.reaches(2)).isTrue();

        Peer replaced = join(3, 2, 3, 1, 2);
        settle();
        assertThat(one.reaches(3) && two.reaches(3) && replaced.reaches(1)).isTrue();
        assertThat(List.of(one.version(), two.version(), replaced.version())).containsOnly(3);
    }

    @Test
    void forcingAVersionIsStrongerThanWhatTheHostsCan() {
        Peer one = join(1, 1, 3, 2);
        Peer two = join(2, 1, 3, 1);
        settle();
        assertThat(List.of(one.version(), two.version())).containsOnly(3);
        for (Peer peer : List.of(one, two)) {
            peer.output.events.clear();
            peer.engine.forceOnWireVersion(OptionalInt.of(2));
            assertThat(peer.engine.onWireVersion()).isEqualTo(new OnWireVersion(1, 3, 2));
            assertThat(peer.changes()).containsExactly(2);
        }
        settle();
        assertThat(one.reaches(2) && two.reaches(1)).isTrue();
        for (Peer peer : List.of(one, two)) {
            peer.engine.forceOnWireVersion(OptionalInt.empty());
        }
        settle();
        assertThat(List.of(one.version(), two.version())).containsOnly(3);
        assertThat(one.reaches(2) && two.reaches(1)).isTrue();
    }
}
