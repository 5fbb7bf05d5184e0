package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.UdpFeature;
import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One side dies and comes back at the same addresses, and counts its messages from 1 again. The
 * other side must not take them for copies of the earlier ones.
 */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class RestartInteropTest {
    private static final int JAVA = 1;
    private static final int C = 2;

    // More than a start of the C process takes: the other side's links stay up meanwhile.
    private static final long PATIENT = 20_000;
    private static final long IMPATIENT = 1000;

    private final InetSocketAddress ofJava = JavaAndC.loopback4(0);
    private final InetSocketAddress ofC = JavaAndC.loopback4(0);

    @ParameterizedTest
    @ValueSource(longs = {PATIENT, IMPATIENT})
    void everyMessageOfARestartedCNodeArrivesInJava(long timeout) throws Exception {
        List<KnetEvent> events = new CopyOnWriteArrayList<>();
        try (Knet java = javaNode(ofC, timeout)) {
            java.onEvent(events::add);
            // The numbers of each life lie where those of the one before it lay.
            int[] lives = {50, 3000, 20, 4};
            for (int count : lives) {
                try (CProcess c = cProcess(ofJava)) {
                    awaitUp(java, c);
                    c.command("pump", 0, 4, count);
                    receiveOnceEach(java, count);
                    java.channel(0)
                            .send(ByteBuffer.wrap(Payloads.numbered(count)), Destination.host(C));
                    CMessage answer = c.poll(Await.LIMIT);
                    assertEquals(count, Payloads.number(answer.payload()));
                    c.kill();
                }
            }
            if (timeout == PATIENT) {
                assertEquals(
                        List.of(),
                        events.stream().filter(KnetEvent.LinkDown.class::isInstance).toList(),
                        "the links stay up");
                assertEquals(
                        lives.length - 1,
                        events.stream().filter(KnetEvent.HostRestarted.class::isInstance).count());
            }
        }
    }

    @Test
    void everyMessageOfARestartedJavaNodeArrivesInC() throws Exception {
        try (CNode c = cNode(ofJava)) {
            for (int life = 0; life < 3; life++) {
                try (Knet java = javaNode(ofC, IMPATIENT)) {
                    awaitUp(java, c);
                    sendOnceEach(java, c, 50 - life);
                }
            }
        }
    }

    @Test
    void everyMessageOfAJavaNodeRestartedBehindTheBackOfCArrives() throws Exception {
        try (Relay relay = Relay.open(1)) { // without it C hears at once that the port is closed
            RelayLink link = relay.link(ofJava, ofC);
            try (CNode c = cNode(link.addressForB())) {
                for (int life = 0; life < 5; life++) {
                    try (Knet java = javaNode(link.addressForA(), PATIENT)) {
                        awaitUp(java, c);
                        sendOnceEach(java, c, 50 - life);
                        c.send(0, Payloads.numbered(life));
                        assertEquals(
                                life,
                                Payloads.number(
                                        java.channel(0)
                                                .receive(Await.LIMIT)
                                                .orElseThrow()
                                                .payload()));
                    }
                }
                assertEquals(1, c.linkStatus(JAVA, 0).stats().upCount(), "the link stays up");
            }
        }
    }

    private static void sendOnceEach(Knet java, CNode c, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            java.channel(0).send(ByteBuffer.wrap(Payloads.numbered(i)), Destination.host(C));
        }
        Tally tally = new Tally();
        while (tally.count() < count) {
            CMessage message = c.poll(Await.LIMIT);
            if (message == null) {
                break;
            }
            tally.add(Payloads.number(message.payload()));
        }
        tally.assertOnceEach(0, count);
    }

    private static void receiveOnceEach(Knet java, int count) throws Exception {
        Tally tally = new Tally();
        while (tally.count() < count) {
            var message = java.channel(0).receive(Await.LIMIT);
            if (message.isEmpty()) {
                break;
            }
            tally.add(Payloads.number(message.get().payload()));
        }
        tally.assertOnceEach(0, count);
    }

    private Knet javaNode(InetSocketAddress remote, long timeout) {
        // It must not hear that the port of a node that has ended is closed.
        Knet java = Knet.builder(JAVA).withoutUdpFeature(UdpFeature.ERROR_QUEUE).open();
        Host c = java.addHost(C);
        java.channel(0);
        java.startForwarding();
        c.addLink(0, JavaAndC.javaLink(ofJava, remote, timeout));
        return java;
    }

    private CNode cNode(InetSocketAddress remote) {
        CNode c = CNode.open(C);
        c.addHost(JAVA);
        c.openChannel(0);
        c.forwarding(true);
        c.addLink(JAVA, CLinkConfig.fast(0, ofC, remote).withPing(200, PATIENT));
        return c;
    }

    private CProcess cProcess(InetSocketAddress remote) throws Exception {
        CProcess c = CProcess.start(C);
        c.command("host", JAVA);
        c.command("channel", 0);
        c.command("forward", "on");
        c.addLink(JAVA, CLinkConfig.fast(0, ofC, remote).withPing(200, PATIENT));
        return c;
    }

    private static void awaitUp(Knet java, CNode c) throws Exception {
        awaitUp(java);
        c.awaitReachable(JAVA, true, Await.LIMIT);
    }

    private static void awaitUp(Knet java, CProcess c) throws Exception {
        c.awaitReachable(JAVA, true, Await.LIMIT);
        awaitUp(java);
    }

    private static void awaitUp(Knet java) throws Exception {
        Await.until("Java: host reachable", () -> java.host(C).orElseThrow().status().reachable());
    }
}
