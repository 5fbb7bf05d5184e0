package io.knet4j.testkit;

import io.knet4j.ConfigurationException;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.Reason;
import io.knet4j.internal.node.NodeRuntime;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One life of a node in the simulation. Commands run at once; a turn of the control loop (timers,
 * then what waits in the sockets) and each piece of work of a worker are events. A paused node has
 * no events: they are made up for when it goes on.
 */
final class SimRuntime implements NodeRuntime, Transport {
    private static final int MAX_DATAGRAM = 65_507;
    private static final int DATAGRAM_OVERHEAD = 256;
    private static final long ROOM_PAUSE = 1_000_000;

    private final SimNetwork network;
    private final RandomGenerator random;
    private final SimClock clock;
    private final IncomingBatch incoming;
    private final ArrayDeque<Received> inbox = new ArrayDeque<>();
    private final List<SimSocket> sockets = new ArrayList<>();
    private final List<SimWorker> workers = new ArrayList<>();
    private @Nullable Loop loop;
    private @Nullable Knet knet;
    private Events.@Nullable Event turn;
    private boolean inTurn;
    private boolean paused;
    private boolean suspended;
    private boolean dead;
    private long changedAt;
    private long sendingAt = Long.MIN_VALUE;
    private long overflows;
    private long datagramsRead;

    SimRuntime(SimNetwork network, RandomGenerator random) {
        this.network = network;
        this.random = random;
        // No node knows the time of another, nor the time before its restart.
        clock = new SimClock(network.nanos(), random.nextLong(-(1L << 40), 1L << 40));
        incoming = network.receiveMemory();
        changedAt = network.nanos();
    }

    /** A socket and what waits in it. */
    static final class SimSocket implements Transport.Socket {
        private final SimRuntime runtime;
        private final InetSocketAddress local;
        private final int bufferBytes;
        private int waiting;
        private boolean closed;

        private SimSocket(SimRuntime runtime, InetSocketAddress local, int bufferBytes) {
            this.runtime = runtime;
            this.local = local;
            this.bufferBytes = bufferBytes;
        }

        @Override
        public InetSocketAddress local() {
            return local;
        }

        /** Returns whether there is room for a datagram. */
        boolean arrive(InetSocketAddress from, byte[] payload) {
            return runtime.arrive(this, from, payload);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
    private record Received(SimSocket socket, InetSocketAddress source, byte[] payload) {}

    private static final class SimRoute extends Path {
        private final SimPath path;

        private SimRoute(SimSocket socket, InetSocketAddress remote, SimPath path) {
            super(socket, remote);
            this.path = path;
        }
    }

    // ---- the node's life

    void born(Knet node) {
        knet = node;
    }

    @Nullable Knet knet() {
        return knet;
    }

    boolean isAlive() {
        return !dead;
    }

    boolean isPaused() {
        return paused;
    }

    /** When the node was opened, paused, resumed or ended. */
    long changedAt() {
        return changedAt;
    }

    /** Datagrams that found no room in a socket. */
    long overflows() {
        return overflows;
    }

    /** Datagrams that the node was given. */
    long datagramsRead() {
        return datagramsRead;
    }

    int openSockets() {
        return sockets.size();
    }

    /** Whether the control loop waits for a timer. */
    boolean hasTimer() {
        return turn != null;
    }

    /** Whether something is left to be done now, such as to tell of what has happened. */
    boolean hasWork() {
        return workers.stream().anyMatch(worker -> !worker.sender && worker.next != null);
    }

    void pause() {
        paused = true;
        changedAt = network.nanos();
        cancelTurn();
    }

    /**
     * As {@link #pause}, but the clock stands still, and what is or comes to the sockets is lost.
     */
    void suspend() {
        pause();
        suspended = true;
        clock.stop(network.nanos());
        for (SimSocket socket : sockets) {
            socket.waiting = 0;
        }
        inbox.clear();
    }

    void drift(int ppm) {
        clock.drift(network.nanos(), ppm);
        scheduleTurn(network.nanos());
    }

    void resume() {
        paused = false;
        suspended = false;
        changedAt = network.nanos();
        clock.go(network.nanos());
        scheduleTurn(network.nanos());
        for (SimWorker worker : workers) {
            worker.wake();
        }
    }

    @Override
    public void close() {
        dead = true;
        changedAt = network.nanos();
        cancelTurn();
        for (SimWorker worker : List.copyOf(workers)) {
            worker.stop();
        }
        for (SimSocket socket : List.copyOf(sockets)) {
            unbind(socket);
        }
        inbox.clear();
        if (loop != null) {
            loop.onEnd();
        }
    }

    // ---- time

    @Override
    public boolean isLoop() {
        return inTurn;
    }

    @Override
    public long nanoTime() {
        return clock.at(network.nanos());
    }

    @Override
    public Instant wallClock() {
        return SimNetwork.START.plusNanos(network.nanos());
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes);
    }

    // ---- the control loop

    @Override
    public void start(Loop newLoop) {
        loop = newLoop;
        scheduleTurn(network.nanos());
    }

    private void scheduleTurn(long time) {
        if (dead || paused || (turn != null && turn.time() <= time)) {
            return;
        }
        cancelTurn();
        turn = network.schedule(time, this::turn);
    }

    private void cancelTurn() {
        if (turn != null) {
            turn.cancel();
            turn = null;
        }
    }

    private void turn() {
        turn = null;
        Loop body = loop;
        if (body == null) {
            return;
        }
        runTimers(body);
        if (!inbox.isEmpty() && !dead) {
            inTurn = true;
            try {
                readSockets();
                body.onReceive(nanoTime(), incoming);
            } finally {
                incoming.clear();
                inTurn = false;
            }
            scheduleTurn(network.nanos());
        }
    }

    private void runTimers(Loop body) {
        inTurn = true;
        long next;
        try {
            next = body.onTimers(nanoTime());
        } finally {
            inTurn = false;
        }
        if (!inbox.isEmpty()) {
            scheduleTurn(network.nanos());
        } else {
            cancelTurn();
            if (next != Long.MAX_VALUE) {
                scheduleTurn(Math.max(network.nanos(), clock.when(next)));
            }
        }
    }

    private void readSockets() {
        while (!inbox.isEmpty() && incoming.hasRoom(MAX_DATAGRAM)) {
            Received received = inbox.remove();
            SimSocket socket = received.socket;
            socket.waiting -= received.payload.length + DATAGRAM_OVERHEAD;
            if (!socket.closed) {
                incoming.memory().put(incoming.used(), received.payload);
                incoming.add(socket, received.source, received.payload.length);
                datagramsRead++;
            }
        }
        if (!inbox.isEmpty()) {
            incoming.leftMore();
        }
    }

    private boolean arrive(SimSocket socket, InetSocketAddress from, byte[] payload) {
        int size = payload.length + DATAGRAM_OVERHEAD;
        if (suspended) {
            return false;
        }
        if (socket.waiting + size > socket.bufferBytes) {
            overflows++;
            return false;
        }
        socket.waiting += size;
        inbox.add(new Received(socket, from, payload));
        scheduleTurn(network.nanos());
        return true;
    }

    @Override
    public void wakeLoop() {
        scheduleTurn(network.nanos());
    }

    @Override
    public <T> T call(Supplier<T> command) {
        network.checkThread();
        Loop body = loop;
        if (dead || body == null) {
            throw new KnetClosedException("the simulated node is closed or crashed");
        }
        if (inTurn) {
            return command.get();
        }
        if (paused) {
            throw new IllegalStateException(
                    "the simulated node is paused: it cannot do or tell anything before it is"
                            + " resumed");
        }
        try {
            return command.get();
        } finally {
            if (!dead) {
                runTimers(body);
            }
        }
    }

    // ---- workers

    @Override
    public Worker startWorker(String name, Task task) {
        SimWorker worker = new SimWorker(task, name.equals("send"));
        workers.add(worker);
        worker.wake();
        return worker;
    }

    private final class SimWorker implements Worker {
        private final Task task;
        private final boolean sender;
        private Events.@Nullable Event next;
        private boolean stopped;

        private SimWorker(Task task, boolean sender) {
            this.task = task;
            this.sender = sender;
        }

        @Override
        public void wake() {
            if (next == null && !stopped && !paused) {
                long now = network.nanos();
                next = network.schedule(sender ? Math.max(now, sendingAt) : now, this::work);
            }
        }

        private void work() {
            next = null;
            // While it is paused nothing is lost: resuming wakes every worker.
            if (!paused && !stopped && task.work()) {
                wake();
            }
        }

        @Override
        public void stop() {
            stopped = true;
            workers.remove(this);
            if (next != null) {
                next.cancel();
                next = null;
            }
        }
    }

    @Override
    public Waiters newWaiters() {
        return new Waiters() {
            @Override
            public boolean await(BooleanSupplier condition, long timeout) {
                return network.await(condition, timeout);
            }

            @Override
            public void signal() {
                // The condition is looked at after every event.
            }
        };
    }

    // ---- the network

    @Override
    public Transport transport() {
        return this;
    }

    @Override
    public Socket bind(InetSocketAddress local, SocketOptions options) {
        if (local.getAddress().isAnyLocalAddress()) {
            throw new ConfigurationException(
                    Reason.ADDRESS_UNAVAILABLE,
                    "local: " + local + ": simulated nodes have no interfaces, name an address");
        }
        InetSocketAddress actual =
                local.getPort() == 0 ? network.freePort(local.getAddress()) : local;
        SimSocket socket = new SimSocket(this, actual, options.bufferBytes());
        network.bind(actual, socket);
        sockets.add(socket);
        return socket;
    }

    @Override
    public void setTrafficClass(Socket socket, int trafficClass) {
        // makes no difference on this network
    }

    @Override
    public void unbind(Socket socket) {
        SimSocket own = (SimSocket) socket;
        own.closed = true;
        sockets.remove(own);
        network.unbind(own.local);
    }

    @Override
    public Path path(Socket socket, InetSocketAddress remote) {
        SimSocket own = (SimSocket) socket;
        return new SimRoute(own, remote, network.path(own.local, remote));
    }

    @Override
    public void send(OutgoingBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isPending(i)) {
                send(batch, i);
            }
        }
    }

    private void send(OutgoingBatch batch, int index) {
        SimRoute route = (SimRoute) batch.path(index);
        SimSocket socket = (SimSocket) route.socket();
        int length = batch.length(index);
        Reason refusal = refusal(socket, route.path.conditions(), length);
        if (refusal != null) {
            batch.fail(index, refusal);
            return;
        }
        if (route.path.conditions().socketFull()) {
            route.path.holdBack();
            return; // stays pending
        }
        byte[] payload = new byte[length];
        batch.copy(index, ByteBuffer.wrap(payload), 0);
        batch.sent(index);
        long now = network.nanos();
        network.send(route.path, payload, inTurn ? now : Math.max(now, sendingAt));
    }

    private @Nullable Reason refusal(SimSocket socket, PathConditions conditions, int length) {
        if (socket.closed || dead) {
            return Reason.SOCKET_FAILED;
        }
        return length > MAX_DATAGRAM
                ? Reason.DATAGRAM_TOO_LARGE
                : conditions.refusal(length).orElse(null);
    }

    /** The sender loses time, in which nothing else can happen, as it is in the midst of a call. */
    @Override
    public void awaitRoom() {
        sendingAt = Math.max(network.nanos(), sendingAt) + ROOM_PAUSE;
    }
}
