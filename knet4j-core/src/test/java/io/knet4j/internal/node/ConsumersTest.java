package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.IdleStrategy;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.HandlerFailed;
import io.knet4j.LinkConfig;
import io.knet4j.Message;
import io.knet4j.ReceivedMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How messages are taken out of a channel: in batches, one by one, and by threads that wait. */
class ConsumersTest {
    private static final Destination SELF = Destination.host(1);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<Knet> opened = new ArrayList<>();
    private final BlockingQueue<KnetEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> taken = new LinkedBlockingQueue<>();
    private final Channel channel = toItself(Knet.builder(1)).channel(0);

    private Knet toItself(Knet.Builder builder) {
        Knet knet = builder.open();
        opened.add(knet);
        knet.onEvent(events::add);
        knet.addHost(1).addLink(0, LinkConfig.loopback());
        knet.startForwarding();
        return knet;
    }

    @AfterEach
    void close() {
        opened.forEach(Knet::close);
    }

    private void send(int number) {
        channel.send(ByteBuffer.allocate(4).putInt(0, number), SELF);
    }

    private static int number(Message message) {
        return message.payload().getInt(0);
    }

    private void expect(int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            assertThat(taken.poll(20, TimeUnit.SECONDS)).isEqualTo(i);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- batches

    @Test
    void batchesHoldWhatWaits() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            send(i);
        }
        while (opened.getFirst().statistics().messagesDelivered() < 1000) {
            Thread.onSpinWait();
        }
        BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        channel.onMessages(messages -> {
            sizes.add(messages.size());
            for (Message message : messages) {
                taken.add(number(message));
                assertThat(message.source()).isEqualTo(1);
                assertThat(message.channel()).isZero();
            }
        });
        expect(0, 1000);
        assertThat(sizes).containsExactly(256, 256, 256, 232);
    }

    @Test
    void allMessagesOfABatchAreValidDuringTheCall() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            send(i);
        }
        channel.onMessages(messages -> {
            List<ByteBuffer> payloads = messages.stream().map(Message::payload).toList();
            for (int i = 0; i < messages.size(); i++) {
                Message message = messages.get(i);
                ByteBuffer inPlace = message.inPlace();
                assertThat(inPlace.isReadOnly()).isTrue();
                assertThat(inPlace.remaining()).isEqualTo(4).isEqualTo(message.length());
                assertThat(inPlace).isEqualTo(payloads.get(i));
                assertThat(message.toByteArray()).hasSize(4);
                assertThat(message.payload()).isSameAs(payloads.get(i));
                assertThat(inPlace).as("after the others").isEqualTo(payloads.get(i));
                taken.add(payloads.get(i).getInt(0));
            }
        });
        expect(0, 100);
        assertThat(events.stream().filter(HandlerFailed.class::isInstance)).isEmpty();
    }

    @Test
    void aBatchIsEmptyAfterTheCall() throws InterruptedException {
        List<List<Message>> kept = new ArrayList<>();
        channel.onMessages(messages -> {
            kept.add(messages);
            taken.add(number(messages.getFirst()));
        });
        send(0);
        expect(0, 1);
        while (!kept.getFirst().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> kept.getFirst().get(0));
    }

    @Test
    void aHandlerThatThrowsLosesItsBatchOnly() throws InterruptedException {
        channel.onMessages(messages -> {
            for (Message message : messages) {
                if (number(message) == -1) {
                    throw new IllegalStateException("on purpose");
                }
                taken.add(number(message));
            }
        });
        send(-1);
        HandlerFailed failed = null;
        while (failed == null) {
            if (events.poll(20, TimeUnit.SECONDS) instanceof HandlerFailed event) {
                failed = event;
            }
        }
        assertThat(failed.channel()).isZero();
        assertThat(failed.source()).isEqualTo(1);
        assertThat(failed.error()).hasMessage("on purpose");
        send(0);
        expect(0, 1);
    }

    @Test
    void handlersOfBothKindsReplaceEachOther() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            if (i % 2 == 0) {
                channel.onMessages(messages -> messages.forEach(m -> taken.add(number(m))));
            } else {
                channel.onMessage(message -> taken.add(number(message)));
            }
            send(i);
        }
        expect(0, 100);
        channel.onMessages(null);
        send(100);
        assertThat(channel.receive().payload()).hasSize(4);
    }

    @Test
    void aHandlerOfBatchesMayCloseItsChannel() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        channel.onMessages(_ -> {
            channel.close();
            closed.countDown();
        });
        send(0);
        await(closed);
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> channel.onMessages(_ -> {}));
    }

    // ---- in place

    @Test
    void aMessageCanBeReceivedWithoutACopy() throws InterruptedException {
        assertThat(channel.receive(Duration.ZERO, _ -> taken.add(-1))).isFalse();
        assertThat(channel.receive(Duration.ofMillis(1), _ -> taken.add(-1))).isFalse();
        send(0);
        Thread self = Thread.currentThread();
        assertThat(
                        channel.receive(
                                LONG,
                                message -> {
                                    assertThat(Thread.currentThread()).isSameAs(self);
                                    taken.add(number(message));
                                }))
                .isTrue();
        expect(0, 1);
    }

    @Test
    void aMessageIsTakenEvenIfItsHandlerThrows() throws InterruptedException {
        send(0);
        send(1);
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        channel.receive(
                                LONG,
                                _ -> {
                                    throw new IllegalStateException("on purpose");
                                }))
                .withMessage("on purpose");
        assertThat(channel.receive(LONG, message -> taken.add(number(message)))).isTrue();
        expect(1, 2);
    }

    @Test
    void receivingInsideOfReceivingFails() throws InterruptedException {
        send(0);
        send(1);
        assertThat(
                        channel.receive(
                                LONG,
                                _ ->
                                        assertThatIllegalStateException()
                                                .isThrownBy(channel::receive)))
                .isTrue();
        assertThat(channel.receive(LONG)).isPresent();
    }

    @Test
    void aHandlerThatIsSetWhileSomebodyReceivesGetsTheRest() throws InterruptedException {
        CountDownLatch receiving = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Thread receiver =
                Thread.startVirtualThread(() -> {
                    try {
                        channel.receive(
                                LONG,
                                message -> {
                                    receiving.countDown();
                                    await(go);
                                    taken.add(number(message));
                                });
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
        send(0);
        await(receiving);
        channel.onMessages(messages -> messages.forEach(message -> taken.add(number(message))));
        send(1);
        go.countDown();
        expect(0, 2);
        assertThat(receiver.join(LONG)).isTrue();
    }

    // ---- threads that wait

    private static void awaitState(Thread thread) {
        while (thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void virtualThreadsGetMessagesInTheOrderInWhichTheyCame() throws InterruptedException {
        int count = 50;
        int[] got = new int[count];
        CountDownLatch done = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            int index = i;
            awaitState(
                    Thread.startVirtualThread(() -> {
                        try {
                            ReceivedMessage message = channel.receive(LONG).orElseThrow();
                            got[index] = ByteBuffer.wrap(message.payload()).getInt();
                            done.countDown();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }));
        }
        for (int i = 0; i < count; i++) {
            send(i);
        }
        await(done);
        for (int i = 0; i < count; i++) {
            assertThat(got[i]).isEqualTo(i);
        }
    }

    @Test
    void waitingVirtualThreadsHoldNoCarriers() throws InterruptedException {
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            waiting.add(
                    Thread.startVirtualThread(() -> {
                        Throwable thrown = catchThrowable(channel::receive);
                        assertThat(thrown).isInstanceOf(KnetClosedException.class);
                    }));
        }
        waiting.forEach(ConsumersTest::awaitState);
        CountDownLatch ran = new CountDownLatch(1);
        Thread.startVirtualThread(ran::countDown);
        await(ran);
        channel.close();
        for (Thread thread : waiting) {
            assertThat(thread.join(LONG)).isTrue();
        }
    }

    @Test
    void anInterruptedThreadLeavesItsPlace() throws InterruptedException {
        AtomicInteger interrupted = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread =
                    Thread.startVirtualThread(() -> {
                        try {
                            taken.add(ByteBuffer.wrap(channel.receive().payload()).getInt());
                        } catch (InterruptedException e) {
                            interrupted.incrementAndGet();
                        }
                    });
            awaitState(thread);
            threads.add(thread);
        }
        threads.get(0).interrupt();
        threads.get(1).interrupt();
        assertThat(threads.get(0).join(LONG)).isTrue();
        assertThat(threads.get(1).join(LONG)).isTrue();
        assertThat(interrupted).hasValue(2);
        send(0);
        expect(0, 1);
        Thread.currentThread().interrupt();
        send(1);
        while (opened.getFirst().statistics().messagesDelivered() < 2) {
            Thread.onSpinWait();
        }
        assertThat(channel.receive(LONG)).as("what is there needs no wait").isPresent();
        assertThat(Thread.interrupted()).isTrue();
    }

    // ---- idle strategies

    private static List<IdleStrategy> strategies() {
        return List.of(
                IdleStrategy.park(),
                IdleStrategy.spinThenPark(Duration.ofNanos(50_000)),
                IdleStrategy.spin());
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void messagesComeWithEveryIdleStrategy(IdleStrategy strategy) throws InterruptedException {
        Knet knet = toItself(Knet.builder(1).idleStrategy(strategy));
        Channel replies = knet.channel(2);
        knet.channel(1).onMessage(message -> replies.sendSync(message.payload(), SELF));
        for (int i = 0; i < 100; i++) {
            knet.channel(1).send(ByteBuffer.allocate(4).putInt(0, i), SELF);
            assertThat(ByteBuffer.wrap(replies.receive(LONG).orElseThrow().payload()).getInt())
                    .isEqualTo(i);
        }
    }
}
