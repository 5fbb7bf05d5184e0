package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A valid signature does not make a recorded message new. */
@RequiresLibKnet
class ReplayInteropTest {
    private static final int JAVA = 1;
    private static final int C = 2;
    private static final long PATIENT = 5000;
    private static final int MESSAGES = 20;
    private static final int TIMES = 25;

    /** Sealed messages are longer than sealed pings and pongs, and there are no probes. */
    private static final int SIZE = 300;

    private static final int SHORTEST = SIZE;
    private static final int LONGEST = SIZE + 100;

    @Test
    void recordedMessagesAreNotDeliveredAgain() throws Exception {
        InetSocketAddress ofJava = JavaAndC.loopback4(0);
        InetSocketAddress ofC = JavaAndC.loopback4(0);
        try (Tap tap = new Tap(ofJava, ofC);
                Knet java = Knet.builder(JAVA).crypto(Suite.USUAL.inJava()).open();
                CNode c = CNode.open(C)) {
            Suite.USUAL.enable(c);
            Host host = java.addHost(C);
            java.channel(0);
            java.startForwarding();
            c.addHost(JAVA);
            c.interfaceMtu(1500); // no probes
            c.openChannel(0);
            c.forwarding(true);
            c.addLink(JAVA, CLinkConfig.fast(0, ofC, tap.b.address).withPing(200, PATIENT));
            host.addLink(0, JavaAndC.javaLink(ofJava, tap.a.address, PATIENT));
            Await.until("Java: host reachable", () -> host.status().reachable());
            c.awaitReachable(JAVA, true, Await.LIMIT);

            for (int i = 0; i < MESSAGES; i++) {
                exchange(java, c, i);
            }
            List<byte[]> toJava = messages(tap.a);
            List<byte[]> toC = messages(tap.b);
            assertEquals(MESSAGES, toJava.size());
            assertEquals(MESSAGES, toC.size());
            for (int i = 0; i < TIMES; i++) {
                for (byte[] datagram : toJava) {
                    tap.a.send(datagram);
                }
                for (byte[] datagram : toC) {
                    tap.b.send(datagram);
                }
            }
            // Both sides deliver in order: what was sent again did not come before this.
            exchange(java, c, MESSAGES);
            assertTrue(java.statistics().drops(DropCause.DUPLICATE) >= MESSAGES);
            assertEquals(0, java.statistics().drops(DropCause.NOT_AUTHENTIC));
        }
    }

    private static List<byte[]> messages(Tap.Side side) {
        return side.delivered().stream()
                .filter(d -> d.length >= SHORTEST && d.length <= LONGEST)
                .toList();
    }

    private static void exchange(Knet java, CNode c, int number) throws Exception {
        byte[] message = Payloads.numbered(number, SIZE);
        java.channel(0).send(ByteBuffer.wrap(message), Destination.host(C));
        c.send(0, message);
        assertEquals(number, Payloads.number(c.poll(Await.LIMIT).payload()));
        assertEquals(
                number,
                Payloads.number(java.channel(0).receive(Await.LIMIT).orElseThrow().payload()));
    }
}
