package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.INTERVAL;
import static io.knet4j.internal.engine.TestNode.MILLI;
import static io.knet4j.internal.engine.TestNode.TIMEOUT;
import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.DropCause;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.KnetEvent.NodeStalled;
import io.knet4j.KnetEvent.SocketError;
import io.knet4j.Reason;
import io.knet4j.StatisticsScope;
import io.knet4j.internal.engine.FakeTransport.Sent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeartbeatTest {
    private final TestNode node = new TestNode();

    private List<LinkDown> downs() {
        return node.output.drainEvents().stream()
                .filter(LinkDown.class::isInstance)
                .map(LinkDown.class::cast)
                .toList();
    }

    private void advance(Duration time) {
        node.advance(time.toNanos());
    }

    @Test
    void pingsEveryLinkAtItsOwnInterval() {
        HostState host = node.host(2, 1);
        node.engine.addLink(
                node.now,
                host,
                1,
                TestNode.config(2, 1).withPing(Duration.ofMillis(30), Duration.ofMillis(90)));
        advance(Duration.ofMillis(300));
        List<Sent> pings = node.drainPings();
        assertThat(pings.stream().filter(ping -> ping.path().remote().equals(remote(2, 0))))
                .hasSizeBetween(5, 6); // the first is doubled; pings may be an eighth early
        assertThat(pings.stream().filter(ping -> ping.path().remote().equals(remote(2, 1))))
                .hasSizeBetween(12, 14);
    }

    @Test
    void comesUpByItsOwnPingsAndMeasuresTheLatency() {
        HostState host = node.host(2, 1);
        for (int i = 0; i < 2; i++) {
            node.engine.runTimers(node.now);
            Sent ping = node.drainPings().getFirst();
            node.now += 7 * MILLI;
            assertThat(host.link(0).monitor.connected()).isFalse();
            node.answer(ping, 2);
            node.now += 93 * MILLI;
        }
        assertThat(node.output.events).contains(new LinkUp(2, 0, Duration.ofMillis(7)));
        assertThat(node.engine.status(node.now, host.link(0)).latency())
                .contains(Duration.ofMillis(7));
    }

    @Test
    void goesDownAtTheTimeoutAfterTheLastPong() {
        Duration timeout = TIMEOUT.minusMillis(10);
        HostState host = node.host(2, 0);
        node.engine.addLink(node.now, host, 0, TestNode.config(2, 0).withPing(INTERVAL, timeout));
        node.bringUp(host.link(0));
        long lastPong = node.now - INTERVAL.toNanos();
        node.advance(lastPong + timeout.toNanos() - 1 - node.now);
        assertThat(downs()).isEmpty();
        node.advance(1);
        assertThat(downs())
                .containsExactly(new LinkDown(2, 0, LinkDownCause.PING_TIMEOUT, timeout));
        assertThat(node.engine.status(host).reachable()).isFalse();
        assertThat(node.engine.status(node.now, host.link(0)).statistics().downCount())
                .isEqualTo(1);
    }

    /** It is sent when the timeout ends, and may be late by a moment. */
    @ParameterizedTest(name = "late by {0} ns")
    @DisplayName("L32: the last ping within the timeout gets time for its answer")
    @ValueSource(longs = {0, 900_000})
    void theLastPingWithinTheTimeoutGetsTimeForItsAnswer(long late) {
        node.hostUp(2, 1);
        long timeout = node.now - INTERVAL.toNanos() + TIMEOUT.toNanos();
        node.advance(timeout - 1 - node.now);
        node.drainPings();
        node.now = timeout + late;
        node.engine.runTimers(node.now);
        FakeTransport.Sent ping = node.drainPings().getFirst();
        node.now += 900_000;
        node.engine.runTimers(node.now);
        node.answer(ping, 2);
        node.advance(2 * MILLI);
        assertThat(downs()).isEmpty();
    }

    /** As by loops that wake up by whole milliseconds. */
    @Test
    void pingsThatAreLateByLittleDoNotMakeTheLastOneLater() {
        node.hostUp(2, 1);
        long timeout = node.now - INTERVAL.toNanos() + TIMEOUT.toNanos();
        while (node.now < timeout) {
            node.drainPings();
            node.now = node.engine.runTimers(node.now) + 600_000;
        }
        assertThat(node.now).isEqualTo(timeout + 600_000);
        node.engine.runTimers(node.now);
        FakeTransport.Sent ping = node.drainPings().getFirst();
        node.now += 600_000;
        node.answer(ping, 2);
        node.advance(2 * MILLI);
        assertThat(downs()).isEmpty();
    }

    @Test
    void theLastPingWithinTheTimeoutIsNotWaitedForLong() {
        node.hostUp(2, 1);
        node.advance(TIMEOUT.toNanos() - INTERVAL.toNanos() + MILLI - 1);
        assertThat(downs()).isEmpty();
        node.advance(1);
        assertThat(downs()).hasSize(1);
    }

    @Test
    void aDisabledLinkIsSilentAndNotTakenUpByPongs() {
        HostState host = node.hostUp(2, 1);
        node.engine.runTimers(node.now);
        List<Sent> pings = node.drainPings();
        node.engine.setEnabled(node.now, host.link(0), false);
        pings.forEach(ping -> node.answer(ping, 2));
        advance(Duration.ofSeconds(2));
        assertThat(node.drainPings()).isEmpty();
        assertThat(host.link(0).monitor.connected()).isFalse();
        assertThat(downs()).hasSize(1);
        assertThat(node.drops(DropCause.UNSOLICITED_PONG)).isZero();
    }

    @Test
    void anUnreachablePeerIsBelievedAfterTwoMorePings() {
        HostState host = node.hostUp(2, 2);
        LinkState link = host.link(0);
        node.engine.unreachable(node.now, link.path.socket(), remote(2, 0));
        node.advance(2 * INTERVAL.toNanos());
        assertThat(downs()).isEmpty();
        node.advance(2 * MILLI);
        assertThat(downs())
                .singleElement()
                .satisfies(down -> {
                    assertThat(down.cause()).isEqualTo(LinkDownCause.TRANSPORT_ERROR);
                    assertThat(down.link()).isZero();
                });
        assertThat(host.link(1).monitor.connected()).isTrue();
    }

    @Test
    void aPongRefutesTheSuspicion() {
        HostState host = node.hostUp(2, 1);
        node.engine.unreachable(node.now, host.link(0).path.socket(), remote(2, 0));
        node.advance(1);
        node.answerPings();
        node.advance(2 * INTERVAL.toNanos() + 2 * MILLI);
        assertThat(downs()).isEmpty();
    }

    @Test
    void ignoresReportsAboutOtherAddresses() {
        HostState host = node.hostUp(2, 1);
        node.engine.unreachable(node.now, host.link(0).path.socket(), remote(9, 0));
        assertThat(host.link(0).monitor.isSuspected()).isFalse();
    }

    @Test
    void doesNotBlameThePeerForItsOwnDelay() {
        node.hostUp(2, 1);
        node.engine.runTimers(node.now);
        node.now += 10 * TIMEOUT.toNanos();
        node.engine.runTimers(node.now); // the loop was held up; pongs may wait in the socket
        assertThat(downs()).isEmpty();
        node.answerPings();
        node.advance(2 * MILLI);
        assertThat(downs()).isEmpty();
    }

    @Test
    void givesUpOnAPeerThatIsSilentAlsoAfterADelay() {
        node.hostUp(2, 1);
        node.now += 10 * TIMEOUT.toNanos();
        node.advance(TIMEOUT.minus(INTERVAL).minusMillis(1).toNanos());
        assertThat(downs()).as("it had not the whole timeout to be heard").isEmpty();
        node.advance(INTERVAL.toNanos() + 2 * MILLI);
        assertThat(downs()).hasSize(1);
    }

    @Test
    void aDelayThatEndsBeforeTheTimeoutIsExcusedToo() {
        HostState host = node.hostUp(2, 1);
        node.advance(2 * MILLI);
        node.drainPings(); // lost
        node.now += TIMEOUT.minus(INTERVAL).minusMillis(5).toNanos();
        node.advance(TIMEOUT.minus(INTERVAL.multipliedBy(2)).minusMillis(10).toNanos());
        assertThat(downs()).as("the pings that were due were not sent").isEmpty();
        node.answerPings();
        assertThat(host.link(0).monitor.connected()).isTrue();
    }

    @Test
    void readsAllThatWaitsBeforeItJudges() {
        node.hostUp(2, 1);
        node.engine.runTimers(node.now);
        List<Sent> pings = node.drainPings();
        node.now += 10 * TIMEOUT.toNanos();
        for (int i = 0; i < 25; i++) { // longer than the timeout, so much waits in the socket
            node.engine.runTimers(node.now);
            node.now += 20 * MILLI;
            node.incoming.clear();
            node.incoming.leftMore();
            node.engine.receive(node.now, node.incoming);
        }
        node.engine.runTimers(node.now);
        assertThat(downs()).isEmpty();
        node.answer(pings.getLast(), 2);
        node.engine.runTimers(node.now);
        assertThat(downs()).isEmpty();
        node.advance(TIMEOUT.toNanos() - 1);
        assertThat(downs()).as("late answers are answers").isEmpty();
        assertThat(node.drops(DropCause.LATE_PONG)).isEqualTo(1);
    }

    @Test
    void countsAndTellsItsOwnDelays() {
        node.hostUp(2, 1);
        node.engine.runTimers(node.now);
        node.engine.clearStatistics(StatisticsScope.NODE);
        node.now += 10 * TIMEOUT.toNanos();
        node.engine.runTimers(node.now);
        Duration late = node.engine.stalls().max().orElseThrow();
        assertThat(late)
                .isBetween(TIMEOUT.multipliedBy(10).minus(INTERVAL), TIMEOUT.multipliedBy(10));
        assertThat(node.output.drainEvents()).contains(new NodeStalled(late, 1));
        assertThat(node.engine.stalls().samples()).isEqualTo(1);
    }

    @Test
    void newTimersTakeEffectAtOnce() {
        HostState host = node.hostUp(2, 1);
        node.engine.setHeartbeat(
                node.now,
                host.link(0),
                TestNode.config(2, 0).withPing(Duration.ofMillis(10), Duration.ofMillis(50)));
        node.advance(51 * MILLI);
        assertThat(downs()).hasSize(1);
        assertThat(node.drainPings()).hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void aTimerThatIsSetAgainDoesNotMultiplyPings() {
        HostState host = node.hostUp(2, 1);
        for (int i = 0; i < 1000; i++) {
            node.engine.unreachable(node.now, host.link(0).path.socket(), remote(2, 0));
            node.advance(1000);
        }
        assertThat(node.drainPings()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void tellsASocketErrorOncePerKind() {
        HostState host = node.hostUp(2, 1);
        node.transport.refusals.put(remote(2, 0), Reason.NETWORK_UNREACHABLE);
        node.advance(10 * INTERVAL.toNanos());
        node.transport.refusals.put(remote(2, 0), Reason.NOT_PERMITTED);
        node.advance(10 * INTERVAL.toNanos());
        assertThat(node.output.drainEvents().stream().filter(SocketError.class::isInstance))
                .extracting(event -> ((SocketError) event).reason())
                .containsExactly(Reason.NETWORK_UNREACHABLE, Reason.NOT_PERMITTED);
        assertThat(node.engine.status(node.now, host.link(0)).statistics().txErrors())
                .isGreaterThanOrEqualTo(20);
    }
}
