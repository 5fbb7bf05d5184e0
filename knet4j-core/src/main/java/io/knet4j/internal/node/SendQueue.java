package io.knet4j.internal.node;

import io.knet4j.Destination;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetConfig;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.QueueFullPolicy;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.internal.engine.OutgoingMessage;
import io.knet4j.internal.engine.ReportLimit;
import io.knet4j.internal.engine.Sender;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Messages that wait to be sent, and the worker that sends whatever is there in one go. */
final class SendQueue {
    private static final int MESSAGES_PER_BATCH = 64;
    private static final long REPORT_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final MessageRing ring;
    private final QueueFullPolicy whenFull;
    private final NodeRuntime runtime;
    private final NodeRuntime.Waiters waiters;
    private final NodeRuntime.Worker worker;
    private final Sender sender;
    private final ReentrantLock sendLock;
    private final Events events;
    private volatile @Nullable Thread sending;
    private final LongAdder dropped = new LongAdder();
    private volatile long droppedBefore;
    private final ReportLimit reports = new ReportLimit(REPORT_INTERVAL);
    private final OutgoingMessage[] messages = new OutgoingMessage[MESSAGES_PER_BATCH];
    private final @Nullable Reason[] refused = new Reason[MESSAGES_PER_BATCH];

    SendQueue(
            KnetConfig config,
            NodeRuntime runtime,
            Sender sender,
            ReentrantLock sendLock,
            Events events) {
        this.runtime = runtime;
        this.sender = sender;
        this.sendLock = sendLock;
        this.events = events;
        ring = new MessageRing(config.sendQueueBytes());
        whenFull = config.sendQueueFull();
        waiters = runtime.newWaiters();
        for (int i = 0; i < messages.length; i++) {
            messages[i] = new OutgoingMessage();
        }
        worker = runtime.startWorker("send", this::sendWhatIsThere);
    }

    void send(int channel, ByteBuffer payload, @Nullable Destination destination) {
        if (!offer(channel, payload, destination)) {
            onFull(channel, payload, destination);
        }
    }

    private boolean offer(int channel, ByteBuffer payload, @Nullable Destination destination) {
        boolean taken =
                ring.offer(channel, destination, payload, payload.position(), payload.remaining());
        if (taken) {
            worker.wake();
        }
        return taken;
    }

    private void onFull(int channel, ByteBuffer payload, @Nullable Destination destination) {
        if (ring.isClosed()) {
            throw new KnetClosedException("the node is closed");
        }
        switch (whenFull) {
            case QueueFullPolicy.Fail _ -> throw full(channel);
            case QueueFullPolicy.Drop _ -> drop(channel);
            case QueueFullPolicy.Block _ when mayNotWait() -> throw full(channel);
            case QueueFullPolicy.Block block -> {
                boolean taken;
                try {
                    taken =
                            waiters.await(
                                    () -> ring.isClosed() || offer(channel, payload, destination),
                                    block.timeout().toNanos());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new SendException(
                            Reason.INTERRUPTED,
                            "interrupted while waiting for room in the send queue");
                }
                if (!taken) {
                    throw full(channel);
                }
                if (ring.isClosed()) {
                    throw new KnetClosedException("the node is closed");
                }
            }
        }
    }

    private synchronized void drop(int channel) {
        dropped.increment();
        long messages = reports.count(runtime.nanoTime());
        if (messages > 0) {
            events.publish(new SendFailed(Reason.QUEUE_FULL, channel, messages));
        }
    }

    /** A filter that sends would wait for the thread that it runs in. */
    private boolean mayNotWait() {
        return runtime.isLoop() || Thread.currentThread().equals(sending);
    }

    private static SendException full(int channel) {
        return new SendException(
                Reason.QUEUE_FULL, "channel " + channel + ": the send queue is full");
    }

    private boolean sendWhatIsThere() {
        int count = Math.min(ring.available(), MESSAGES_PER_BATCH);
        if (count == 0) {
            return false;
        }
        sending = Thread.currentThread();
        try {
            send(count);
        } finally {
            sending = null;
            ring.release(count);
            waiters.signal();
        }
        return true;
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            messages[i].set(
                    ring.tag(i),
                    (Destination) ring.attachment(i),
                    ring.data(),
                    ring.offset(i),
                    ring.length(i));
            refused[i] = sender.address(messages[i], false);
        }
        sendLock.lock();
        try {
            long now = runtime.nanoTime();
            for (int i = 0; i < count; i++) {
                Reason failure =
                        refused[i] != null ? refused[i] : sender.send(now, messages[i], false);
                if (failure != null) {
                    sender.failed(now, messages[i].channel(), failure);
                }
            }
            sender.flush(now);
        } finally {
            sendLock.unlock();
        }
    }

    /**
     * Waits until all messages that are queued now are sent. Returns false when the time is over
     * before.
     */
    boolean flush(long timeout) {
        try {
            long last = ring.added();
            return waiters.await(() -> ring.taken() - last >= 0, mayNotWait() ? 0 : timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Messages dropped because the queue was full. */
    long dropped() {
        long before = droppedBefore; // first, so that the sum is not older
        return dropped.sum() - before;
    }

    void clearStatistics() {
        droppedBefore = dropped.sum();
    }

    void close() {
        ring.close();
        waiters.signal();
    }
}
