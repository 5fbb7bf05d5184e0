package io.knet4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.Channel;
import io.knet4j.Claim;
import io.knet4j.ConfigurationException;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.LinkPolicy;
import io.knet4j.QueueFullPolicy;
import io.knet4j.Reason;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        Arrays.stream(values).forEach(value -> buffer.put((byte) value));
        return buffer.flip();
    }

    private static SimCluster connected(SimNetwork network) {
        SimCluster cluster = SimCluster.builder(network).build();
        cluster.awaitConnected(SECOND);
        return cluster;
    }

    @Test
    void blockingReceiveLetsTimePass() throws Exception {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            cluster.path(1, 2, 0).change(now -> now.withDelay(Duration.ofMillis(40)));
            Duration before = network.now();
            Channel receiving = cluster.node(2).channel(0);
            cluster.node(1).channel(0).send(bytes(1, 2, 3), Destination.host(2));
            ReceivedMessage message = receiving.receive();
            assertThat(message.source()).isEqualTo(1);
            assertThat(message.payload()).containsExactly(1, 2, 3);
            assertThat(network.now().minus(before)).isEqualTo(Duration.ofMillis(40));
            assertThat(receiving.receive(SECOND)).isEqualTo(Optional.empty());
            assertThat(network.now().minus(before)).isEqualTo(Duration.ofMillis(1040));
        }
    }

    @Test
    void aHostCanBeAwaited() throws Exception {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = SimCluster.builder(network).build();
            Host peer = cluster.node(1).host(2).orElseThrow();
            assertThat(peer.status().reachable()).isFalse();
            assertThat(peer.awaitReachable(Duration.ZERO)).isFalse();
            assertThat(peer.awaitReachable(SECOND)).isTrue();
            assertThat(peer.status().reachable()).isTrue();
            Host stranger = cluster.node(1).addHost(9);
            Duration before = network.now();
            assertThat(stranger.awaitReachable(SECOND)).isFalse();
            assertThat(network.now().minus(before)).isEqualTo(SECOND);
        }
    }

    @Test
    void aSendThatWaitsForRoomLetsTimePass() {
        SimNetwork.simulate(
                1,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .config(id ->
                                            Knet.builder(id)
                                                    .sendQueueBytes(131_072)
                                                    .sendQueueFull(QueueFullPolicy.block(SECOND))
                                                    .build())
                                    .build();
                    Checker checker = Checker.attach(network);
                    checker.watch(cluster);
                    cluster.awaitConnected(SECOND);
                    for (int i = 0; i < 100; i++) {
                        checker.send(cluster.node(1), 0, Destination.host(2), 10_000);
                    }
                    network.advance(SECOND);
                    checker.requireAll(cluster.node(1), cluster.node(2));
                    checker.finish();
                });
    }

    @Test
    void channelsTakeTurnsInSending() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            List<Integer> channels = new ArrayList<>();
            network.tap(datagram -> {
                if (datagram.payload()[1] == 0) {
                    channels.add((int) datagram.payload()[13]);
                }
            });
            for (int i = 0; i < 1000; i++) {
                cluster.node(1).channel(0).send(bytes(0), Destination.host(2));
            }
            for (int i = 0; i < 100; i++) {
                cluster.node(1).channel(1).send(bytes(1), Destination.host(2));
                cluster.node(1).channel(2).send(bytes(2), Destination.host(2));
            }
            network.advance(SECOND);
            assertThat(channels).hasSize(1200);
            assertThat(channels.indexOf(1)).isEqualTo(64);
            assertThat(channels.indexOf(2)).isEqualTo(128);
            assertThat(channels.lastIndexOf(1)).isEqualTo(4 * 64 + 36 - 1);
            assertThat(channels.lastIndexOf(2)).isEqualTo(4 * 64 + 36 + 36 - 1);
        }
    }

    @Test
    void claimsAndBatchesAreSimulated() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            List<Integer> received = new ArrayList<>();
            cluster.node(2)
                    .channel(0)
                    .onMessages(messages ->
                            messages.forEach(m -> received.add((int) m.payload().get(0))));
            Channel channel = cluster.node(1).channel(0);
            Claim claim = Objects.requireNonNull(channel.tryClaim(1, Destination.host(2)));
            channel.send(bytes(2), Destination.host(2));
            network.advance(SECOND);
            assertThat(received).isEmpty();
            claim.buffer().put((byte) 1);
            claim.commit();
            network.advance(SECOND);
            assertThat(received).containsExactly(1, 2);
        }
    }

    @Test
    void waitingInsideACallbackFails() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            cluster.node(2)
                    .channel(0)
                    .onMessage(_ -> {
                        try {
                            cluster.node(2).channel(1).receive();
                        } catch (InterruptedException | RuntimeException e) {
                            failure.set(e);
                        }
                    });
            cluster.node(1).channel(0).send(bytes(1), Destination.host(2));
            network.advance(SECOND);
            assertThat(failure.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("inside a callback");
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(run(7)).isEqualTo(run(7));
        assertThat(run(7)).isNotEqualTo(run(8));
    }

    private static List<String> run(long seed) {
        List<String> log = new ArrayList<>();
        try (SimNetwork network = SimNetwork.create(seed)) {
            network.tap(datagram ->
                    log.add(
                            datagram.sentAt()
                                    + " "
                                    + datagram.from()
                                    + " "
                                    + datagram.to()
                                    + " "
                                    + Arrays.hashCode(datagram.payload())));
            SimCluster cluster =
                    SimCluster.builder(network)
                            .nodes(3)
                            .links(2)
                            .policy(LinkPolicy.ROUND_ROBIN)
                            .build();
            cluster.change(0, now -> now.withLoss(0.1).withJitter(Duration.ofMillis(3)));
            cluster.change(1, now -> now.withDuplication(0.3, Duration.ofMillis(9)));
            for (int i = 0; i < 200; i++) {
                int from = 1 + network.random().nextInt(3);
                cluster.node(from)
                        .channel(0)
                        .send(ByteBuffer.allocate(2000), Destination.broadcast());
                network.advance(Duration.ofMillis(5));
            }
        }
        return log;
    }

    @Test
    void aFailingRunTellsHowToReplayIt() {
        assertThatThrownBy(() ->
                        SimNetwork.simulate(
                                123,
                                network -> {
                                    network.advance(SECOND);
                                    throw new AssertionError("something is wrong");
                                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("something is wrong")
                .hasMessageContaining("PT1S")
                .hasMessageContaining(
                        "./mvnw -pl knet4j-testkit -am test"
                                + " -Dtest=SimNetworkTest#aFailingRunTellsHowToReplayIt"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dknet4j.seed="
                                + Long.getLong(SimNetwork.SEED_PROPERTY, 123));
    }

    @Test
    void anErrorInsideAnEventFailsTheRunWithItsSeed() {
        try (SimNetwork network = SimNetwork.create(99)) {
            SimCluster.builder(network).build();
            network.check(() -> {
                throw new AssertionError("broken promise");
            });
            assertThatThrownBy(() -> network.advance(SECOND))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("broken promise")
                    .hasMessageContaining("-Dknet4j.seed=99");
        }
    }

    @Test
    void refusalsAndFullSocketsReachTheCaller() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            SimPath path = cluster.path(1, 2, 0);
            path.set(PathConditions.clean().withRefusal(Reason.NOT_PERMITTED));
            assertRefused(cluster, Reason.NOT_PERMITTED, 100);
            path.set(PathConditions.clean().withSocketFull(true));
            assertRefused(cluster, Reason.NO_PROGRESS, 100);
            path.set(PathConditions.clean().withLocalMaxPayload(300));
            assertRefused(cluster, Reason.DATAGRAM_TOO_LARGE, 400);
            path.set(PathConditions.clean());
            cluster.node(1).channel(0).sendSync(bytes(1), Destination.host(2));
            assertThat(path.lost()).isZero();
        }
    }

    private static void assertRefused(SimCluster cluster, Reason reason, int length) {
        assertThatThrownBy(() ->
                        cluster.node(1)
                                .channel(0)
                                .sendSync(ByteBuffer.allocate(length), Destination.host(2)))
                .isInstanceOfSatisfying(
                        SendException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void bandwidthDelaysAndDropsWhatExceedsTheQueue() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            SimPath path = cluster.path(1, 2, 0);
            path.set(PathConditions.clean().withBandwidth(100_000, 10_000));
            long lostBefore = path.lost();
            for (int i = 0; i < 40; i++) {
                cluster.node(1).channel(0).send(ByteBuffer.allocate(458), Destination.host(2));
            }
            network.advance(Duration.ofMillis(50));
            // 500 bytes each: one is on the wire and 20 may wait, 10 pass in 50 ms.
            assertThat(path.lost() - lostBefore).isBetween(16L, 20L);
            assertThat(path.arrived()).isLessThan(path.sent() - path.lost());
        }
    }

    @Test
    void aPausedNodeDoesNothingUntilItIsResumed() throws Exception {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            Knet node = cluster.node(2);
            Channel receiving = node.channel(0);
            network.pause(node, SECOND);
            long sent = cluster.path(2, 1, 0).sent();
            cluster.node(1).channel(0).send(bytes(1), Destination.host(2));
            network.advance(Duration.ofMillis(900));
            assertThat(cluster.path(2, 1, 0).sent()).isEqualTo(sent);
            assertThat(network.isPaused(node)).isTrue();
            assertThatThrownBy(node::hosts).isInstanceOf(IllegalStateException.class);
            assertThat(receiving.receive(Duration.ofMillis(200))).isPresent();
            assertThat(network.isPaused(node)).isFalse();
        }
    }

    @Test
    void aPausedNodeLosesWhatItsSocketDoesNotHold() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster =
                    SimCluster.builder(network)
                            .config(id -> Knet.builder(id).socketBufferBytes(65_536).build())
                            .build();
            cluster.awaitConnected(SECOND);
            network.pause(cluster.node(2));
            for (int i = 0; i < 100; i++) {
                cluster.node(1).channel(0).send(ByteBuffer.allocate(1400), Destination.host(2));
            }
            network.advance(Duration.ofMillis(100));
            assertThat(network.socketOverflows(cluster.node(2))).isPositive();
        }
    }

    @Test
    void aSuspendedNodeKeepsItsStateAndLosesWhatIsSentToIt() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            Checker checker = Checker.attach(network);
            checker.watch(cluster);
            network.suspend(cluster.node(2));
            assertThat(network.isPaused(cluster.node(2))).isTrue();
            checker.send(cluster.node(1), 0, Destination.host(2), 100);
            network.advance(SECOND);
            assertThat(cluster.host(1, 2).status().reachable()).isFalse();
            network.resume(cluster.node(2));
            // Its clock stood still, so that its peer was not silent for long.
            network.advance(Duration.ofMillis(150));
            assertThat(cluster.host(2, 1).status().reachable()).isTrue();
            cluster.awaitConnected(SECOND);
            checker.send(cluster.node(1), 0, Destination.host(2), 100);
            network.advance(SECOND);
            assertThat(checker.missing(cluster.node(1), cluster.node(2))).containsExactly(0);
        }
    }

    @Test
    void aClockThatDriftsChangesTheIntervalOfPings() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            network.drift(cluster.node(1), 100_000);
            network.drift(cluster.node(2), -100_000);
            long[] before = {pings(cluster, 1), pings(cluster, 2)};
            network.advance(Duration.ofSeconds(50));
            assertThat(pings(cluster, 1) - before[0]).isBetween(1095L, 1105L);
            assertThat(pings(cluster, 2) - before[1]).isBetween(895L, 905L);
        }
    }

    private static long pings(SimCluster cluster, int id) {
        Host peer = cluster.host(id, 3 - id);
        return peer.link(0).orElseThrow().status().statistics().txPing().packets();
    }

    @Test
    void burstsTakeSeveralDatagramsInARow() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            SimPath path = cluster.path(1, 2, 0);
            path.change(now -> now.withBursts(0.001, 100));
            long sent = path.sent();
            long lost = path.lost();
            for (int i = 0; i < 20_000; i++) {
                cluster.node(1).channel(0).send(ByteBuffer.allocate(20), Destination.host(2));
                network.advance(Duration.ofNanos(10_000));
            }
            double share = (double) (path.lost() - lost) / (path.sent() - sent);
            assertThat(share).isBetween(0.025, 0.1); // 0.001 * 50, less while one is going on
        }
    }

    @Test
    void aCrashedNodeIsGone() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            Knet node = cluster.node(2);
            network.crash(node);
            assertThat(network.nodes()).containsExactly(cluster.node(1));
            assertThatThrownBy(node::hosts).isInstanceOf(KnetClosedException.class);
            network.advance(SECOND);
            assertThat(cluster.host(1, 2).status().reachable()).isFalse();
            cluster.restart(2);
            cluster.awaitConnected(SECOND);
        }
    }

    @Test
    void anAddressCanBeBoundOnce() {
        try (SimNetwork network = SimNetwork.create(1)) {
            connected(network);
            Knet other = network.open(Knet.builder(9).build());
            SimCluster.address(1, 0);
            assertThatThrownBy(() ->
                            other.addHost(2)
                                    .addLink(
                                            0,
                                            io.knet4j.LinkConfig.udp(
                                                    SimCluster.address(1, 0),
                                                    SimCluster.address(2, 0))))
                    .isInstanceOfSatisfying(
                            ConfigurationException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESS_UNAVAILABLE));
        }
    }

    @Test
    void theCheckerSeesWhatIsWrong() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            Checker checker = Checker.attach(network);
            checker.watch(cluster);
            ByteBuffer message = checker.next(cluster.node(1), Destination.host(2), 100);
            cluster.node(1).channel(0).send(message, Destination.host(2));
            network.advance(SECOND);
            assertThat(checker.delivered(cluster.node(1), cluster.node(2))).isEqualTo(1);
            cluster.node(1).channel(0).send(message, Destination.host(2));
            assertThatThrownBy(() -> network.advance(SECOND))
                    .hasMessageContaining("delivered twice");
        }
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = connected(network);
            Checker checker = Checker.attach(network);
            checker.watch(cluster);
            ByteBuffer message = checker.next(cluster.node(1), Destination.host(2), 100);
            cluster.node(1).channel(0).send(message.slice(0, 99), Destination.host(2));
            assertThatThrownBy(() -> network.advance(SECOND)).hasMessageContaining("truncated");
        }
    }
}
