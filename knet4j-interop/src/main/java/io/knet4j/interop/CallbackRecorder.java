package io.knet4j.interop;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the library calls back. It does so on its own threads and under its own lock, and an
 * exception that leaves a callback ends the JVM: therefore each of them catches everything, waits
 * for nothing but a short lock, and never calls the library.
 *
 * <p>The library ends its threads by a flag, and cancels them as well. One that was cancelled while
 * the JVM detaches it would take a lock of the JVM with it, and freeze the JVM: therefore a thread
 * that called back cannot be cancelled any more.
 */
// The C library calls the private methods, with the parameters it has; events are compared by
// identity, as two may look the same.
@SuppressWarnings({"UnusedMethod", "UnusedVariable", "ReferenceEquality", "WaitNotInLoop"})
final class CallbackRecorder {
    private static final int KEPT_EVENTS = 10_000;
    private static final int TX = 0;
    private static final int DROP = -1;
    private static final int UNICAST = 0;
    private static final int BROADCAST = 1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<CEvent> events = new ArrayDeque<>();
    private volatile Destinations destinations = Destinations.broadcast();
    private volatile CNode.@Nullable RxFilter rxFilter;
    private volatile @Nullable Throwable failure;

    final MemorySegment sockNotify;
    final MemorySegment filter;
    final MemorySegment pmtudNotify;
    final MemorySegment hostStatus;

    CallbackRecorder(Arena arena) {
        sockNotify = upcall(arena, "sockNotify", LibKnet.Callbacks.SOCK_NOTIFY);
        filter = upcall(arena, "filter", LibKnet.Callbacks.FILTER);
        pmtudNotify = upcall(arena, "pmtudNotify", LibKnet.Callbacks.PMTUD_NOTIFY);
        hostStatus = upcall(arena, "hostStatus", LibKnet.Callbacks.HOST_STATUS);
    }

    void destinations(Destinations value) {
        destinations = value;
    }

    void rxFilter(CNode.@Nullable RxFilter value) {
        rxFilter = value;
    }

    /** The first exception a callback had to swallow. */
    @Nullable Throwable failure() {
        return failure;
    }

    List<CEvent> events() {
        lock.lock();
        try {
            return new ArrayList<>(events);
        } finally {
            lock.unlock();
        }
    }

    /** The first event, past or future, that the predicate accepts; null after the deadline. */
    @Nullable CEvent await(Predicate<? super CEvent> wanted, long deadlineNanos)
            throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                for (CEvent event : events) {
                    if (wanted.test(event)) {
                        return event;
                    }
                }
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    return null;
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The event after that one, or the oldest still known. */
    CEvent awaitAfter(@Nullable CEvent last) throws InterruptedException {
        lock.lock();
        try {
            while (events.peekLast() == last) {
                changed.await();
            }
            boolean found = false;
            for (CEvent event : events) {
                if (found) {
                    return event;
                }
                found = event == last;
            }
            return events.getFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is a new event, at most that long. */
    void awaitAny(long millis) throws InterruptedException {
        lock.lock();
        try {
            boolean _ = changed.await(millis, TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
    }

    private void record(CEvent event) {
        lock.lock();
        try {
            if (events.size() == KEPT_EVENTS) {
                events.removeFirst();
            }
            events.addLast(event);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void sockNotify(
            MemorySegment data, int datafd, byte channel, byte txRx, int error, int errno) {
        try {
            LibC.disableCancellation();
            record(
                    new CEvent.ChannelError(
                            System.nanoTime(), channel, txRx == TX, error, Errno.name(errno)));
        } catch (Throwable t) {
            failure = t;
        }
    }

    private void pmtudNotify(MemorySegment data, int dataMtu) {
        try {
            LibC.disableCancellation();
            record(new CEvent.DataMtu(System.nanoTime(), dataMtu));
        } catch (Throwable t) {
            failure = t;
        }
    }

    private void hostStatus(
            MemorySegment data, char hostId, byte reachable, byte remote, byte external) {
        try {
            LibC.disableCancellation();
            record(new CEvent.HostStatus(System.nanoTime(), hostId, reachable != 0));
        } catch (Throwable t) {
            failure = t;
        }
    }

    private int filter(
            MemorySegment data,
            MemorySegment message,
            long length,
            byte txRx,
            char thisHost,
            char sourceHost,
            MemorySegment channel,
            MemorySegment hostIds,
            MemorySegment hostCount) {
        try {
            LibC.disableCancellation();
            return txRx == TX
                    ? chooseDestinations(hostIds, hostCount)
                    : accept(sourceHost, channel.get(ValueLayout.JAVA_BYTE, 0), message, length);
        } catch (Throwable t) {
            failure = t;
            return DROP;
        }
    }

    private int chooseDestinations(MemorySegment hostIds, MemorySegment hostCount) {
        return switch (destinations) {
            case Destinations.Broadcast _ -> BROADCAST;
            case Destinations.Drop _ -> DROP;
            case Destinations.Unicast(List<Integer> hosts) -> {
                for (int i = 0; i < hosts.size(); i++) {
                    hostIds.setAtIndex(ValueLayout.JAVA_CHAR, i, (char) (int) hosts.get(i));
                }
                hostCount.set(ValueLayout.JAVA_LONG, 0, hosts.size());
                yield UNICAST;
            }
        };
    }

    @SuppressWarnings("restricted")
    private int accept(char sourceHost, int channel, MemorySegment message, long length) {
        CNode.RxFilter f = rxFilter;
        return f == null || f.accept(sourceHost, channel, message.reinterpret(length).asReadOnly())
                ? BROADCAST
                : DROP;
    }

    @SuppressWarnings("restricted")
    private MemorySegment upcall(Arena arena, String method, FunctionDescriptor signature) {
        try {
            MethodType type = signature.toMethodType();
            MethodHandle target = MethodHandles.lookup().bind(this, method, type);
            return Linker.nativeLinker().upcallStub(target, signature, arena);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method, e);
        }
    }
}
