package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.KeySlots;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The sender waits while too much is under way, and for nobody for long. */
class SendWindowTest {
    private static final int WINDOW = 1 << 20;
    private static final int LENGTH = 300; // one fragment, before the path MTU is known
    private static final int COST = LENGTH + Packets.DATA_HEADER + 768;
    private static final Destination TO_TWO = Destination.host(2);
    private static final long PATIENCE = 10 * TestNode.MILLI;

    private final TestNode node = node(WINDOW);

    private static TestNode node(int window) {
        KnetConfig config = Knet.builder(TestNode.SELF).sendWindowBytes(window).build();
        return new TestNode(config, new KeySlots());
    }

    private void send(Destination destination, int bytes) {
        for (int i = 0; i < bytes / COST; i++) {
            assertThat(node.send(destination, LENGTH)).isNull();
        }
        node.engine.sender().flush(node.now);
    }

    private boolean mayGoOn() {
        return node.engine.sender().mayGoOn(node.now);
    }

    private List<Sent> marks() {
        return node.drainPings();
    }

    @Test
    void aPingFollowsEachEighthOfTheWindow() {
        node.hostUp(2, 1);
        send(TO_TWO, WINDOW / 16);
        assertThat(marks()).isEmpty();
        send(TO_TWO, WINDOW / 8);
        List<Sent> sent = node.drainOpened();
        assertThat(sent.getLast().type()).as("it is behind the rest").isEqualTo(Packets.PING);
        assertThat(sent).filteredOn(one -> one.type() == Packets.PING).hasSize(1);
        ByteBuffer ping = ByteBuffer.wrap(sent.getLast().bytes());
        assertThat(Packets.pingTimed(ping, 0)).as("says nothing about numbers").isTrue();
        assertThat(Packets.pingSequence(ping, 0)).isPositive();
    }

    @Test
    void marksOfTheSameMomentAreToldApart() {
        HostState two = node.hostUp(2, 1);
        send(TO_TWO, WINDOW / 4);
        send(TO_TWO, WINDOW / 4);
        List<Sent> marks = marks();
        assertThat(marks).hasSize(2);
        node.now += TestNode.MILLI;
        marks.forEach(mark -> node.answer(mark, 2));
        assertThat(node.output.drops).isEmpty();
        assertThat(two.link(0).statistics().rxPong().packets())
                .isEqualTo(two.link(0).statistics().txPing().packets());
    }

    @Test
    void soAreMarksAndForcedPings() {
        HostState two = node.hostUp(2, 1);
        for (int i = 0; i < 8191 + 1; i++) {
            node.send(TO_TWO, 1);
        }
        node.engine.sender().flush(node.now);
        List<Sent> pings = marks();
        assertThat(pings).anyMatch(ping -> !Packets.pingTimed(ByteBuffer.wrap(ping.bytes()), 0));
        node.now += TestNode.MILLI;
        pings.forEach(ping -> node.answer(ping, 2));
        assertThat(node.output.drops).isEmpty();
        assertThat(mayGoOn()).isTrue();
        assertThat(two.link(0).window.isOpen()).isTrue();
    }

    @Test
    @DisplayName("D30: the sender waits when more than the window is under way")
    void waitsWhenMoreThanTheWindowIsUnderWay() {
        node.hostUp(2, 1);
        send(TO_TWO, WINDOW - 2 * COST);
        assertThat(mayGoOn()).isTrue();
        send(TO_TWO, WINDOW / 4);
        assertThat(mayGoOn()).isFalse();
        assertThat(mayGoOn()).isFalse();
    }

    @Test
    void goesOnWhenAnAnswerHasFreedAQuarterOfIt() {
        node.hostUp(2, 1);
        for (int i = 0; i < 6; i++) {
            send(TO_TWO, WINDOW / 4);
        }
        List<Sent> marks = marks();
        assertThat(marks).hasSize(6);
        assertThat(mayGoOn()).isFalse();
        node.now += TestNode.MILLI / 100;
        node.answer(marks.get(1), 2);
        assertThat(node.output.senderWakes).isZero();
        assertThat(mayGoOn()).isFalse();
        node.answer(marks.get(2), 2);
        assertThat(node.output.senderWakes).isEqualTo(1);
        assertThat(mayGoOn()).isTrue();
        node.answer(marks.get(0), 2);
        assertThat(mayGoOn()).as("an answer that was overtaken takes nothing back").isTrue();
    }

    @Test
    void answersOfHeartbeatsFreeNothing() {
        node.hostUp(2, 1);
        node.advance(TestNode.INTERVAL.toNanos());
        List<Sent> heartbeats = node.drainPings();
        assertThat(heartbeats).isNotEmpty();
        node.now += TestNode.MILLI; // or marks would bear the same time
        send(TO_TWO, 5 * WINDOW / 4);
        assertThat(mayGoOn()).isFalse();
        node.now += TestNode.MILLI;
        node.answer(heartbeats.getLast(), 2);
        assertThat(node.engine.host(2).link(0).statistics().rxPong().packets()).isPositive();
        assertThat(node.output.senderWakes).isZero();
        assertThat(mayGoOn()).isFalse();
    }

    @Test
    void goesOnForABatchWhenItHasWaitedLongEnoughWhateverElseIsSent() {
        node.hostUp(2, 1);
        send(TO_TWO, 5 * WINDOW / 4);
        assertThat(mayGoOn()).isFalse();
        long start = node.now;
        while (node.now - start <= PATIENCE) {
            node.now += TestNode.MILLI;
            for (int i = 0; i < WINDOW / COST / 4; i++) {
                node.sendNow(TO_TWO, LENGTH);
            }
        }
        assertThat(mayGoOn()).isTrue();
    }

    @Test
    void aHostThatDoesNotAnswerIsNotWaitedForLong() {
        node.hostUp(2, 1);
        int wakes = node.output.wakes;
        send(TO_TWO, 5 * WINDOW / 4);
        long end = node.now + PATIENCE;
        assertThat(mayGoOn()).isFalse();
        assertThat(node.output.wakes).as("the loop has to watch").isEqualTo(wakes + 1);
        while (node.output.senderWakes == 0) {
            node.now = node.engine.runTimers(node.now);
            assertThat(node.now - end).isLessThan(5 * TestNode.MILLI);
        }
        assertThat(node.now).isGreaterThanOrEqualTo(end);
        assertThat(mayGoOn()).isTrue();
        Sent last = marks().getLast();
        send(TO_TWO, WINDOW / 2);
        assertThat(mayGoOn()).as("begins anew").isTrue();
        send(TO_TWO, 3 * WINDOW / 4);
        assertThat(mayGoOn()).isFalse();
        node.now += TestNode.MILLI;
        node.answer(last, 2);
        assertThat(mayGoOn()).as("an answer to what is forgotten frees nothing").isFalse();
    }

    @Test
    void waitsLongerEachTimeThatItWasInVain() {
        node.hostUp(2, 1);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            send(TO_TWO, 5 * WINDOW / 4);
            assertThat(mayGoOn()).isFalse();
            long start = node.now;
            while (!mayGoOn()) {
                node.now += TestNode.MILLI;
            }
            waits.add((node.now - start) / TestNode.MILLI);
            if (i == 6) {
                node.answer(marks().getLast(), 2);
            }
        }
        assertThat(waits)
                .as("at last with twice the time that the answer took, 100 ms at most")
                .containsExactly(10L, 20L, 40L, 80L, 160L, 160L, 160L, 210L);
    }

    @Test
    void theLoopWatchesOnlyWhileThereIsSomethingToWatch() {
        node.hostUp(2, 1);
        send(TO_TWO, 5 * WINDOW / 4);
        assertThat(mayGoOn()).isFalse();
        assertThat(node.engine.runTimers(node.now) - node.now).isEqualTo(2 * TestNode.MILLI);
        node.now += PATIENCE + TestNode.MILLI;
        assertThat(mayGoOn()).isTrue();
        node.engine.runTimers(node.now); // finds that it is late, and has the sockets read
        long next = node.engine.runTimers(node.now);
        for (int i = 0; i < 100 && next - node.now == 2 * TestNode.MILLI; i++) {
            node.now = next;
            next = node.engine.runTimers(node.now);
        }
        assertThat(next - node.now).isGreaterThan(2 * TestNode.MILLI);
    }

    @Test
    void hostsThatDoNotAnswerAreWaitedForTogether() {
        for (int host = 2; host < 10; host++) {
            node.hostUp(host, 1);
        }
        node.transport.recording = false;
        send(Destination.broadcast(), 5 * WINDOW / 4);
        assertThat(mayGoOn()).isFalse();
        node.now += PATIENCE + TestNode.MILLI;
        assertThat(mayGoOn()).isTrue();
    }

    @Test
    void everyLinkHasItsOwn() {
        HostState two = node.hostUp(2, 2);
        node.engine.setPolicy(two, LinkPolicy.ROUND_ROBIN);
        send(TO_TWO, 3 * WINDOW / 2);
        assertThat(mayGoOn()).isTrue();
        send(TO_TWO, WINDOW);
        assertThat(mayGoOn()).isFalse();
    }

    @Test
    void whatFitsOnALongWayIsAllowedBesides() {
        SendWindow window = new SendWindow(WINDOW);
        long now = node.now;
        window.add(WINDOW);
        long mark = window.pingTime(now);
        window.mark(mark);
        now += 10 * TestNode.MILLI;
        window.onPong(now, mark);
        window.add(12_000_000); // 10 ms at 10 Gbit/s are 12.5 MB
        window.mark(window.pingTime(now));
        assertThat(window.isFull(now)).isFalse();
        window.add(2 * WINDOW);
        assertThat(window.isFull(now)).isTrue();
        window.cameUp();
        long next = window.pingTime(now);
        window.mark(next);
        window.onPong(now + 1, next);
        window.add(2 * WINDOW);
        window.mark(window.pingTime(now));
        assertThat(window.isFull(now)).as("the way may be a shorter one now").isTrue();
    }

    @Test
    void withoutAWindowNothingWaitsAndNothingIsMarked() {
        TestNode free = node(0);
        free.hostUp(2, 1);
        free.transport.recording = false;
        for (int i = 0; i < 5000; i++) {
            free.send(TO_TWO, LENGTH);
        }
        free.engine.sender().flush(free.now);
        assertThat(free.engine.sender().mayGoOn(free.now)).isTrue();
        assertThat(free.engine.host(2).link(0).counters.senderTxPing.snapshot().packets()).isZero();
    }

    @Test
    void synchronousMessagesAreMarkedButDoNotWait() {
        node.hostUp(2, 1);
        for (int i = 0; i < 2 * WINDOW / COST; i++) {
            assertThat(node.sendNow(TO_TWO, LENGTH)).isNull();
        }
        assertThat(marks()).hasSizeGreaterThan(8);
    }
}
