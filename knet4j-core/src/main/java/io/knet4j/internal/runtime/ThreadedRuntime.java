package io.knet4j.internal.runtime;

import io.knet4j.IdleStrategy;
import io.knet4j.KnetClosedException;
import io.knet4j.Reason;
import io.knet4j.UdpFeature;
import io.knet4j.internal.engine.Parallel;
import io.knet4j.internal.node.NodeRuntime;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.Transport;
import io.knet4j.internal.transport.udp.UdpTransports;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One thread for the control loop, which also receives, and one per worker. */
public final class ThreadedRuntime implements NodeRuntime {
    /** Turns of the control loop that {@link #awaitReceived} waits for at most. */
    private static final int MAX_TURNS = 100;

    private static final int RECEIVE_BYTES = 1 << 22;
    private static final int RECEIVE_DATAGRAMS = 4096;
    private static final long JOIN_LIMIT = TimeUnit.SECONDS.toNanos(2);
    private static final long ERROR_PAUSE = 100;
    private static final long LOOP_PATIENCE = TimeUnit.MILLISECONDS.toNanos(20);

    private final String name;
    private final SocketTransport transport;
    private final Queue<Command<?>> commands = new ConcurrentLinkedQueue<>();
    private final List<ThreadWorker> workers = new CopyOnWriteArrayList<>();
    private final List<HelperThreads> helpers = new CopyOnWriteArrayList<>();
    private final Thread thread;

    /** Turns of the control loop so far, and the number of the last one that received something. */
    private long turns;

    private long lastReceiving;

    /** How long the control loop looks for datagrams after the last ones before it sleeps. */
    private final long loopSpin;

    private long receivedAt = nanoTime();

    private final IncomingBatch incoming =
            new IncomingBatch(ReceiveMemory.OF_PROCESS.take(RECEIVE_BYTES), RECEIVE_DATAGRAMS);
    private volatile boolean closed;
    private @Nullable Loop loop;

    /**
     * @param nodeId part of the threads' names
     */
    public ThreadedRuntime(int nodeId) {
        this(nodeId, Set.of(), IdleStrategy.park());
    }

    /**
     * @param nodeId part of the threads' names
     * @param without what of the operating system's UDP not to use although it may be there
     * @param idle how the control loop waits for datagrams
     */
    public ThreadedRuntime(int nodeId, Set<UdpFeature> without, IdleStrategy idle) {
        name = "knet-" + nodeId;
        loopSpin = spinNanos(idle);
        transport = UdpTransports.open(without, new NetworkReports());
        thread = new Thread(this::run, name + "-loop");
        thread.setDaemon(true);
    }

    /** Hands on what the network reports, which happens in the control loop. */
    private final class NetworkReports implements SocketTransport.Listener {
        @Override
        public void socketFailed(Transport.Socket socket, Reason reason, String message) {
            if (loop != null) {
                loop.onSocketFailure(socket, reason, message);
            }
        }

        @Override
        public void unreachable(Transport.Socket socket, InetSocketAddress remote) {
            if (loop != null) {
                loop.onUnreachable(nanoTime(), socket, remote);
            }
        }

        @Override
        public void packetTooBig(Transport.Socket socket, InetSocketAddress remote, int mtu) {
            if (loop != null) {
                loop.onPacketTooBig(nanoTime(), socket, remote, mtu);
            }
        }

        @Override
        public void datagramsLost(Transport.Socket socket, long count) {
            if (loop != null) {
                loop.onDatagramsLost(nanoTime(), count);
            }
        }
    }

    private static long spinNanos(IdleStrategy idle) {
        return switch (idle) {
            case IdleStrategy.Park _ -> 0;
            case IdleStrategy.SpinThenPark spin -> spin.duration().toNanos();
            case IdleStrategy.Spin _ -> Long.MAX_VALUE;
        };
    }

    /** Something to do in the control loop, and its result. */
    private record Command<T>(Supplier<T> action, CompletableFuture<T> result) {
        private void run() {
            try {
                result.complete(action.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant wallClock() {
        return Instant.now();
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public RandomGenerator random() {
        return new SecureRandom();
    }

    @Override
    public ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes);
    }

    @Override
    public @Nullable ByteBuffer allocateSpare(int bytes) {
        return SpareMemory.OF_PROCESS.allocate(bytes);
    }

    @Override
    public void start(Loop newLoop) {
        loop = newLoop;
        thread.start();
    }

    private void run() {
        Loop body = loop;
        while (!closed && body != null) {
            try {
                turn(body);
            } catch (Throwable e) { // nothing may end the loop but close()
                trouble(System.Logger.Level.ERROR, "the control loop goes on after an error", e);
                incoming.clear();
                pause();
            }
            boolean _ =
                    Thread.interrupted(); // a callback's; it would keep the selector from waiting
        }
        transport.close();
        runCommands();
        if (body != null) {
            body.onEnd();
        }
        ReceiveMemory.OF_PROCESS.giveBack(incoming.memory());
    }

    private void turn(Loop body) throws IOException {
        runCommands();
        try {
            long now = nanoTime();
            long next = body.onTimers(now);
            boolean spinning = loopSpin > 0 && now - receivedAt < loopSpin;
            long wait = next == Long.MAX_VALUE ? next : next - now;
            transport.poll(spinning ? 0 : wait, incoming);
            if (incoming.size() > 0) {
                lastReceiving = turns + 1;
                receivedAt = nanoTime();
                body.onReceive(receivedAt, incoming);
                incoming.clear();
            }
        } finally {
            turns++; // also of one that failed, since somebody may wait for its end
        }
    }

    @Override
    public void awaitReceived() {
        if (isLoop()) {
            return;
        }
        long start = call(() -> turns);
        boolean done = false;
        while (!done) {
            done = call(() -> turns > Math.max(start, lastReceiving) || turns - start >= MAX_TURNS);
        }
    }

    private void runCommands() {
        Command<?> command = commands.poll();
        while (command != null) {
            if (closed) {
                command.result.completeExceptionally(new KnetClosedException(name + " is closed"));
            } else {
                command.run();
            }
            command = commands.poll();
        }
    }

    private void trouble(System.Logger.Level level, String message, @Nullable Throwable thrown) {
        if (loop != null) {
            loop.onTrouble(level, message, thrown);
        }
    }

    // Not even an error that repeats itself may take the whole processor.
    private static void pause() {
        try {
            Thread.sleep(ERROR_PAUSE);
        } catch (InterruptedException _) {
            // goes on at once
        }
    }

    @Override
    public boolean isLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void wakeLoop() {
        transport.wakeUp();
    }

    @Override
    public <T> T call(Supplier<T> action) {
        if (isLoop()) {
            return action.get();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        commands.add(new Command<>(action, result));
        transport.wakeUp();
        if (closed) {
            // The loop may have looked into the queue for the last time before the command was
            // there.
            result.completeExceptionally(new KnetClosedException(name + " is closed"));
        }
        try {
            return result.join();
        } catch (CompletionException e) {
            throw rethrown(e.getCause());
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException exception) {
            StackTraceElement[] own = exception.getStackTrace();
            if (own.length > 0) {
                exception.addSuppressed(new CallerTrace());
            }
            return exception;
        }
        return new IllegalStateException(cause);
    }

    /**
     * Shows where the command came from, in the stack trace of what it threw in the control loop.
     */
    private static final class CallerTrace extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private CallerTrace() {
            super("called by");
        }
    }

    @Override
    public long loopPatience() {
        return LOOP_PATIENCE;
    }

    @Override
    public Worker startWorker(String workerName, Task task) {
        return startWorker(workerName, task, IdleStrategy.park());
    }

    @Override
    public Worker startWorker(String workerName, Task task, IdleStrategy idle) {
        ThreadWorker worker = new ThreadWorker(name + '-' + workerName, task, spinNanos(idle));
        workers.add(worker);
        worker.thread.start();
        if (closed) {
            worker.stop();
        }
        return worker;
    }

    /** A worker with a thread of its own, that sleeps while there is nothing to do. */
    private final class ThreadWorker implements Worker {
        private final Task task;
        private final long spin;
        private final Thread thread;
        private final Wakeup wakeup = new Wakeup();
        private volatile boolean stopped;

        private ThreadWorker(String threadName, Task task, long spin) {
            this.task = task;
            this.spin = spin;
            thread = new Thread(this::run, threadName);
            thread.setDaemon(true);
        }

        private void run() {
            while (!stopped) {
                boolean more;
                try {
                    more = task.work();
                } catch (Throwable e) { // nothing may end a worker but stop()
                    trouble(
                            System.Logger.Level.ERROR,
                            thread.getName() + " goes on after an error",
                            e);
                    pause();
                    more = true;
                }
                boolean _ = Thread.interrupted(); // a callback's; it would keep this thread from
                // sleeping
                if (!more) {
                    wakeup.sleep(spin);
                }
            }
            workers.remove(this);
        }

        @Override
        public void wake() {
            wakeup.wake(thread);
        }

        @Override
        public boolean isAsleep() {
            return wakeup.isAsleep();
        }

        @Override
        public void stop() {
            stopped = true;
            wake();
        }
    }

    @Override
    public Parallel newParallel(String parallelName, int threads) {
        if (threads == 1) {
            return Parallel.ALONE;
        }
        HelperThreads parallel =
                new HelperThreads(
                        name + '-' + parallelName,
                        threads,
                        e -> trouble(System.Logger.Level.ERROR, "a helper goes on", e));
        helpers.add(parallel);
        if (closed) {
            parallel.stop();
        }
        return parallel;
    }

    @Override
    public Waiters newWaiters() {
        return new LockWaiters();
    }

    /** Waiting on a lock, that costs whoever signals nothing while nobody waits. */
    private static final class LockWaiters implements Waiters {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final AtomicInteger waiting = new AtomicInteger();

        @Override
        public boolean await(BooleanSupplier condition, long timeout) throws InterruptedException {
            if (condition.getAsBoolean()) {
                return true;
            }
            long left = timeout;
            lock.lockInterruptibly();
            waiting.incrementAndGet();
            try {
                while (!condition.getAsBoolean()) {
                    if (left <= 0) {
                        return false;
                    }
                    left = changed.awaitNanos(left);
                }
                return true;
            } finally {
                waiting.decrementAndGet();
                lock.unlock();
            }
        }

        @Override
        public void signal() {
            VarHandle.fullFence(); // either who waits sees what changed, or we see that it waits
            if (waiting.get() > 0) {
                lock.lock();
                try {
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        if (thread.getState() == Thread.State.NEW) {
            transport.close();
            ReceiveMemory.OF_PROCESS.giveBack(incoming.memory());
        } else {
            transport.wakeUp();
        }
        for (ThreadWorker worker : workers) {
            worker.stop();
        }
        for (HelperThreads parallel : helpers) {
            parallel.stop();
        }
        long deadline = nanoTime() + JOIN_LIMIT;
        boolean interrupted = join(thread, deadline);
        for (ThreadWorker worker : workers) {
            interrupted |= join(worker.thread, deadline);
        }
        for (HelperThreads parallel : helpers) {
            for (Thread helper : parallel.all()) {
                interrupted |= join(helper, deadline);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits for the end of a thread, unless it is the current one, and returns whether it was
     * interrupted meanwhile.
     */
    private boolean join(Thread other, long deadline) {
        if (other == Thread.currentThread() || other.getState() == Thread.State.NEW) {
            return false;
        }
        try {
            if (!other.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                trouble(
                        System.Logger.Level.WARNING,
                        other.getName() + " does not end: a callback blocks",
                        null);
                other.interrupt();
            }
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
