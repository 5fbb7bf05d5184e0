package io.knet4j.interop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node that runs the C library in this process.
 *
 * <p>Calls map one to one to functions of the library and throw {@link LibKnetException} when these
 * fail. All methods may be called from any thread, but not from a {@link RxFilter}: the library
 * would wait for itself.
 */
@SuppressWarnings("EnumOrdinal") // the enums here have the order and so the numbers of C's
public final class CNode implements AutoCloseable {
    private static final int QUEUED_MESSAGES = 16_384;
    private static final int KEPT_LOG_LINES = 500;
    private static final int POLL_SLICE_MILLIS = 100;
    private static final int STATUS_POLL_MILLIS = 5;
    private static final int FREE_ATTEMPTS = 3;

    private static final ThreadLocal<MemorySegment> SCRATCH =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LibKnet.MAX_PACKET_SIZE, 64));

    private final int hostId;
    private final Arena arena = Arena.ofShared();
    private final LogReader log;
    private final CallbackRecorder callbacks;
    private final MemorySegment knet;
    private final Map<Integer, OpenChannel> channels = new ConcurrentHashMap<>();
    private final BlockingQueue<CMessage> messages = new LinkedBlockingQueue<>(QUEUED_MESSAGES);
    // Held shared during calls, so that close() doesn't free what another thread is using.
    private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();
    private volatile boolean closed;
    private volatile boolean forwarded;

    /** How two hosts share the links between them. */
    public enum Policy {
        /** The connected link of the highest priority. */
        PASSIVE,
        /** Every connected link. */
        ACTIVE,
        /** One connected link after the other. */
        ROUND_ROBIN
    }

    /** What to do with an entry of an access list. */
    public enum Access {
        /** Let the packet pass. */
        ACCEPT,
        /** Drop it. */
        REJECT
    }

    /** How an entry of an access list is compared with the source address of a packet. */
    public enum AclType {
        /** One address. */
        ADDRESS,
        /** A network address and its mask. */
        MASK,
        /** All addresses from the first to the second. */
        RANGE
    }

    /** Takes the messages of a channel on the thread that reads them. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Takes a message.
         *
         * @param channel the channel
         * @param payload its bytes, valid during the call
         * @throws InterruptedException when the channel is being closed
         */
        void receive(int channel, MemorySegment payload) throws InterruptedException;
    }

    /**
     * Looks at every message before the library delivers it; the only place that knows where it
     * came from.
     */
    @FunctionalInterface
    public interface RxFilter {
        /**
         * Decides about a message. Runs on a thread of the library, under its lock: be short, don't
         * call the node.
         *
         * @param sourceHost the host that sent it
         * @param channel its channel
         * @param payload its bytes, valid during the call
         * @return whether to deliver it
         */
        boolean accept(int sourceHost, int channel, MemorySegment payload);
    }

    private record OpenChannel(int fd, @Nullable ChannelReader reader) {
        void stopReading() {
            if (reader != null) {
                reader.close();
            }
        }
    }

    private CNode(int hostId, LogLevel logLevel) {
        this.hostId = hostId;
        LogReader openLog = null;
        try {
            callbacks = new CallbackRecorder(arena);
            openLog = new LogReader(hostId, KEPT_LOG_LINES);
            knet = LibKnet.handleNewEx(hostId, openLog.writeFd(), logLevel.ordinal(), 0);
            log = openLog;
        } catch (Throwable t) {
            if (openLog != null) {
                openLog.close();
            }
            arena.close();
            throw t;
        }
    }

    /** How much the library logs. */
    public enum LogLevel {
        /** Errors. */
        ERROR,
        /** And warnings. */
        WARNING,
        /** And links going up and down, and changes of the configuration. */
        INFO,
        /** And everything. */
        DEBUG
    }

    /**
     * Creates a node which logs at {@link LogLevel#DEBUG}. It has no hosts and no channels, and
     * doesn't forward yet.
     *
     * @param hostId its own id, 0 to 65535
     * @return the node
     */
    public static CNode open(int hostId) {
        return open(hostId, LogLevel.DEBUG);
    }

    /**
     * Creates a node.
     *
     * @param hostId its own id, 0 to 65535
     * @param logLevel how much it logs; its threads spend time on that
     * @return the node
     * @throws IllegalStateException when the library isn't available
     */
    public static CNode open(int hostId, LogLevel logLevel) {
        Optional<String> reason = LibKnet.unavailableReason();
        if (reason.isPresent()) {
            throw new IllegalStateException(reason.get());
        }
        CNode node = new CNode(hostId, logLevel);
        try {
            LibKnet.handleEnableSockNotify(
                    node.knet, MemorySegment.NULL, node.callbacks.sockNotify);
            LibKnet.handleEnablePmtudNotify(
                    node.knet, MemorySegment.NULL, node.callbacks.pmtudNotify);
            LibKnet.hostEnableStatusChangeNotify(
                    node.knet, MemorySegment.NULL, node.callbacks.hostStatus);
            return node;
        } catch (Throwable t) {
            node.closeAfter(t);
            throw t;
        }
    }

    /** {@return the id of this node} */
    public int hostId() {
        return hostId;
    }

    // ---- hosts and links

    /**
     * Adds a host ({@code knet_host_add}).
     *
     * @param id its id; the own id is allowed
     */
    public void addHost(int id) {
        with(h -> LibKnet.hostAdd(h, id));
    }

    /**
     * Removes a host without links ({@code knet_host_remove}).
     *
     * @param id its id
     */
    public void removeHost(int id) {
        with(h -> LibKnet.hostRemove(h, id));
    }

    /**
     * Names a host ({@code knet_host_set_name}).
     *
     * @param id its id
     * @param name at most 255 bytes
     */
    public void nameHost(int id, String name) {
        with(h -> {
            try (Arena a = Arena.ofConfined()) {
                LibKnet.hostSetName(h, id, a.allocateFrom(name));
            }
        });
    }

    /**
     * Sets how the links to a host share the messages ({@code knet_host_set_policy}).
     *
     * @param id the host
     * @param policy the policy
     */
    public void policy(int id, Policy policy) {
        with(h -> LibKnet.hostSetPolicy(h, id, policy.ordinal()));
    }

    /**
     * Configures a UDP link, sets its timers and priority and enables it. When one of these steps
     * fails the link is removed again.
     *
     * @param id the host at the other end
     * @param link the link
     */
    public void addLink(int id, CLinkConfig link) {
        configureLink(id, link);
        try {
            enableLink(id, link.linkId(), true);
        } catch (Throwable t) {
            suppressing(t, () -> clearLink(id, link.linkId()));
            throw t;
        }
    }

    /**
     * Configures a UDP link and sets its timers and priority, but leaves it disabled.
     *
     * @param id the host at the other end
     * @param link the link
     */
    public void configureLink(int id, CLinkConfig link) {
        int linkId = link.linkId();
        with(h -> {
            setLinkConfig(h, id, linkId, LibKnet.TRANSPORT_UDP, link.local(), link.remote());
            try {
                LibKnet.linkSetPingTimers(
                        h,
                        id,
                        linkId,
                        link.pingIntervalMillis(),
                        link.pingTimeoutMillis(),
                        link.precision());
                LibKnet.linkSetPongCount(h, id, linkId, link.pongCount());
                LibKnet.linkSetPriority(h, id, linkId, link.priority());
            } catch (Throwable t) {
                suppressing(t, () -> LibKnet.linkClearConfig(h, id, linkId));
                throw t;
            }
        });
    }

    /**
     * Adds the own host with a loopback link, enabled: this node then receives its own messages.
     */
    public void addLoopback() {
        with(h -> {
            LibKnet.hostAdd(h, hostId);
            setLinkConfig(
                    h,
                    hostId,
                    0,
                    LibKnet.TRANSPORT_LOOPBACK,
                    new InetSocketAddress("127.0.0.1", 0),
                    null);
            LibKnet.linkSetEnable(h, hostId, 0, 1);
        });
    }

    private static void setLinkConfig(
            MemorySegment h,
            int id,
            int linkId,
            int transport,
            InetSocketAddress local,
            @Nullable InetSocketAddress remote) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment source = address(a, local);
            MemorySegment destination = remote == null ? MemorySegment.NULL : address(a, remote);
            LibKnet.linkSetConfig(h, id, linkId, transport, source, destination, 0);
        }
    }

    /**
     * Enables or disables a link ({@code knet_link_set_enable}).
     *
     * @param id the host
     * @param linkId the link
     * @param enabled which
     */
    public void enableLink(int id, int linkId, boolean enabled) {
        with(h -> LibKnet.linkSetEnable(h, id, linkId, enabled ? 1 : 0));
    }

    /**
     * Removes a disabled link ({@code knet_link_clear_config}).
     *
     * @param id the host
     * @param linkId the link
     */
    public void clearLink(int id, int linkId) {
        with(h -> LibKnet.linkClearConfig(h, id, linkId));
    }

    /**
     * Changes the priority of a link ({@code knet_link_set_priority}).
     *
     * @param id the host
     * @param linkId the link
     * @param priority 0 to 255
     */
    public void linkPriority(int id, int linkId, int priority) {
        with(h -> LibKnet.linkSetPriority(h, id, linkId, priority));
    }

    /**
     * {@return the ids of the configured links to a host ({@code knet_link_get_link_list})}
     *
     * @param id the host
     */
    public List<Integer> links(int id) {
        return call(h -> links(h, id));
    }

    /** {@return the ids of the hosts ({@code knet_host_get_host_list})} */
    public List<Integer> hosts() {
        return call(CNode::hosts);
    }

    /**
     * {@return what the library says about a link ({@code knet_link_get_status})}
     *
     * @param id the host
     * @param linkId the link
     */
    public CLinkStatus linkStatus(int id, int linkId) {
        return call(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment status = a.allocate(KnetStructs.LinkStatus.LAYOUT);
                LibKnet.linkGetStatus(h, id, linkId, status, status.byteSize());
                return KnetStructs.LinkStatus.read(status);
            }
        });
    }

    /**
     * {@return whether the library can reach a host ({@code knet_host_get_status})}
     *
     * @param id the host
     */
    public boolean hostReachable(int id) {
        return call(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment status = a.allocate(KnetStructs.HostStatus.LAYOUT);
                LibKnet.hostGetStatus(h, id, status);
                return KnetStructs.HostStatus.reachable(status);
            }
        });
    }

    // ---- access lists

    /**
     * Switches access lists on or off ({@code knet_handle_enable_access_lists}); they are off at
     * first.
     *
     * @param enabled which
     */
    public void accessLists(boolean enabled) {
        with(h -> LibKnet.handleEnableAccessLists(h, enabled ? 1 : 0));
    }

    /**
     * Inserts an entry into the access list of a dynamic link ({@code knet_link_insert_acl}).
     *
     * @param id the host
     * @param linkId the link
     * @param index where; -1 appends
     * @param type how to compare
     * @param first the address, network or start of the range; its port doesn't matter
     * @param second the mask or end of the range; null for {@link AclType#ADDRESS}
     * @param access what to do with a packet that matches
     */
    public void insertAcl(
            int id,
            int linkId,
            int index,
            AclType type,
            InetSocketAddress first,
            @Nullable InetSocketAddress second,
            Access access) {
        with(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment ss1 = address(a, first);
                MemorySegment ss2 = second == null ? ss1 : address(a, second);
                LibKnet.linkInsertAcl(
                        h, id, linkId, index, ss1, ss2, type.ordinal(), access.ordinal());
            }
        });
    }

    /**
     * Removes an entry from the access list of a dynamic link ({@code knet_link_rm_acl}).
     *
     * @param id the host
     * @param linkId the link
     * @param type as inserted
     * @param first as inserted
     * @param second as inserted
     * @param access as inserted
     */
    public void removeAcl(
            int id,
            int linkId,
            AclType type,
            InetSocketAddress first,
            @Nullable InetSocketAddress second,
            Access access) {
        with(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment ss1 = address(a, first);
                MemorySegment ss2 = second == null ? ss1 : address(a, second);
                LibKnet.linkRmAcl(h, id, linkId, ss1, ss2, type.ordinal(), access.ordinal());
            }
        });
    }

    /**
     * Empties the access list of a dynamic link ({@code knet_link_clear_acl}).
     *
     * @param id the host
     * @param linkId the link
     */
    public void clearAcl(int id, int linkId) {
        with(h -> LibKnet.linkClearAcl(h, id, linkId));
    }

    // ---- settings of the node

    /**
     * Starts or stops the flow of messages ({@code knet_handle_setfwd}). Stopping takes about half
     * a second.
     *
     * @param enabled which
     */
    public void forwarding(boolean enabled) {
        with(h -> {
            LibKnet.handleSetfwd(h, enabled ? 1 : 0);
            forwarded = enabled;
        });
    }

    /**
     * Decides who gets the messages sent from now on, and installs the filter when there was none.
     * Without a filter everything is broadcast, and {@link #sendSync} fails with ENETDOWN.
     *
     * @param destinations the decision
     */
    public void destinations(Destinations destinations) {
        callbacks.destinations(destinations);
        with(h -> LibKnet.handleEnableFilter(h, MemorySegment.NULL, callbacks.filter));
    }

    /**
     * Looks at what is received, and installs the filter when there was none.
     *
     * @param rxFilter the filter, or null to accept everything
     */
    public void rxFilter(@Nullable RxFilter rxFilter) {
        callbacks.rxFilter(rxFilter);
        with(h -> LibKnet.handleEnableFilter(h, MemorySegment.NULL, callbacks.filter));
    }

    /** Removes the filter: everything sent is broadcast, everything received accepted. */
    public void removeFilter() {
        with(h -> LibKnet.handleEnableFilter(h, MemorySegment.NULL, MemorySegment.NULL));
    }

    /**
     * Fixes the MTU of the interfaces instead of discovering it ({@code knet_handle_pmtud_set}).
     *
     * @param mtu the size of an IP packet; 0 discovers it
     */
    public void interfaceMtu(int mtu) {
        with(h -> LibKnet.handlePmtudSet(h, mtu));
    }

    /** {@return bytes of payload per packet at present ({@code knet_handle_pmtud_get})} */
    public int dataMtu() {
        return call(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment mtu = a.allocate(JAVA_INT);
                LibKnet.handlePmtudGet(h, mtu);
                return mtu.get(JAVA_INT, 0);
            }
        });
    }

    /**
     * Sets how often the path MTU is discovered ({@code knet_handle_pmtud_setfreq}).
     *
     * @param seconds 1 to 86400
     */
    public void pmtudInterval(int seconds) {
        with(h -> LibKnet.handlePmtudSetfreq(h, seconds));
    }

    /**
     * Encrypts all traffic and accepts nothing else ({@code knet_handle_crypto}).
     *
     * @param model {@code openssl} or {@code nss}; {@code none} switches encryption off
     * @param cipher such as {@code aes256}, or {@code none}
     * @param hash such as {@code sha256}
     * @param key 128 to 4096 bytes
     */
    public void crypto(String model, String cipher, String hash, byte[] key) {
        withCrypto(model, cipher, hash, key, LibKnet::handleCrypto);
    }

    /**
     * Fills one of the two crypto slots ({@code knet_handle_crypto_set_config}).
     *
     * @param slot 1 or 2
     * @param model {@code openssl} or {@code nss}; {@code none} empties the slot
     * @param cipher such as {@code aes256}, or {@code none}
     * @param hash such as {@code sha256}
     * @param key 128 to 4096 bytes
     */
    public void cryptoSlot(int slot, String model, String cipher, String hash, byte[] key) {
        withCrypto(
                model,
                cipher,
                hash,
                key,
                (h, config) -> LibKnet.handleCryptoSetConfig(h, config, slot));
    }

    /**
     * Selects the crypto slot to send with ({@code knet_handle_crypto_use_config}).
     *
     * @param slot 1 or 2; 0 sends clear text
     */
    public void useCryptoSlot(int slot) {
        with(h -> LibKnet.handleCryptoUseConfig(h, slot));
    }

    /**
     * Says whether clear text is accepted while a crypto slot is filled ({@code
     * knet_handle_crypto_rx_clear_traffic}).
     *
     * @param allowed which
     */
    public void acceptClearTraffic(boolean allowed) {
        with(h -> LibKnet.handleCryptoRxClearTraffic(h, allowed ? 0 : 1));
    }

    /**
     * Compresses messages to send ({@code knet_handle_compress}).
     *
     * @param model such as {@code zlib}; {@code none} switches compression off
     * @param threshold only larger messages are compressed; 0 means 100 bytes
     * @param level as the method understands it
     */
    public void compress(String model, int threshold, int level) {
        with(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment config = a.allocate(KnetStructs.CompressCfg.LAYOUT);
                KnetStructs.CompressCfg.write(config, model, threshold, level);
                LibKnet.handleCompress(h, config);
            }
        });
    }

    /** {@return the counters of the node ({@code knet_handle_get_stats})} */
    public CNodeStats stats() {
        return call(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment stats = a.allocate(KnetStructs.HandleStats.LAYOUT);
                LibKnet.handleGetStats(h, stats, stats.byteSize());
                return KnetStructs.HandleStats.read(stats);
            }
        });
    }

    /**
     * Sets the counters back ({@code knet_handle_clear_stats}).
     *
     * @param linksToo whether those of the links, too
     */
    public void clearStats(boolean linksToo) {
        with(h -> LibKnet.handleClearStats(h, linksToo ? 2 : 1));
    }

    // ---- messages

    /**
     * Opens a channel whose messages are queued for {@link #poll}. When nobody takes them reading
     * stops after 16,384, and then the library drops what it can't deliver.
     *
     * @param channel 0 to 31
     */
    public void openChannel(int channel) {
        openChannel(
                channel, (n, payload) -> messages.put(new CMessage(n, payload.toArray(JAVA_BYTE))));
    }

    /**
     * Opens a channel whose messages go to a receiver ({@code knet_handle_add_datafd}).
     *
     * @param channel 0 to 31
     * @param receiver takes them, on a thread of the channel
     */
    public void openChannel(int channel, Receiver receiver) {
        with(h -> {
            int fd = addDatafd(h, channel);
            try {
                ChannelReader reader = new ChannelReader(hostId, channel, fd, receiver);
                channels.put(channel, new OpenChannel(fd, reader));
                reader.start();
            } catch (Throwable t) {
                suppressing(t, () -> LibKnet.handleRemoveDatafd(h, fd));
                throw t;
            }
        });
    }

    /**
     * Opens a channel whose descriptor the caller reads and writes himself ({@code
     * knet_handle_add_datafd}).
     *
     * @param channel 0 to 31
     * @return the descriptor
     */
    public CDescriptor openDescriptor(int channel) {
        return call(h -> {
            int fd = addDatafd(h, channel);
            channels.put(channel, new OpenChannel(fd, null));
            return new CDescriptor(h, channel, fd, arena);
        });
    }

    private static int addDatafd(MemorySegment h, int channel) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment fd = a.allocate(JAVA_INT);
            MemorySegment n = a.allocate(JAVA_BYTE);
            n.set(JAVA_BYTE, 0, (byte) channel);
            LibKnet.handleAddDatafd(h, fd, n);
            return fd.get(JAVA_INT, 0);
        }
    }

    /**
     * Closes a channel ({@code knet_handle_remove_datafd}).
     *
     * @param channel an open channel
     */
    public void closeChannel(int channel) {
        with(h -> {
            OpenChannel open = channels.remove(channel);
            if (open == null) {
                throw new IllegalStateException("channel " + channel + " is not open");
            }
            open.stopReading();
            LibKnet.handleRemoveDatafd(h, open.fd());
        });
    }

    /**
     * Hands a message to the library, waiting while its queue is full.
     *
     * @param channel an open channel
     * @param payload 1 to 65536 bytes
     */
    public void send(int channel, byte[] payload) {
        send(channel, scratch(payload), payload.length);
    }

    /**
     * Hands a message to the library, waiting while its queue is full. This form copies nothing in
     * Java.
     *
     * @param channel an open channel
     * @param payload native memory
     * @param length how many bytes of it, 1 to 65536
     */
    public void send(int channel, MemorySegment payload, long length) {
        while (!trySend(channel, payload, length)) {
            awaitWritable(channel);
        }
    }

    /**
     * Hands a message to the library if it takes it at once ({@code knet_send}).
     *
     * @param channel an open channel
     * @param payload 1 to 65536 bytes
     * @return false when the queue is full
     */
    public boolean trySend(int channel, byte[] payload) {
        return trySend(channel, scratch(payload), payload.length);
    }

    /**
     * Hands a message to the library if it takes it at once ({@code knet_send}).
     *
     * @param channel an open channel
     * @param payload native memory
     * @param length how many bytes of it, 1 to 65536
     * @return false when the queue is full
     */
    public boolean trySend(int channel, MemorySegment payload, long length) {
        inUse.readLock().lock();
        try {
            return LibKnet.send(handle(), payload, length, channel) >= 0;
        } finally {
            inUse.readLock().unlock();
        }
    }

    /**
     * Sends a message to one host in the calling thread ({@code knet_send_sync}). Needs {@link
     * #destinations}.
     *
     * @param channel an open channel
     * @param payload 1 to 65536 bytes
     */
    public void sendSync(int channel, byte[] payload) {
        sendSync(channel, scratch(payload), payload.length);
    }

    /**
     * Sends a message to one host in the calling thread ({@code knet_send_sync}). Needs {@link
     * #destinations}.
     *
     * @param channel an open channel
     * @param payload native memory
     * @param length how many bytes of it, 1 to 65536
     */
    public void sendSync(int channel, MemorySegment payload, long length) {
        inUse.readLock().lock();
        try {
            LibKnet.sendSync(handle(), payload, length, channel);
        } finally {
            inUse.readLock().unlock();
        }
    }

    private void awaitWritable(int channel) {
        inUse.readLock().lock();
        try (Arena a = Arena.ofConfined()) {
            handle();
            OpenChannel open = channels.get(channel);
            if (open != null) {
                MemorySegment pollFd = a.allocate(LibC.PollFd.LAYOUT);
                LibC.PollFd.set(pollFd, 0, open.fd(), LibC.POLLOUT);
                LibC.poll(pollFd, 1, POLL_SLICE_MILLIS);
            }
        } finally {
            inUse.readLock().unlock();
        }
    }

    /**
     * Takes the next message that arrived on any channel opened without a receiver.
     *
     * @param timeout how long to wait for one
     * @return the message; null after the timeout
     * @throws InterruptedException when interrupted
     */
    public @Nullable CMessage poll(Duration timeout) throws InterruptedException {
        return messages.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    // ---- observing

    /** {@return the events so far, the last ten thousand of them} */
    public List<CEvent> events() {
        return callbacks.events();
    }

    /**
     * Waits for an event; one that has already happened counts.
     *
     * @param wanted which
     * @param timeout how long to wait
     * @return the first such event
     * @throws InterruptedException when interrupted
     * @throws TimeoutException when there was none in time; the message ends with the log
     */
    public CEvent awaitEvent(Predicate<? super CEvent> wanted, Duration timeout)
            throws InterruptedException, TimeoutException {
        CEvent event = callbacks.await(wanted, System.nanoTime() + timeout.toNanos());
        if (event == null) {
            throw timeout("no such event; events: " + events(), timeout);
        }
        return event;
    }

    /**
     * Waits without a limit for the event that follows another one; null stands for the beginning.
     */
    CEvent awaitEventAfter(@Nullable CEvent last) throws InterruptedException {
        return callbacks.awaitAfter(last);
    }

    /**
     * Waits until a host can be reached, or cannot.
     *
     * @param id the host
     * @param reachable which
     * @param timeout how long to wait
     * @throws InterruptedException when interrupted
     * @throws TimeoutException when it wasn't so in time; the message ends with the log
     */
    public void awaitReachable(int id, boolean reachable, Duration timeout)
            throws InterruptedException, TimeoutException {
        await(
                () -> hostReachable(id) == reachable,
                "host " + id + " reachable=" + reachable,
                timeout);
    }

    /**
     * Waits until the status of a link is as wanted.
     *
     * @param id the host
     * @param linkId the link
     * @param wanted what it should be
     * @param timeout how long to wait
     * @return the first status that was
     * @throws InterruptedException when interrupted
     * @throws TimeoutException when it wasn't so in time; the message ends with the log
     */
    public CLinkStatus awaitLink(
            int id, int linkId, Predicate<? super CLinkStatus> wanted, Duration timeout)
            throws InterruptedException, TimeoutException {
        CLinkStatus[] last = new CLinkStatus[1];
        await(
                () -> {
                    last[0] = linkStatus(id, linkId);
                    return wanted.test(last[0]);
                },
                "link " + linkId + " to host " + id,
                timeout);
        return last[0];
    }

    // The library (1.x) tells nothing about links by itself, so their status is polled.
    private void await(Condition condition, String what, Duration timeout)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw timeout(what, timeout);
            }
            callbacks.awaitAny(STATUS_POLL_MILLIS);
        }
    }

    private TimeoutException timeout(String what, Duration timeout) {
        return new TimeoutException(
                "node "
                        + hostId
                        + ": "
                        + what
                        + ": not within "
                        + timeout.toMillis()
                        + " ms; its log:\n"
                        + String.join("\n", logTail()));
    }

    /** {@return the last 500 lines of the log} */
    public List<String> logTail() {
        return log.lines();
    }

    /**
     * Sets how much one subsystem logs ({@code knet_log_set_loglevel}).
     *
     * @param subsystem its number in {@code libknet.h}
     * @param level the level
     */
    public void logLevel(int subsystem, LogLevel level) {
        with(h -> LibKnet.logSetLoglevel(h, subsystem, level.ordinal()));
    }

    /**
     * {@return an exception that escaped from a receive filter; the library saw "drop the message"
     * instead}
     */
    public Optional<Throwable> callbackFailure() {
        return Optional.ofNullable(callbacks.failure());
    }

    // ---- the end

    /**
     * Stops forwarding, removes all links, hosts and channels, and frees the node: on return its
     * threads have ended and its descriptors are closed. Steps that fail don't keep the later ones
     * from being done; the first failure is thrown at the end, the others are attached to it.
     *
     * <p>Takes about a second, because the library stops its threads at their next tick.
     */
    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            Failures failures = new Failures();
            if (forwarded) {
                failures.run(() -> LibKnet.handleSetfwd(knet, 0));
            }
            endCallbacks(failures);
            boolean freed = false;
            for (int i = 0; i < FREE_ATTEMPTS && !freed; i++) {
                Failures attempt = i == FREE_ATTEMPTS - 1 ? failures : new Failures();
                removeEverything(attempt);
                freed = attempt.run(() -> LibKnet.handleFree(knet));
            }
            failures.run(log::close);
            if (freed) {
                failures.run(arena::close);
            } // else threads of the library may still call back through it
            failures.throwFirst();
        } finally {
            inUse.writeLock().unlock();
        }
    }

    /**
     * A thread that is just being attached to the JVM for a callback, and is cancelled then, would
     * take locks of the JVM with it.
     */
    private void endCallbacks(Failures failures) {
        MemorySegment none = MemorySegment.NULL;
        failures.run(() -> LibKnet.handleEnableFilter(knet, none, none));
        failures.run(() -> LibKnet.handleEnablePmtudNotify(knet, none, none));
        failures.run(() -> LibKnet.hostEnableStatusChangeNotify(knet, none, none));
    }

    private void removeEverything(Failures failures) {
        // Asks the library what there is: calls that failed half-way leave no trace in our own
        // books.
        for (int host : failures.get(() -> hosts(knet), List.<Integer>of())) {
            for (int link : failures.get(() -> links(knet, host), List.<Integer>of())) {
                failures.run(() -> LibKnet.linkSetEnable(knet, host, link, 0));
                failures.run(() -> LibKnet.linkClearConfig(knet, host, link));
            }
            failures.run(() -> LibKnet.hostRemove(knet, host));
        }
        for (Integer channel : List.copyOf(channels.keySet())) {
            OpenChannel open = Objects.requireNonNull(channels.remove(channel));
            failures.run(open::stopReading);
            failures.run(() -> LibKnet.handleRemoveDatafd(knet, open.fd()));
        }
    }

    private void closeAfter(Throwable t) {
        suppressing(t, this::close);
    }

    static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- plumbing

    private static List<Integer> hosts(MemorySegment h) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment ids = a.allocate(JAVA_CHAR, LibKnet.MAX_HOST);
            MemorySegment count = a.allocate(JAVA_LONG);
            LibKnet.hostGetHostList(h, ids, count);
            List<Integer> hosts = new ArrayList<>();
            for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
                hosts.add((int) ids.getAtIndex(JAVA_CHAR, i));
            }
            return hosts;
        }
    }

    private static List<Integer> links(MemorySegment h, int id) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment ids = a.allocate(JAVA_BYTE, LibKnet.MAX_LINK);
            MemorySegment count = a.allocate(JAVA_LONG);
            LibKnet.linkGetLinkList(h, id, ids, count);
            List<Integer> links = new ArrayList<>();
            for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
                links.add((int) ids.get(JAVA_BYTE, i));
            }
            return links;
        }
    }

    private void withCrypto(String model, String cipher, String hash, byte[] key, CryptoCall call) {
        with(h -> {
            try (Arena a = Arena.ofConfined()) {
                MemorySegment config = a.allocate(KnetStructs.CryptoCfg.LAYOUT);
                KnetStructs.CryptoCfg.write(config, model, cipher, hash, key);
                call.on(h, config);
                config.fill((byte) 0);
            }
        });
    }

    private static MemorySegment address(Arena a, InetSocketAddress address) {
        MemorySegment storage = a.allocate(KnetStructs.SockAddr.SIZE, 8);
        KnetStructs.SockAddr.write(storage, address);
        return storage;
    }

    private static MemorySegment scratch(byte[] payload) {
        MemorySegment scratch = SCRATCH.get();
        if (payload.length > scratch.byteSize()) {
            throw new IllegalArgumentException(
                    "message of " + payload.length + " bytes; at most " + scratch.byteSize());
        }
        MemorySegment.copy(payload, 0, scratch, JAVA_BYTE, 0, payload.length);
        return scratch;
    }

    private MemorySegment handle() {
        if (closed) {
            throw new IllegalStateException("node " + hostId + " is closed");
        }
        return knet;
    }

    /** For calls that have no method of their own here. */
    void withHandle(HandleCall action) {
        with(action);
    }

    private void with(HandleCall action) {
        inUse.readLock().lock();
        try {
            action.on(handle());
        } finally {
            inUse.readLock().unlock();
        }
    }

    private <T> T call(Function<MemorySegment, T> action) {
        inUse.readLock().lock();
        try {
            return action.apply(handle());
        } finally {
            inUse.readLock().unlock();
        }
    }

    private static void suppressing(Throwable first, Runnable cleanup) {
        try {
            cleanup.run();
        } catch (RuntimeException e) {
            first.addSuppressed(e);
        }
    }

    @FunctionalInterface
    interface HandleCall {
        void on(MemorySegment handle);
    }

    @FunctionalInterface
    private interface CryptoCall {
        void on(MemorySegment handle, MemorySegment config);
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }
}
