package io.knet4j.internal.node;

import io.knet4j.Knet.Registration;
import io.knet4j.KnetEvent;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to the listeners and to the log, in a worker of its own, so that neither can hold up
 * the node.
 */
final class Events {
    private static final System.Logger LOG = System.getLogger("io.knet4j.events");
    private static final int CAPACITY = 4096;
    private static final int LINES = 256;

    private final int nodeId;
    private final ArrayBlockingQueue<KnetEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final ArrayBlockingQueue<Runnable> lines = new ArrayBlockingQueue<>(LINES);
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private final NodeRuntime.Worker worker;

    /** One registration; the same consumer may be registered twice. */
    private record Listener(Consumer<? super KnetEvent> consumer, Object identity) {}

    Events(int nodeId, NodeRuntime runtime) {
        this.nodeId = nodeId;
        worker = runtime.startWorker("events", this::handOn);
    }

    void publish(KnetEvent event) {
        if (queue.offer(event)) {
            worker.wake();
        } else {
            dropped.increment();
        }
    }

    /** Has a line logged, or drops it when too many wait. */
    void log(Runnable line) {
        if (lines.offer(line)) {
            worker.wake();
        }
    }

    Registration add(Consumer<? super KnetEvent> consumer) {
        Listener listener =
                new Listener(Objects.requireNonNull(consumer, "listener"), new Object());
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    long dropped() {
        return dropped.sum();
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a listener throws is its own affair
    private boolean handOn() {
        Runnable line = lines.poll();
        if (line != null) {
            line.run();
        }
        KnetEvent event = queue.poll();
        if (event == null) {
            return line != null;
        }
        LOG.log(level(event), "node " + nodeId + ": " + event, thrown(event));
        for (Listener listener : listeners) {
            try {
                listener.consumer.accept(event);
            } catch (Throwable e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "node " + nodeId + ": an event listener failed",
                        e);
            }
        }
        return true;
    }

    private static @Nullable Throwable thrown(KnetEvent event) {
        return switch (event) {
            case KnetEvent.HandlerFailed failed -> failed.error();
            case KnetEvent.FilterFailed failed -> failed.error();
            default -> null;
        };
    }

    private static System.Logger.Level level(KnetEvent event) {
        return switch (event) {
            case KnetEvent.LinkDown _,
                    KnetEvent.HostUnreachable _,
                    KnetEvent.SocketError _,
                    KnetEvent.SendFailed _,
                    KnetEvent.ReceiveQueueFull _,
                    KnetEvent.HandlerFailed _,
                    KnetEvent.FilterFailed _,
                    KnetEvent.CryptoMismatch _,
                    KnetEvent.PathMtuDiffers _,
                    KnetEvent.ZstdWithheld _ ->
                    System.Logger.Level.WARNING;
            case KnetEvent.LinkUp _,
                    KnetEvent.PeerAddressChanged _,
                    KnetEvent.HostReachable _,
                    KnetEvent.HostRestarted _,
                    KnetEvent.PathMtuChanged _,
                    KnetEvent.OnWireVersionChanged _ ->
                    System.Logger.Level.INFO;
            case KnetEvent.ActiveLinksChanged _, KnetEvent.DataMtuChanged _ ->
                    System.Logger.Level.DEBUG;
        };
    }
}
