package io.knet4j.internal.node;

import io.knet4j.internal.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Has one worker, which works when it is told to; nothing else. */
final class StillRuntime implements NodeRuntime {
    private Task task = () -> false;

    /** Lets the worker do all there is to do. */
    void work() {
        boolean more = true;
        while (more) {
            more = task.work();
        }
    }

    @Override
    public Worker startWorker(String name, Task newTask) {
        task = newTask;
        return new Worker() {
            @Override
            public void wake() {}

            @Override
            public void stop() {}
        };
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public Instant wallClock() {
        return Instant.EPOCH;
    }

    @Override
    public Transport transport() {
        throw new UnsupportedOperationException();
    }

    @Override
    public RandomGenerator random() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ByteBuffer allocate(int bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void start(Loop loop) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T call(Supplier<T> command) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void wakeLoop() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isLoop() {
        return false;
    }

    @Override
    public Waiters newWaiters() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
