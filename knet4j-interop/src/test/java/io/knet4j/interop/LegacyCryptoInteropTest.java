package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The one call that libknet 1.16 has for crypto, against what Java has for it. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class LegacyCryptoInteropTest {
    private static final int LATER_PINGS = 4;
    private static final Suite FIRST = Suite.USUAL;
    private static final Suite SECOND = new Suite("openssl", "aes192", "sha384", 300, 2);

    @Test
    void cryptoIsSwitchedOnAndReplacedAndSwitchedOff() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.c.interfaceMtu(1500); // otherwise it would wait for answers to its probes
            pair.awaitUp();
            pair.exchange(Payloads.numbered(1), "clear");

            FIRST.enable(pair.java);
            pair.c.send(0, Payloads.numbered(2));
            awaitMessageDropped(pair, 2, DropCause.CLEAR_TRAFFIC);
            FIRST.enable(pair.c);
            pair.exchange(Payloads.numbered(3), "encrypted");

            SECOND.enable(pair.c);
            pair.c.send(0, Payloads.numbered(4));
            awaitMessageDropped(pair, 4, DropCause.NOT_AUTHENTIC);
            SECOND.enable(pair.java);
            pair.exchange(Payloads.numbered(5), "encrypted with another key");
            CryptoStatus status = pair.java.crypto().status();
            assertEquals(1, status.sendingSlot());
            assertEquals(1, status.slots().size());
            assertTrue(status.slots().getFirst().packets() > 0);
            assertEquals(ClearTraffic.REFUSE, status.clearTraffic());

            pair.c.crypto("none", "none", "none", new byte[0]);
            pair.java.crypto().disable();
            pair.exchange(Payloads.numbered(6), "clear again");
            status = pair.java.crypto().status();
            assertEquals(0, status.sendingSlot());
            assertEquals(List.of(), status.slots());
            assertEquals(ClearTraffic.ALLOW, status.clearTraffic());
            assertEquals(1, pair.javaLink(0).statistics().upCount());
            assertEquals(1, pair.cLink(0).stats().upCount());
        }
    }

    /** Waits until C has sent so many messages, and Java has dropped what came by then. */
    private static void awaitMessageDropped(JavaAndC pair, long sent, DropCause cause)
            throws Exception {
        pair.awaitSentByC(sent);
        // Pings are dropped, too. Those that come later come behind the message.
        long enough = pair.java.statistics().drops(cause) + LATER_PINGS;
        Await.until(
                () -> cause + " among " + pair.java.statistics().drops(),
                () -> pair.java.statistics().drops(cause) >= enough);
    }
}
