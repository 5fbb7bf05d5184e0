package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkPolicy;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/**
 * More messages than there are sequence numbers, over two links with the active policy. Most of
 * them are for one host. The other one sees only the beginning and the end, whose numbers are the
 * same: without the pings that a sender forces in between it would take the end for copies of the
 * beginning.
 */
@RequiresLibKnet
class SequenceWrapInteropTest {
    private static final int SENDER = 1;
    private static final int BUSY = 2;
    private static final int IDLE = 3;

    private static final int BEGINNING = 4000;
    private static final int FOR_BUSY = 62_500;
    private static final int END = BEGINNING + FOR_BUSY;
    private static final int ALL = END + BEGINNING;

    // Of datagrams as small as these, a socket's receive buffer holds some 270 by default.
    private static final int OUTSTANDING = 100;

    private final Tally atBusy = new Tally();
    private final Tally atIdle = new Tally();

    @Test
    void everyMessageFromJavaArrivesOnceInC() throws Exception {
        try (Mesh mesh = new Mesh(LinkPolicy.ACTIVE, 2, List.of(SENDER), List.of(BUSY, IDLE))) {
            mesh.c(BUSY).openChannel(0, (_, payload) -> atBusy.add(number(payload)));
            mesh.c(IDLE).openChannel(0, (_, payload) -> atIdle.add(number(payload)));
            mesh.awaitUp();
            Knet java = mesh.java(SENDER);
            ByteBuffer message = ByteBuffer.allocate(Integer.BYTES);
            Destination busy = Destination.host(BUSY);
            send(0, BEGINNING, true, n -> send(java, message, n, Destination.broadcast()));
            send(BEGINNING, END, false, n -> send(java, message, n, busy));
            send(END, ALL, true, n -> send(java, message, n, Destination.broadcast()));
            assertAll();
        }
    }

    @Test
    void everyMessageFromCArrivesOnceInJava() throws Exception {
        try (Mesh mesh = new Mesh(LinkPolicy.ACTIVE, 2, List.of(BUSY, IDLE), List.of(SENDER))) {
            count(mesh.java(BUSY), atBusy);
            count(mesh.java(IDLE), atIdle);
            CNode c = mesh.c(SENDER);
            c.openChannel(0);
            mesh.awaitUp();
            send(0, BEGINNING, true, n -> c.send(0, Payloads.numbered(n)));
            c.destinations(Destinations.to(BUSY));
            send(BEGINNING, END, false, n -> c.send(0, Payloads.numbered(n)));
            c.destinations(Destinations.broadcast());
            send(END, ALL, true, n -> c.send(0, Payloads.numbered(n)));
            assertAll();
            assertEveryCopyDropped(mesh.java(BUSY), ALL);
            assertEveryCopyDropped(mesh.java(IDLE), 2 * BEGINNING);
        }
    }

    private static void send(Knet java, ByteBuffer message, int number, Destination destination) {
        java.channel(0).send(message.putInt(0, number), destination);
    }

    private static void count(Knet java, Tally tally) {
        java.channel(0).onMessage(m -> tally.add(m.payload().getInt(m.payload().position())));
    }

    private static int number(MemorySegment payload) {
        return payload.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 0);
    }

    /** Sends no faster than the receivers take, and returns when they have everything. */
    private void send(int from, int to, boolean toAll, IntConsumer sender) throws Exception {
        int idleBefore = atIdle.count();
        for (int i = from; i < to; i++) {
            sender.accept(i);
            if (i % 50 == 0) {
                awaitReceived(
                        i + 1 - OUTSTANDING, toAll ? idleBefore + i + 1 - from - OUTSTANDING : 0);
            }
        }
        awaitReceived(to, toAll ? idleBefore + to - from : 0);
    }

    private void awaitReceived(int busy, int idle) throws Exception {
        Await.until(
                () ->
                        "received "
                                + atBusy.count()
                                + " of "
                                + busy
                                + " and "
                                + atIdle.count()
                                + " of "
                                + idle,
                () -> atBusy.count() >= busy && atIdle.count() >= idle);
    }

    private void assertAll() {
        atBusy.assertOnceEach(0, ALL);
        atIdle.assertOnceEach(0, BEGINNING);
        atIdle.assertOnceEach(END, ALL);
        assertEquals(2 * BEGINNING, atIdle.count());
    }

    /** All copies but a few, which a link may have lost. */
    private static void assertEveryCopyDropped(Knet java, long messages) throws Exception {
        Await.until(
                () -> "copies of " + messages + " messages: " + java.statistics().drops(),
                () -> java.statistics().drops(DropCause.DUPLICATE) >= messages - messages / 100);
        assertTrue(java.statistics().drops(DropCause.DUPLICATE) <= messages);
        assertEquals(0, java.statistics().drops(DropCause.STALE));
    }
}
