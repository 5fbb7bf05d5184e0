package io.knet4j.internal.node;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent.HandlerFailed;
import io.knet4j.KnetEvent.ReceiveQueueFull;
import io.knet4j.Message;
import io.knet4j.MessageHandler;
import io.knet4j.ReceivedMessage;
import io.knet4j.internal.engine.EngineOutput.Delivery;
import io.knet4j.internal.engine.ReportLimit;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A channel: its queue of received messages, and who takes them. The control loop (and the sender,
 * for local messages) fills the queue; a worker with the handler, or a caller of {@link
 * #receive()}, empties it. {@link #consuming} says that one of them is at it.
 */
final class NodeChannel implements Channel {
    private static final int MESSAGES_PER_TURN = 256;
    private static final long REPORT_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final Node node;
    private final int id;
    private final MessageRing ring;
    private final NodeRuntime runtime;
    private final NodeRuntime.Waiters waiters;
    private final AtomicBoolean consuming = new AtomicBoolean();
    private final View view;
    private volatile @Nullable Thread handling;
    private volatile @Nullable MessageHandler handler;
    private volatile NodeRuntime.@Nullable Worker worker;

    private final ReportLimit losses = new ReportLimit(REPORT_INTERVAL);

    NodeChannel(Node node, int id, int queueBytes, NodeRuntime runtime) {
        this.node = node;
        this.id = id;
        this.runtime = runtime;
        ring = new MessageRing(queueBytes);
        waiters = runtime.newWaiters();
        view = new View(id, ring.data().asReadOnlyBuffer());
    }

    @Override
    public int id() {
        return id;
    }

    // ---- filling

    Delivery deliver(int source, ByteBuffer payload, int offset, int length) {
        if (!ring.offer(source, null, payload, offset, length)) {
            if (ring.isClosed()) {
                return Delivery.CHANNEL_NOT_OPEN;
            }
            reportLoss();
            return Delivery.QUEUE_FULL;
        }
        NodeRuntime.Worker active = worker;
        if (active != null) {
            active.wake();
        }
        waiters.signal();
        return Delivery.DELIVERED;
    }

    private synchronized void reportLoss() {
        long lost = losses.count(runtime.nanoTime());
        if (lost > 0) {
            node.publish(new ReceiveQueueFull(id, lost));
        }
    }

    // ---- emptying

    @Override
    public synchronized void onMessage(@Nullable MessageHandler newHandler) {
        handler = newHandler;
        if (newHandler == null) {
            return;
        }
        if (ring.isClosed()) {
            throw new KnetClosedException("channel " + id + " is closed");
        }
        NodeRuntime.Worker active = worker;
        if (active == null) {
            active = runtime.startWorker("channel-" + id, this::handleMessages);
            worker = active;
        }
        active.wake();
        waiters.signal(); // whoever waits in receive() does so in vain now
    }

    private boolean handleMessages() {
        if (!consuming.compareAndSet(false, true)) {
            return !ring.isEmpty();
        }
        handling = Thread.currentThread();
        try {
            int count = Math.min(ring.available(), MESSAGES_PER_TURN);
            for (int i = 0; i < count; i++) {
                MessageHandler current = handler;
                if (current == null || ring.isClosed()) {
                    return false;
                }
                handle(current);
                ring.release(1);
            }
            return count > 0;
        } finally {
            handling = null;
            consuming.set(false);
            waiters.signal();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a handler throws is its own affair
    private void handle(MessageHandler current) {
        view.show(ring.tag(0), ring.offset(0), ring.length(0));
        try {
            current.onMessage(view);
        } catch (Throwable e) {
            node.publish(new HandlerFailed(id, ring.tag(0), e));
        }
    }

    @Override
    public ReceivedMessage receive() throws InterruptedException {
        return receive(Long.MAX_VALUE).orElseThrow();
    }

    @Override
    public Optional<ReceivedMessage> receive(Duration timeout) throws InterruptedException {
        return receive(Waits.nanos(timeout));
    }

    private Optional<ReceivedMessage> receive(long timeout) throws InterruptedException {
        Taken taken = new Taken();
        waiters.await(() -> ring.isClosed() || take(taken), timeout);
        if (taken.message == null && ring.isClosed()) {
            throw new KnetClosedException("channel " + id + " is closed");
        }
        return Optional.ofNullable(taken.message);
    }

    private static final class Taken {
        private @Nullable ReceivedMessage message;
    }

    private boolean take(Taken taken) {
        if (handler != null || Thread.currentThread().equals(handling)) {
            throw new IllegalStateException(
                    "channel " + id + " has a handler, which gets the messages");
        }
        if (ring.isEmpty() || !consuming.compareAndSet(false, true)) {
            return false;
        }
        try {
            if (ring.isEmpty()) {
                return false;
            }
            byte[] payload = new byte[ring.length(0)];
            ring.data().get(ring.offset(0), payload);
            taken.message = new ReceivedMessage(ring.tag(0), id, payload);
            ring.release(1);
            return true;
        } finally {
            consuming.set(false);
            waiters.signal();
        }
    }

    /** The message that the handler sees. */
    private static final class View implements Message {
        private final int channel;
        private final ByteBuffer queue;
        private int source;
        private int offset;
        private int length;
        private @Nullable ByteBuffer payload;

        private View(int channel, ByteBuffer queue) {
            this.channel = channel;
            this.queue = queue;
        }

        private void show(int source, int offset, int length) {
            this.source = source;
            this.offset = offset;
            this.length = length;
            payload = null;
        }

        @Override
        public int source() {
            return source;
        }

        @Override
        public int channel() {
            return channel;
        }

        @Override
        public ByteBuffer payload() {
            if (payload == null) {
                payload = queue.slice(offset, length);
            }
            return payload;
        }

        @Override
        public String toString() {
            return "message from " + source + " on channel " + channel + ", " + length + " bytes";
        }

        @Override
        public byte[] toByteArray() {
            byte[] copy = new byte[length];
            queue.get(offset, copy);
            return copy;
        }
    }

    @Override
    public String toString() {
        return "channel " + id + " of " + node;
    }

    // ---- sending

    @Override
    public void send(ByteBuffer payload) {
        node.send(this, payload, null);
    }

    @Override
    public void send(ByteBuffer payload, Destination destination) {
        node.send(this, payload, Objects.requireNonNull(destination, "destination"));
    }

    @Override
    public void sendSync(ByteBuffer payload) {
        node.sendSync(this, payload, null);
    }

    @Override
    public void sendSync(ByteBuffer payload, Destination destination) {
        node.sendSync(this, payload, Objects.requireNonNull(destination, "destination"));
    }

    @Override
    public synchronized void close() {
        ring.close();
        node.channelClosed(this);
        NodeRuntime.Worker active = worker;
        if (active != null) {
            active.stop();
        }
        waiters.signal();
    }
}
