package io.knet4j.internal.node;

import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.ConfigChange;
import io.knet4j.ConfigurationException;
import io.knet4j.Crypto;
import io.knet4j.Destination;
import io.knet4j.DestinationFilter;
import io.knet4j.DropCause;
import io.knet4j.FlapControl;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetConfig;
import io.knet4j.KnetEvent;
import io.knet4j.KnetStatistics;
import io.knet4j.LinkStatus;
import io.knet4j.LogSubsystem;
import io.knet4j.NodeConfig;
import io.knet4j.OnWireVersion;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.StatisticsScope;
import io.knet4j.UdpFeature;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.Clocks;
import io.knet4j.internal.engine.Engine;
import io.knet4j.internal.engine.EngineOutput;
import io.knet4j.internal.engine.HostState;
import io.knet4j.internal.engine.OutgoingMessage;
import io.knet4j.internal.engine.Parallel;
import io.knet4j.internal.engine.ReportLimit;
import io.knet4j.internal.onwire.ReassembledMessage;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node: the engine, the queues on both sides of it, and the workers that empty them.
 *
 * <p>Changes and questions are commands for the control loop. Messages to send go through {@link
 * SendQueue} or, synchronously, through {@link #sendSync}; both use the engine's sender under
 * {@link #sendLock}. The filter is asked outside that lock.
 */
final class Node implements Knet, EngineOutput, NodeRuntime.Loop {
    private static final int CONTROL_BYTES = 1 << 16;
    private static final int CONTROL_DATAGRAMS = 1024;
    private static final int PROBE_BYTES = (1 << 16) + 1024;

    /** Four of the longest messages, sealed in few packets. */
    private static final int SENDER_BYTES = (1 << 18) + (1 << 12);

    private static final int SENDER_DATAGRAMS = 4096;

    private static final long REPORT_INTERVAL = Duration.ofSeconds(1).toNanos();

    /** How many sockets are closed in one go, which holds up the control loop. */
    static final int SOCKETS_PER_COMMAND = 16;

    /** Longest wait for a sender that may still use sockets which no link uses any more. */
    private static final long SENDER_LIMIT = Duration.ofSeconds(1).toNanos();

    private final KnetConfig config;
    private final NodeRuntime runtime;
    private final Engine engine;
    private final NodeLog log;
    private final Events events;
    private final DropLog dropLog;
    private final NodeRuntime.Waiters reachability;
    private final SendQueue sendQueue;
    private final NodeCrypto crypto;
    private final ReentrantLock sendLock = new ReentrantLock();
    private final ConfigApplier applier = new ConfigApplier(this);
    private final ConsumerWait consumerWait;

    // Channels with new messages of which nobody was told yet, one bit each.
    private int filledByLoop;
    private int filledBySender;

    /** Held by who changes something, but for callbacks in the control loop, which cannot wait. */
    private final ReentrantLock changing = new ReentrantLock();

    /** Belongs to the control loop. */
    private long changeCount;

    /** Number of the last release of a socket after which sockets were closed. */
    private long closedUpTo;

    private final AtomicReferenceArray<@Nullable NodeChannel> channels =
            new AtomicReferenceArray<>(MAX_CHANNELS);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ReportLimit filterFailures = new ReportLimit(REPORT_INTERVAL);
    private final ReportLimit socketErrors = new ReportLimit(REPORT_INTERVAL);

    /**
     * @param keys what the configuration's crypto asks for; the node's from now on
     * @param parallel seals messages
     */
    Node(KnetConfig config, NodeRuntime runtime, KeySlots keys, Parallel parallel) {
        this.config = config;
        this.runtime = runtime;
        log = new NodeLog(config.nodeId());
        events = new Events(runtime, log);
        dropLog = new DropLog(log, events);
        ActiveCompression compression = CompressionMethods.activateInstalled(config.compression());
        engine =
                new Engine(
                        config,
                        keys,
                        runtime.transport(),
                        this,
                        runtime.random(),
                        new OutgoingBatch(runtime.allocate(CONTROL_BYTES), CONTROL_DATAGRAMS),
                        new OutgoingBatch(runtime.allocate(PROBE_BYTES), 1),
                        new OutgoingBatch(runtime.allocate(SENDER_BYTES), SENDER_DATAGRAMS),
                        CompressionMethods::installed,
                        new Clocks(runtime::wallClock, runtime::nanoTime),
                        parallel);
        engine.setCompression(compression);
        consumerWait = new ConsumerWait(runtime, engine::shortestPingTimeout);
        runtime.start(this);
        events.start();
        reachability = runtime.newWaiters();
        crypto = new NodeCrypto(this);
        sendQueue = new SendQueue(config, runtime, engine.sender(), sendLock, events);
        String transport = runtime.transport().description();
        if (!transport.isEmpty()) {
            log.write(LogSubsystem.TRANSPORT, System.Logger.Level.INFO, transport, null);
        }
    }

    // ---- what the control loop does

    @Override
    public long onTimers(long now) {
        long next = engine.runTimers(now);
        consumerWait.nextTimer(next);
        return next;
    }

    @Override
    public void onReceive(long now, IncomingBatch batch) {
        consumerWait.batchBegins();
        engine.receive(now, batch);
    }

    @Override
    public void onSocketFailure(Transport.Socket socket, Reason reason, String message) {
        if (socketErrors.count(runtime.nanoTime()) > 0) {
            events.publish(
                    new KnetEvent.SocketError(socket.local(), reason, "receiving: " + message));
        }
    }

    @Override
    public void onUnreachable(long now, Transport.Socket socket, InetSocketAddress remote) {
        engine.unreachable(now, socket, remote);
    }

    @Override
    public void onPacketTooBig(
            long now, Transport.Socket socket, InetSocketAddress remote, int mtu) {
        engine.packetTooBig(now, socket, remote, mtu);
    }

    @Override
    public void onDatagramsLost(long now, long count) {
        engine.datagramsLost(now, count);
    }

    @Override
    public void onTrouble(System.Logger.Level level, String message, @Nullable Throwable thrown) {
        log.write(LogSubsystem.COMMON, level, message, thrown);
    }

    @Override
    public void onEnd() {
        engine.closeReceiver();
    }

    // ---- what the engine hands back

    @Override
    public Delivery deliver(int channel, int source, ByteBuffer payload, int offset, int length) {
        NodeChannel open = channels.get(channel);
        if (open == null) {
            return Delivery.CHANNEL_NOT_OPEN;
        }
        boolean isLoop = runtime.isLoop();
        Delivery delivery = open.deliver(source, payload, offset, length);
        if (delivery == Delivery.QUEUE_FULL && isLoop && consumerWait.awaitRoom(open, length)) {
            delivery = open.deliver(source, payload, offset, length);
        }
        noteDelivery(open, delivery, isLoop);
        return delivery;
    }

    @Override
    public Delivery deliver(int channel, int source, ReassembledMessage message) {
        NodeChannel open = channels.get(channel);
        if (open == null) {
            return Delivery.CHANNEL_NOT_OPEN;
        }
        Delivery delivery = open.deliver(source, message);
        if (delivery == Delivery.QUEUE_FULL && consumerWait.awaitRoom(open, message.length())) {
            delivery = open.deliver(source, message);
        }
        noteDelivery(open, delivery, true);
        return delivery;
    }

    private void noteDelivery(NodeChannel channel, Delivery delivery, boolean byLoop) {
        if (delivery == Delivery.QUEUE_FULL) {
            channel.reportLoss();
        } else if (delivery == Delivery.DELIVERED) {
            if (byLoop) {
                filledByLoop |= 1 << channel.id();
                consumerWait.delivered(channel.id());
            } else {
                filledBySender |= 1 << channel.id();
            }
        }
    }

    @Override
    public void deliveryEnds() {
        if (runtime.isLoop()) {
            int filled = filledByLoop;
            filledByLoop = 0;
            announce(filled);
        } else {
            int filled = filledBySender;
            filledBySender = 0;
            announce(filled);
        }
    }

    private void announce(int filled) {
        for (int left = filled; left != 0; left &= left - 1) {
            NodeChannel channel = channels.get(Integer.numberOfTrailingZeros(left));
            if (channel != null) {
                channel.announce();
            }
        }
    }

    @Override
    public void publish(KnetEvent event) {
        if (event instanceof KnetEvent.FilterFailed) {
            synchronized (filterFailures) {
                if (filterFailures.count(runtime.nanoTime()) == 0) {
                    return;
                }
            }
        }
        int host = EventLines.host(event);
        HostState state = host < 0 ? null : engine.host(host); // these come from the control loop
        String name = host < 0 ? "" : "host " + host; // of one that was just removed
        events.publish(event, state == null ? name : state.toString());
        if (event instanceof KnetEvent.HostReachable) {
            reachability.signal();
        }
    }

    @Override
    public void dropped(long now, DropCause cause, long count, @Nullable InetSocketAddress source) {
        dropLog.dropped(now, cause, count, source);
    }

    @Override
    public void wakeLoop() {
        runtime.wakeLoop();
    }

    @Override
    public void wakeSender() {
        sendQueue.wake();
    }

    @Override
    public boolean isLogged(LogSubsystem subsystem, System.Logger.Level level) {
        return log.isLogged(subsystem, level);
    }

    @Override
    public void log(
            LogSubsystem subsystem,
            System.Logger.Level level,
            String message,
            @Nullable Throwable thrown) {
        if (closed.get()) {
            // What logs may have ended, and nobody is held up any more.
            log.write(subsystem, level, message, thrown);
        } else if (log.isLogged(subsystem, level)) {
            events.log(subsystem, level, message, thrown);
        }
    }

    // ---- hosts

    <T> T call(Supplier<T> command) {
        if (closed.get()) {
            throw new KnetClosedException("node " + config.nodeId() + " is closed");
        }
        return runtime.call(command);
    }

    /** Asks the control loop to do something. */
    void run(Runnable command) {
        call(() -> {
            command.run();
            return true;
        });
    }

    /** Has the control loop change something. */
    void change(Runnable command) {
        change(() -> {
            command.run();
            return true;
        });
    }

    /** Has the control loop change something, one caller after the other. */
    <T> T change(Supplier<T> command) {
        return changing(() ->
                call(() -> {
                    countChange();
                    return command.get();
                }));
    }

    /** Does what changes something. Senders are done with what it removed when this returns. */
    private <T> T changing(Supplier<T> action) {
        if (runtime.isLoop()) {
            return action.get(); // the engine closes sockets after a while
        }
        changing.lock();
        try {
            T result = action.get();
            closeUnusedSockets();
            return result;
        } finally {
            changing.unlock();
        }
    }

    private void closeUnusedSockets() {
        long released = engine.releasedSockets();
        if (released == closedUpTo || !isSenderDone()) {
            return; // the engine closes them after a while
        }
        closedUpTo = released;
        boolean more = true;
        while (more) {
            more = call(() -> engine.closeUnusedSockets(released, SOCKETS_PER_COMMAND));
        }
    }

    /** Waits until messages are sent that were being sent when this was called. */
    private boolean isSenderDone() {
        try {
            if (sendLock.tryLock(SENDER_LIMIT, TimeUnit.NANOSECONDS)) {
                sendLock.unlock();
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** To be called by the control loop. */
    void countChange() {
        changeCount++;
    }

    /** Changes with everything that is changed. To be called by the control loop. */
    long changeCount() {
        return changeCount;
    }

    Engine engine() {
        return engine;
    }

    NodeRuntime runtime() {
        return runtime;
    }

    @Override
    public int nodeId() {
        return config.nodeId();
    }

    @Override
    public Host addHost(int id) {
        return addHost(id, Integer.toString(id));
    }

    @Override
    public Host addHost(int id, String name) {
        return new NodeHost(this, change(() -> engine.addHost(id, name)));
    }

    @Override
    public Optional<Host> host(int id) {
        return call(() -> view(engine.host(id)));
    }

    @Override
    public Optional<Host> host(String name) {
        return call(() -> view(engine.host(name)));
    }

    private Optional<Host> view(@Nullable HostState host) {
        return Optional.ofNullable(host).map(state -> new NodeHost(this, state));
    }

    @Override
    public List<Host> hosts() {
        return call(() ->
                engine.hosts().stream().<Host>map(state -> new NodeHost(this, state)).toList());
    }

    boolean awaitReachable(HostState host, long timeout) throws InterruptedException {
        boolean reachable =
                reachability.await(() -> closed.get() || engine.isReachable(host), timeout);
        if (closed.get()) {
            throw new KnetClosedException("node " + config.nodeId() + " is closed");
        }
        return reachable;
    }

    // ---- messages

    @Override
    public Channel channel(int id) {
        if (id < 0 || id >= MAX_CHANNELS) {
            throw ConfigurationException.invalid("channel", id, "0 to " + (MAX_CHANNELS - 1));
        }
        if (closed.get()) {
            throw new KnetClosedException("node " + config.nodeId() + " is closed");
        }
        while (true) {
            NodeChannel open = channels.get(id);
            if (open != null) {
                return open;
            }
            NodeChannel added = new NodeChannel(this, id, config.receiveQueueBytes(), runtime);
            if (channels.compareAndSet(id, null, added) && closed.get()) {
                added.close(); // close() may have looked at this channel before it was there
                throw new KnetClosedException("node " + config.nodeId() + " is closed");
            }
        }
    }

    void channelClosed(NodeChannel channel) {
        channels.compareAndSet(channel.id(), channel, null);
    }

    void checkSendable(NodeChannel channel, int length) {
        if (length < 1 || length > MAX_MESSAGE_SIZE) {
            throw new SendException(
                    Reason.MESSAGE_SIZE,
                    "payload: "
                            + length
                            + " bytes are not allowed; allowed: 1 to "
                            + MAX_MESSAGE_SIZE);
        }
        if (closed.get()) {
            throw new KnetClosedException("node " + config.nodeId() + " is closed");
        }
        if (channels.get(channel.id()) != channel) {
            throw new SendException(
                    Reason.CHANNEL_NOT_OPEN, "channel " + channel.id() + " is closed");
        }
    }

    void send(NodeChannel channel, ByteBuffer payload, @Nullable Destination destination) {
        checkSendable(channel, payload.remaining());
        sendQueue.send(channel.id(), payload, destination);
    }

    @Nullable QueueClaim tryClaim(NodeChannel channel, int length, Destination destination) {
        checkSendable(channel, length);
        return sendQueue.claim(this, channel, length, destination);
    }

    void sendSync(NodeChannel channel, ByteBuffer payload, @Nullable Destination destination) {
        checkSendable(channel, payload.remaining());
        OutgoingMessage message = new OutgoingMessage();
        message.set(channel.id(), destination, payload, payload.position(), payload.remaining());
        Reason failure = engine.sender().address(message, true);
        sendLock.lock();
        try {
            failure =
                    failure == null
                            ? engine.sender().sendNow(runtime.nanoTime(), message)
                            : engine.sender().refused(failure);
        } finally {
            sendLock.unlock();
        }
        if (failure != null) {
            throw new SendException(failure, notSent(channel.id(), destination, failure));
        }
    }

    private static String notSent(int channel, @Nullable Destination destination, Reason failure) {
        String to =
                switch (destination) {
                    case null -> "a host that the filter chooses";
                    case Destination.Broadcast _ -> "all hosts";
                    case Destination.Unicast unicast -> unicast.toString();
                };
        return "channel "
                + channel
                + " to "
                + to
                + ": not sent ("
                + failure
                + "): "
                + explanation(failure);
    }

    private static String explanation(Reason failure) {
        return switch (failure) {
            case FORWARDING_DISABLED -> "call Knet.startForwarding() first";
            case NO_FILTER -> "name a destination, or set a filter with Knet.setFilter";
            case FILTER_FAILED -> "the filter refused the message or threw an exception";
            case NO_DESTINATION -> "the list of hosts is empty";
            case TOO_MANY_DESTINATIONS -> "a synchronous message goes to exactly one host";
            case HOST_DOWN -> "the host is not known, or no link to it is up";
            case TOO_MANY_FRAGMENTS -> "at this MTU it needs more than 254 fragments";
            case ENCRYPTION_FAILED -> "a packet could not be encrypted";
            case NO_PROGRESS -> "the socket buffers stay full";
            case QUEUE_FULL -> "the receive queue of the local channel is full";
            default -> "every link refused it";
        };
    }

    @Override
    public String toString() {
        return "node " + config.nodeId();
    }

    @Override
    public void startForwarding() {
        change(() -> engine.setForwarding(true));
    }

    @Override
    public boolean stopForwarding() {
        boolean flushed = sendQueue.flush(FLUSH_LIMIT.toNanos());
        if (!closed.get()) {
            runtime.awaitReceived(); // above all what this node has just sent to itself
        }
        change(() -> engine.setForwarding(false));
        return flushed;
    }

    @Override
    public boolean isForwarding() {
        return engine.forwarding();
    }

    @Override
    public void setFilter(@Nullable DestinationFilter filter) {
        change(() -> engine.setFilter(filter));
    }

    // ---- the rest

    @Override
    public Registration onEvent(Consumer<? super KnetEvent> listener) {
        if (closed.get()) {
            throw new KnetClosedException("node " + config.nodeId() + " is closed");
        }
        return events.add(listener);
    }

    @Override
    public Crypto crypto() {
        return crypto;
    }

    @Override
    public void setInterfaceMtu(OptionalInt bytes) {
        change(() -> engine.setInterfaceMtu(bytes));
    }

    @Override
    public void setDscp(int dscp) {
        change(() -> engine.setDscp(dscp));
    }

    @Override
    public void setPathMtuInterval(Duration interval) {
        change(() -> engine.setPathMtuInterval(interval));
    }

    @Override
    public Duration pathMtuInterval() {
        return call(engine::pathMtuInterval);
    }

    @Override
    public void discoverPathMtu() {
        run(engine::discoverPathMtu);
    }

    @Override
    public int dataMtu() {
        return call(engine::dataMtu);
    }

    @Override
    public void setCompression(CompressionConfig compression) {
        // Tried out by the caller, since it may take a while, above all to load a library.
        ActiveCompression active = CompressionMethods.activateInstalled(compression);
        change(() -> engine.setCompression(active));
    }

    @Override
    public CompressionConfig compression() {
        return engine.compression();
    }

    @Override
    public void setAccessLists(boolean enabled) {
        change(() -> engine.setAccessLists(enabled));
    }

    @Override
    public boolean accessLists() {
        return call(engine::accessLists);
    }

    @Override
    public void setFlapControl(FlapControl control) {
        checkNotNull("flapControl", control);
        change(() -> engine.setFlapControl(runtime.nanoTime(), control));
    }

    @Override
    public FlapControl flapControl() {
        return call(engine::flapControl);
    }

    @Override
    public void forceOnWireVersion(OptionalInt version) {
        change(() -> engine.forceOnWireVersion(version));
    }

    @Override
    public OnWireVersion onWireVersion() {
        return call(engine::onWireVersion);
    }

    @Override
    public KnetStatistics statistics() {
        Map<Reason, Long> failures = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            long count =
                    engine.sender().failures(reason)
                            + (reason == Reason.QUEUE_FULL ? sendQueue.dropped() : 0);
            if (count > 0) {
                failures.put(reason, count);
            }
        }
        return new KnetStatistics(
                engine.sender().messagesSent(),
                engine.messagesDelivered() + engine.sender().deliveredLocally(),
                failures,
                engine.drops(),
                events.dropped(),
                engine.compressionStatistics(),
                engine.cryptoStatistics(),
                engine.stalls());
    }

    @Override
    public Set<UdpFeature> udpFeatures() {
        return call(() -> Set.copyOf(runtime.transport().features()));
    }

    @Override
    public List<LinkStatus> linkStatuses() {
        return call(() -> engine.linkStatuses(runtime.nanoTime()));
    }

    @Override
    public void clearStatistics(StatisticsScope scope) {
        checkNotNull("scope", scope);
        run(() -> {
            engine.clearStatistics(scope);
            sendQueue.clearStatistics();
            events.clearStatistics();
        });
    }

    @Override
    public void setLogLevel(LogSubsystem subsystem, System.Logger.Level level) {
        checkNotNull("subsystem", subsystem);
        checkNotNull("level", level);
        run(() -> log.setLevel(subsystem, level));
    }

    @Override
    public System.Logger.Level logLevel(LogSubsystem subsystem) {
        checkNotNull("subsystem", subsystem);
        return log.level(subsystem);
    }

    static void checkNotNull(String field, @Nullable Object value) {
        if (value == null) {
            throw ConfigurationException.invalid(field, "null", "a value");
        }
    }

    @Override
    public KnetConfig config() {
        return config;
    }

    @Override
    public NodeConfig nodeConfig() {
        return applier.current();
    }

    @Override
    public List<ConfigChange> plan(NodeConfig desired) {
        return applier.plan(desired);
    }

    @Override
    public List<ConfigChange> apply(NodeConfig desired) {
        return changing(() -> applier.apply(desired));
    }

    long incompleteBytes() {
        return call(engine::reassemblyBytes);
    }

    Optional<String> leak() {
        return call(engine::leak);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        int claims = sendQueue.close();
        if (claims > 0) {
            log.write(
                    LogSubsystem.COMMON,
                    System.Logger.Level.WARNING,
                    "claims that were neither committed nor aborted when the node was closed: "
                            + claims,
                    null);
        }
        reachability.signal();
        for (int i = 0; i < channels.length(); i++) {
            NodeChannel channel = channels.get(i);
            if (channel != null) {
                channel.close();
            }
        }
        runtime.close();
        engine.wipeKeys();
        sendLock.lock();
        try {
            engine.sender().close();
        } finally {
            sendLock.unlock();
        }
    }
}
