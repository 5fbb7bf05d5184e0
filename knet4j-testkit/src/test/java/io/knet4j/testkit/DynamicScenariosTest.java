package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.PeerAddressChanged;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.SharedKey;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A node with dynamic links, the server, and nodes that come to it, its clients. */
class DynamicScenariosTest {
    private static final int SERVER = 1;
    private static final int CLIENT = 2;
    private static final InetSocketAddress PUBLIC = address("10.0.0.1", 5405);
    private static final InetSocketAddress HOME = address("10.1.0.2", 5405);
    private static final InetSocketAddress PORT = address("10.1.0.2", 6000);
    private static final InetSocketAddress AWAY = address("10.2.0.2", 5405);
    private static final InetSocketAddress ATTACKER = address("10.3.0.66", 5405);
    private static final Duration SOON = Duration.ofSeconds(5);

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(ip, port);
    }

    /** How the nodes protect what they send. */
    enum Protection {
        CLEAR,
        ENCRYPTED
    }

    private static CryptoConfig crypto(int seed) {
        byte[] key = new byte[1024];
        new SplittableRandom(seed).nextBytes(key);
        return CryptoConfig.aes256Sha256(SharedKey.of(key));
    }

    /** A server with the first client connected. */
    private static final class Setting {
        private final SimNetwork network;
        private final Checker checker;
        private final Protection protection;
        private final InetSocketAddress service;
        private final Knet server;
        private final Host host;
        private final Link link;
        private final List<KnetEvent> events = new ArrayList<>();
        private Knet client;

        private Setting(SimNetwork network, Protection protection, InetSocketAddress service) {
            this.network = network;
            this.protection = protection;
            this.service = service;
            checker = Checker.attach(network);
            server = open(SERVER);
            host = server.addHost(CLIENT);
            String all = service.equals(PUBLIC) ? "accept 10.0.0.0/8" : "accept fd00::/8";
            link = host.addLink(0, dynamic(service).withAccessRules(rules(all)));
            server.onEvent(events::add);
            client = open(CLIENT);
        }

        private Knet open(int id) {
            Knet.Builder builder = Knet.builder(id);
            if (protection == Protection.ENCRYPTED) {
                builder.crypto(crypto(1));
            }
            Knet node = network.open(builder.build());
            checker.watch(node, 0);
            node.startForwarding();
            return node;
        }

        private static LinkConfig fast(LinkConfig config) {
            return config.withPing(ms(50), ms(400)).withPongCount(2);
        }

        private static LinkConfig dynamic(InetSocketAddress local) {
            return fast(LinkConfig.dynamicUdp(local));
        }

        private Link connect(InetSocketAddress from) {
            Host toServer = client.host(SERVER).orElseGet(() -> client.addHost(SERVER));
            Link out = toServer.addLink(0, fast(LinkConfig.udp(from, service)));
            awaitUp();
            assertThat(peer()).contains(from);
            return out;
        }

        private void restart(InetSocketAddress from) {
            client.close();
            client = open(CLIENT);
            connect(from);
            network.advance(ms(500)); // its pings have shown that it counts from the start again
        }

        private boolean isUp() {
            return host.status().reachable()
                    && client.host(SERVER).orElseThrow().status().reachable();
        }

        private void awaitUp() {
            assertThat(network.runUntil(this::isUp, SOON)).isTrue();
            network.advance(ms(200));
        }

        private Optional<InetSocketAddress> peer() {
            return link.status().peer();
        }

        private void exchange() {
            int lostToClient = checker.missing(server, client).size();
            int lostToServer = checker.missing(client, server).size();
            for (int i = 0; i < 100; i++) {
                checker.send(server, 0, Destination.host(CLIENT), SMALL);
                checker.send(client, 0, Destination.host(SERVER), 5000);
                network.advance(ms(1));
            }
            network.advance(ms(50));
            assertThat(checker.missing(server, client)).hasSize(lostToClient);
            assertThat(checker.missing(client, server)).hasSize(lostToServer);
        }

        private <T extends KnetEvent> List<T> events(Class<T> type) {
            return Rig.of(type, events);
        }
    }

    /** What happens once they are set up. */
    @FunctionalInterface
    private interface Story {
        void tell(Setting setting);
    }

    private static void simulate(Protection protection, Story story) {
        simulate(protection, PUBLIC, story);
    }

    private static void simulate(Protection protection, InetSocketAddress service, Story story) {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    Setting setting = new Setting(network, protection, service);
                    story.tell(setting);
                    setting.checker.finish();
                });
    }

    private static List<AccessRule> rules(String... rules) {
        return List.of(rules).stream().map(AccessRule::parse).toList();
    }

    private static List<PeerAddressChanged> moves(InetSocketAddress... addresses) {
        List<PeerAddressChanged> moves = new ArrayList<>();
        InetSocketAddress before = null;
        for (InetSocketAddress after : addresses) {
            moves.add(new PeerAddressChanged(CLIENT, 0, Optional.ofNullable(before), after));
            before = after;
        }
        return moves;
    }

    // ---- learning and following

    @ParameterizedTest
    @EnumSource
    void aClientIsLearnedAndTalkedTo(Protection protection) {
        simulate(
                protection,
                s -> {
                    s.network.advance(ms(1000));
                    assertThat(s.peer()).isEmpty();
                    s.connect(HOME);
                    s.exchange();
                    assertThat(s.events(PeerAddressChanged.class)).isEqualTo(moves(HOME));
                });
    }

    @ParameterizedTest
    @EnumSource
    void aClientIsLearnedByIPv6(Protection protection) {
        InetSocketAddress server6 = address("fd00::1", 5405);
        simulate(
                protection,
                server6,
                s -> {
                    s.connect(address("fd00::2", 5405));
                    s.exchange();
                    s.restart(address("fd00::2", 6000));
                    s.exchange();
                });
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("L13: a peer that is restarted with another port is followed")
    void aClientThatIsRestartedWithAnotherPortIsFollowed(Protection protection) {
        simulate(
                protection,
                s -> {
                    s.connect(HOME);
                    s.exchange();
                    s.restart(PORT);
                    s.exchange();
                    s.restart(HOME);
                    s.exchange();
                    assertThat(s.events(LinkDown.class)).isEmpty();
                    assertThat(s.events(PeerAddressChanged.class))
                            .isEqualTo(moves(HOME, PORT, HOME));
                });
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatMovesIsFollowedWhileMessagesFlow(Protection protection) {
        simulate(
                protection,
                s -> {
                    Link out = s.connect(HOME);
                    s.exchange();
                    out.remove();
                    s.connect(AWAY);
                    s.exchange();
                    assertThat(s.events(LinkDown.class)).isEmpty();
                    assertThat(s.events(PeerAddressChanged.class)).isEqualTo(moves(HOME, AWAY));
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 40, 150})
    void aMoveTakesLittleLongerThanTheNextPing(int delayMillis) {
        simulate(
                Protection.ENCRYPTED,
                s -> {
                    for (InetSocketAddress at : List.of(HOME, AWAY)) {
                        s.network.path(at, PUBLIC).change(now -> now.withDelay(ms(delayMillis)));
                        s.network.path(PUBLIC, at).change(now -> now.withDelay(ms(delayMillis)));
                    }
                    Link out = s.connect(HOME);
                    out.remove();
                    out =
                            s.client
                                    .host(SERVER)
                                    .orElseThrow()
                                    .addLink(0, Setting.fast(LinkConfig.udp(AWAY, PUBLIC)));
                    Duration start = s.network.now();
                    assertThat(s.network.runUntil(() -> s.peer().equals(Optional.of(AWAY)), SOON))
                            .isTrue();
                    assertThat(s.network.now().minus(start)).isLessThan(ms(55 + 6L * delayMillis));
                    s.awaitUp();
                    assertThat(out.status().connected()).isTrue();
                    assertThat(s.events(LinkDown.class)).isEmpty();
                });
    }

    @Test
    void aServerThatIsRestartedLearnsItsClientAgain() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.connect(HOME);
                    s.server.host(CLIENT).orElseThrow().remove();
                    s.network.advance(ms(1000));
                    Host again = s.server.addHost(CLIENT);
                    Link link =
                            again.addLink(
                                    0,
                                    Setting.dynamic(PUBLIC)
                                            .withAccessRules(rules("accept 10.1.0.0/16")));
                    assertThat(s.network.runUntil(() -> again.status().reachable(), SOON)).isTrue();
                    assertThat(link.status().peer()).contains(HOME);
                });
    }

    @Test
    void aLinkComesBackAfterACut() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.connect(HOME);
                    s.network.path(PUBLIC, HOME).cut();
                    s.network.path(HOME, PUBLIC).cut();
                    s.network.advance(ms(1000));
                    assertThat(s.host.status().reachable()).isFalse();
                    long before = s.network.path(PUBLIC, HOME).sent();
                    s.network.advance(ms(5000));
                    assertThat(s.network.path(PUBLIC, HOME).sent()).isEqualTo(before);
                    s.network.path(PUBLIC, HOME).heal();
                    s.network.path(HOME, PUBLIC).heal();
                    s.awaitUp();
                    s.exchange();
                    assertThat(s.events(PeerAddressChanged.class)).isEqualTo(moves(HOME));
                });
    }

    @Test
    void lossDoesNotKeepAClientOut() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.checker.checkStates(false);
                    s.network.path(HOME, PUBLIC).change(now -> now.withLoss(0.2));
                    s.network.path(PUBLIC, HOME).change(now -> now.withLoss(0.2));
                    s.connect(HOME);
                    assertThat(s.peer()).contains(HOME);
                });
    }

    @ParameterizedTest
    @EnumSource
    void manyClientsShareASocketAndAnAddress(Protection protection) {
        simulate(
                protection,
                s -> {
                    s.connect(HOME);
                    List<Knet> clients = new ArrayList<>(List.of(s.client));
                    for (int id = 3; id < 20; id++) {
                        s.server
                                .addHost(id)
                                .addLink(
                                        0,
                                        Setting.dynamic(PUBLIC)
                                                .withAccessRules(rules("accept 10.1.0.2")));
                        Knet client = s.open(id);
                        clients.add(client);
                        client.addHost(SERVER)
                                .addLink(
                                        0,
                                        Setting.fast(
                                                LinkConfig.udp(
                                                        address("10.1.0.2", 7000 + id), PUBLIC)));
                    }
                    assertThat(
                                    s.network.runUntil(
                                            () ->
                                                    s.server.hosts().stream()
                                                            .allMatch(h -> h.status().reachable()),
                                            SOON))
                            .isTrue();
                    s.network.advance(ms(500));
                    s.checker.send(s.server, 0, Destination.broadcast(), 3000);
                    clients.forEach(
                            client -> s.checker.send(client, 0, Destination.host(SERVER), SMALL));
                    s.network.advance(ms(50));
                    for (Knet client : clients) {
                        s.checker.requireAll(s.server, client);
                        s.checker.requireAll(client, s.server);
                    }
                });
    }

    // ---- attacks

    @ParameterizedTest
    @EnumSource
    @DisplayName("L14: recorded pings redirect nothing")
    void recordedPingsFromElsewhereMoveNothing(Protection protection) {
        simulate(
                protection,
                s -> {
                    List<Datagram> recorded =
                            RawPackets.record(s.network, datagram -> datagram.to().equals(PUBLIC));
                    s.connect(HOME);
                    s.exchange();
                    long toAttacker = s.network.path(PUBLIC, ATTACKER).sent();
                    for (Datagram datagram : List.copyOf(recorded)) {
                        s.network.inject(ATTACKER, PUBLIC, datagram.payload());
                    }
                    s.exchange();
                    assertThat(s.peer()).contains(HOME);
                    assertThat(s.network.path(PUBLIC, ATTACKER).sent()).isEqualTo(toAttacker);
                    assertThat(s.server.statistics().drops(DropCause.WRONG_ADDRESS)).isPositive();
                });
    }

    /** The attacker keeps pings back, so that the server has never seen what he sends. */
    @ParameterizedTest
    @EnumSource
    @DisplayName("L14: pings that were kept back redirect nothing")
    void pingsThatWereKeptBackMoveNothing(Protection protection) {
        simulate(
                protection,
                s -> {
                    s.checker.checkStates(false);
                    s.connect(HOME);
                    List<Datagram> kept =
                            RawPackets.record(s.network, datagram -> datagram.to().equals(PUBLIC));
                    s.network.path(HOME, PUBLIC).cut();
                    s.network.advance(ms(200));
                    s.network.path(HOME, PUBLIC).heal();
                    List<Datagram> unseen = List.copyOf(kept);
                    assertThat(unseen).hasSizeGreaterThan(3);
                    for (Datagram datagram : unseen) {
                        s.network.inject(ATTACKER, PUBLIC, datagram.payload());
                        s.network.advance(ms(20));
                    }
                    s.exchange();
                    assertThat(s.peer()).contains(HOME);
                    assertThat(s.events(PeerAddressChanged.class)).isEqualTo(moves(HOME));
                    assertThat(s.network.path(PUBLIC, ATTACKER).sent())
                            .isBetween(1L, 2L * unseen.size());
                });
    }

    @Test
    void aStrangerWithoutTheKeyIsNotAnswered() {
        simulate(
                Protection.ENCRYPTED,
                s -> {
                    s.connect(HOME);
                    Knet stranger = s.network.open(Knet.builder(CLIENT).crypto(crypto(2)).build());
                    stranger.addHost(SERVER)
                            .addLink(0, Setting.fast(LinkConfig.udp(ATTACKER, PUBLIC)));
                    s.network.inject(ATTACKER, PUBLIC, RawPackets.ping(CLIENT, 0, 1, 0));
                    s.network.advance(ms(1000));
                    assertThat(s.network.path(PUBLIC, ATTACKER).sent()).isZero();
                    assertThat(s.server.statistics().drops(DropCause.NOT_AUTHENTIC)).isPositive();
                    assertThat(s.server.statistics().drops(DropCause.CLEAR_TRAFFIC)).isPositive();
                    s.exchange();
                    stranger.close();
                });
    }

    /** The same host id was given to two machines. */
    @ParameterizedTest
    @EnumSource
    void theFirstOfTwoClientsWithOneIdKeepsTheLink(Protection protection) {
        simulate(
                protection,
                s -> {
                    s.connect(HOME);
                    Knet first = s.client;
                    Knet second = s.open(CLIENT);
                    second.addHost(SERVER).addLink(0, Setting.fast(LinkConfig.udp(AWAY, PUBLIC)));
                    s.network.advance(ms(5000));
                    assertThat(s.peer()).contains(HOME);
                    assertThat(s.events(PeerAddressChanged.class)).isEqualTo(moves(HOME));
                    assertThat(s.events(LinkDown.class)).isEmpty();
                    first.close();
                    s.client = second;
                    s.network.advance(ms(1500));
                    assertThat(s.peer()).contains(AWAY);
                    s.awaitUp();
                });
    }

    @Test
    void forgedPingsAreNoAmplifier() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.connect(HOME);
                    int forged = 1000;
                    for (int i = 0; i < forged; i++) {
                        s.network.inject(ATTACKER, PUBLIC, RawPackets.ping(CLIENT, 0, 99 + i, 0));
                        s.network.advance(ms(1));
                    }
                    s.network.advance(ms(20_000));
                    assertThat(s.network.path(PUBLIC, ATTACKER).sent())
                            .isBetween((long) forged, forged * 11L / 10);
                    assertThat(s.peer()).contains(HOME);
                    assertThat(s.events(LinkDown.class)).isEmpty();
                });
    }

    // ---- access lists while messages flow

    /** One after the other each kind of rule stops everything, and lets it go on. */
    @ParameterizedTest
    @EnumSource
    @DisplayName("L30: what a list rejects is not heard")
    void rejectingStopsTrafficAndBothSidesSeeIt(Protection protection) {
        simulate(
                protection,
                s -> {
                    AccessList list = s.link.accessList();
                    list.clear();
                    s.server.setAccessLists(false);
                    s.connect(HOME);
                    s.exchange();
                    s.server.setAccessLists(true);
                    requireCutOff(s);
                    list.add(AccessRule.parse("accept 10.0.0.0/8"));
                    s.awaitUp();
                    s.exchange();
                    for (String rule :
                            List.of(
                                    "reject 10.1.0.2",
                                    "reject 10.1.0.0/16",
                                    "reject 10.1.0.1-10.1.0.3")) {
                        list.insert(0, AccessRule.parse(rule));
                        list.insert(1, AccessRule.parse("accept 10.1.0.2"));
                        requireCutOff(s);
                        assertThat(list.remove(AccessRule.parse(rule))).isTrue();
                        s.awaitUp();
                        assertThat(list.remove(AccessRule.parse("accept 10.1.0.2"))).isTrue();
                        s.exchange();
                    }
                });
    }

    private static void requireCutOff(Setting s) {
        // Not made by the checker, which would fail if it got one.
        for (int i = 0; i < 20; i++) {
            s.client.channel(0).send(ByteBuffer.allocate(10), Destination.host(SERVER));
            s.network.advance(ms(50));
        }
        assertThat(s.host.status().reachable()).isFalse();
        assertThat(s.client.host(SERVER).orElseThrow().status().reachable()).isFalse();
        assertThat(s.server.statistics().drops(DropCause.ACCESS_DENIED)).isPositive();
    }

    @Test
    void editingALongListDisturbsNobody() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.connect(HOME);
                    AccessList list = s.link.accessList();
                    for (int i = 0; i < 1000; i++) {
                        list.insert(
                                i / 2,
                                AccessRule.parse("reject 10.9." + (i >>> 8) + '.' + (i & 0xff)));
                        s.checker.send(s.server, 0, Destination.host(CLIENT), SMALL);
                        s.checker.send(s.client, 0, Destination.host(SERVER), SMALL);
                        s.network.advance(ms(1));
                    }
                    s.network.advance(ms(50));
                    s.checker.requireAll(s.server, s.client);
                    s.checker.requireAll(s.client, s.server);
                    assertThat(list.rules()).hasSize(1001);
                    assertThat(s.events(LinkDown.class)).isEmpty();
                });
    }

    // ---- disabling

    @Test
    @DisplayName("L15: enabling a link does not forget its peer")
    void aLinkThatIsEnabledFindsItsPeerByItself() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.connect(HOME);
                    s.link.setEnabled(false);
                    s.network.advance(ms(2000));
                    assertThat(s.peer()).contains(HOME);
                    assertThat(s.client.host(SERVER).orElseThrow().status().reachable()).isTrue();
                    s.link.setEnabled(true);
                    s.awaitUp();
                    s.exchange();
                    assertThat(s.events(PeerAddressChanged.class)).isEqualTo(moves(HOME));
                });
    }

    @Test
    void aLinkThatIsEnabledFindsAPeerThatMovedMeanwhile() {
        simulate(
                Protection.CLEAR,
                s -> {
                    s.connect(HOME);
                    s.link.setEnabled(false);
                    s.client.host(SERVER).orElseThrow().link(0).orElseThrow().remove();
                    s.client
                            .host(SERVER)
                            .orElseThrow()
                            .addLink(0, Setting.fast(LinkConfig.udp(AWAY, PUBLIC)));
                    s.network.advance(ms(500));
                    s.link.setEnabled(true);
                    s.awaitUp();
                    assertThat(s.peer()).contains(AWAY);
                    s.exchange();
                });
    }
}
