package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.INTERVAL;
import static io.knet4j.internal.engine.TestNode.MILLI;
import static io.knet4j.internal.engine.TestNode.SELF;
import static io.knet4j.internal.engine.TestNode.TIMEOUT;
import static io.knet4j.internal.engine.TestNode.WALL_CLOCK;
import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatistics.Failures;
import io.knet4j.LinkStatistics.Traffic;
import io.knet4j.LinkStatus;
import io.knet4j.LinkUse;
import io.knet4j.PingLoss;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.StatisticsScope;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Status and counters of links. */
class LinkStatisticsTest {
    private static final Destination TWO = Destination.host(2);
    private static final Traffic NOTHING = new Traffic(0, 0);
    private static final Failures NONE = new Failures(0, 0);
    private static final int PING = Packets.PING_SIZE;

    private final TestNode node = new TestNode();

    private LinkStatus status(LinkState link) {
        return node.engine.status(node.now, link);
    }

    private LinkStatistics of(LinkState link) {
        return status(link).statistics();
    }

    private Instant wallClock() {
        return WALL_CLOCK.plusNanos(node.now);
    }

    private void clear() {
        node.engine.clearStatistics(StatisticsScope.NODE_AND_LINKS);
    }

    // ---- packets and bytes

    @Test
    void countsSentMessagesByFragment() {
        LinkState link = node.hostUp(2, 1).link(0);
        clear();
        node.sendNow(TWO, 100);
        node.sendNow(TWO, 1000);
        int fragments = node.drain(Packets.DATA).size();
        assertThat(fragments).isEqualTo(4);
        Traffic data = new Traffic(fragments, 1100 + fragments * Packets.DATA_HEADER);
        assertThat(of(link).txData()).isEqualTo(data);
        assertThat(of(link).txTotal()).isEqualTo(data);
        assertThat(of(link).rxTotal()).isEqualTo(NOTHING);
    }

    @Test
    void countsReceivedMessagesWithTheirCopies() {
        LinkState link = node.hostUp(2, 1).link(0);
        clear();
        byte[] packet = Wire.data(2, 1, 3, "twelve bytes");
        node.receive(remote(2, 0), packet, packet);
        Traffic data = new Traffic(2, 2 * (Packets.DATA_HEADER + 12));
        assertThat(of(link).rxData()).isEqualTo(data);
        assertThat(of(link).rxTotal()).isEqualTo(data);
        assertThat(of(link).txTotal()).isEqualTo(NOTHING);
    }

    @Test
    void countsPingsAndTheirPongs() {
        LinkState link = node.hostUp(2, 1).link(0);
        clear();
        node.receive(remote(2, 0), Wire.ping(2, 0, 77, 1, true));
        assertThat(of(link).rxPing()).isEqualTo(new Traffic(1, PING));
        assertThat(of(link).txPong()).isEqualTo(new Traffic(1, PING));
        assertThat(of(link).txPing()).isEqualTo(NOTHING);

        node.engine.runTimers(node.now);
        Sent ping = node.drainPings().getFirst();
        node.answer(ping, 2);
        node.answer(ping, 2);
        assertThat(of(link).txPing()).isEqualTo(new Traffic(1, PING));
        assertThat(of(link).rxPong())
                .as("also what does not count")
                .isEqualTo(new Traffic(2, 2 * PING));
        assertThat(of(link).latencySamples()).isEqualTo(1);
        assertThat(of(link).txTotal()).isEqualTo(new Traffic(2, 2 * PING));
        assertThat(of(link).rxTotal()).isEqualTo(new Traffic(3, 3 * PING));
    }

    @Test
    void countsForcedPingsOfSenders() {
        LinkState link = node.hostUp(2, 1).link(0);
        for (int i = 0; i < 65_535 / 8 - 1; i++) {
            node.sendNow(TWO, 1);
        }
        clear();
        node.transport.sent.clear();
        node.sendNow(TWO, 1);
        assertThat(node.drainPings()).hasSize(1);
        assertThat(of(link).txPing()).isEqualTo(new Traffic(1, PING));
    }

    @Test
    void countsProbesAndTheirReplies() {
        LinkState link = node.hostUp(2, 1).link(0);
        clear();
        node.receive(remote(2, 0), Wire.probe(2, 0, 1400));
        assertThat(of(link).rxPmtud()).isEqualTo(new Traffic(1, 1400));
        assertThat(of(link).txPmtud()).isEqualTo(new Traffic(1, Packets.PMTUD_HEADER));
        assertThat(of(link).txTotal()).isEqualTo(of(link).txPmtud());
        assertThat(of(link).rxTotal()).isEqualTo(of(link).rxPmtud());
    }

    /** As libknet does: what is sent counts as it travels, what is received as it was meant. */
    @Test
    void countsSealedBytesOnTheWayOutAndOpenedOnesOnTheWayIn() {
        CryptoConfig config = CryptoConfig.aes256Sha256(SharedKey.of(new byte[128]));
        TestNode sealing = new TestNode(Knet.builder(SELF).build(), keys(config));
        sealing.peer = new CryptoPeer(keys(config));
        LinkState link = sealing.hostUp(2, 1).link(0);
        sealing.engine.clearStatistics(StatisticsScope.NODE_AND_LINKS);
        sealing.sendNow(TWO, 100);
        sealing.receive(
                remote(2, 0),
                sealing.sealed(Wire.ping(2, 0, 77, 1, true)),
                sealing.sealed(Wire.data(2, 1, 3, "twelve bytes")));
        LinkStatistics statistics = sealing.engine.status(sealing.now, link).statistics();
        // Salt, then what is in it in blocks of 16 with at least one byte of padding, then hash.
        assertThat(statistics.txData()).isEqualTo(new Traffic(1, 16 + 128 + 32));
        assertThat(statistics.txPong()).isEqualTo(new Traffic(1, 16 + 32 + 32));
        assertThat(statistics.rxPing()).isEqualTo(new Traffic(1, PING));
        assertThat(statistics.rxData()).isEqualTo(new Traffic(1, Packets.DATA_HEADER + 12));

        var crypto = sealing.engine.cryptoStatistics();
        assertThat(crypto.txPackets()).isEqualTo(2);
        assertThat(crypto.txOverheadBytes()).as("of data").isEqualTo(16 + 128 + 32 - 114);
        assertThat(crypto.rxPackets()).isEqualTo(2);
        assertThat(crypto.txTime().samples()).isEqualTo(1);
        assertThat(crypto.rxTime().samples()).isEqualTo(1);
        assertThat(crypto.txTime().min()).contains(Duration.ofNanos(7));
    }

    private static KeySlots keys(CryptoConfig config) {
        KeySlots keys = new KeySlots();
        keys.enable(JcaSuite.of(config, new SplittableRandom(1)));
        return keys;
    }

    /** A look at the clock costs more than a counter. */
    @Test
    void noClockIsLookedAtForClearPackets() {
        node.hostUp(2, 1);
        long before = node.looksAtStopwatch();
        for (int i = 1; i <= 100; i++) {
            node.sendNow(TWO, 100);
            node.receive(remote(2, 0), Wire.data(2, i, 3, "clear"));
        }
        assertThat(node.looksAtStopwatch()).isEqualTo(before);
    }

    @Test
    void clearPacketsAreNothingToCrypto() {
        node.hostUp(2, 1);
        node.sendNow(TWO, 100);
        node.receive(remote(2, 0), Wire.data(2, 1, 3, "clear"));
        var crypto = node.engine.cryptoStatistics();
        assertThat(crypto.txPackets()).isZero();
        assertThat(crypto.rxPackets()).isZero();
        assertThat(crypto.txOverheadBytes()).isZero();
        assertThat(crypto.txTime().samples()).isZero();
        assertThat(crypto.rxTime().samples()).isZero();
    }

    /** One message is one packet, and only what is sent counts. */
    @Test
    void aLoopbackLinkCountsWholeMessages() {
        HostState self = node.engine.addHost(SELF, "self");
        LinkState link = node.engine.addLink(node.now, self, 0, LinkConfig.loopback());
        assertThat(node.sendNow(Destination.host(SELF), 65_536)).isNull();
        assertThat(of(link).txData()).isEqualTo(new Traffic(1, 65_536));
        assertThat(of(link).txTotal()).isEqualTo(new Traffic(1, 65_536));
        assertThat(of(link).rxTotal()).isEqualTo(NOTHING);
        node.output.answer = EngineOutput.Delivery.QUEUE_FULL;
        assertThat(node.sendNow(Destination.host(SELF), 1)).isEqualTo(Reason.QUEUE_FULL);
        assertThat(of(link).dataFailures()).isEqualTo(new Failures(1, 0));
        assertThat(status(link).protoOverhead()).isZero();
        assertThat(status(link).use()).isEqualTo(LinkUse.IN_USE);
        node.engine.setEnabled(node.now, link, false);
        assertThat(status(link).use()).isEqualTo(LinkUse.DISABLED);
    }

    // ---- failures

    @Test
    void countsFragmentsThatTheSocketRefusesOrDelays() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.transport.refusals.put(remote(2, 0), Reason.NETWORK_UNREACHABLE);
        node.sendNow(TWO, 1000);
        assertThat(of(link).dataFailures()).isEqualTo(new Failures(3, 0));
        node.transport.refusals.clear();
        node.transport.full.add(remote(2, 0));
        node.transport.roomAfterWaits = 5;
        node.sendNow(TWO, 1);
        assertThat(of(link).dataFailures()).isEqualTo(new Failures(3, 5));
        assertThat(of(link).txErrors()).isEqualTo(3);
        assertThat(of(link).txRetries()).isEqualTo(5);
        assertThat(of(link).pingFailures()).isEqualTo(NONE);
        assertThat(of(link).pongFailures()).isEqualTo(NONE);
        assertThat(of(link).pmtudFailures()).isEqualTo(NONE);
    }

    @Test
    void countsPingsThatTheSocketRefusesOrDelays() {
        LinkState link = node.host(2, 1).link(0);
        node.transport.refusals.put(remote(2, 0), Reason.NETWORK_UNREACHABLE);
        node.engine.runTimers(node.now);
        assertThat(of(link).pingFailures()).as("the first is a pair").isEqualTo(new Failures(2, 0));
        assertThat(of(link).txPing()).isEqualTo(new Traffic(2, 2 * PING));
        node.transport.refusals.clear();
        node.transport.full.add(remote(2, 0));
        node.advance(INTERVAL.toNanos());
        for (int i = 1; i <= 3; i++) {
            node.advance(MILLI);
        }
        Failures waiting = of(link).pingFailures();
        assertThat(waiting.errors()).isEqualTo(2);
        assertThat(waiting.retries()).isBetween(3L, 16L); // it may have been early
        node.advance(30 * MILLI);
        assertThat(of(link).pingFailures()).as("given up").isEqualTo(new Failures(3, 19));
        assertThat(of(link).txErrors()).isEqualTo(3);
        assertThat(of(link).txRetries()).isEqualTo(19);
        assertThat(of(link).dataFailures()).isEqualTo(NONE);
    }

    @Test
    void countsPongsAndRepliesThatTheSocketRefuses() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.transport.refusals.put(remote(2, 0), Reason.NOT_PERMITTED);
        node.receive(remote(2, 0), Wire.ping(2, 0, 77, 1, true));
        assertThat(of(link).pongFailures()).isEqualTo(new Failures(1, 0));
        node.receive(remote(2, 0), Wire.probe(2, 0, 500), Wire.probe(2, 0, 500));
        assertThat(of(link).pmtudFailures()).isEqualTo(new Failures(2, 0));
        node.transport.refusals.clear();
        node.transport.full.add(remote(2, 0));
        node.receive(remote(2, 0), Wire.ping(2, 0, 78, 1, true), Wire.probe(2, 0, 500));
        node.engine.runTimers(node.now);
        assertThat(of(link).pongFailures()).isEqualTo(new Failures(1, 2));
        assertThat(of(link).pmtudFailures()).isEqualTo(new Failures(2, 2));
        assertThat(of(link).pingFailures().errors()).isZero();
    }

    @Test
    void countsForcedPingsThatTheSocketRefuses() {
        LinkState link = node.hostUp(2, 1).link(0);
        for (int i = 0; i < 65_535 / 8 - 1; i++) {
            node.sendNow(TWO, 1);
        }
        node.transport.refusals.put(remote(2, 0), Reason.NOT_PERMITTED);
        node.sendNow(TWO, 1);
        assertThat(of(link).pingFailures()).isEqualTo(new Failures(1, 0));
        assertThat(of(link).dataFailures()).isEqualTo(new Failures(1, 0));
    }

    @Test
    void countsControlPacketsThatCannotBeSealed() {
        FakeSuite broken =
                new FakeSuite(MtuArithmetic.CLEAR) {
                    @Override
                    public int seal(ByteBuffer memory, int offset, int length) {
                        return FAILED;
                    }
                };
        TestNode sealing = new TestNode(Knet.builder(SELF).build(), broken.inUse());
        LinkState link = sealing.host(2, 1).link(0);
        sealing.engine.runTimers(sealing.now);
        sealing.receive(remote(2, 0), Wire.ping(2, 0, 77, 1, true), Wire.probe(2, 0, 500));
        LinkStatistics statistics = sealing.engine.status(sealing.now, link).statistics();
        assertThat(statistics.pingFailures()).isEqualTo(new Failures(2, 0));
        assertThat(statistics.pongFailures()).isEqualTo(new Failures(1, 0));
        assertThat(statistics.pmtudFailures()).isEqualTo(new Failures(1, 0));
        assertThat(statistics.txTotal()).isEqualTo(NOTHING);
        assertThat(sealing.engine.cryptoStatistics().txPackets()).isZero();
    }

    // ---- latency and loss

    @Test
    void latencyStatisticsAreOfTheSamplesAndTheStatusIsSmoothed() {
        HostState host = node.host(2, 1);
        LinkState link = host.link(0);
        for (int millis : new int[] {8, 2, 20}) {
            node.engine.runTimers(node.now);
            Sent ping = node.drainPings().getFirst();
            node.now += millis * MILLI;
            node.answer(ping, 2);
            node.now += INTERVAL.toNanos();
        }
        LinkStatistics statistics = of(link);
        assertThat(statistics.latencyMin()).contains(Duration.ofMillis(2));
        assertThat(statistics.latencyAverage()).contains(Duration.ofMillis(10));
        assertThat(statistics.latencyMax()).contains(Duration.ofMillis(20));
        assertThat(statistics.latencySamples()).isEqualTo(3);
        assertThat(statistics.latencyHistogram().samples()).isEqualTo(3);
        assertThat(statistics.latencyHistogram().percentile(50)).contains(micros(1 << 13));
        assertThat(status(link).latency()).contains(Duration.ofMillis(10));
        assertThat(status(link).sinceLastPong()).contains(INTERVAL);
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(1000 * micros);
    }

    @Test
    void tellsTheLossOfTheLastPings() {
        LinkState link = node.hostUp(2, 1).link(0);
        assertThat(status(link).loss().lost()).isZero();
        int before = status(link).loss().pings();
        Sent late = null;
        for (int i = 0; i < 10; i++) {
            node.engine.runTimers(node.now);
            Sent ping = node.drainPings().getFirst();
            if (i % 2 == 0) {
                node.answer(ping, 2);
            } else {
                late = ping;
            }
            node.now += INTERVAL.toNanos();
        }
        assertThat(status(link).loss())
                .as("the last one may be under way")
                .isEqualTo(new PingLoss(before + 9, 4));
        node.now += 1;
        assertThat(status(link).loss()).isEqualTo(new PingLoss(before + 10, 5));
        node.now += TIMEOUT.toNanos();
        node.answer(late, 2);
        assertThat(status(link).loss())
                .as("late, but not lost")
                .isEqualTo(new PingLoss(before + 10, 4));
        assertThat(status(link).loss().percent()).isEqualTo(400.0 / (before + 10));
    }

    @Test
    void aPingWhosePongManyOvertookIsNotLost() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.now += INTERVAL.toNanos();
        node.engine.runTimers(node.now);
        Sent ping = node.drainPings().getFirst();
        for (int i = 1; i <= 64; i++) { // as marks of what is sent
            link.tokens.accept(node.now + i, link.tokens.seal(node.now + i));
        }
        node.now += INTERVAL.toNanos();
        node.answer(ping, 2);
        assertThat(node.drops(DropCause.DUPLICATE_PONG)).isEqualTo(1);
        node.now += TIMEOUT.toNanos();
        assertThat(status(link).loss().lost()).isZero();
    }

    // ---- up and down

    @Test
    void remembersWhenALinkCameUpAndWentDown() {
        LinkState link = node.hostUp(2, 1).link(0);
        Instant up = of(link).upTimes().getFirst();
        assertThat(up).isEqualTo(wallClock().minus(INTERVAL));
        assertThat(of(link).downTimes()).isEmpty();
        node.now += TIMEOUT.toNanos();
        while (link.monitor.connected()) {
            node.advance(MILLI);
        }
        assertThat(of(link).upCount()).isEqualTo(1);
        assertThat(of(link).upTimes()).containsExactly(up);
        assertThat(of(link).downCount()).isEqualTo(1);
        assertThat(of(link).downTimes().getFirst())
                .isBetween(wallClock().minusMillis(2), wallClock());
    }

    /** Where libknet keeps it connected and counts an up, and counts a down when it is enabled. */
    @Test
    void disablingIsOneDownAndEnablingCountsNothing() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.engine.setEnabled(node.now, link, false);
        assertThat(status(link).connected()).isFalse();
        assertThat(of(link).upCount()).isEqualTo(1);
        assertThat(of(link).downCount()).isEqualTo(1);
        assertThat(of(link).downTimes()).containsExactly(wallClock());
        node.engine.setEnabled(node.now, link, true);
        assertThat(of(link).upCount()).isEqualTo(1);
        assertThat(of(link).downCount()).isEqualTo(1);
        node.engine.setEnabled(node.now, link, false);
        assertThat(of(link).downCount()).as("it was not up").isEqualTo(1);
    }

    @Test
    void enablingANewLinkCountsNothing() {
        HostState host = node.engine.addHost(2, "two");
        LinkState link =
                node.engine.addLink(node.now, host, 0, TestNode.config(2, 0).withEnabled(false));
        node.engine.setEnabled(node.now, link, true);
        assertThat(of(link).upCount()).isZero();
        assertThat(of(link).downCount()).isZero();
        assertThat(of(link).downTimes()).isEmpty();
    }

    /** Where libknet uses it again at once, with the pongs from before. */
    @Test
    void aLinkThatIsEnabledAgainNeedsNewPongs() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.engine.setEnabled(node.now, link, false);
        node.engine.setEnabled(node.now, link, true);
        assertThat(status(link).connected()).isFalse();
        assertThat(status(link).active()).isFalse();
        assertThat(node.sendNow(TWO, 1)).isEqualTo(Reason.HOST_DOWN);
        node.engine.runTimers(node.now);
        node.answerPings();
        assertThat(status(link).connected()).as("one of two pongs").isFalse();
        node.now += INTERVAL.toNanos();
        node.engine.runTimers(node.now);
        node.answerPings();
        assertThat(status(link).connected()).isTrue();
        assertThat(of(link).upCount()).isEqualTo(2);
    }

    // ---- why a link is in use or not

    @Test
    void tellsWhyAPassiveLinkStandsBy() {
        HostState host = node.hostUp(2, 2);
        use(host.link(0), LinkUse.IN_USE, "no better link is up");
        use(host.link(1), LinkUse.STANDBY, "link 0 has the same priority 0 and a lower id");
        node.engine.setPriority(host.link(1), 9);
        use(host.link(1), LinkUse.IN_USE, "no better link is up");
        use(host.link(0), LinkUse.STANDBY, "link 1 has a higher priority: 9, this one has 0");
        node.engine.setPolicy(host, LinkPolicy.ACTIVE);
        use(host.link(0), LinkUse.IN_USE, "messages take every link that is up");
        node.engine.setPolicy(host, LinkPolicy.ROUND_ROBIN);
        use(host.link(1), LinkUse.IN_USE, "messages take turns on the links that are up");
        node.engine.setPolicy(host, LinkPolicy.PASSIVE);
        node.engine.setEnabled(node.now, host.link(1), false);
        use(host.link(1), LinkUse.DISABLED, "it is disabled");
        use(host.link(0), LinkUse.IN_USE, "no other link is up");
    }

    private void use(LinkState link, LinkUse use, String explanation) {
        LinkStatus status = status(link);
        assertThat(status.use()).isEqualTo(use);
        assertThat(status.explanation()).isEqualTo(explanation);
        assertThat(status.active()).isEqualTo(use == LinkUse.IN_USE);
    }

    @Test
    void tellsWhyALinkIsNotUp() {
        LinkState link = node.host(2, 1).link(0);
        use(link, LinkUse.NO_ANSWER, "no pong has come since it was enabled");
        node.engine.runTimers(node.now);
        node.answer(node.drainPings().getFirst(), 2);
        use(link, LinkUse.COMING_UP, "pong 1 of 2 has come");
        node.now += INTERVAL.toNanos();
        node.engine.runTimers(node.now);
        node.answer(node.drainPings().getFirst(), 2);
        use(link, LinkUse.IN_USE, "no other link is up");
        node.advance(TIMEOUT.plusMillis(1).toNanos());
        use(link, LinkUse.DOWN, "no pong had come for 401 ms when it went down, and none since");
        node.engine.setEnabled(node.now, link, false);
        node.engine.setEnabled(node.now, link, true);
        use(link, LinkUse.NO_ANSWER, "no pong has come since it was enabled");
    }

    @Test
    void tellsThatTheNetworkReportedAHostUnreachable() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.engine.unreachable(node.now, link.path.socket(), remote(2, 0));
        node.advance(3 * INTERVAL.toNanos());
        use(
                link,
                LinkUse.DOWN,
                "the network reported that the host cannot be reached, and no pong has come since");
    }

    @Test
    void tellsWhatHeadersTakeFromAPacket() {
        assertThat(status(node.host(2, 1).link(0)).protoOverhead()).isEqualTo(20 + 8 + 26);
        CryptoConfig config = CryptoConfig.aes256Sha256(SharedKey.of(new byte[128]));
        TestNode sealing = new TestNode(Knet.builder(SELF).build(), keys(config));
        LinkState link = sealing.host(2, 1).link(0);
        assertThat(sealing.engine.status(sealing.now, link).protoOverhead())
                .isEqualTo(20 + 8 + 26 + 16 + 32);
    }

    // ---- clearing

    @Test
    void clearsTheNodeOnly() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.sendNow(TWO, 1);
        node.sendNow(Destination.host(99), 1);
        node.receive(remote(2, 0), Wire.data(2, 1, 3, "x"), Wire.data(2, 1, 3, "x"));
        LinkStatistics before = of(link);
        assertThat(node.engine.drops()).isNotEmpty();
        assertThat(node.engine.messagesDelivered()).isEqualTo(1);

        node.engine.clearStatistics(StatisticsScope.NODE);
        assertThat(node.engine.drops()).isEmpty();
        assertThat(node.engine.messagesDelivered()).isZero();
        assertThat(node.engine.sender().messagesSent()).isZero();
        assertThat(node.engine.sender().failures(Reason.HOST_DOWN)).isZero();
        assertThat(of(link)).isEqualTo(before);
        node.sendNow(TWO, 1);
        assertThat(node.engine.sender().messagesSent()).isEqualTo(1);
    }

    @Test
    void clearsTheLinksButNotWhatTheProtocolGoesBy() {
        LinkState link = node.hostUp(2, 1).link(0);
        node.receive(remote(2, 0), Wire.ping(2, 0, 77, 1, true), Wire.probe(2, 0, 500));
        node.receive(remote(2, 0), Wire.data(2, 1, 3, "x"));
        node.transport.refusals.put(remote(2, 0), Reason.NETWORK_UNREACHABLE);
        node.sendNow(TWO, 1);
        node.transport.refusals.clear();
        LinkStatus before = status(link);
        long deadline = link.monitor.deadline();
        assertThat(before.statistics().txErrors()).isPositive();

        clear();
        LinkStatus after = status(link);
        assertThat(after.statistics()).isEqualTo(new TestNode().host(2, 1).link(0).statistics());
        assertThat(after.loss()).isEqualTo(new PingLoss(0, 0));
        assertThat(after.connected()).isTrue();
        assertThat(after.latency()).isEqualTo(before.latency());
        assertThat(after.sinceLastPong()).isEqualTo(before.sinceLastPong());
        assertThat(link.monitor.deadline()).isEqualTo(deadline);

        node.engine.runTimers(node.now);
        Sent ping = node.drainPings().getFirst();
        node.now += 3 * MILLI;
        node.answer(ping, 2);
        assertThat(of(link).latencyMin()).as("in libknet: 0").contains(Duration.ofMillis(3));
        assertThat(of(link).latencySamples()).isEqualTo(1);
    }

    @Test
    void tellsAllLinksInOrder() {
        HostState three = node.host(3, 2);
        HostState two = node.host(2, 1);
        assertThat(node.engine.linkStatuses(node.now))
                .isEqualTo(
                        List.of(status(two.link(0)), status(three.link(0)), status(three.link(1))));
    }
}
