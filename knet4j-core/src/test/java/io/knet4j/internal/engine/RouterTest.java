package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.ActiveLinksChanged;
import io.knet4j.KnetEvent.DataMtuChanged;
import io.knet4j.KnetEvent.HostReachable;
import io.knet4j.KnetEvent.HostUnreachable;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.KnetEvent.PathMtuChanged;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RouterTest {
    private final TestNode node = new TestNode();

    private List<Integer> active(HostState host) {
        return node.engine.status(host).activeLinks();
    }

    private void disable(HostState host, int link) {
        node.engine.setEnabled(node.now, host.link(link), false);
    }

    private List<KnetEvent> eventsButLinks() {
        return node.output.drainEvents().stream()
                .filter(event -> !(event instanceof LinkUp || event instanceof LinkDown))
                .toList();
    }

    @Test
    void passiveTakesTheHighestPriority() {
        HostState host = node.hostUp(2, 3);
        assertThat(active(host)).as("lowest id of equals").containsExactly(0);
        node.engine.setPriority(host.link(2), 5);
        assertThat(active(host)).containsExactly(2);
        node.engine.setPriority(host.link(1), 5);
        assertThat(active(host)).as("lowest id of equals").containsExactly(1);
        node.engine.setPriority(host.link(0), 255);
        assertThat(active(host)).containsExactly(0);
        disable(host, 0);
        assertThat(active(host)).containsExactly(1);
        assertThat(eventsButLinks())
                .containsExactly(
                        new ActiveLinksChanged(2, List.of(2)),
                        new ActiveLinksChanged(2, List.of(1)),
                        new ActiveLinksChanged(2, List.of(0)),
                        new ActiveLinksChanged(2, List.of(1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"ACTIVE", "ROUND_ROBIN"})
    void otherPoliciesTakeAllLinksThatAreUp(LinkPolicy policy) {
        HostState host = node.hostUp(2, 3);
        node.engine.setPriority(host.link(1), 9);
        node.engine.setPolicy(host, policy);
        assertThat(active(host)).containsExactly(0, 1, 2);
        disable(host, 1);
        assertThat(active(host)).containsExactly(0, 2);
        node.engine.setPolicy(host, LinkPolicy.PASSIVE);
        assertThat(active(host)).containsExactly(0);
    }

    @Test
    void tellsWhenAHostComesAndGoes() {
        HostState host = node.hostUp(2, 2);
        disable(host, 0);
        assertThat(eventsButLinks()).containsExactly(new ActiveLinksChanged(2, List.of(1)));
        disable(host, 1);
        assertThat(node.output.drainEvents())
                .satisfiesExactly(
                        event -> {
                            LinkDown down = (LinkDown) event;
                            assertThat(down.cause()).isEqualTo(LinkDownCause.DISABLED);
                            assertThat(down.link()).isEqualTo(1);
                        },
                        event -> assertThat(event).isEqualTo(new ActiveLinksChanged(2, List.of())),
                        event -> assertThat(event).isEqualTo(new HostUnreachable(2)));
        assertThat(node.engine.status(host).reachable()).isFalse();
        node.engine.setEnabled(node.now, host.link(1), true);
        while (!host.link(1).monitor.connected()) {
            node.engine.runTimers(node.now);
            node.answerPings();
            node.now += TestNode.INTERVAL.toNanos();
        }
        assertThat(eventsButLinks())
                .containsExactly(
                        new HostReachable(2),
                        new ActiveLinksChanged(2, List.of(1)),
                        new DataMtuChanged(2, 482));
    }

    @Test
    void tellsAboutAnotherDataMtu() {
        HostState host = node.hostUp(2, 1);
        node.host(3, 1);
        node.engine.setInterfaceMtu(OptionalInt.of(1500));
        assertThat(node.output.drainEvents())
                .filteredOn(event -> !(event instanceof PathMtuChanged))
                .containsExactly(new DataMtuChanged(2, 1446));
        assertThat(node.engine.status(host).dataMtu()).isEqualTo(1446);
        node.engine.setInterfaceMtu(OptionalInt.of(1500));
        assertThat(node.output.drainEvents()).isEmpty();
    }

    @Test
    void theDataMtuIsTheSmallestOfTheLinksInUse() {
        HostState host = node.hostUp(2, 1);
        node.engine.setInterfaceMtu(OptionalInt.of(1500));
        LinkConfig ipv6 =
                LinkConfig.udp(
                                new InetSocketAddress("fd00::1", 5405),
                                new InetSocketAddress("fd00::2", 5405))
                        .withPing(TestNode.INTERVAL, TestNode.TIMEOUT)
                        .withPongCount(1);
        node.bringUp(node.engine.addLink(node.now, host, 1, ipv6));
        assertThat(active(host)).containsExactly(0);
        assertThat(node.engine.status(host).dataMtu()).isEqualTo(1446);
        node.engine.setPolicy(host, LinkPolicy.ACTIVE);
        assertThat(active(host)).containsExactly(0, 1);
        assertThat(node.engine.status(host).dataMtu())
                .as("IPv6 has larger headers")
                .isEqualTo(1426);
    }

    @Test
    void staysOnTheRouteWhenNothingChangedForMessages() {
        HostState host = node.hostUp(2, 3);
        node.engine.setPolicy(host, LinkPolicy.ROUND_ROBIN);
        HostRoute route = host.route;
        node.engine.setPriority(host.link(2), 7);
        node.host(3, 1);
        assertThat(host.route).isSameAs(route);
        node.engine.setPolicy(host, LinkPolicy.ACTIVE);
        assertThat(host.route).isNotSameAs(route);
        assertThat(host.route.hopsPerMessage()).isEqualTo(3);
    }
}
