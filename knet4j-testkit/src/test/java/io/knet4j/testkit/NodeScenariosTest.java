package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that die, come again, stall, are attacked or are reconfigured. */
class NodeScenariosTest {

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aQuickRestartIsNoticedAndLosesNothingNew(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    rig.burst(2, 1, 3000, SMALL);
                    rig.requireAll(2, 1);
                    rig.checker().watch(rig.cluster().restart(2), 0);
                    rig.cluster().awaitConnected(ms(2000));
                    rig.burst(2, 1, 3000, SMALL);
                    rig.burst(1, 2, 3000, SMALL);
                    rig.requireAll(2, 1);
                    rig.requireAll(1, 2);
                    assertThat(Rig.of(KnetEvent.HostRestarted.class, events)).hasSize(1);
                    assertThat(Rig.of(KnetEvent.HostUnreachable.class, events)).isEmpty();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aRestartUnderTrafficFromThePeerIsNoticedWithinFourPings(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                1,
                rig -> {
                    for (int round = 0; round < 5; round++) {
                        rig.burst(2, 1, 100 + 2000 * round, SMALL);
                        rig.checker().watch(rig.cluster().restart(2), 0);
                        Knet restarted = rig.node(2);
                        // The peer's messages bring its link up before its pings told of the
                        // restart.
                        for (int i = 0; i < 400; i++) {
                            rig.checker().send(rig.node(1), 0, Destination.host(2), SMALL);
                            if (restarted.host(1).orElseThrow().status().reachable()) {
                                rig.checker().send(restarted, 0, Destination.host(1), SMALL);
                            }
                            rig.network().advance(ms(1));
                        }
                        rig.settle();
                        // One of the first numbers may be that of an old message.
                        assertThat(rig.missing(2, 1)).allMatch(number -> number < 4 * 50);
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aSlowRestartIsSeenFromBothSides(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    rig.burst(2, 1, 5000, SMALL);
                    rig.network().crash(rig.node(2));
                    rig.network().advance(ms(1000));
                    assertThat(Rig.of(KnetEvent.HostUnreachable.class, events)).hasSize(1);
                    rig.checker().watch(rig.cluster().restart(2), 0);
                    rig.cluster().awaitConnected(ms(2000));
                    rig.burst(2, 1, 5000, SMALL);
                    rig.burst(1, 2, 5000, SMALL);
                    rig.burst(3, 2, 100, SMALL);
                    rig.requireAll(2, 1);
                    rig.requireAll(1, 2);
                    rig.requireAll(3, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void recordedDatagramsPlayedAgainDoNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    List<KnetEvent> events = rig.events(2);
                    List<Datagram> recorded = new ArrayList<>();
                    Knet.Registration tap = rig.network().tap(recorded::add);
                    rig.burst(1, 2, 100, SMALL);
                    rig.burst(1, 2, 9000, SMALL);
                    rig.burst(1, 2, 50, 3000);
                    tap.close();
                    for (int round = 0; round < 2; round++) {
                        for (int i = 0; i < recorded.size(); i++) {
                            rig.network().replay(recorded.get(i));
                            if (i % 100 == 0) {
                                rig.network().advance(ms(1));
                            }
                        }
                        rig.burst(1, 2, 500, SMALL);
                        rig.requireAll(1, 2);
                    }
                    assertThat(Rig.of(KnetEvent.HostRestarted.class, events)).isEmpty();
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aStalledNodeDoesNotBlameItsPeers(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                rig -> {
                    rig.cluster().change(0, now -> now.withDelay(ms(5)));
                    rig.cluster().change(1, now -> now.withDelay(ms(20)));
                    rig.network().advance(ms(500));
                    List<KnetEvent> own = rig.events(2);
                    List<KnetEvent> others = rig.events(1);
                    for (long stall : new long[] {100, 270, 400, 1000, 5000}) {
                        rig.network().pause(rig.node(2), ms(stall));
                        rig.network().advance(ms(stall));
                        rig.network().advance(ms(1000));
                        assertThat(own)
                                .as("after %d ms", stall)
                                .singleElement()
                                .isInstanceOf(KnetEvent.NodeStalled.class);
                        own.clear();
                        assertThat(rig.cluster().isFullyConnected()).isTrue();
                        rig.burst(2, 1, 10, SMALL);
                        rig.requireAll(2, 1);
                    }
                    assertThat(Rig.of(KnetEvent.HostUnreachable.class, others))
                            .hasSizeBetween(3, 4);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void strangersAndGarbageDoNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    Random random = new Random(rig.network().seed());
                    InetSocketAddress stranger = SimCluster.address(99, 0);
                    InetSocketAddress peer = SimCluster.address(1, 0);
                    InetSocketAddress target = SimCluster.address(2, 0);
                    for (int i = 0; i < 2000; i++) {
                        byte[] garbage = new byte[random.nextInt(200)];
                        random.nextBytes(garbage);
                        if (garbage.length > 0) {
                            garbage[0] = (byte) (2 + random.nextInt(254));
                        }
                        rig.network()
                                .inject(random.nextBoolean() ? stranger : peer, target, garbage);
                        // A whole message of host 1, from a stranger.
                        rig.network().inject(stranger, target, packet(0, 1, 200 + i, 40));
                        // An unknown host, type, link, fragment number, channel.
                        rig.network().inject(peer, target, packet(0, 77, 1 + i, 40));
                        rig.network().inject(peer, target, packet(0x42, 1, i, 40));
                        byte[] ping = packet(0x81, 1, 0, 26);
                        ping[6] = (byte) (2 + random.nextInt(254));
                        rig.network().inject(peer, target, ping);
                        byte[] fragment = packet(0, 1, 1 + i, 40);
                        fragment[11] = (byte) 3;
                        fragment[12] = (byte) (i % 2 == 0 ? 4 : 0);
                        rig.network().inject(peer, target, fragment);
                        byte[] channel = packet(0, 1, 1 + i, 40);
                        channel[13] = (byte) (32 + random.nextInt(224));
                        rig.network().inject(peer, target, channel);
                        // Pongs that answer nothing.
                        rig.network().inject(peer, target, packet(0x82, 1, i, 26));
                        rig.network().inject(peer, target, packet(0x84, 1, i, 9));
                        if (i % 10 == 0) {
                            rig.checker().send(rig.node(1), 0, Destination.host(2), SMALL);
                            rig.network().advance(ms(1));
                        }
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                    for (DropCause cause :
                            List.of(
                                    DropCause.WRONG_VERSION,
                                    DropCause.TOO_SHORT,
                                    DropCause.ACCESS_DENIED,
                                    DropCause.UNKNOWN_HOST,
                                    DropCause.UNKNOWN_TYPE,
                                    DropCause.WRONG_LINK,
                                    DropCause.BAD_FRAGMENT,
                                    DropCause.BAD_CHANNEL,
                                    DropCause.UNSOLICITED_PONG,
                                    DropCause.UNSOLICITED_PMTUD_REPLY)) {
                        assertThat(rig.drops(2, cause)).as(cause.name()).isPositive();
                    }
                });
    }

    private static byte[] packet(int type, int host, int sequence, int length) {
        byte[] packet = new byte[length];
        packet[0] = 1;
        packet[1] = (byte) type;
        packet[2] = (byte) (host >>> 8);
        packet[3] = (byte) host;
        if (type == 0) {
            packet[6] = (byte) (sequence >>> 8);
            packet[7] = (byte) sequence;
        }
        return packet;
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aSlowConsumerLosesItsOwnMessagesOnly(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                1,
                builder ->
                        builder.config(id -> Knet.builder(id).receiveQueueBytes(131_072).build()),
                rig -> {
                    List<KnetEvent> events = rig.events(2);
                    Channel slow = rig.node(2).channel(1);
                    rig.node(1).channel(1);
                    for (int i = 0; i < 500; i++) {
                        rig.node(1).channel(1).send(ByteBuffer.allocate(1000), Destination.host(2));
                        rig.checker().send(rig.node(1), 0, Destination.host(2), SMALL);
                        rig.network().advance(ms(1));
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                    long lost = rig.drops(2, DropCause.RECEIVE_QUEUE_FULL);
                    long taken = 0;
                    while (slow.receive(Duration.ZERO).isPresent()) {
                        taken++;
                    }
                    assertThat(taken).isEqualTo(131);
                    assertThat(lost + taken).isEqualTo(500);
                    assertThat(Rig.of(KnetEvent.ReceiveQueueFull.class, events)).isNotEmpty();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aBroadcastReachesAllThatAreAlive(LinkPolicy policy) {
        Rig.run(
                policy,
                4,
                2,
                rig -> {
                    for (int i = 0; i < 100; i++) {
                        if (i == 50) {
                            rig.network().crash(rig.node(4));
                        }
                        rig.checker().send(rig.node(1), 0, Destination.broadcast(), 1000);
                        rig.network().advance(ms(10));
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                    rig.requireAll(1, 3);
                    assertThat(rig.missing(1, 4)).hasSize(50);
                    assertThat(rig.node(1).statistics().sendFailures()).isEmpty();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aLinkThatRefusesDoesNotStopABroadcast(LinkPolicy policy) {
        Rig.run(
                policy,
                4,
                2,
                rig -> {
                    rig.cluster()
                            .path(1, 2, 0)
                            .change(now -> now.withRefusal(Reason.NETWORK_UNREACHABLE));
                    for (int i = 0; i < 50; i++) {
                        rig.checker().send(rig.node(1), 0, Destination.broadcast(), 1000);
                        rig.network().advance(ms(1));
                    }
                    rig.settle();
                    rig.requireAll(1, 3);
                    rig.requireAll(1, 4);
                    switch (policy) {
                        case ACTIVE -> rig.requireAll(1, 2);
                        case PASSIVE -> assertThat(rig.missing(1, 2)).hasSize(50);
                        case ROUND_ROBIN -> assertThat(rig.missing(1, 2)).hasSize(25);
                    }
                    assertThat(
                                    rig.cluster()
                                            .host(1, 2)
                                            .link(0)
                                            .orElseThrow()
                                            .status()
                                            .statistics()
                                            .txErrors())
                            .isPositive();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void forwardingGovernsBothDirections(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    assertThat(rig.node(2).stopForwarding()).isTrue();
                    rig.stream(1, 2, 10, ms(1), SMALL);
                    rig.stream(2, 1, 10, ms(1), SMALL);
                    rig.settle();
                    assertThat(rig.missing(1, 2)).hasSize(10);
                    assertThat(rig.missing(2, 1)).hasSize(10);
                    assertThat(rig.drops(2, DropCause.FORWARDING_DISABLED))
                            .isGreaterThanOrEqualTo(10);
                    assertThat(rig.node(2).statistics().sendFailures())
                            .containsEntry(Reason.FORWARDING_DISABLED, 10L);
                    rig.node(2).startForwarding();
                    rig.stream(1, 2, 10, ms(1), SMALL);
                    rig.stream(2, 1, 10, ms(1), SMALL);
                    rig.settle();
                    assertThat(rig.missing(1, 2)).hasSize(10);
                    assertThat(rig.missing(2, 1)).hasSize(10);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void stoppingForwardingSendsWhatIsQueued(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    for (int i = 0; i < 1000; i++) {
                        rig.checker().send(rig.node(1), 0, Destination.host(2), 1000);
                    }
                    assertThat(rig.node(1).stopForwarding()).isTrue();
                    rig.settle();
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aLoopbackLinkDeliversLocally(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    Host self = rig.node(1).addHost(1);
                    self.addLink(0, LinkConfig.loopback());
                    for (int i = 0; i < 50; i++) {
                        rig.checker().send(rig.node(1), 0, Destination.broadcast(), 2000);
                        rig.checker().send(rig.node(1), 0, Destination.host(1), SMALL);
                        rig.checker().sendSync(rig.node(1), 0, Destination.host(1), SMALL);
                        rig.checker().send(rig.node(1), 0, Destination.hosts(1, 2), SMALL);
                        rig.network().advance(ms(1));
                    }
                    rig.settle();
                    rig.requireAll(1, 1);
                    rig.requireAll(1, 2);
                    self.link(0).orElseThrow().setEnabled(false);
                    rig.stream(1, 1, 10, ms(1), SMALL);
                    assertThat(rig.missing(1, 1)).hasSize(10);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void filtersChooseHostsAndChannels(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                rig -> {
                    for (int id = 1; id <= 3; id++) {
                        rig.checker().watch(rig.node(id), 5, 6);
                    }
                    rig.node(1)
                            .setFilter(message -> {
                                message.setChannel(5);
                                return Destination.hosts(2, 3);
                            });
                    rig.node(2)
                            .setFilter(message -> {
                                message.setChannel(6);
                                return Destination.hosts(3, 2);
                            });
                    rig.node(3).setFilter(_ -> Destination.host(1));
                    List<Integer> channels = new ArrayList<>();
                    rig.node(2).channel(6).onMessage(message -> channels.add(message.channel()));
                    for (int i = 0; i < 20; i++) {
                        rig.channel(1)
                                .send(
                                        rig.checker()
                                                .next(rig.node(1), Destination.hosts(2, 3), 2000));
                        rig.network().advance(ms(1));
                    }
                    rig.settle();
                    assertThat(channels).hasSize(20).containsOnly(6);
                    assertThat(rig.drops(3, DropCause.NOT_FOR_US)).isGreaterThanOrEqualTo(20);
                    assertThat(rig.missing(1, 3)).hasSize(20);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void hostsComeAndGoAtRunTime(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                rig -> {
                    for (int round = 0; round < 3; round++) {
                        rig.burst(3, 1, 5000, SMALL);
                        rig.requireAll(3, 1);
                        rig.cluster().host(1, 3).remove();
                        long denied = rig.drops(1, DropCause.ACCESS_DENIED);
                        rig.checker().send(rig.node(3), 0, Destination.host(2), SMALL);
                        rig.network().advance(ms(500));
                        assertThat(rig.drops(1, DropCause.ACCESS_DENIED)).isGreaterThan(denied);
                        assertThat(rig.cluster().host(3, 1).status().reachable()).isFalse();
                        rig.cluster().join(1, 3);
                        rig.cluster().awaitConnected(ms(2000));
                        rig.burst(3, 1, 100, SMALL);
                        rig.burst(1, 3, 100, SMALL);
                        rig.requireAll(3, 1);
                        rig.requireAll(1, 3);
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void thirtyTwoHostsTalkToEachOther(LinkPolicy policy) {
        Rig.run(
                policy,
                32,
                1,
                builder ->
                        builder.link(config -> config.withPing(ms(200), ms(800)).withPongCount(1))
                                .config(id ->
                                        Knet.builder(id)
                                                .sendQueueBytes(1 << 17)
                                                .receiveQueueBytes(1 << 18)
                                                .build()),
                rig -> {
                    rig.checker().requireOrder();
                    for (int round = 0; round < 3; round++) {
                        for (int id = 1; id <= 32; id++) {
                            rig.checker()
                                    .send(
                                            rig.node(id),
                                            0,
                                            Destination.broadcast(),
                                            700 * round + 20);
                        }
                        rig.network().advance(ms(10));
                    }
                    rig.settle();
                    assertThat(rig.checker().delivered()).isEqualTo(3L * 32 * 31);
                });
    }
}
