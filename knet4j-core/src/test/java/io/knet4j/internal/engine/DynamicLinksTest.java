package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.INTERVAL;
import static io.knet4j.internal.engine.TestNode.MILLI;
import static io.knet4j.internal.engine.TestNode.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.AccessRule;
import io.knet4j.ConfigurationException;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.KnetEvent.PeerAddressChanged;
import io.knet4j.LinkConfig;
import io.knet4j.Reason;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.AccessFilter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links that learn where their peer is. */
class DynamicLinksTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.5.0.1", 5405);
    private static final InetSocketAddress HOME = new InetSocketAddress("10.6.0.2", 5405);
    private static final InetSocketAddress PORT = new InetSocketAddress("10.6.0.2", 6000);
    private static final InetSocketAddress AWAY = new InetSocketAddress("10.7.0.2", 5405);
    private static final int PEER = 2;

    private final TestNode node = new TestNode();
    private final Engine engine = node.engine;
    private final HostState host = engine.addHost(PEER, "peer");
    private final LinkState link = add(host, 0, "accept 10.0.0.0/8");
    private long token = 1_000;

    private LinkState add(HostState to, int id, String... rules) {
        return engine.addLink(node.now, to, id, config(LOCAL, rules));
    }

    private static LinkConfig config(InetSocketAddress local, String... rules) {
        return LinkConfig.dynamicUdp(local)
                .withPing(INTERVAL, TIMEOUT)
                .withPongCount(1)
                .withAccessRules(rules(rules));
    }

    private static List<AccessRule> rules(String... rules) {
        return List.of(rules).stream().map(AccessRule::parse).toList();
    }

    private void setRules(LinkState of, String... rules) {
        AccessFilter before = engine.accessFilter(of);
        assertThat(engine.replaceAccessFilter(of, before, AccessFilter.of(rules(rules)))).isTrue();
    }

    private byte[] ping() {
        return Wire.ping(PEER, 0, token++, 0, true);
    }

    /** Lets time pass in which the peer pings every interval and answers, from one address. */
    private void live(InetSocketAddress at, long nanos) {
        live(List.of(at), nanos);
    }

    /** The same with several that claim to be the peer. */
    private void live(List<InetSocketAddress> at, long nanos) {
        long end = node.now + nanos;
        long nextPing = node.now;
        while (node.now < end) {
            if (node.now >= nextPing) {
                at.forEach(address -> node.receive(address, ping()));
                nextPing += INTERVAL.toNanos();
            }
            engine.runTimers(node.now);
            answer(at::contains);
            node.now += MILLI;
        }
    }

    private List<Sent> answer(Predicate<InetSocketAddress> alive) {
        List<Sent> all = node.transport.drain();
        for (Sent sent : all) {
            if (sent.type() == Packets.PING && alive.test(sent.path().remote())) {
                node.receive(sent.path().remote(), Wire.pong(sent.bytes(), PEER));
            }
        }
        return all;
    }

    private Optional<InetSocketAddress> peer() {
        return engine.status(node.now, link).peer();
    }

    private boolean connected() {
        return engine.status(node.now, link).connected();
    }

    private <T> List<T> events(Class<T> type) {
        return node.output.events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private void up(InetSocketAddress at) {
        live(at, 3 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        assertThat(peer()).contains(at);
        node.transport.sent.clear();
        node.output.events.clear();
    }

    /** What was sent since, as "type to port of address". */
    private List<String> sent() {
        return node.transport.drain().stream()
                .map(sent ->
                        (sent.type() == Packets.PING ? "ping" : "pong")
                                + " to "
                                + sent.path().remote().getAddress().getHostAddress()
                                + ' '
                                + sent.path().remote().getPort())
                .toList();
    }

    // ---- learning

    @Test
    void nothingIsSentBeforeAPeerIsHeard() {
        node.advance(60_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
        assertThat(peer()).isEmpty();
        assertThat(connected()).isFalse();
        assertThat(engine.runTimers(node.now)).isEqualTo(Long.MAX_VALUE);
        assertThat(engine.config(link).remote()).isNull();
        assertThat(node.send(Destination.host(PEER), 10)).isEqualTo(Reason.HOST_DOWN);
    }

    @Test
    void aPingIsAnsweredAndItsSenderAsked() {
        node.receive(HOME, ping());
        assertThat(sent())
                .containsExactlyInAnyOrder("pong to 10.6.0.2 5405", "ping to 10.6.0.2 5405");
        assertThat(peer()).isEmpty();
    }

    @Test
    void aPeerThatAnswersIsAdoptedAndTheLinkComesUp() {
        live(HOME, 3 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        assertThat(peer()).contains(HOME);
        assertThat(events(PeerAddressChanged.class))
                .containsExactly(new PeerAddressChanged(PEER, 0, Optional.empty(), HOME));
        assertThat(events(LinkUp.class)).hasSize(1);
        node.transport.sent.clear();
        assertThat(node.send(Destination.host(PEER), 10)).isNull();
        assertThat(engine.sender().flush(node.now)).isNull();
        assertThat(node.drain(Packets.DATA))
                .singleElement()
                .satisfies(data -> assertThat(data.path().remote()).isEqualTo(HOME));
        node.receive(HOME, Wire.data(PEER, 1, 3, "hello"));
        assertThat(node.texts()).containsExactly("hello");
    }

    /** The target of forged pings gets two packets for each, and none later. */
    @Test
    void whoDoesNotAnswerGetsNoMoreThanItsPingsAskFor() {
        for (int i = 0; i < 10; i++) {
            node.receive(HOME, ping());
            node.advance(INTERVAL.toNanos());
        }
        assertThat(node.transport.drain()).hasSizeLessThanOrEqualTo(20);
        node.advance(60_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
        assertThat(peer()).isEmpty();
    }

    @Test
    void aFloodOfForgedPingsIsNotEvenDoubled() {
        for (int i = 0; i < 1000; i++) {
            node.receive(HOME, ping());
        }
        assertThat(sent()).hasSize(1001);
    }

    @Test
    void onlyPingsMakeAPeerKnown() {
        byte[] ownPing = Wire.ping(TestNode.SELF, 0, 77, 0, true);
        node.receive(
                HOME,
                Wire.pong(ownPing, PEER),
                Wire.probe(PEER, 0, 100),
                Wire.pong(Wire.probe(TestNode.SELF, 0, 9), PEER),
                Wire.data(PEER, 1, 3, "x"));
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.WRONG_ADDRESS)).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 255})
    void linkIdsThatAreNotConfiguredAreDropped(int id) {
        node.receive(HOME, Wire.ping(PEER, id, 1, 0, true));
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.WRONG_LINK)).isEqualTo(1);
    }

    @Test
    void thePeerHasTheFamilyOfTheLocalAddress() {
        engine.setAccessLists(false);
        node.receive(new InetSocketAddress("fd00::2", 5405), ping());
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.WRONG_ADDRESS)).isEqualTo(1);
    }

    @Test
    void peersOnSeveralInterfacesAreToldApartByTheirScope() throws UnknownHostException {
        LinkState six =
                engine.addLink(
                        node.now,
                        host,
                        1,
                        config(new InetSocketAddress("fe80::1", 5405), "accept fe80::/10"));
        byte[] bytes = InetAddress.ofLiteral("fe80::2").getAddress();
        List<InetSocketAddress> peers = new ArrayList<>();
        for (int scope = 3; scope <= 4; scope++) {
            InetSocketAddress at =
                    new InetSocketAddress(Inet6Address.getByAddress("", bytes, scope), 5405);
            peers.add(at);
            node.receive(at, Wire.ping(PEER, 1, token++, 0, true));
            int alive = scope;
            engine.runTimers(node.now);
            answer(to -> ((Inet6Address) to.getAddress()).getScopeId() == alive);
            node.advance(TIMEOUT.toNanos() / 4);
        }
        assertThat(events(PeerAddressChanged.class)).hasSize(2);
        InetSocketAddress now = Objects.requireNonNull(six.path).remote();
        assertThat(((Inet6Address) now.getAddress()).getScopeId()).isEqualTo(4);
        assertThat(peers.getFirst()).isEqualTo(now); // which is why scopes need care
    }

    // ---- moving

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerThatMovesIsFollowedWithoutTheLinkGoingDown(boolean sameAddress) {
        InetSocketAddress moved = sameAddress ? PORT : AWAY;
        up(HOME);
        live(moved, 60 * MILLI);
        assertThat(peer()).contains(moved);
        live(moved, 10 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        assertThat(node.output.events)
                .containsExactly(new PeerAddressChanged(PEER, 0, Optional.of(HOME), moved));
        node.transport.sent.clear();
        assertThat(node.send(Destination.host(PEER), 10)).isNull();
        engine.sender().flush(node.now);
        assertThat(node.drain(Packets.DATA))
                .extracting(data -> data.path().remote())
                .containsExactly(moved);
        node.receive(moved, Wire.data(PEER, 1, 3, "hello"));
        assertThat(node.texts()).containsExactly("hello");
    }

    @Test
    void aMovedPeerIsAnsweredAtOnceWhereItIs() {
        up(HOME);
        node.receive(AWAY, ping());
        assertThat(sent()).contains("pong to 10.7.0.2 5405", "ping to 10.7.0.2 5405");
        assertThat(peer()).contains(HOME);
        node.receive(AWAY, Wire.data(PEER, 1, 3, "too early"));
        assertThat(node.drops(DropCause.WRONG_ADDRESS)).isEqualTo(1);
    }

    @Test
    void forgedPingsMoveNothing() {
        up(HOME);
        for (int i = 0; i < 100; i++) {
            node.receive(AWAY, ping());
            live(HOME, 10 * MILLI);
        }
        assertThat(peer()).contains(HOME);
        assertThat(node.output.events).isEmpty();
        live(HOME, 2 * TIMEOUT.toNanos());
        assertThat(node.output.events).isEmpty();
    }

    @Test
    void pongsFromElsewhereConfirmNothing() {
        up(HOME);
        node.receive(AWAY, ping());
        byte[] question =
                node.drainPings().stream()
                        .filter(sent -> sent.path().remote().equals(AWAY))
                        .findFirst()
                        .orElseThrow()
                        .bytes();
        node.now += 60 * MILLI;
        node.receive(PORT, Wire.pong(question, PEER)); // it counts for the address it was sent to
        node.receive(HOME, Wire.pong(question, PEER));
        assertThat(node.drops(DropCause.UNSOLICITED_PONG)).isEqualTo(2);
        node.receive(AWAY, Wire.pong(Wire.ping(TestNode.SELF, 0, 77, 0, true), PEER));
        assertThat(node.drops(DropCause.UNSOLICITED_PONG)).isEqualTo(3);
        assertThat(peer()).contains(HOME);
        node.receive(AWAY, Wire.pong(question, PEER));
        assertThat(peer()).contains(AWAY);
    }

    @Test
    void answersToEarlierQuestionsConfirmNothing() {
        up(HOME);
        node.receive(AWAY, ping());
        byte[] question = node.drainPings().getFirst().bytes();
        live(HOME, 2 * TIMEOUT.toNanos());
        node.receive(AWAY, ping());
        node.drainPings();
        node.now += 60 * MILLI;
        node.receive(AWAY, Wire.pong(question, PEER));
        assertThat(peer()).contains(HOME);
    }

    /** Two machines were given the same host id: the first one keeps the link. */
    @Test
    void aPeerThatIsAliveIsNotDisplaced() {
        up(HOME);
        live(List.of(HOME, AWAY), 20 * TIMEOUT.toNanos());
        assertThat(peer()).contains(HOME);
        assertThat(node.output.events).isEmpty();
        assertThat(node.drops(DropCause.WRONG_ADDRESS)).isPositive();
        live(AWAY, 2 * TIMEOUT.toNanos());
        assertThat(peer()).contains(AWAY);
        assertThat(connected()).isTrue();
    }

    @Test
    void aRecordedPingIsNotAnsweredElsewhere() {
        byte[] recorded = ping();
        node.receive(HOME, recorded);
        up(HOME);
        node.receive(AWAY, recorded);
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.WRONG_ADDRESS)).isEqualTo(1);
        node.receive(HOME, recorded);
        assertThat(sent()).containsExactly("pong to 10.6.0.2 5405");
    }

    /** Somebody on the way holds pings back and sends them on from his own address. */
    @Test
    void anUnseenPingFromElsewhereDoesNotKeepThePeerOut() {
        node.receive(AWAY, ping());
        node.drainPings();
        live(HOME, TIMEOUT.toNanos() + 3 * INTERVAL.toNanos());
        assertThat(peer()).contains(HOME);
        assertThat(connected()).isTrue();
    }

    // ---- silence

    @Test
    void aLinkThatGoesDownIsSilentUntilThePeerIsHeard() {
        up(HOME);
        node.advance(2 * TIMEOUT.toNanos());
        assertThat(events(LinkDown.class)).hasSize(1);
        node.transport.sent.clear();
        node.advance(60_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
        assertThat(peer()).contains(HOME);
        node.output.events.clear();
        live(HOME, 3 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        assertThat(events(PeerAddressChanged.class)).isEmpty();
    }

    /** What a link without pings came up by would end soon, and nobody would tell. */
    @Test
    void answersThatComeWhenTheLinkHasFallenSilentDoNotBringItUp() {
        up(HOME);
        node.advance(TIMEOUT.toNanos() - MILLI);
        List<Sent> questions = node.drainPings();
        node.advance(2 * MILLI);
        assertThat(events(LinkDown.class)).hasSize(1);
        for (Sent question : questions) {
            node.receive(HOME, Wire.pong(question.bytes(), PEER));
        }
        assertThat(node.drops(DropCause.LATE_PONG)).isZero();
        assertThat(connected()).isFalse();
        live(HOME, 3 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        assertThat(events(LinkUp.class)).hasSize(1);
    }

    @Test
    void aSilentLinkIsTakenByWhoeverAnswers() {
        up(HOME);
        node.advance(2 * TIMEOUT.toNanos());
        node.receive(AWAY, ping());
        answer(AWAY::equals);
        assertThat(peer()).contains(AWAY);
    }

    @Test
    void aPeerThatVanishesBeforeTheLinkIsUpIsNotPingedForEver() {
        node.receive(HOME, ping());
        answer(HOME::equals);
        assertThat(peer()).contains(HOME);
        node.advance(10_000_000_000L);
        assertThat(node.drainPings()).isNotEmpty();
        node.advance(60_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
    }

    @Test
    void aLinkWhosePeerIsNotHeardGetsNoForcedPings() {
        up(HOME);
        HostState other = node.hostUp(3, 1);
        node.advance(2 * TIMEOUT.toNanos() - MILLI);
        node.transport.sent.clear();
        for (int i = 0; i < 9000; i++) {
            node.receive(TestNode.remote(3, 0), Wire.ping(3, 0, token++, 0, true));
            node.send(Destination.host(3), 1);
            engine.sender().flush(node.now);
        }
        assertThat(other.route == null).isTrue();
        assertThat(node.drainPings()).noneMatch(sent -> sent.path().remote().equals(HOME));
    }

    // ---- disabled

    @Test
    void aDisabledLinkAnswersAndAsksThePeerWhenItIsEnabled() {
        up(HOME);
        engine.setEnabled(node.now, link, false);
        node.output.events.clear();
        node.transport.sent.clear();
        node.receive(HOME, ping());
        node.receive(AWAY, ping());
        node.receive(HOME, ping());
        node.advance(10_000_000_000L);
        assertThat(sent())
                .containsExactly(
                        "pong to 10.6.0.2 5405", "pong to 10.7.0.2 5405", "pong to 10.6.0.2 5405");
        assertThat(peer()).contains(HOME);
        engine.setEnabled(node.now, link, true);
        engine.runTimers(node.now);
        assertThat(sent()).containsExactly("ping to 10.6.0.2 5405");
        live(HOME, 3 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        assertThat(events(PeerAddressChanged.class)).isEmpty();
    }

    @Test
    void anEnabledLinkNeedsNoPingToFindItsPeerAgain() {
        up(HOME);
        engine.setEnabled(node.now, link, false);
        engine.setEnabled(node.now, link, true);
        for (int i = 0; i < 5 && !connected(); i++) {
            engine.runTimers(node.now);
            answer(HOME::equals);
            node.now += INTERVAL.toNanos();
        }
        assertThat(connected()).isTrue();
    }

    @Test
    void whoPingedADisabledLinkIsAskedFirst() {
        up(HOME);
        engine.setEnabled(node.now, link, false);
        node.receive(AWAY, ping());
        node.transport.sent.clear();
        engine.setEnabled(node.now, link, true);
        engine.runTimers(node.now);
        assertThat(sent()).containsExactly("ping to 10.7.0.2 5405");
    }

    @Test
    void anEnabledLinkDoesNotAskForEver() {
        up(HOME);
        engine.setEnabled(node.now, link, false);
        node.transport.sent.clear();
        engine.setEnabled(node.now, link, true);
        node.advance(60_000_000_000L);
        assertThat(node.transport.drain()).hasSize(4);
        assertThat(engine.runTimers(node.now)).isEqualTo(Long.MAX_VALUE);
    }

    // ---- access

    @Test
    void anEmptyListRejectsEverything() {
        setRules(link);
        node.receive(HOME, ping());
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(1);
        engine.setAccessLists(false);
        node.receive(HOME, ping());
        assertThat(node.transport.sent).isNotEmpty();
    }

    @Test
    void aRejectedPeerTimesOutAndComesBackWhenItIsAcceptedAgain() {
        up(HOME);
        setRules(link, "reject 10.6.0.2", "accept 10.0.0.0/8");
        assertThat(connected()).isTrue();
        node.receive(HOME, Wire.data(PEER, 1, 3, "x"));
        assertThat(node.output.delivered).isEmpty();
        live(HOME, 2 * TIMEOUT.toNanos());
        assertThat(connected()).isFalse();
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isGreaterThan(2);
        setRules(link, "accept 10.0.0.0/8");
        live(HOME, 3 * INTERVAL.toNanos());
        assertThat(connected()).isTrue();
        node.receive(HOME, Wire.data(PEER, 1, 3, "x"));
        assertThat(node.texts()).containsExactly("x");
    }

    /**
     * An address that some list accepts gets past the first check, and is refused by the second.
     */
    @Test
    void everyLinkHasItsOwnList() {
        HostState three = engine.addHost(3, "three");
        add(three, 0, "accept 10.7.0.0/16");
        setRules(link, "accept 10.6.0.0/16");
        node.receive(AWAY, ping());
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(1);
        node.receive(AWAY, Wire.ping(3, 0, token++, 0, true));
        assertThat(sent()).hasSize(2);
        node.receive(HOME, Wire.ping(3, 0, token++, 0, true));
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(2);
    }

    @Test
    void aStaticPeerIsNoStrangerToDynamicLinksButNotAcceptedByThem() {
        node.host(3, 1);
        setRules(link, "accept 10.6.0.0/16");
        node.receive(TestNode.remote(3, 0), ping());
        assertThat(node.transport.sent).isEmpty();
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(1);
    }

    @Test
    void theEndOfAStaticLinkIsNotThatOfADynamicOne() {
        InetSocketAddress local = new InetSocketAddress("10.8.0.1", 5405);
        engine.addLink(node.now, host, 1, LinkConfig.udp(local, HOME));
        node.receive(HOME, ping());
        assertThat(node.drops(DropCause.WRONG_LINK)).isEqualTo(1);
        node.receive(PORT, ping());
        assertThat(node.drops(DropCause.WRONG_LINK)).isEqualTo(1);
        assertThat(sent()).hasSize(2);
    }

    @Test
    void hostsShareASocketAndAnAddress() {
        HostState three = engine.addHost(3, "three");
        LinkState other = add(three, 0, "accept 10.6.0.2");
        assertThat(node.transport.bound).containsExactly(LOCAL);
        node.receive(HOME, ping());
        node.receive(PORT, Wire.ping(3, 0, token++, 0, true));
        for (Sent ping : node.drainPings()) {
            int answering = ping.path().remote().equals(HOME) ? PEER : 3;
            node.receive(ping.path().remote(), Wire.pong(ping.bytes(), answering));
        }
        assertThat(peer()).contains(HOME);
        assertThat(engine.status(node.now, other).peer()).contains(PORT);
        node.receive(HOME, Wire.ping(3, 0, token++, 0, true));
        assertThat(engine.status(node.now, other).peer()).contains(PORT);
    }

    @Test
    void linksOfBothKindsDoNotShareASocket() {
        HostState three = engine.addHost(3, "three");
        refusedAsLocal(three, LinkConfig.udp(LOCAL, HOME));
        LinkState fixed =
                engine.addLink(
                        node.now,
                        three,
                        0,
                        LinkConfig.udp(new InetSocketAddress("10.5.0.1", 5406), HOME));
        refusedAsLocal(three, LinkConfig.dynamicUdp(new InetSocketAddress("10.5.0.1", 5406)));
        engine.removeLink(node.now, fixed);
        engine.addLink(
                node.now, three, 1, LinkConfig.dynamicUdp(new InetSocketAddress("10.5.0.1", 5406)));
    }

    private void refusedAsLocal(HostState to, LinkConfig config) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> engine.addLink(node.now, to, 1, config))
                .withMessageContaining("local")
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(engine.link(to, 1)).isNull();
    }

    @Test
    void onlyListsOfDynamicLinksCanBeEdited() {
        HostState three = node.host(3, 1);
        LinkState fixed = Objects.requireNonNull(three.link(0));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> engine.accessFilter(fixed))
                .withMessageContaining("link 0 of host 3")
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
        assertThat(engine.accessRules(fixed)).isEqualTo(rules("accept 10.0.0.3"));
        assertThat(engine.acceptedByList(fixed, InetAddress.ofLiteral("10.0.0.3"))).isTrue();
        assertThat(engine.acceptedByList(fixed, InetAddress.ofLiteral("10.0.0.4"))).isFalse();

        HostState self = engine.addHost(TestNode.SELF, "self");
        LinkState loopback = engine.addLink(node.now, self, 0, LinkConfig.loopback());
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> engine.accessFilter(loopback));
        assertThat(engine.accessRules(loopback)).isEmpty();

        assertThat(engine.accessRules(link)).isEqualTo(rules("accept 10.0.0.0/8"));
        assertThat(engine.acceptedByList(link, HOME.getAddress())).isTrue();
        setRules(link, "reject 10.6.0.0/16", "accept 10.0.0.0/8");
        assertThat(engine.config(link).accessRules())
                .isEqualTo(rules("reject 10.6.0.0/16", "accept 10.0.0.0/8"));
        assertThat(engine.acceptedByList(link, HOME.getAddress())).isFalse();
    }

    @Test
    void anEditOfAListThatWasChangedMeanwhileIsTriedAgain() {
        AccessFilter before = engine.accessFilter(link);
        setRules(link, "accept 10.6.0.2");
        assertThat(engine.replaceAccessFilter(link, before, AccessFilter.EMPTY)).isFalse();
        assertThat(engine.accessRules(link)).isEqualTo(rules("accept 10.6.0.2"));
    }

    @Test
    void nothingIsLeftOfALinkThatIsRemoved() {
        up(HOME);
        node.receive(AWAY, ping());
        engine.removeHost(node.now, host);
        engine.closeUnusedSockets(Long.MAX_VALUE, Integer.MAX_VALUE);
        assertThat(engine.leak()).isEmpty();
        node.receive(HOME, ping());
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(1);
        node.transport.sent.clear();
        node.advance(10_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
    }
}
