package io.knet4j.internal.runtime;

import io.knet4j.IdleStrategy;
import io.knet4j.internal.engine.Parallel;
import io.knet4j.internal.node.NodeRuntime;
import io.knet4j.internal.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A real runtime, of which a test changes a part. */
abstract class ForwardingRuntime implements NodeRuntime {
    final ThreadedRuntime real;

    ForwardingRuntime(int nodeId) {
        real = new ThreadedRuntime(nodeId);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public Instant wallClock() {
        return real.wallClock();
    }

    @Override
    public Transport transport() {
        return real.transport();
    }

    @Override
    public RandomGenerator random() {
        return real.random();
    }

    @Override
    public ByteBuffer allocate(int bytes) {
        return real.allocate(bytes);
    }

    @Override
    public ByteBuffer allocateSpare(int bytes) {
        return real.allocateSpare(bytes);
    }

    @Override
    public void start(Loop loop) {
        real.start(loop);
    }

    @Override
    public <T> T call(Supplier<T> command) {
        return real.call(command);
    }

    @Override
    public void wakeLoop() {
        real.wakeLoop();
    }

    @Override
    public boolean isLoop() {
        return real.isLoop();
    }

    @Override
    public void awaitReceived() {
        real.awaitReceived();
    }

    @Override
    public long loopPatience() {
        return real.loopPatience();
    }

    @Override
    public Worker startWorker(String name, Task task) {
        return real.startWorker(name, task);
    }

    @Override
    public Worker startWorker(String name, Task task, IdleStrategy idle) {
        return real.startWorker(name, task, idle);
    }

    @Override
    public Parallel newParallel(String name, int threads) {
        return real.newParallel(name, threads);
    }

    @Override
    public Waiters newWaiters() {
        return real.newWaiters();
    }

    @Override
    public void close() {
        real.close();
    }
}
