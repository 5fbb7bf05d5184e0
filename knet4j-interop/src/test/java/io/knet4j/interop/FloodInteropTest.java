package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.Destination;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A Java node sends to a C node as fast as it can, which is many times faster than the C node
 * takes. The C node tells that by nothing but its answers to pings.
 *
 * <p>Counted is what the C library has read from its socket: what it has read it drops when the
 * program does not take it in time, whoever sent it.
 */
@RequiresLibKnet
class FloodInteropTest {
    private static final int C = 2;

    /** Without a send window it is about a third. A busy machine holds up the C node for long. */
    private static final double LEAST = 0.99;

    @ParameterizedTest
    @CsvSource({"200, 100000", "1400, 100000", "65536, 5000"})
    void aSlowerReceiverIsNotOverrun(int size, int messages) throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.awaitUp();
            ByteBuffer message = ByteBuffer.allocate(size);
            for (int i = 0; i < messages; i++) {
                pair.java.channel(0).send(message.putInt(0, i), Destination.host(C));
            }
            assertTrue(pair.java.stopForwarding(), "all is sent");
            long sent = pair.javaLink(0).statistics().txData().packets();
            assertTrue(sent >= messages);
            Await.until(
                    () -> received(pair) + " of " + sent + " datagrams",
                    () -> received(pair) >= sent * LEAST);
            assertEquals(0, pair.javaLink(0).statistics().downCount());
        }
    }

    private static long received(JavaAndC pair) {
        return pair.cLink(0).stats().rxDataPackets();
    }
}
