package io.knet4j.internal.node;

import io.knet4j.Knet.Registration;
import io.knet4j.KnetEvent;
import io.knet4j.LogSubsystem;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to the log and to the listeners, and other lines to the log, in a worker of its own,
 * so that neither can hold up the node.
 */
final class Events {
    private static final int CAPACITY = 4096;
    private static final int LINES = 256;

    private final NodeRuntime runtime;
    private final NodeLog log;
    private final EventLines eventLines;
    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final Semaphore roomForEvents = new Semaphore(CAPACITY);
    private final Semaphore roomForLines = new Semaphore(LINES);
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private volatile long droppedBefore;
    private volatile NodeRuntime.@Nullable Worker worker;

    /** One registration; the same consumer may be registered twice. */
    private record Listener(Consumer<? super KnetEvent> consumer, Object identity) {}

    /** What waits to be handed on, in the order in which it happened. */
    private sealed interface Entry {}

    private record Event(KnetEvent event, String host) implements Entry {}

    private record Line(
            LogSubsystem subsystem,
            System.Logger.Level level,
            String text,
            @Nullable Throwable thrown)
            implements Entry {}

    Events(NodeRuntime runtime, NodeLog log) {
        this.runtime = runtime;
        this.log = log;
        eventLines = new EventLines(log);
    }

    /** What comes before waits. */
    void start() {
        worker = runtime.startWorker("events", this::handOn);
    }

    /**
     * @param host the event's host as the log calls it, empty when it has none
     */
    void publish(KnetEvent event, String host) {
        if (roomForEvents.tryAcquire()) {
            add(new Event(event, host));
        } else {
            dropped.increment();
        }
    }

    void publish(KnetEvent event) {
        publish(event, "");
    }

    /** Has a line logged, or drops it when too many wait. */
    void log(
            LogSubsystem subsystem,
            System.Logger.Level level,
            String text,
            @Nullable Throwable thrown) {
        if (roomForLines.tryAcquire()) {
            add(new Line(subsystem, level, text, thrown));
        }
    }

    private void add(Entry entry) {
        queue.add(entry);
        NodeRuntime.Worker started = worker;
        if (started != null) {
            started.wake();
        }
    }

    Registration add(Consumer<? super KnetEvent> consumer) {
        Listener listener =
                new Listener(Objects.requireNonNull(consumer, "listener"), new Object());
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    long dropped() {
        long before = droppedBefore; // first, so that the sum is not older
        return dropped.sum() - before;
    }

    void clearStatistics() {
        droppedBefore = dropped.sum();
    }

    private boolean handOn() {
        switch (queue.poll()) {
            case null -> {
                return false;
            }
            case Line line -> {
                roomForLines.release();
                log.write(line.subsystem, line.level, line.text, line.thrown);
            }
            case Event event -> {
                roomForEvents.release();
                handOn(event);
            }
        }
        return true;
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a listener throws is its own affair
    private void handOn(Event event) {
        eventLines.write(runtime.nanoTime(), event.event, event.host);
        for (Listener listener : listeners) {
            try {
                listener.consumer.accept(event.event);
            } catch (Throwable e) {
                log.write(
                        LogSubsystem.COMMON,
                        System.Logger.Level.ERROR,
                        "an event listener failed",
                        e);
            }
        }
    }
}
