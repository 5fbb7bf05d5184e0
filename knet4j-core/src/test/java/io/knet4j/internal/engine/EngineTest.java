package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.local;
import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.ConfigurationException;
import io.knet4j.DropCause;
import io.knet4j.KnetEvent;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.OnWireVersion;
import io.knet4j.Reason;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTest {
    private final TestNode node = new TestNode();
    private final Engine engine = node.engine;

    private static void refused(Reason reason, String what, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessageContaining(what)
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    private LinkState addLink(HostState host, int id) {
        return engine.addLink(node.now, host, id, TestNode.config(host.id, id));
    }

    @Test
    void hostsAreFoundByIdAndName() {
        HostState last = engine.addHost(65_535, "last");
        HostState first = engine.addHost(0, "first");
        assertThat(engine.host(65_535)).isSameAs(last);
        assertThat(engine.host("first")).isSameAs(first);
        assertThat(engine.host(1)).isNull();
        assertThat(engine.host(-1)).isNull();
        assertThat(engine.host(65_536)).isNull();
        assertThat(engine.host("FIRST")).isNull();
        assertThat(engine.hosts()).containsExactly(first, last);
    }

    @Test
    void refusesHostsThatCannotBe() {
        HostState two = engine.addHost(2, "two");
        refused(Reason.ALREADY_EXISTS, "host 2", () -> engine.addHost(2, "other"));
        refused(Reason.ALREADY_EXISTS, "two", () -> engine.addHost(3, "two"));
        refused(Reason.INVALID_ARGUMENT, "-1", () -> engine.addHost(-1, "x"));
        refused(Reason.INVALID_ARGUMENT, "65536", () -> engine.addHost(65_536, "x"));
        refused(Reason.INVALID_ARGUMENT, "name", () -> engine.addHost(3, ""));
        refused(Reason.INVALID_ARGUMENT, "name", () -> engine.addHost(3, "ä".repeat(128)));
        engine.addHost(3, "ä".repeat(127) + "x");
        refused(Reason.ALREADY_EXISTS, "two", () -> engine.rename(node.engine.host(3), "two"));
        engine.rename(two, "two");
        engine.rename(two, "zwei");
        assertThat(engine.host("zwei")).isSameAs(two);
        assertThat(engine.host("two")).isNull();
    }

    @Test
    void aRemovedHostIsUnknownToEverything() {
        HostState host = node.hostUp(2, 2);
        LinkState link = host.link(0);
        engine.removeHost(node.now, host);
        node.closeSockets();
        assertThat(engine.host(2)).isNull();
        assertThat(node.transport.bound).isEmpty();
        assertThat(engine.leak()).isEmpty();
        refused(Reason.NOT_FOUND, "host 2", () -> engine.removeHost(node.now, host));
        refused(Reason.NOT_FOUND, "host 2", () -> engine.status(host));
        refused(Reason.NOT_FOUND, "host 2", () -> engine.name(host));
        refused(Reason.NOT_FOUND, "host 2", () -> engine.links(host));
        refused(Reason.NOT_FOUND, "host 2", () -> addLink(host, 3));
        refused(Reason.NOT_FOUND, "link 0", () -> engine.config(link));
        node.receive(remote(2, 0), Wire.data(2, 1, 0, "x"));
        assertThat(node.drops(DropCause.ACCESS_DENIED)).isEqualTo(1);
        engine.setAccessLists(false);
        node.receive(remote(2, 0), Wire.data(2, 1, 0, "x"));
        assertThat(node.drops(DropCause.UNKNOWN_HOST)).isEqualTo(1);
        node.advance(10_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
        HostState again = engine.addHost(2, "host-2");
        refused(Reason.NOT_FOUND, "host 2", () -> engine.status(host));
        assertThat(engine.status(again).reachable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8, 255})
    void refusesLinkIdsThatCannotBe(int id) {
        HostState host = engine.addHost(2, "two");
        refused(
                Reason.INVALID_ARGUMENT,
                "link id",
                () -> engine.addLink(node.now, host, id, TestNode.config(2, 0)));
        assertThat(engine.link(host, id)).isNull();
    }

    @Test
    void refusesASecondLinkWithTheSameId() {
        HostState host = node.host(2, 1);
        refused(Reason.ALREADY_EXISTS, "link 0", () -> addLink(host, 0));
        assertThat(node.transport.bound).hasSize(1);
    }

    @Test
    void nothingChangesWhenTheAddressCannotBeBound() {
        HostState host = engine.addHost(2, "two");
        node.transport.bound.add(local(0));
        refused(Reason.ADDRESS_UNAVAILABLE, "in use", () -> addLink(host, 0));
        node.transport.bound.clear();
        assertThat(engine.links(host)).isEmpty();
        engine.removeHost(node.now, host);
        node.closeSockets();
        assertThat(engine.leak()).isEmpty();
    }

    @Test
    void aLoopbackLinkBelongsToTheLocalHostAlone() {
        HostState self = engine.addHost(TestNode.SELF, "self");
        HostState other = engine.addHost(2, "other");
        LinkConfig loopback = LinkConfig.loopback();
        refused(
                Reason.INVALID_ARGUMENT,
                "LOOPBACK on host 2",
                () -> engine.addLink(node.now, other, 0, loopback));
        LinkState link = engine.addLink(node.now, self, 3, loopback);
        refused(Reason.INVALID_ARGUMENT, "loopback", () -> addLink(self, 0));
        refused(
                Reason.INVALID_ARGUMENT,
                "loopback",
                () -> engine.addLink(node.now, self, 0, loopback));
        assertThat(engine.status(self).reachable()).isTrue();
        assertThat(engine.status(node.now, link).connected()).isTrue();
        engine.removeLink(node.now, link);
        node.closeSockets();
        assertThat(engine.status(self).reachable()).isFalse();
        addLink(self, 0);
        refused(
                Reason.INVALID_ARGUMENT,
                "loopback",
                () -> engine.addLink(node.now, self, 1, loopback));
    }

    @Test
    void linksWithOneLocalAddressShareASocket() {
        InetSocketAddress shared = new InetSocketAddress("10.9.0.1", 5405);
        HostState two = engine.addHost(2, "two");
        HostState three = engine.addHost(3, "three");
        LinkState a = engine.addLink(node.now, two, 0, LinkConfig.udp(shared, remote(2, 0)));
        LinkState b = engine.addLink(node.now, three, 0, LinkConfig.udp(shared, remote(3, 0)));
        assertThat(node.transport.bound).containsExactly(shared);
        assertThat(Objects.requireNonNull(a.path).socket())
                .isSameAs(Objects.requireNonNull(b.path).socket());
        engine.removeLink(node.now, a);
        node.closeSockets();
        assertThat(node.transport.bound).containsExactly(shared);
        engine.removeLink(node.now, b);
        node.closeSockets();
        assertThat(node.transport.bound).isEmpty();
    }

    @Test
    void everyLinkWithPortZeroGetsAPortOfItsOwn() {
        InetSocketAddress any = new InetSocketAddress("10.9.0.1", 0);
        HostState host = engine.addHost(2, "two");
        LinkState a = engine.addLink(node.now, host, 0, LinkConfig.udp(any, remote(2, 0)));
        LinkState b = engine.addLink(node.now, host, 1, LinkConfig.udp(any, remote(2, 1)));
        assertThat(node.transport.bound).hasSize(2);
        assertThat(engine.config(a).local().getPort()).isNotZero();
        assertThat(engine.config(a).local()).isNotEqualTo(engine.config(b).local());
        engine.removeHost(node.now, host);
        node.closeSockets();
        assertThat(node.transport.bound).isEmpty();
    }

    @Test
    void aLinkThatIsAddedDisabledStaysSilent() {
        HostState host = engine.addHost(2, "two");
        LinkState link =
                engine.addLink(node.now, host, 0, TestNode.config(2, 0).withEnabled(false));
        node.advance(5_000_000_000L);
        assertThat(node.transport.drain()).isEmpty();
        engine.setEnabled(node.now, link, true);
        engine.setEnabled(node.now, link, true);
        node.advance(1);
        assertThat(node.drainPings()).isNotEmpty();
        node.advance(TestNode.INTERVAL.toNanos());
        assertThat(node.drainPings()).hasSize(1);
    }

    @Test
    void changesOfALinkShowInItsConfiguration() {
        LinkState link = node.host(2, 1).link(0);
        engine.setPriority(link, 7);
        assertThat(engine.config(link).priority()).isEqualTo(7);
        refused(Reason.INVALID_ARGUMENT, "priority", () -> engine.setPriority(link, 256));
        engine.setEnabled(node.now, link, false);
        assertThat(engine.config(link).enabled()).isFalse();
        engine.removeLink(node.now, link);
        node.closeSockets();
        refused(Reason.NOT_FOUND, "link 0", () -> engine.removeLink(node.now, link));
        refused(Reason.NOT_FOUND, "link 0", () -> engine.setPriority(link, 1));
        refused(Reason.NOT_FOUND, "link 0", () -> engine.status(node.now, link));
    }

    @Test
    void messagesFromAHostWithoutLinksLeaveNothingBehind() {
        HostState host = node.hostUp(2, 1);
        node.receive(remote(2, 0), Wire.fragment(2, 1, 3, 2, 1, new byte[100]));
        assertThat(engine.reassemblyBytes()).isPositive();
        engine.removeHost(node.now, host);
        node.closeSockets();
        assertThat(engine.leak()).isEmpty();
        assertThat(engine.reassemblyBytes()).isZero();
    }

    @Test
    void refusesInterfaceMtusAndVersionsOutsideTheirRange() {
        refused(Reason.INVALID_ARGUMENT, "575", () -> engine.setInterfaceMtu(OptionalInt.of(575)));
        refused(
                Reason.INVALID_ARGUMENT,
                "65536",
                () -> engine.setInterfaceMtu(OptionalInt.of(65_536)));
        refused(Reason.INVALID_ARGUMENT, "2", () -> engine.forceOnWireVersion(OptionalInt.of(2)));
        refused(Reason.INVALID_ARGUMENT, "0", () -> engine.forceOnWireVersion(OptionalInt.of(0)));
        engine.forceOnWireVersion(OptionalInt.of(1));
        engine.forceOnWireVersion(OptionalInt.empty());
        assertThat(engine.onWireVersion()).isEqualTo(new OnWireVersion(1, 1, 1));
    }

    /** What the socket of a link was asked to put on its packets. */
    private static int trafficClass(LinkState link) {
        return ((FakeTransport.FakeSocket) Objects.requireNonNull(link.path).socket())
                .options()
                .trafficClass();
    }

    @Test
    void linksOfHighPriorityCarryTheDscpOfTheTimeWhenTheirSocketOpened() {
        HostState host = engine.addHost(2, "two");
        LinkConfig[] config = new LinkConfig[4];
        for (int id = 0; id < config.length; id++) {
            config[id] = TestNode.config(2, id).withHighPriorityTraffic(id != 3);
        }
        LinkState lowDelay = engine.addLink(node.now, host, 0, config[0]);
        engine.setDscp(46);
        LinkState expedited = engine.addLink(node.now, host, 1, config[1]);
        engine.setDscp(63);
        LinkState highest = engine.addLink(node.now, host, 2, config[2]);
        LinkState ordinary = engine.addLink(node.now, host, 3, config[3]);
        assertThat(trafficClass(lowDelay)).isEqualTo(0x10);
        assertThat(trafficClass(expedited)).isEqualTo(0xb8);
        assertThat(trafficClass(highest)).isEqualTo(0xfc);
        assertThat(trafficClass(ordinary)).isZero();
        refused(Reason.INVALID_ARGUMENT, "value 64", () -> engine.setDscp(64));
        refused(Reason.INVALID_ARGUMENT, "0 to 63", () -> engine.setDscp(-1));
    }

    @Test
    void saysWhenItWantsToBeCalledAgain() {
        assertThat(engine.runTimers(node.now)).isEqualTo(Long.MAX_VALUE);
        node.host(2, 1);
        assertThat(engine.runTimers(node.now)).isEqualTo(node.now + TestNode.INTERVAL.toNanos());
    }

    @Test
    void aSocketClosesWhenNothingThatIsBeingSentCanNeedIt() {
        HostState host = node.hostUp(2, 2);
        long before = engine.releasedSockets();
        engine.removeLink(node.now, host.link(0));
        assertThat(engine.releasedSockets()).isEqualTo(before + 1);
        assertThat(node.transport.bound).as("still open").contains(local(0));
        engine.closeUnusedSockets(before, 10);
        assertThat(node.transport.bound).as("released later").contains(local(0));
        engine.removeLink(node.now, host.link(1));
        assertThat(engine.closeUnusedSockets(before + 2, 1)).as("more").isTrue();
        assertThat(node.transport.bound).containsExactly(local(1));
        assertThat(engine.closeUnusedSockets(before + 2, 1)).isFalse();
        assertThat(node.transport.bound).isEmpty();
    }

    @Test
    void aSocketThatNobodyClosesIsClosedAfterAWhile() {
        HostState host = node.host(2, 1);
        engine.removeHost(node.now, host);
        assertThat(engine.leak()).isPresent();
        node.advance(2_000_000_000L);
        assertThat(node.transport.bound).isEmpty();
        assertThat(engine.leak()).isEmpty();
    }

    @Test
    void anUnusedSocketIsTakenAgain() {
        HostState host = node.host(2, 1);
        Transport.Socket socket = Objects.requireNonNull(host.link(0).socket);
        engine.removeLink(node.now, host.link(0));
        long first = engine.releasedSockets();
        LinkState again = addLink(host, 0);
        assertThat(again.socket).isSameAs(socket);
        engine.closeUnusedSockets(first, 10);
        node.advance(5_000_000_000L);
        assertThat(node.transport.bound).containsExactly(local(0));
        engine.removeLink(node.now, again);
        engine.closeUnusedSockets(first, 10);
        assertThat(node.transport.bound).as("released again since").containsExactly(local(0));
        node.closeSockets();
        assertThat(node.transport.bound).isEmpty();
    }

    @Test
    void severalChangesAreToldAsOne() {
        HostState host = node.hostUp(2, 3);
        HostState gone = node.hostUp(3, 1);
        Reconfiguration changes = new Reconfiguration();
        changes.step(_ -> engine.setPriority(host.link(1), 5));
        changes.step(_ -> engine.setPriority(host.link(2), 6));
        changes.step(_ -> engine.setPolicy(host, LinkPolicy.ACTIVE));
        changes.remove(host.link(0));
        changes.remove(gone, engine.links(gone));
        HostState added = engine.newHost(4, "four", LinkPolicy.PASSIVE);
        changes.add(
                engine.newLink(
                        added,
                        0,
                        TestNode.config(4, 3),
                        node.transport.bind(
                                local(3), engine.socketOptions(TestNode.config(4, 3), 0)),
                        AccessFilter.EMPTY));
        changes.setHosts(new HostTable(List.of(host, added)));
        engine.switchTo(node.now, changes);
        assertThat(node.output.drainEvents())
                .containsExactly(
                        new KnetEvent.ActiveLinksChanged(2, List.of(1, 2)),
                        new KnetEvent.ActiveLinksChanged(3, List.of()),
                        new KnetEvent.HostUnreachable(3));
        assertThat(engine.hosts()).containsExactly(host, added);
        refused(Reason.NOT_FOUND, "host 3", () -> engine.status(gone));
        while (engine.finish(node.now, changes)) {
            // the rest of it
        }
        assertThat(node.output.drainEvents())
                .extracting(event -> ((KnetEvent.LinkDown) event).cause())
                .containsExactly(
                        KnetEvent.LinkDownCause.DISABLED, KnetEvent.LinkDownCause.DISABLED);
        node.closeSockets();
        assertThat(node.transport.bound).containsExactlyInAnyOrder(local(1), local(2), local(3));
        node.advance(0);
        assertThat(node.drainPings())
                .extracting(ping -> ping.path().remote())
                .contains(remote(4, 3));
        engine.removeHost(node.now, host);
        engine.removeHost(node.now, added);
        node.closeSockets();
        assertThat(engine.leak()).isEmpty();
    }
}
