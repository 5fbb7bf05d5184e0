package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** When the control loop waits for a consumer, and for how long. */
class ConsumerWaitRulesTest {
    private static final long MILLI = 1_000_000;
    private static final int ROOM = 512;

    private final List<Long> waits = new ArrayList<>();
    private long now = 77;
    private long pingTimeout = 1000 * MILLI;

    /** What the consumer does while it is waited for. */
    private Runnable consumer = () -> {};

    /** How long it takes for that. */
    private long takes = MILLI;

    private final NodeRuntime runtime =
            (NodeRuntime)
                    Proxy.newProxyInstance(
                            NodeRuntime.class.getClassLoader(),
                            new Class<?>[] {NodeRuntime.class},
                            (_, method, _) ->
                                    switch (method.getName()) {
                                        case "nanoTime" -> now;
                                        case "loopPatience" -> MILLI;
                                        case "newWaiters" -> new Waiters();
                                        default -> throw new UnsupportedOperationException();
                                    });
    private final ConsumerWait wait = new ConsumerWait(runtime, () -> pingTimeout);
    private final NodeChannel channel = new NodeChannel(null, 3, 131_072, runtime);

    private final class Waiters implements NodeRuntime.Waiters {
        @Override
        public boolean await(BooleanSupplier condition, long timeout) {
            waits.add(timeout);
            now += Math.min(takes, timeout);
            consumer.run();
            return condition.getAsBoolean();
        }

        @Override
        public void signal() {}
    }

    ConsumerWaitRulesTest() {
        fill(channel);
        wait.batchBegins();
    }

    private static void fill(NodeChannel full) {
        for (int i = 0; i < ROOM; i++) {
            full.deliver(2, ByteBuffer.allocate(1), 0, 1);
        }
    }

    private void takeOne() {
        try {
            assertThat(channel.receive(Duration.ZERO)).isPresent();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean awaitRoom() {
        return wait.awaitRoom(channel, 1);
    }

    @Test
    void waitsForSoLongInEachBatch() {
        consumer = this::takeOne;
        takes = MILLI / 4;
        for (int i = 0; i < 4; i++) {
            assertThat(awaitRoom()).isTrue();
            fill(channel);
        }
        assertThat(awaitRoom()).isFalse();
        assertThat(waits).containsExactly(MILLI, MILLI * 3 / 4, MILLI / 2, MILLI / 4);
        wait.batchBegins();
        assertThat(awaitRoom()).isTrue();
    }

    @Test
    void waitsForASmallPartOfAPingTimeoutOnly() {
        pingTimeout = 5 * MILLI;
        assertThat(awaitRoom()).isFalse();
        assertThat(waits).containsExactly(MILLI / 4);
    }

    @Test
    void waitsNoLongerThanUntilATimerIsDue() {
        wait.nextTimer(now + MILLI / 2);
        assertThat(awaitRoom()).isFalse();
        assertThat(waits).containsExactly(MILLI / 2);
        takeOne();
        fill(channel);
        assertThat(awaitRoom()).as("it is due").isFalse();
        assertThat(waits).hasSize(1);
    }

    @Test
    void waitsOnceForAConsumerThatTakesNothing() {
        for (int i = 0; i < 10; i++) {
            wait.batchBegins();
            assertThat(awaitRoom()).isFalse();
        }
        assertThat(waits).hasSize(1);
        takeOne();
        fill(channel);
        assertThat(awaitRoom()).isFalse();
        assertThat(waits).hasSize(2);
    }

    @Test
    void waitsOnceForEachOfSeveralConsumersThatTakeNothing() {
        NodeChannel other = new NodeChannel(null, 7, 131_072, runtime);
        fill(other);
        for (int i = 0; i < 10; i++) {
            wait.batchBegins();
            assertThat(wait.awaitRoom(channel, 1)).isFalse();
            wait.batchBegins();
            assertThat(wait.awaitRoom(other, 1)).isFalse();
        }
        assertThat(waits).hasSize(2);
    }

    @Test
    void doesNotHoldUpOtherChannels() {
        wait.delivered(3);
        wait.delivered(5);
        assertThat(awaitRoom()).isFalse();
        wait.batchBegins();
        wait.delivered(3);
        assertThat(awaitRoom()).as("in the batch before").isFalse();
        assertThat(waits).isEmpty();
        wait.batchBegins();
        consumer = this::takeOne;
        assertThat(awaitRoom()).isTrue();
        assertThat(waits).hasSize(1);
    }
}
