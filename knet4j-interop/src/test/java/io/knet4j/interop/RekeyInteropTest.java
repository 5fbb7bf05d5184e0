package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.KnetEvent;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys change, and crypto is switched on, while messages go both ways all the time. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class RekeyInteropTest {
    private static final Suite OLD = Suite.USUAL;
    private static final Suite NEW = new Suite("openssl", "aes128", "sha512", 512, 2);

    /** How many messages pass after each step of the change. */
    private static final int STEP = 1700;

    private static final int ALL = 10_000;

    // C answers encrypted pings with garbage while it sends clear.
    private static final long PATIENT = 10_000;
    private static final long IMPATIENT = 1000;

    @ParameterizedTest
    @CsvSource({"true, 1, 1", "false, 1, 1", "true, 1, 2", "false, 2, 1"})
    void noMessageIsLostWhileTheKeyChanges(boolean javaFirst, int ofJava, int ofC)
            throws Exception {
        int newOfJava = 3 - ofJava;
        int newOfC = 3 - ofC;
        List<KnetEvent> events = new CopyOnWriteArrayList<>();
        try (JavaAndC pair =
                        new JavaAndC.Settings()
                                .timeoutMillis(PATIENT)
                                .prepare((java, c) -> {
                                    java.onEvent(events::add);
                                    OLD.set(java, ofJava);
                                    java.crypto().use(ofJava);
                                    java.crypto().setClearTraffic(ClearTraffic.REFUSE);
                                    OLD.set(c, ofC);
                                    c.useCryptoSlot(ofC);
                                    c.acceptClearTraffic(false);
                                })
                                .open();
                Flow flow = new Flow(pair)) {
            pair.awaitUp();
            flow.start();
            flow.awaitMore(STEP);

            inTurn(
                    flow,
                    javaFirst,
                    () -> NEW.set(pair.java, newOfJava),
                    () -> NEW.set(pair.c, newOfC));
            inTurn(
                    flow,
                    javaFirst,
                    () -> pair.java.crypto().use(newOfJava),
                    () -> pair.c.useCryptoSlot(newOfC));
            inTurn(
                    flow,
                    javaFirst,
                    () -> pair.java.crypto().clear(ofJava),
                    () -> Suite.clear(pair.c, ofC));

            int count = flow.finish();
            assertTrue(count >= ALL, "messages each way: " + count);
            CryptoStatus status = pair.java.crypto().status();
            assertEquals(newOfJava, status.sendingSlot());
            assertEquals(1, status.slots().size());
            assertTrue(status.slots().getFirst().packets() > STEP);
            assertUndisturbed(pair, events);
            assertEquals(0, pair.java.statistics().drops(DropCause.NOT_AUTHENTIC));
        }
    }

    private static void inTurn(Flow flow, boolean javaFirst, Runnable inJava, Runnable inC)
            throws Exception {
        for (Runnable step : javaFirst ? List.of(inJava, inC) : List.of(inC, inJava)) {
            step.run();
            flow.awaitMore(STEP);
        }
    }

    private static void assertUndisturbed(JavaAndC pair, List<KnetEvent> events) {
        assertEquals(1, pair.javaLink(0).statistics().upCount());
        assertEquals(0, pair.javaLink(0).statistics().downCount());
        assertEquals(1, pair.cLink(0).stats().upCount());
        assertEquals(
                List.of(),
                events.stream().filter(KnetEvent.CryptoMismatch.class::isInstance).toList());
    }

    @Test
    void eachDirectionCanHaveAConfigurationOfItsOwn() throws Exception {
        try (JavaAndC pair =
                        new JavaAndC.Settings()
                                .prepare((java, c) -> {
                                    OLD.enable(java);
                                    NEW.set(java, 2);
                                    NEW.enable(c);
                                    OLD.set(c, 2);
                                })
                                .open();
                Flow flow = new Flow(pair)) {
            pair.awaitUp();
            flow.start();
            flow.awaitMore(STEP);
            assertTrue(flow.finish() >= STEP);
            List<CryptoStatus.Slot> slots = pair.java.crypto().status().slots();
            assertEquals(0, slots.getFirst().packets(), "C has never sealed with this one");
            assertTrue(slots.getLast().packets() > STEP);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noMessageIsLostWhileCryptoIsSwitchedOn(boolean javaFirst) throws Exception {
        List<KnetEvent> events = new CopyOnWriteArrayList<>();
        try (JavaAndC pair =
                        new JavaAndC.Settings()
                                .timeoutMillis(PATIENT)
                                .prepare((java, _) -> java.onEvent(events::add))
                                .open();
                Flow flow = new Flow(pair)) {
            pair.awaitUp();
            flow.start();
            flow.awaitMore(STEP);

            inTurn(flow, javaFirst, () -> NEW.set(pair.java, 1), () -> NEW.set(pair.c, 1));
            inTurn(flow, javaFirst, () -> pair.java.crypto().use(1), () -> pair.c.useCryptoSlot(1));
            inTurn(
                    flow,
                    javaFirst,
                    () -> pair.java.crypto().setClearTraffic(ClearTraffic.REFUSE),
                    () -> pair.c.acceptClearTraffic(false));

            int count = flow.finish();
            assertTrue(count >= ALL, "messages each way: " + count);
            assertUndisturbed(pair, events);
            assertEquals(0, pair.java.statistics().drops(DropCause.CLEAR_TRAFFIC));
        }
    }

    /** What libknet 1.x gets wrong: then the link of the peer that encrypts goes down. */
    @Test
    void encryptedPingsAreAnsweredWhileJavaStillSendsClear() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().timeoutMillis(IMPATIENT).open();
                Flow flow = new Flow(pair)) {
            pair.awaitUp();
            flow.start();
            NEW.set(pair.java, 1);
            NEW.set(pair.c, 1);
            pair.c.useCryptoSlot(1);
            flow.awaitMore(STEP);
            long pongs = pair.cLink(0).stats().rxPongPackets();
            long enough = 2 * IMPATIENT / 200;
            pair.c.awaitLink(
                    pair.javaId, 0, s -> s.stats().rxPongPackets() >= pongs + enough, Await.LIMIT);
            assertEquals(1, pair.cLink(0).stats().upCount(), "the link stays up in C");
            assertEquals(0, pair.javaLink(0).statistics().downCount());

            pair.java.crypto().use(1);
            flow.awaitMore(STEP);
            flow.finish();
        }
    }
}
