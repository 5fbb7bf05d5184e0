package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.knet4j.Destination;
import io.knet4j.LinkPolicy;
import io.knet4j.ReceivedMessage;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two Java nodes and a C node. */
@RequiresLibKnet
class ThreeNodesInteropTest {
    private static final int ONE = 1;
    private static final int TWO = 2;
    private static final int C = 3;

    @Test
    void messagesReachThoseTheyAreForAndNobodyElse() throws Exception {
        try (Mesh mesh = new Mesh(LinkPolicy.PASSIVE, 1, List.of(ONE, TWO), List.of(C))) {
            mesh.java(ONE).channel(0);
            mesh.java(TWO).channel(0);
            mesh.c(C).openChannel(0);
            mesh.awaitUp();

            // What is not for a node would come before the next message that is.
            send(mesh, ONE, "1 to all", Destination.broadcast());
            assertReceived(mesh, TWO, ONE, "1 to all");
            assertReceived(mesh, C, ONE, "1 to all");
            send(mesh, ONE, "1 to 2", Destination.host(TWO));
            assertReceived(mesh, TWO, ONE, "1 to 2");
            send(mesh, ONE, "1 to C", Destination.host(C));
            assertReceived(mesh, C, ONE, "1 to C");
            send(mesh, ONE, "1 to both", Destination.hosts(TWO, C));
            assertReceived(mesh, TWO, ONE, "1 to both");
            assertReceived(mesh, C, ONE, "1 to both");

            send(mesh, TWO, "2 to all", Destination.broadcast());
            assertReceived(mesh, ONE, TWO, "2 to all");
            assertReceived(mesh, C, TWO, "2 to all");

            sendFromC(mesh, "C to all", Destinations.broadcast());
            assertReceived(mesh, ONE, C, "C to all");
            assertReceived(mesh, TWO, C, "C to all");
            sendFromC(mesh, "C to 1", Destinations.to(ONE));
            assertReceived(mesh, ONE, C, "C to 1");
            sendFromC(mesh, "C to 2", Destinations.to(TWO));
            assertReceived(mesh, TWO, C, "C to 2");
            sendFromC(mesh, "C to both", Destinations.to(TWO, ONE));
            assertReceived(mesh, ONE, C, "C to both");
            assertReceived(mesh, TWO, C, "C to both");
        }
    }

    private static void send(Mesh mesh, int from, String text, Destination destination) {
        mesh.java(from)
                .channel(0)
                .send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), destination);
    }

    private static void sendFromC(Mesh mesh, String text, Destinations destinations) {
        mesh.c(C).destinations(destinations);
        mesh.c(C).send(0, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertReceived(Mesh mesh, int at, int from, String text)
            throws InterruptedException {
        byte[] payload;
        if (at == C) {
            CMessage message = mesh.c(C).poll(Await.LIMIT);
            assertNotNull(message, text);
            payload = message.payload();
        } else {
            ReceivedMessage message = mesh.java(at).channel(0).receive(Await.LIMIT).orElseThrow();
            assertEquals(from, message.source(), text);
            payload = message.payload();
        }
        assertEquals(text, new String(payload, StandardCharsets.UTF_8));
    }
}
