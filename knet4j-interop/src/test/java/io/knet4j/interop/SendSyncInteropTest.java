package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Reason;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Synchronous messages, host ids at the ends of their range, channels that are not open. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class SendSyncInteropTest {
    private static final int[] SIZES = {1, 500, 65_536};

    @ParameterizedTest
    @CsvSource({"258, 65535", "258, 0", "0, 258", "65535, 255"})
    void synchronousMessagesArriveWhateverTheHostIds(int javaId, int cId) throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().ids(javaId, cId).open()) {
            pair.awaitUp();
            Channel channel = pair.java.channel(0);
            pair.c.destinations(Destinations.to(javaId));
            for (int size : SIZES) {
                byte[] payload = Payloads.pattern(size, javaId);
                channel.sendSync(ByteBuffer.wrap(payload), Destination.host(cId));
                CMessage inC = pair.c.poll(Await.LIMIT);
                assertNotNull(inC);
                Payloads.assertSame(payload, inC.payload(), "Java to C");

                pair.c.sendSync(0, payload);
                ReceivedMessage inJava = channel.receive(Await.LIMIT).orElseThrow();
                assertEquals(cId, inJava.source());
                Payloads.assertSame(payload, inJava.payload(), "C to Java");
            }
            SendException toAll =
                    assertThrows(
                            SendException.class,
                            () ->
                                    channel.sendSync(
                                            ByteBuffer.wrap(new byte[1]), Destination.broadcast()));
            assertEquals(Reason.TOO_MANY_DESTINATIONS, toAll.reason());
        }
    }

    @Test
    void messageOnAChannelThatIsNotOpenIsDroppedAndHarmsNoOther() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.c.openChannel(7);
            pair.java.channel(9);
            pair.awaitUp();

            pair.c.send(7, Payloads.numbered(1));
            Await.until(
                    () -> "drops: " + pair.java.statistics().drops(),
                    () -> pair.java.statistics().drops(DropCause.CHANNEL_NOT_OPEN) == 1);
            pair.c.send(0, Payloads.numbered(2));
            assertEquals(2, Payloads.number(inJava(pair, 0)));
            pair.java.channel(7);
            pair.c.send(7, Payloads.numbered(3));
            assertEquals(3, Payloads.number(inJava(pair, 7)), "the first was not kept");
            assertEquals(1, pair.java.statistics().drops(DropCause.CHANNEL_NOT_OPEN));

            send(pair, 9, 4);
            pair.c.awaitLink(pair.javaId, 0, s -> s.stats().rxDataPackets() == 1, Await.LIMIT);
            send(pair, 0, 5);
            assertEquals(5, inC(pair, 0));
            pair.c.openChannel(9);
            send(pair, 9, 6);
            assertEquals(6, inC(pair, 9));
        }
    }

    private static byte[] inJava(JavaAndC pair, int channel) throws InterruptedException {
        return pair.java.channel(channel).receive(Await.LIMIT).orElseThrow().payload();
    }

    private static int inC(JavaAndC pair, int channel) throws InterruptedException {
        CMessage message = pair.c.poll(Await.LIMIT);
        assertNotNull(message);
        assertEquals(channel, message.channel());
        return Payloads.number(message.payload());
    }

    private static void send(JavaAndC pair, int channel, int number) {
        pair.java
                .channel(channel)
                .send(ByteBuffer.wrap(Payloads.numbered(number)), Destination.host(pair.cId));
    }
}
