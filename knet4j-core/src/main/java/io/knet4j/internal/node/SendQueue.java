package io.knet4j.internal.node;

import io.knet4j.Destination;
import io.knet4j.Knet;
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
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait to be sent, in a lane for each channel, and the worker that sends whatever is
 * there in one go. The lanes take turns: within a batch, each one that has messages puts in a slice
 * at a time.
 */
final class SendQueue {
    private static final int MESSAGES_PER_BATCH = 512;
    private static final int BYTES_PER_BATCH = 1 << 18;
    private static final int MESSAGES_PER_SLICE = 64;
    private static final int BYTES_PER_SLICE = 1 << 16;

    /** Longer messages, which take their time, do not hold up the caller. */
    private static final int MAX_SENT_HERE = 8192;

    /** Nanoseconds. */
    private static final long SENT_HERE_APART = 20_000;

    /** How long a message that is sent may have to wait for a socket that is full. */
    private static final Duration SENT_HERE_LASTS = Duration.ofMillis(500);

    private static final int MAX_CLAIMS = 1024;

    /**
     * Messages of a power-of-two size begin at multiples of it in a ring. The kernel copies slower
     * from where pages of memory begin to where they begin, or soon after.
     */
    private static final int PAST_PAGE = 1024;

    private static final long REPORT_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final int bytesPerLane;
    private final QueueFullPolicy whenFull;
    private final boolean mayWaitForSockets;
    private final NodeRuntime runtime;
    private final NodeRuntime.Waiters waiters;
    private final NodeRuntime.Worker worker;
    private final Sender sender;
    private final ReentrantLock sendLock;
    private final Events events;
    private final AtomicReferenceArray<@Nullable Lane> byChannel =
            new AtomicReferenceArray<>(Knet.MAX_CHANNELS);

    /** The lanes that there are, by age; replaced with every new one. */
    private volatile Lane[] lanes = {};

    private volatile boolean closed;
    private final AtomicInteger claims = new AtomicInteger();
    private volatile @Nullable Thread sending;

    // Belong to who holds the lock.
    private final OutgoingMessage sentHere = new OutgoingMessage();
    private long lastSent;
    private boolean heldUp;

    private final LongAdder dropped = new LongAdder();
    private volatile long droppedBefore;
    private final ReportLimit reports = new ReportLimit(REPORT_INTERVAL);

    // What the worker sends.
    private final OutgoingMessage[] messages = new OutgoingMessage[MESSAGES_PER_BATCH];
    private final @Nullable Reason[] refused = new Reason[MESSAGES_PER_BATCH];
    private int count;
    private int bytes;
    private int turn;

    /** What waits of one channel. */
    private static final class Lane {
        private final int channel;
        private final MessageRing ring;

        /** Whether the network can read the ring. */
        private final boolean readable;

        /** Messages in the current batch. */
        private int taken;

        private Lane(int channel, MessageRing ring, boolean readable) {
            this.channel = channel;
            this.ring = ring;
            this.readable = readable;
        }
    }

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
        bytesPerLane = config.sendQueueBytes();
        whenFull = config.sendQueueFull();
        mayWaitForSockets =
                whenFull instanceof QueueFullPolicy.Block block
                        && block.timeout().compareTo(SENT_HERE_LASTS) >= 0;
        waiters = runtime.newWaiters();
        for (int i = 0; i < messages.length; i++) {
            messages[i] = new OutgoingMessage();
        }
        worker = runtime.startWorker("send", this::sendWhatIsThere, config.idleStrategy());
    }

    private Lane lane(int channel) {
        Lane lane = byChannel.get(channel);
        return lane == null ? newLane(channel) : lane;
    }

    private synchronized Lane newLane(int channel) {
        Lane lane = byChannel.get(channel);
        if (lane == null) {
            lane = openLane(channel);
            if (closed) {
                lane.ring.close();
            }
            Lane[] more = Arrays.copyOf(lanes, lanes.length + 1);
            more[more.length - 1] = lane;
            lanes = more;
            byChannel.set(channel, lane);
        }
        return lane;
    }

    private Lane openLane(int channel) {
        int size = MessageRing.roundUp(bytesPerLane);
        ByteBuffer memory = runtime.allocateSpare(PAST_PAGE + size);
        return memory == null
                ? new Lane(channel, new MessageRing(size), false)
                : new Lane(channel, new MessageRing(memory.slice(PAST_PAGE, size)), true);
    }

    void send(int channel, ByteBuffer payload, @Nullable Destination destination) {
        MessageRing ring = lane(channel).ring;
        if (worker.isAsleep() && ring.isEmpty() && sendHere(ring, channel, payload, destination)) {
            return;
        }
        if (!offer(ring, channel, payload, destination)) {
            onFull(ring, channel, payload, destination);
        }
    }

    /**
     * Sends a message in the caller's thread, where nothing else is to be sent: to wake the worker
     * takes longer. Not when messages come one upon the other, since together they cost less; not
     * while the worker is held up, which would overtake what waits; and not where the caller does
     * not want to wait, or the filter is to be asked.
     *
     * @return whether that was possible
     */
    private boolean sendHere(
            MessageRing ring, int channel, ByteBuffer payload, @Nullable Destination destination) {
        if (payload.remaining() > MAX_SENT_HERE
                || !mayWaitForSockets
                || (destination == null && sender.hasFilter())
                || runtime.isLoop()
                || !sendLock.tryLock()) {
            return false;
        }
        try {
            long now = runtime.nanoTime();
            // Earlier messages are in the ring until they were sent.
            if (now - lastSent < SENT_HERE_APART
                    || heldUp
                    || closed
                    || !ring.isEmpty()
                    || !sender.mayGoOn(now)) {
                return false;
            }
            sentHere.set(
                    channel,
                    destination == null ? Destination.broadcast() : destination,
                    payload,
                    payload.position(),
                    payload.remaining());
            try {
                sendOne(now, sentHere, null);
            } finally {
                sender.flush(now); // in any case: then the payload is the caller's again
                lastSent = runtime.nanoTime();
            }
            return true;
        } finally {
            sentHere.clear();
            sendLock.unlock();
        }
    }

    private boolean offer(
            MessageRing ring, int channel, ByteBuffer payload, @Nullable Destination destination) {
        boolean woken = true; // also when the payload changes meanwhile and the copy fails
        try {
            woken =
                    ring.offer(
                            channel, destination, payload, payload.position(), payload.remaining());
            return woken;
        } finally {
            if (woken) {
                worker.wake();
            }
        }
    }

    private void onFull(
            MessageRing ring, int channel, ByteBuffer payload, @Nullable Destination destination) {
        checkOpen();
        switch (whenFull) {
            case QueueFullPolicy.Fail _ -> throw full(channel);
            case QueueFullPolicy.Drop _ -> drop(channel);
            case QueueFullPolicy.Block _ when mayNotWait() -> throw full(channel);
            case QueueFullPolicy.Block block -> {
                boolean taken;
                try {
                    taken =
                            waiters.await(
                                    () -> closed || offer(ring, channel, payload, destination),
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
                checkOpen();
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new KnetClosedException("the node is closed");
        }
    }

    private synchronized void drop(int channel) {
        dropped.increment();
        long lost = reports.count(runtime.nanoTime());
        if (lost > 0) {
            events.publish(new SendFailed(Reason.QUEUE_FULL, channel, lost));
        }
    }

    /** A filter that sends would wait for the thread that it runs in. */
    private boolean mayNotWait() {
        return runtime.isLoop() || Thread.currentThread().equals(sending);
    }

    private SendException full(int channel) {
        int open = claims.get();
        return new SendException(
                Reason.QUEUE_FULL,
                "channel "
                        + channel
                        + ": the send queue is full"
                        + (open == 0 ? "" : "; claims that are neither committed nor aborted: ")
                        + (open == 0 ? "" : open));
    }

    // ---- claims

    /** Claims room for a message; null when there is none. {@link #claimEnded} must follow. */
    @Nullable QueueClaim claim(
            Node node, NodeChannel channel, int length, Destination destination) {
        if (claims.incrementAndGet() > MAX_CLAIMS) {
            claims.decrementAndGet();
            return null;
        }
        MessageRing ring = lane(channel.id()).ring;
        int slot = ring.claim(channel.id(), destination, length);
        if (slot >= 0) {
            return new QueueClaim(node, channel, this, ring, slot);
        }
        claims.decrementAndGet();
        checkOpen();
        return null;
    }

    /** A claim was committed or aborted. */
    void claimEnded() {
        claims.decrementAndGet();
        worker.wake();
    }

    // ---- sending

    /** What {@link Sender#mayGoOn} said may be different now. */
    void wake() {
        worker.wake();
    }

    private boolean sendWhatIsThere() {
        if (!mayGoOn()) {
            return false;
        }
        boolean released = collect();
        if (count == 0) {
            if (released) {
                waiters.signal();
            }
            return false;
        }
        sending = Thread.currentThread();
        try {
            sendBatch();
        } finally {
            sending = null;
            release();
            waiters.signal();
        }
        return true;
    }

    private boolean mayGoOn() {
        sendLock.lock();
        try {
            heldUp = !sender.mayGoOn(runtime.nanoTime());
            return !heldUp;
        } finally {
            sendLock.unlock();
        }
    }

    /**
     * Has the lanes fill the batch in turn. Returns whether room of aborted claims was released.
     */
    private boolean collect() {
        Lane[] all = lanes;
        boolean released = false;
        for (Lane lane : all) {
            released |= lane.ring.releaseAborted() > 0;
        }
        int quiet = 0;
        while (quiet < all.length && count < MESSAGES_PER_BATCH && bytes < BYTES_PER_BATCH) {
            quiet = addSlice(all[turn]) ? 0 : quiet + 1;
            turn = turn + 1 < all.length ? turn + 1 : 0;
        }
        return released;
    }

    private boolean addSlice(Lane lane) {
        MessageRing ring = lane.ring;
        int most = Math.min(count + MESSAGES_PER_SLICE, MESSAGES_PER_BATCH);
        int enough = Math.min(bytes + BYTES_PER_SLICE, BYTES_PER_BATCH);
        int before = count;
        while (count < most && bytes < enough && ring.isReady(lane.taken)) {
            int i = lane.taken++;
            int length = ring.length(i);
            OutgoingMessage message = messages[count++];
            message.set(
                    lane.channel,
                    (Destination) ring.attachment(i),
                    ring.data(),
                    ring.offset(i),
                    length);
            if (lane.readable) {
                message.setLasting();
            }
            bytes += length;
        }
        return count > before;
    }

    private void release() {
        for (Lane lane : lanes) {
            if (lane.taken > 0) {
                lane.ring.release(lane.taken);
                lane.taken = 0;
            }
        }
        count = 0;
        bytes = 0;
    }

    private void sendBatch() {
        for (int i = 0; i < count; i++) {
            refused[i] = sender.address(messages[i], false);
        }
        sendLock.lock();
        try {
            long now = runtime.nanoTime();
            try {
                for (int i = 0; i < count; i++) {
                    sendOne(now, messages[i], refused[i]);
                }
            } finally {
                sender.flush(now); // in any case: then the rings get other messages
                lastSent = runtime.nanoTime();
            }
        } finally {
            sendLock.unlock();
        }
    }

    private void sendOne(long now, OutgoingMessage message, @Nullable Reason refusal) {
        Reason failure = refusal != null ? refusal : sender.send(now, message, false);
        if (failure != null) {
            sender.failed(now, message.channel(), failure);
        }
    }

    /**
     * Waits until all messages that are queued or claimed now are sent. Returns false when the time
     * is over before.
     */
    boolean flush(long timeout) {
        try {
            Lane[] all = lanes;
            int[] last = Arrays.stream(all).mapToInt(lane -> lane.ring.added()).toArray();
            return waiters.await(() -> areSent(all, last), mayNotWait() ? 0 : timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean areSent(Lane[] lanes, int[] last) {
        for (int i = 0; i < lanes.length; i++) {
            if (lanes[i].ring.taken() - last[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Messages dropped because the queue was full. */
    long dropped() {
        long before = droppedBefore; // first, so that the sum is not older
        return dropped.sum() - before;
    }

    void clearStatistics() {
        droppedBefore = dropped.sum();
    }

    /** Takes no more messages. Returns how many claims are still open. */
    int close() {
        synchronized (this) {
            closed = true;
            for (Lane lane : lanes) {
                lane.ring.close();
            }
        }
        waiters.signal();
        return claims.get();
    }
}
