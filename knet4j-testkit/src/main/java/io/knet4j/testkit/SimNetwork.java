package io.knet4j.testkit;

import io.knet4j.ConfigurationException;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.Reason;
import io.knet4j.internal.node.Nodes;
import io.knet4j.internal.transport.IncomingBatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network in virtual time with real {@link Knet} nodes on it, all in one thread. What happens,
 * and in which order, is determined by the seed and by what the test does: the same seed gives the
 * same run.
 *
 * <p>Time stands still unless the test lets it pass, with {@link #advance}, {@link #runUntil} or a
 * call that blocks ({@link io.knet4j.Channel#receive()}, a send into a full queue, {@link
 * Knet#stopForwarding()}). Calls do not block inside callbacks of nodes: there, what would block
 * throws {@link IllegalStateException}. Nodes do not know each other's clocks, but agree on the
 * time of the day: {@link #START} and what has passed since.
 *
 * <p>Every path starts {@linkplain PathConditions#clean() clean}; see {@link #path} for how to make
 * it worse. Host names are not resolved, addresses need no interface: name any but the wildcard
 * address.
 *
 * <p>{@link #simulate} runs a whole test and says, when it fails, how to replay it:
 *
 * {@snippet :
 * SimNetwork.simulate(42, network -> {
 *     SimCluster cluster = SimCluster.builder(network).nodes(3).links(2).build();
 *     cluster.awaitConnected(Duration.ofSeconds(10));
 *     cluster.cut(1, 2, 0);
 *     // ...
 * });
 * }
 */
public final class SimNetwork implements AutoCloseable {
    /** What the clocks on the walls of all nodes show at the beginning. */
    public static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    /** System property that replaces the seed of {@link #simulate}. */
    public static final String SEED_PROPERTY = "knet4j.seed";

    private static final int FIRST_FREE_PORT = 49_152;
    private static final long MAX_WAIT = Duration.ofHours(1).toNanos();
    private static final int MAX_EVENTS_AT_ONCE = 5_000_000;
    private static final int RECEIVE_BYTES = 1 << 20;
    private static final int RECEIVE_DATAGRAMS = 512;

    private final long seed;
    private final Thread thread = Thread.currentThread();
    private final SplittableRandom ties;
    private final SplittableRandom ofPaths;
    private final SplittableRandom ofNodes;
    private final SplittableRandom ofTest;
    private final Events events = new Events();

    /** Empty between turns, of which there is one at a time. */
    private final IncomingBatch receiveMemory =
            new IncomingBatch(ByteBuffer.allocate(RECEIVE_BYTES), RECEIVE_DATAGRAMS);

    private final Map<InetSocketAddress, SimRuntime.SimSocket> sockets = new HashMap<>();
    private final Map<Ends, SimPath> paths = new LinkedHashMap<>();
    private final Map<Knet, SimRuntime> nodes = new LinkedHashMap<>();
    private final CopyOnWriteArrayList<Consumer<Datagram>> taps = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Consumer<Datagram>> arrivalTaps =
            new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Runnable> checks = new CopyOnWriteArrayList<>();
    private long now;
    private int eventsNow;
    private int freePort = FIRST_FREE_PORT;
    private boolean stepping;

    private record Ends(InetSocketAddress from, InetSocketAddress to) {}

    /** A test on a simulated network. */
    @FunctionalInterface
    public interface Scenario {
        /**
         * Runs the test.
         *
         * @param network a new one, closed afterwards
         * @throws Exception when the test fails
         */
        void run(SimNetwork network) throws Exception;
    }

    private SimNetwork(long seed) {
        this.seed = seed;
        SplittableRandom root = new SplittableRandom(seed);
        ties = root.split();
        ofPaths = root.split();
        ofNodes = root.split();
        ofTest = root.split();
    }

    /**
     * Makes an empty network.
     *
     * @param seed determines everything that happens by chance
     * @return a network that belongs to the calling thread
     */
    public static SimNetwork create(long seed) {
        return new SimNetwork(seed);
    }

    /**
     * Runs a test on a new network. When it fails, whatever it throws is wrapped into an {@link
     * AssertionError} that tells the seed, the virtual time and the command that repeats the run.
     *
     * @param seed for this run, unless the system property {@value #SEED_PROPERTY} names another
     * @param scenario the test
     */
    public static void simulate(long seed, Scenario scenario) {
        try (SimNetwork network = create(Long.getLong(SEED_PROPERTY, seed))) {
            try {
                scenario.run(network);
            } catch (Exception | AssertionError e) {
                throw network.failure(e);
            }
        }
    }

    private AssertionError failure(Throwable cause) {
        if (cause instanceof SimulationFailure failure) {
            return failure;
        }
        String what = cause instanceof AssertionError ? cause.getMessage() : cause.toString();
        return new SimulationFailure(
                what + "\nseed " + seed + ", at " + now() + "; to replay:\n" + Replay.command(seed),
                cause);
    }

    /** An error whose message tells how to replay the run. */
    private static final class SimulationFailure extends AssertionError {
        private static final long serialVersionUID = 1L;

        private SimulationFailure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The seed.
     *
     * @return as given to {@link #create}
     */
    public long seed() {
        return seed;
    }

    /**
     * Chance for the test itself, from the seed.
     *
     * @return always the same generator
     */
    public RandomGenerator random() {
        return ofTest;
    }

    // ---- nodes

    /**
     * Opens a node that lives on this network.
     *
     * @param config its configuration
     * @return the node; close it, or leave that to the network
     */
    public Knet open(KnetConfig config) {
        checkThread();
        SimRuntime runtime = new SimRuntime(this, ofNodes.split());
        Knet node = Nodes.open(config, runtime);
        runtime.born(node);
        nodes.put(node, runtime);
        return node;
    }

    /**
     * The nodes that are alive.
     *
     * @return those that were neither closed nor crashed, in the order in which they were opened
     */
    public List<Knet> nodes() {
        return nodes.entrySet().stream()
                .filter(entry -> entry.getValue().isAlive())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Ends a node as if its machine lost power: without any call to it, so that nothing it has in
     * its queues is sent.
     *
     * @param node can only be closed any more
     */
    public void crash(Knet node) {
        runtime(node).close();
    }

    /**
     * Closes a node, if it is open, and opens another one with the same configuration: without
     * hosts, and with nothing of what the old one knew.
     *
     * @param node the old life
     * @return the new life
     */
    public Knet restart(Knet node) {
        KnetConfig config = node.config();
        node.close();
        return open(config);
    }

    /**
     * Stops a node: it does nothing, and datagrams wait in its sockets as far as these have room.
     * Calls that need its control loop throw {@link IllegalStateException}.
     *
     * @param node alive
     */
    public void pause(Knet node) {
        runtime(node).pause();
    }

    /**
     * Stops a node as if its machine slept: it keeps its state, its clock stands still, and what is
     * sent to it is lost.
     *
     * @param node alive
     */
    public void suspend(Knet node) {
        runtime(node).suspend();
    }

    /**
     * Lets the clock of a node go wrong from now on.
     *
     * @param node alive
     * @param ppm by how many millionths it is too fast, -100,000 to 100,000; negative when it is
     *     too slow
     */
    public void drift(Knet node, int ppm) {
        runtime(node).drift(ppm);
    }

    /**
     * Lets a node go on. Its timers are late then.
     *
     * @param node paused or suspended
     */
    public void resume(Knet node) {
        runtime(node).resume();
    }

    /**
     * Stops a node and lets it go on after a while.
     *
     * @param node alive
     * @param time how long
     */
    public void pause(Knet node, Duration time) {
        SimRuntime runtime = runtime(node);
        runtime.pause();
        schedule(
                now + time.toNanos(),
                () -> {
                    if (runtime.isAlive() && runtime.isPaused()) {
                        runtime.resume();
                    }
                });
    }

    /**
     * Whether a node is paused or suspended.
     *
     * @param node of this network
     * @return whether it is so now
     */
    public boolean isPaused(Knet node) {
        return runtime(node).isPaused();
    }

    /**
     * Datagrams that a node lost because they found no room in a socket, for example while it was
     * paused.
     *
     * @param node of this network
     * @return since it was opened
     */
    public long socketOverflows(Knet node) {
        return runtime(node).overflows();
    }

    SimRuntime runtime(Knet node) {
        checkThread();
        return Objects.requireNonNull(nodes.get(node), "not a node of this network");
    }

    // ---- paths and datagrams

    /**
     * The way from one address to another, to look at its conditions and change them.
     *
     * @param from address of a sender
     * @param to address of a receiver
     * @return always the same for the same addresses
     */
    public SimPath path(InetSocketAddress from, InetSocketAddress to) {
        return paths.computeIfAbsent(
                new Ends(from, to), _ -> new SimPath(this, ofPaths.split(), from, to));
    }

    /**
     * Lets a datagram arrive now, whoever it claims to be from and whatever the conditions are.
     *
     * @param from source address that the receiver sees
     * @param to address of a socket; nothing happens when there is none
     * @param payload UDP payload
     */
    public void inject(InetSocketAddress from, InetSocketAddress to, byte[] payload) {
        byte[] copy = payload.clone();
        scheduleArrival(now, () -> arrive(from, to, copy));
    }

    /**
     * Lets a recorded datagram arrive again, now.
     *
     * @param datagram for example from a {@linkplain #tap tap}
     */
    public void replay(Datagram datagram) {
        inject(datagram.from(), datagram.to(), datagram.payload());
    }

    /**
     * Listens to the network.
     *
     * @param listener gets every datagram that a node sends, before anything happens to it;
     *     injected ones not
     * @return ends the listening when it is closed
     */
    public Knet.Registration tap(Consumer<Datagram> listener) {
        taps.add(listener);
        return () -> taps.remove(listener);
    }

    /**
     * Listens to what arrives.
     *
     * @param listener gets every datagram that finds a socket, as it is then, with the time of its
     *     arrival; injected ones, too
     * @return ends the listening when it is closed
     */
    public Knet.Registration tapArrivals(Consumer<Datagram> listener) {
        arrivalTaps.add(listener);
        return () -> arrivalTaps.remove(listener);
    }

    // ---- time

    /**
     * Virtual time.
     *
     * @return since the network was made
     */
    public Duration now() {
        return Duration.ofNanos(now);
    }

    /**
     * Lets time pass.
     *
     * @param time how long
     */
    public void advance(Duration time) {
        run(() -> false, now + time.toNanos());
    }

    /**
     * Lets time pass until something holds.
     *
     * @param condition looked at after every event
     * @param limit longest time
     * @return whether it holds
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        return run(condition, now + limit.toNanos());
    }

    private boolean run(BooleanSupplier condition, long deadline) {
        checkThread();
        if (condition.getAsBoolean()) {
            return true;
        }
        if (stepping) {
            throw new IllegalStateException(
                    "a call that has to wait, inside a callback of the simulation: time cannot"
                            + " pass there");
        }
        while (events.nextTime() <= deadline) {
            step();
            if (condition.getAsBoolean()) {
                return true;
            }
        }
        now = deadline;
        eventsNow = 0;
        return condition.getAsBoolean();
    }

    /** What blocking calls of nodes do. */
    boolean await(BooleanSupplier condition, long timeout) {
        if (timeout <= 0) {
            return condition.getAsBoolean();
        }
        boolean held = run(condition, now + Math.min(timeout, MAX_WAIT));
        if (!held && timeout > MAX_WAIT) {
            throw failure(new AssertionError("what a call waits for did not happen in an hour"));
        }
        return held;
    }

    private void step() {
        Events.Event event = Objects.requireNonNull(events.poll());
        if (event.time() > now) {
            now = event.time();
            eventsNow = 0;
        }
        eventsNow++;
        if (eventsNow > MAX_EVENTS_AT_ONCE) {
            throw failure(new AssertionError("time does not pass: nodes never run out of work"));
        }
        stepping = true;
        try {
            event.run();
            for (Runnable check : checks) {
                check.run();
            }
        } catch (RuntimeException | AssertionError e) {
            throw failure(e);
        } finally {
            stepping = false;
        }
    }

    /**
     * Adds something that must hold after every event.
     *
     * @param check throws an {@link AssertionError} when it does not hold
     * @return removes the check when it is closed
     */
    public Knet.Registration check(Runnable check) {
        checks.add(check);
        return () -> checks.remove(check);
    }

    /**
     * Closes all nodes. Nothing may be left to happen then but what is on the network.
     *
     * @throws AssertionError when a node left a socket behind
     */
    @Override
    public void close() {
        for (Knet node : nodes()) {
            node.close();
        }
        events.clear();
        if (!sockets.isEmpty()) {
            throw failure(new AssertionError("sockets left open: " + sockets.keySet()));
        }
    }

    // ---- for the nodes' runtimes

    void checkThread() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException(
                    "a simulated network belongs to the thread that made it");
        }
    }

    long nanos() {
        return now;
    }

    IncomingBatch receiveMemory() {
        return receiveMemory;
    }

    Events.Event schedule(long time, Runnable action) {
        return events.add(time, 1 + ties.nextInt(Integer.MAX_VALUE - 1), action);
    }

    // At the same time before everything else, and in the order of sending.
    void scheduleArrival(long time, Runnable arrival) {
        events.add(time, 0, arrival);
    }

    void send(SimPath path, byte[] payload, long at) {
        if (!taps.isEmpty()) {
            Datagram datagram = new Datagram(Duration.ofNanos(at), path.from(), path.to(), payload);
            for (Consumer<Datagram> tap : taps) {
                tap.accept(datagram);
            }
        }
        path.send(payload, at);
    }

    void arrive(InetSocketAddress from, InetSocketAddress to, byte[] payload) {
        SimRuntime.@Nullable SimSocket socket = sockets.get(to);
        if (socket != null && socket.arrive(from, payload) && !arrivalTaps.isEmpty()) {
            Datagram datagram = new Datagram(now(), from, to, payload);
            for (Consumer<Datagram> tap : arrivalTaps) {
                tap.accept(datagram);
            }
        }
    }

    void bind(InetSocketAddress local, SimRuntime.SimSocket socket) {
        if (sockets.putIfAbsent(local, socket) != null) {
            throw new ConfigurationException(
                    Reason.ADDRESS_UNAVAILABLE, "local: " + local + " is in use");
        }
    }

    void unbind(InetSocketAddress local) {
        sockets.remove(local);
    }

    InetSocketAddress freePort(InetAddress address) {
        return new InetSocketAddress(address, freePort++);
    }
}
