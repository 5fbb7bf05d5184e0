package io.knet4j.internal.runtime;

import io.knet4j.IdleStrategy;
import io.knet4j.internal.node.NodeRuntime;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A real runtime whose network takes messages and forgets them; heartbeats are as ever. */
final class SinkRuntime implements NodeRuntime, Transport {
    private final ThreadedRuntime real;
    private final AtomicLong sunk = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private volatile Tap tap = (_, _, _) -> {};
    private volatile Loop loop;

    /** Sees every packet that is sunk. */
    interface Tap {
        void sunk(ByteBuffer memory, int packet, int length);
    }

    void tap(Tap newTap) {
        tap = newTap;
    }

    /** Has the control loop take datagrams as if its sockets had received them. */
    void receive(IncomingBatch batch) {
        real.call(() -> {
            loop.onReceive(nanoTime(), batch);
            return true;
        });
    }

    SinkRuntime(int nodeId) {
        real = new ThreadedRuntime(nodeId);
    }

    /** Datagrams with messages so far. */
    long sunk() {
        return sunk.get();
    }

    /** Calls with messages so far. */
    long batches() {
        return batches.get();
    }

    @Override
    public void send(OutgoingBatch batch) {
        if (batch.isEmpty() || Packets.type(batch.memory(), batch.offset(0)) != Packets.DATA) {
            real.transport().send(batch);
            return;
        }
        int messages = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isPending(i)) {
                tap.sunk(batch.memory(), batch.offset(i), batch.length(i));
                batch.sent(i);
                messages++;
            }
        }
        sunk.addAndGet(messages);
        batches.incrementAndGet();
    }

    @Override
    public void awaitRoom() {
        real.transport().awaitRoom();
    }

    @Override
    public Socket bind(InetSocketAddress local, SocketOptions options) {
        return real.transport().bind(local, options);
    }

    @Override
    public void setTrafficClass(Socket socket, int trafficClass) {
        real.transport().setTrafficClass(socket, trafficClass);
    }

    @Override
    public void unbind(Socket socket) {
        real.transport().unbind(socket);
    }

    @Override
    public Path path(Socket socket, InetSocketAddress remote) {
        return real.transport().path(socket, remote);
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
        return this;
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
    public void start(Loop newLoop) {
        loop = newLoop;
        real.start(newLoop);
    }

    @Override
    public long loopPatience() {
        return real.loopPatience();
    }

    @Override
    public void wakeLoop() {
        real.wakeLoop();
    }

    @Override
    public <T> T call(Supplier<T> command) {
        return real.call(command);
    }

    @Override
    public boolean isLoop() {
        return real.isLoop();
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
    public Waiters newWaiters() {
        return real.newWaiters();
    }

    @Override
    public void close() {
        real.close();
    }
}
