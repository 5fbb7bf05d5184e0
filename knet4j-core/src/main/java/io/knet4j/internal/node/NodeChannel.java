package io.knet4j.internal.node;

import io.knet4j.BatchHandler;
import io.knet4j.Channel;
import io.knet4j.Claim;
import io.knet4j.Destination;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent.HandlerFailed;
import io.knet4j.KnetEvent.ReceiveQueueFull;
import io.knet4j.Message;
import io.knet4j.MessageHandler;
import io.knet4j.ReceivedMessage;
import io.knet4j.internal.engine.EngineOutput.Delivery;
import io.knet4j.internal.engine.ReportLimit;
import io.knet4j.internal.onwire.ReassembledMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel: its queue of received messages, and who takes them. The control loop (and the sender,
 * for local messages) fills the queue; a worker with the handler, or a caller of {@link
 * #receive()}, empties it. {@link #consuming} says that one of them is at it.
 */
final class NodeChannel implements Channel {
    private static final int MESSAGES_PER_TURN = 256;

    /** After this many messages a consumer is told even if more are about to come; power of two. */
    private static final int MESSAGES_UNTOLD = 64;

    /** A power of two. */
    private static final int ROOM_TOLD_EVERY = 16;

    private static final long REPORT_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final Node node;
    private final int id;
    private final MessageRing ring;
    private final NodeRuntime runtime;
    private final NodeRuntime.Waiters waiters;
    private final AtomicBoolean consuming = new AtomicBoolean();
    private final View view;
    private final Batch batch = new Batch();
    private volatile @Nullable Thread handling;
    private volatile @Nullable Consumer consumer;
    private volatile NodeRuntime.@Nullable Worker worker;

    /** Held by the receiver that is next; fair, so that the others follow in their order. */
    private final ReentrantLock receivers = new ReentrantLock(true);

    private final BooleanSupplier mayTake = this::mayTake;
    private final ReportLimit losses = new ReportLimit(REPORT_INTERVAL);

    /** What was set by {@link #onMessage} or {@link #onMessages}. */
    private sealed interface Consumer {}

    private record OneByOne(MessageHandler handler) implements Consumer {}

    private record InBatches(BatchHandler handler) implements Consumer {}

    NodeChannel(Node node, int id, int queueBytes, NodeRuntime runtime) {
        this.node = node;
        this.id = id;
        this.runtime = runtime;
        ring = new MessageRing(queueBytes);
        waiters = runtime.newWaiters();
        view = new View(id, ring.data());
    }

    @Override
    public int id() {
        return id;
    }

    // ---- filling

    /** Queues a message. {@link #announce} must follow, but may wait until there are more. */
    Delivery deliver(int source, ByteBuffer payload, int offset, int length) {
        return onOffer(ring.offer(source, null, payload, offset, length));
    }

    /** The same for a message that was put together from fragments. */
    Delivery deliver(int source, ReassembledMessage message) {
        return onOffer(ring.offer(source, message));
    }

    private Delivery onOffer(boolean taken) {
        if (!taken) {
            return ring.isClosed() ? Delivery.CHANNEL_NOT_OPEN : Delivery.QUEUE_FULL;
        }
        if ((ring.added() & MESSAGES_UNTOLD - 1) == 0) {
            announce();
        }
        return Delivery.DELIVERED;
    }

    /** Has messages taken that were delivered. */
    void announce() {
        NodeRuntime.Worker active = worker;
        if (active != null) {
            active.wake();
        }
        waiters.signal();
    }

    synchronized void reportLoss() {
        long lost = losses.count(runtime.nanoTime());
        if (lost > 0) {
            node.publish(new ReceiveQueueFull(id, lost));
        }
    }

    /** Messages that were taken by the consumer, modulo 2^32. */
    int taken() {
        return ring.taken();
    }

    /** Waits until there is room for a message. Must not be called by the consumer. */
    boolean awaitRoom(int length, long timeout) throws InterruptedException {
        announce();
        return waiters.await(() -> ring.isClosed() || ring.hasRoom(length), timeout);
    }

    // ---- emptying

    @Override
    public void onMessage(@Nullable MessageHandler handler) {
        setConsumer(handler == null ? null : new OneByOne(handler));
    }

    @Override
    public void onMessages(@Nullable BatchHandler handler) {
        setConsumer(handler == null ? null : new InBatches(handler));
    }

    private synchronized void setConsumer(@Nullable Consumer newConsumer) {
        if (newConsumer != null && ring.isClosed()) {
            throw new KnetClosedException("channel " + id + " is closed");
        }
        consumer = newConsumer;
        if (newConsumer == null) {
            return;
        }
        NodeRuntime.Worker active = worker;
        if (active == null) {
            active =
                    runtime.startWorker(
                            "channel-" + id, this::handleMessages, node.config().idleStrategy());
            worker = active;
        }
        active.wake();
        waiters.signal(); // whoever waits in receive() does so in vain now
    }

    private boolean handleMessages() {
        if (!consuming.compareAndSet(false, true)) {
            return false; // a receiver, which wakes the worker when it is done
        }
        handling = Thread.currentThread();
        try {
            ring.releaseAborted();
            int count = ring.available(MESSAGES_PER_TURN);
            Consumer current = consumer;
            if (count == 0 || ring.isClosed()) {
                return false;
            }
            switch (current) {
                case null -> {
                    return false;
                }
                case OneByOne _ -> handleEach(count);
                case InBatches batches -> handleBatch(batches.handler, count);
            }
            return true;
        } finally {
            stopConsuming();
        }
    }

    private void stopConsuming() {
        handling = null;
        consuming.set(false);
        waiters.signal();
    }

    private void handleEach(int count) {
        for (int i = 0; i < count && !ring.isClosed() && consumer instanceof OneByOne one; i++) {
            view.show(ring, 0);
            try {
                one.handler.onMessage(view);
            } catch (Throwable e) { // whatever a handler throws is its own affair
                node.publish(new HandlerFailed(id, ring.tag(0), e));
            }
            ring.release(1);
            if ((i & ROOM_TOLD_EVERY - 1) == ROOM_TOLD_EVERY - 1) {
                waiters.signal(); // the control loop may wait for room
            }
        }
    }

    private void handleBatch(BatchHandler handler, int count) {
        batch.show(count);
        try {
            handler.onMessages(batch);
        } catch (Throwable e) { // whatever a handler throws is its own affair
            node.publish(new HandlerFailed(id, ring.tag(0), e));
        } finally {
            batch.hide();
            ring.release(count);
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
        Copy copy = new Copy();
        receive(timeout, copy);
        return Optional.ofNullable(copy.message);
    }

    private static final class Copy implements MessageHandler {
        private @Nullable ReceivedMessage message;

        @Override
        public void onMessage(Message queued) {
            message = new ReceivedMessage(queued.source(), queued.channel(), queued.toByteArray());
        }
    }

    @Override
    public boolean receive(Duration timeout, MessageHandler handler) throws InterruptedException {
        return receive(Waits.nanos(timeout), Objects.requireNonNull(handler, "handler"));
    }

    private boolean receive(long timeout, MessageHandler handler) throws InterruptedException {
        long start = runtime.nanoTime();
        if (!isNext(timeout)) {
            return false;
        }
        try {
            while (true) {
                if (ring.isClosed()) {
                    throw new KnetClosedException("channel " + id + " is closed");
                }
                if (take(handler)) {
                    return true;
                }
                long left =
                        timeout == Long.MAX_VALUE
                                ? timeout
                                : timeout - (runtime.nanoTime() - start);
                if (!waiters.await(mayTake, left)) {
                    return false;
                }
            }
        } finally {
            receivers.unlock();
        }
    }

    // Without a queue an interrupted thread gets what is there, as it would without a lock.
    private boolean isNext(long timeout) throws InterruptedException {
        return (!receivers.hasQueuedThreads() && receivers.tryLock())
                || receivers.tryLock(timeout, TimeUnit.NANOSECONDS);
    }

    private boolean mayTake() {
        return ring.isClosed() || consumer != null || (!consuming.get() && ring.hasMessage());
    }

    private void checkMayReceive() {
        if (consumer != null || Thread.currentThread().equals(handling)) {
            throw new IllegalStateException(
                    "channel " + id + " has a handler, which gets the messages");
        }
    }

    private boolean take(MessageHandler handler) {
        checkMayReceive();
        if (!ring.hasMessage() || !consuming.compareAndSet(false, true)) {
            return false;
        }
        boolean found = false;
        handling = Thread.currentThread();
        try {
            ring.releaseAborted();
            found = ring.isReady(0);
            if (found) {
                view.show(ring, 0);
                handler.onMessage(view);
            }
            return found;
        } finally {
            if (found) {
                ring.release(1);
            }
            stopConsuming();
            NodeRuntime.Worker active = worker;
            if (active != null && consumer != null) {
                active.wake(); // a handler was set meanwhile
            }
        }
    }

    /** A message in the queue. */
    private static final class View implements Message {
        private final int channel;
        private final ByteBuffer whole;
        private final ByteBuffer inPlace;
        private int source;
        private int offset;
        private int length;
        private @Nullable ByteBuffer payload;

        private View(int channel, ByteBuffer queue) {
            this.channel = channel;
            whole = queue.asReadOnlyBuffer();
            inPlace = queue.asReadOnlyBuffer();
        }

        private void show(MessageRing ring, int position) {
            source = ring.tag(position);
            offset = ring.offset(position);
            length = ring.length(position);
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
                payload = whole.slice(offset, length);
            }
            return payload;
        }

        @Override
        public ByteBuffer inPlace() {
            return inPlace.order(ByteOrder.BIG_ENDIAN).limit(offset + length).position(offset);
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public String toString() {
            return "message from " + source + " on channel " + channel + ", " + length + " bytes";
        }

        @Override
        public byte[] toByteArray() {
            byte[] copy = new byte[length];
            whole.get(offset, copy);
            return copy;
        }
    }

    /** The messages that a handler of batches sees. */
    private final class Batch extends AbstractList<Message> implements RandomAccess {
        private View[] views = {};
        private int size;

        private void show(int count) {
            int made = views.length;
            if (count > made) {
                views = Arrays.copyOf(views, count);
                for (int i = made; i < count; i++) {
                    views[i] = new View(id, ring.data());
                }
            }
            for (int i = 0; i < count; i++) {
                views[i].show(ring, i);
            }
            size = count;
        }

        private void hide() {
            size = 0;
        }

        @Override
        public Message get(int index) {
            return views[Objects.checkIndex(index, size)];
        }

        @Override
        public int size() {
            return size;
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
    public @Nullable Claim tryClaim(int length, Destination destination) {
        return node.tryClaim(this, length, Objects.requireNonNull(destination, "destination"));
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
