package io.knet4j.testkit.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {
    private static final int DEADLINE_MILLIS = 10_000;

    private DatagramSocket a;
    private DatagramSocket b;
    private Relay relay;
    private RelayLink link;

    @BeforeEach
    void open() throws IOException {
        a = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        b = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        a.setSoTimeout(DEADLINE_MILLIS);
        b.setSoTimeout(DEADLINE_MILLIS);
        relay = Relay.open(42);
        link = relay.link(address(a), address(b));
    }

    @AfterEach
    void close() {
        relay.close();
        a.close();
        b.close();
    }

    @Test
    void eachSideSeesTheAddressItWasGiven() throws IOException {
        sendToB(1);
        DatagramPacket atB = receive(b);
        assertEquals(link.addressForB(), atB.getSocketAddress());
        assertEquals(1, atB.getData()[0]);
        send(b, link.addressForB(), 2);
        DatagramPacket atA = receive(a);
        assertEquals(link.addressForA(), atA.getSocketAddress());
        assertEquals(2, atA.getData()[0]);
    }

    @Test
    void unknownEndpointsAreLearnt() throws IOException {
        RelayLink learning = relay.link(null, null);
        send(a, learning.addressForA(), 1);
        await(() -> learning.aToB().counters(), RelayCounters::failed, 1); // B is not known yet
        send(b, learning.addressForB(), 2);
        assertEquals(2, receive(a).getData()[0]);
        send(a, learning.addressForA(), 3);
        assertEquals(3, receive(b).getData()[0]);
    }

    @Test
    void cutDirectionLetsNothingPassUntilItHeals() throws IOException {
        link.aToB().cut();
        sendToB(1);
        await(() -> link.aToB().counters(), RelayCounters::cut, 1);
        send(b, link.addressForB(), 2);
        assertEquals(2, receive(a).getData()[0]);
        link.heal();
        sendToB(3);
        assertEquals(3, receive(b).getData()[0]);
    }

    @Test
    void absentReceiverDoesNotDisturbTheRelay() throws IOException {
        int port = b.getLocalPort();
        b.close();
        for (int i = 0; i < 10; i++) {
            sendToB(i);
        }
        await(() -> link.aToB().counters(), RelayCounters::received, 10);
        b = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"));
        b.setSoTimeout(DEADLINE_MILLIS);
        sendToB(99);
        assertEquals(99, receive(b).getData()[0]);
    }

    @Test
    void lossIsTheSameForTheSameSeed() throws IOException {
        List<Integer> first = lossy(7);
        assertTrue(first.size() > 20 && first.size() < 80, first.toString());
        assertEquals(first, lossy(7));
        assertNotEquals(first, lossy(8));
    }

    @Test
    void duplicatesArriveTwice() throws IOException {
        link.impair(Impairment.none().withDuplication(1));
        sendToB(5);
        assertEquals(5, receive(b).getData()[0]);
        assertEquals(5, receive(b).getData()[0]);
        await(() -> link.aToB().counters(), RelayCounters::forwarded, 2);
    }

    @Test
    void largeDatagramsVanish() throws IOException {
        link.impair(Impairment.none().withMaxPayload(1));
        a.send(new DatagramPacket(new byte[2], 2, link.addressForA()));
        sendToB(6);
        assertEquals(6, receive(b).getData()[0]);
        assertEquals(1, link.aToB().counters().tooLarge());
    }

    @Test
    void delayHoldsBackAndKeepsTheOrder() throws IOException {
        link.impair(Impairment.none().withDelay(Duration.ofMillis(50), Duration.ZERO));
        long start = System.nanoTime();
        List<Integer> sent = IntStream.range(0, 20).boxed().toList();
        sent.forEach(this::sendToB);
        List<Integer> received = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            received.add((int) receive(b).getData()[0]);
        }
        assertTrue(System.nanoTime() - start >= 50_000_000);
        assertEquals(sent, received);
    }

    @Test
    void jitterReorders() throws IOException {
        link.impair(Impairment.none().withDelay(Duration.ZERO, Duration.ofMillis(50)));
        List<Integer> sent = IntStream.range(0, 50).boxed().toList();
        sent.forEach(this::sendToB);
        List<Integer> received = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            received.add((int) receive(b).getData()[0]);
        }
        assertNotEquals(sent, received);
        assertEquals(sent, received.stream().sorted().toList());
    }

    @Test
    void whatIsTooFastForTheLineWaitsAndThenGetsLost() throws IOException {
        link.impair(Impairment.none().withBytesPerSecond(2_000_000));
        int bytes = 1000;
        int fits = Impairment.QUEUE_BYTES / bytes;
        long start = System.nanoTime();
        for (int i = 0; i < 2 * fits; i++) {
            a.send(new DatagramPacket(new byte[bytes], bytes, link.addressForA()));
        }
        await(link.aToB()::counters, RelayCounters::received, 2L * fits);
        await(link.aToB()::counters, counters -> counters.forwarded() + counters.lost(), 2L * fits);
        RelayCounters counters = link.aToB().counters();
        double seconds = (System.nanoTime() - start) / 1e9;
        assertTrue(counters.lost() > 0, counters.toString());
        assertTrue(counters.forwarded() >= fits, counters.toString());
        assertTrue(counters.forwarded() * bytes <= 2_000_000 * (seconds + 0.01) + bytes);
    }

    private List<Integer> lossy(long seed) throws IOException {
        try (Relay lossy = Relay.open(seed)) {
            RelayLink l = lossy.link(address(a), address(b));
            l.aToB().impair(Impairment.none().withLoss(0.5));
            for (int i = 0; i < 100; i++) {
                send(a, l.addressForA(), i);
            }
            await(l.aToB()::counters, RelayCounters::received, 100);
            l.heal();
            send(a, l.addressForA(), 127);
            List<Integer> received = new ArrayList<>();
            for (int n = receive(b).getData()[0]; n != 127; n = receive(b).getData()[0]) {
                received.add(n);
            }
            return received;
        }
    }

    private void sendToB(int number) {
        try {
            send(a, link.addressForA(), number);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(DatagramSocket from, InetSocketAddress to, int number)
            throws IOException {
        from.send(new DatagramPacket(new byte[] {(byte) number}, 1, to));
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return packet;
    }

    private static void await(
            Supplier<RelayCounters> counters, ToLongFunction<RelayCounters> which, long value)
            throws SocketTimeoutException {
        long deadline = System.nanoTime() + Duration.ofMillis(DEADLINE_MILLIS).toNanos();
        while (which.applyAsLong(counters.get()) < value) {
            if (System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException(counters.get().toString());
            }
            Thread.onSpinWait();
        }
    }

    private static InetSocketAddress address(DatagramSocket socket) {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }
}
