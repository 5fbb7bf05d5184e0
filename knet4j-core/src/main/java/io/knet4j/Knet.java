package io.knet4j;

import io.knet4j.internal.node.Nodes;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The local node of a cluster: it owns the links to the other hosts, watches them, and carries
 * messages over them.
 *
 * <p>Answers to libknet's handle ({@code knet_handle_t}). All methods may be called from any
 * thread, also from callbacks, at any time. A method that changes something returns when the change
 * is in force. After {@link #close()} every method throws {@link KnetClosedException}, except those
 * that only tell what is known: {@link #nodeId()}, {@link #config()}, {@link #isForwarding()},
 * {@link #compression()}, {@link #statistics()}, {@link #logLevel}.
 *
 * {@snippet :
 * try (SharedKey key = SharedKey.read(Path.of("/etc/corosync/authkey"));
 *         Knet knet = Knet.builder(1).crypto(CryptoConfig.aes256Sha256(key)).open()) {
 *     Host peer = knet.addHost(2, "db-2");
 *     peer.addLink(0, LinkConfig.udp(local0, remote0));
 *     peer.addLink(1, LinkConfig.udp(local1, remote1));
 *     Channel orders = knet.channel(0);
 *     orders.onMessage(m -> System.out.println(m.source() + ": " + m.payload().remaining() + " bytes"));
 *     knet.startForwarding();
 *     peer.awaitReachable(Duration.ofSeconds(10)); // what is sent before is dropped
 *     orders.send(payload, Destination.host(2));
 * }
 * }
 */
public interface Knet extends AutoCloseable {

    /** Largest host id. Ids are 0 to 65535. */
    int MAX_HOST_ID = 65_535;

    /** Links per host: link ids are 0 to 7. */
    int MAX_LINKS = 8;

    /** Channels per node: channel ids are 0 to 31. */
    int MAX_CHANNELS = 32;

    /** Largest message in bytes. The smallest is 1. */
    int MAX_MESSAGE_SIZE = 65_536;

    /**
     * Starts the configuration of a node.
     *
     * @param nodeId id of the local node, 0 to 65535; unique in the cluster
     * @return a builder with every setting at its default
     * @throws ConfigurationException if the id is out of range
     */
    static Builder builder(int nodeId) {
        return new Builder(nodeId);
    }

    /**
     * Opens a node: starts its threads; it has no hosts, no links and does not forward messages
     * yet. Answers to {@code knet_handle_new_ex}.
     *
     * @param config the settings
     * @return the running node
     * @throws ConfigurationException if the chosen compression is not available or does not work;
     *     if the key of the crypto configuration was closed; {@link Reason#UNKNOWN_ALGORITHM} if
     *     this Java runtime does not offer its cipher or hash; {@link Reason#INVALID_ARGUMENT} if
     *     the system property {@value UdpFeature#WITHOUT_PROPERTY} names a feature that is not
     *     known
     */
    static Knet open(KnetConfig config) {
        return Nodes.open(config);
    }

    /**
     * The compression methods that are available to this program. Answers to {@code
     * knet_get_compress_list}.
     *
     * @return {@link CompressionMethod#ZLIB} and those of {@code knet4j-compress} whose libraries
     *     are there, in the order of their ids, without {@link CompressionMethod#NONE}
     */
    static List<CompressionMethod> compressionMethods() {
        return Nodes.compressionMethods();
    }

    /**
     * Id of the local node.
     *
     * @return 0 to 65535
     */
    int nodeId();

    /**
     * Adds a host that has its id in decimal as name. Answers to {@code knet_host_add}.
     *
     * @param id 0 to 65535; the id of the local node is allowed
     * @return the new host
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if there is a host with this id
     *     or with that name; {@link Reason#INVALID_ARGUMENT} if the id is out of range
     */
    Host addHost(int id);

    /**
     * Adds a host. Answers to {@code knet_host_add} and {@code knet_host_set_name}.
     *
     * @param id 0 to 65535; the id of the local node is allowed
     * @param name 1 to 255 bytes in UTF-8, unique in this node
     * @return the new host
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if there is a host with this id
     *     or name; {@link Reason#INVALID_ARGUMENT} if the id or name is not allowed
     */
    Host addHost(int id, String name);

    /**
     * Finds a host by id.
     *
     * @param id any number
     * @return the host, empty when there is none with this id
     */
    Optional<Host> host(int id);

    /**
     * Finds a host by name. Answers to {@code knet_host_get_id_by_host_name}.
     *
     * @param name exact name, case matters
     * @return the host, empty when there is none with this name
     */
    Optional<Host> host(String name);

    /**
     * All hosts, ordered by id. Answers to {@code knet_host_get_host_list}.
     *
     * @return an unmodifiable snapshot
     */
    List<Host> hosts();

    /**
     * The channel with this id; it is opened by the first call and then in use until {@link
     * Channel#close()}. Answers to {@code knet_handle_add_datafd}.
     *
     * @param id 0 to 31
     * @return the open channel
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the id is out of range
     */
    Channel channel(int id);

    /**
     * Starts to carry messages in both directions. A new node does not. Answers to {@code
     * knet_handle_setfwd(1)}.
     */
    void startForwarding();

    /**
     * Stops to carry messages: waits, for one second at most, until the messages queued so far are
     * sent, and takes what the sockets hold by then; from then on messages given to {@code send}
     * fail or are dropped with {@link Reason#FORWARDING_DISABLED}, and received messages are
     * dropped. Heartbeats go on. Answers to {@code knet_handle_setfwd(0)}.
     *
     * @return true when everything queued was sent, false when the second was over before
     */
    boolean stopForwarding();

    /**
     * Whether messages are carried.
     *
     * @return true between {@link #startForwarding()} and {@link #stopForwarding()}
     */
    boolean isForwarding();

    /**
     * Sets the filter that chooses the destinations of outgoing messages and accepts incoming ones.
     * Answers to {@code knet_handle_enable_filter}.
     *
     * @param filter the filter; null (the default) sends messages without explicit destination to
     *     all hosts and accepts all
     */
    void setFilter(@Nullable DestinationFilter filter);

    /**
     * Adds a listener for events. Listeners are called one event at a time, in order, in a thread
     * of their own; a slow listener delays later events only. At most 4096 events wait; further
     * ones are dropped and counted ({@link KnetStatistics#droppedEvents()}). Answers to libknet's
     * status callbacks.
     *
     * @param listener called for every event from now on
     * @return closing it removes the listener
     */
    Registration onEvent(Consumer<? super KnetEvent> listener);

    /**
     * Encryption and authentication of what this node sends and receives.
     *
     * @return the live settings
     */
    Crypto crypto();

    /**
     * Sets the MTU of the network interfaces by hand; the size of fragments follows from it, and
     * nothing is discovered any more. Answers to {@code knet_handle_pmtud_set}.
     *
     * @param bytes size of the largest IP packet, 576 to 65535; empty, the default, goes back to
     *     discovering what passes, from the smallest size on
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the size is out of range
     */
    void setInterfaceMtu(OptionalInt bytes);

    /**
     * Sets the differentiated services code point that packets of links with {@link
     * LinkConfig#highPriorityTraffic()} carry: in the TOS byte of IPv4, and in the traffic class of
     * IPv6, which libknet leaves at 0. Sockets that are open keep theirs. Answers to {@code
     * knet_handle_setprio_dscp} of libknet 1.3x.
     *
     * @param dscp 0 to 63; 0, the default, asks for low delay in the old way (TOS 0x10)
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if it is out of range
     */
    void setDscp(int dscp);

    /**
     * Sets how often the path MTU of each link is discovered anew. Besides, a link is looked at
     * when it comes up and when the operating system refuses a packet as too large, and at least
     * every five seconds a probe confirms that the largest packets still pass. Answers to {@code
     * knet_handle_pmtud_setfreq}.
     *
     * @param interval 1 to 86,400 s; default 60 s
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the time is out of range
     */
    void setPathMtuInterval(Duration interval);

    /**
     * How often the path MTU of each link is discovered anew. Answers to {@code
     * knet_handle_pmtud_getfreq}.
     *
     * @return 1 to 86,400 s
     */
    Duration pathMtuInterval();

    /**
     * Has the path MTU of all links that are up discovered anew, now. Returns at once; messages go
     * on in fragments of the size known so far. Does nothing while the MTU is {@linkplain
     * #setInterfaceMtu set by hand}.
     */
    void discoverPathMtu();

    /**
     * Bytes of a message in a packet that passes to all hosts. Answers to {@code
     * knet_handle_pmtud_get}; but here it limits nobody else: a message to one host is cut for that
     * host, and a message to several for the smallest data MTU among them.
     *
     * @return the smallest {@link HostStatus#dataMtu()} of the hosts that are reachable; what every
     *     path takes when none is
     */
    int dataMtu();

    /**
     * Chooses how messages are compressed that are sent from now on. It is tried out first; when
     * that fails, everything stays as it was. Messages are compressed before they are encrypted and
     * cut into fragments, and only when that makes them smaller. Answers to {@code
     * knet_handle_compress}, except that {@link CompressionConfig#NONE} does end compression.
     *
     * <p>Read at {@link CompressionMethod#ZSTD} before choosing that one.
     *
     * @param compression method, level and threshold
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the method is not
     *     {@linkplain #compressionMethods() available} or does not work
     */
    void setCompression(CompressionConfig compression);

    /**
     * How messages are compressed at the moment.
     *
     * @return what was set last, with the level that is used: a level at which nothing gets smaller
     *     was replaced by the method's default
     */
    CompressionConfig compression();

    /**
     * Switches the access lists of dynamic links on or off. While they are on, a dynamic link takes
     * packets only from addresses that its {@linkplain Link#accessList() list} accepts, and what
     * comes from an address that is neither accepted by a list nor that of a static link's peer is
     * dropped before it costs a signature, as {@link DropCause#ACCESS_DENIED}. While they are off,
     * a dynamic link takes packets from everywhere. Static links take packets from the address of
     * their peer only, always. Answers to {@code knet_handle_enable_access_lists}.
     *
     * @param enabled default true, as in libknet 1.35; before, libknet had them off
     */
    void setAccessLists(boolean enabled);

    /**
     * Whether the access lists of dynamic links count.
     *
     * @return what was set last
     */
    boolean accessLists();

    /**
     * Sets how links are avoided that come and go, or lose much, for all hosts. It comes into force
     * at once, also for links that are held down or suppressed. libknet has nothing like it.
     *
     * @param control hold-down, damping and loss limit; {@link FlapControl#OFF}, the default, for
     *     none of them
     */
    void setFlapControl(FlapControl control);

    /**
     * How links are avoided that come and go, or lose much.
     *
     * @return what was set last
     */
    FlapControl flapControl();

    /**
     * Sets the packet format version that pings announce, whatever the other hosts can. Answers to
     * {@code knet_handle_set_onwire_ver} of libknet 2.x.
     *
     * @param version a supported version (1 is the only one today); empty goes back to the highest
     *     that all hosts support
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the version is not
     *     supported
     */
    void forceOnWireVersion(OptionalInt version);

    /**
     * Packet format versions of this node. Answers to {@code knet_handle_get_onwire_ver} of libknet
     * 2.x.
     *
     * @return lowest, highest and current version
     */
    OnWireVersion onWireVersion();

    /**
     * A snapshot of the node's own counters. Messages go on meanwhile, so that counters which
     * belong together may differ by what is just happening. Answers to {@code
     * knet_handle_get_stats}.
     *
     * @return the counters since the node was opened, or since they were cleared
     */
    KnetStatistics statistics();

    /**
     * What of the operating system's UDP this node uses at the moment. What is missing was switched
     * off, or the system does not have or permit it, of which a line of the log tells when the node
     * is opened. {@link UdpFeature#SEGMENTATION_OFFLOAD} is missing for a minute after the kernel
     * refused it on the way from one of the node's addresses.
     *
     * @return an unmodifiable snapshot
     */
    Set<UdpFeature> udpFeatures();

    /**
     * The state of all links of all hosts at one moment. Costs less than {@link Link#status()} for
     * each, and messages go on meanwhile. Answers to {@code knet_link_get_status}.
     *
     * @return an unmodifiable snapshot, ordered by host and link
     */
    List<LinkStatus> linkStatuses();

    /**
     * Lets counters start again from 0, while messages go on. Minima start again without a value;
     * the times when links came up and went down are forgotten with their counts. Does not touch
     * what the protocol goes by, as the smoothed latency and the state of links, nor {@link
     * Crypto#status()}. Answers to {@code knet_handle_clear_stats}.
     *
     * @param scope only the node's counters, or those of the links as well
     */
    void clearStatistics(StatisticsScope scope);

    /**
     * Sets which lines of a subsystem are logged, from now on and for this node only. They must
     * pass the level of the {@link System.Logger}, too. Answers to {@code knet_log_set_loglevel}.
     *
     * @param subsystem part of the node
     * @param level the lowest level that is logged; {@code ALL}, the default, leaves it to the
     *     logger, {@code OFF} logs nothing
     */
    void setLogLevel(LogSubsystem subsystem, System.Logger.Level level);

    /**
     * Which lines of a subsystem are logged. Answers to {@code knet_log_get_loglevel}.
     *
     * @param subsystem part of the node
     * @return what was set last, {@code ALL} at first
     */
    System.Logger.Level logLevel(LogSubsystem subsystem);

    /**
     * The configuration that is in force, to change some of it and {@link #apply} that.
     *
     * @return hosts, links and settings as they are now. Ports that the system chose are told as
     *     they are, and so is the compression level in use. The keys of crypto slots are the
     *     objects that were handed in, closed or not
     */
    NodeConfig nodeConfig();

    /**
     * Tells what {@link #apply} would change, and changes nothing.
     *
     * @param desired the whole configuration
     * @return the changes in the order in which they would be made; empty when all is as desired
     * @throws ConfigurationException as {@link #apply}, except that no address is bound
     */
    List<ConfigChange> plan(NodeConfig desired);

    /**
     * Brings the whole configuration to what is desired: all or nothing. Everything is checked
     * first, and what can fail is done first, above all to bind addresses; when that fails, nothing
     * has changed. All changes come into force in one step then: no message is sent by half of
     * them, and links that stay lose none. Other threads that change something wait for the end.
     *
     * <p>A link stays up whatever changes but its addresses. With another local or remote address
     * it starts anew, as if it was removed and added ({@link ConfigChange.LinkChanged#startsAnew}):
     * it keeps its socket if the local address is the same, but its counters start from 0 and its
     * {@link Link} is done with. A host keeps its state as long as there is one with its id. {@link
     * LinkConfig#highPriorityTraffic} is changed on the socket, for all links that share it. What a
     * link with port 0 has got from the system is what is desired. Of many new links, one per 50 µs
     * starts to send pings.
     *
     * <p>A configuration of crypto that is in a slot already, with the same bytes of the key,
     * stays, and may move to the other slot. As long as a host is reachable and stays, what seals
     * the packets at the moment must not go, or clear packets be refused, in the same step in which
     * sending changes: other hosts that are not there yet would be cut off. So a new key takes
     * three configurations, each of which is applied on all hosts before the next one: one with the
     * new key in the other slot, one that sends by that slot, one without the old key. {@link
     * Crypto#enable} is the way without such regard.
     *
     * <p>Called by a destination filter in the control loop, it is done there, and holds up
     * heartbeats as long as it takes.
     *
     * @param desired the whole configuration
     * @return the changes that were made, in order; empty when all was as desired
     * @throws ConfigurationException for the first problem, naming host, link and field: {@link
     *     Reason#INVALID_ARGUMENT} if there would be a loopback link on another host than the local
     *     one, for compression that is not available or does not work, for a version that is not
     *     supported, for a key that was closed; {@link Reason#UNKNOWN_ALGORITHM} if this Java
     *     runtime does not offer a cipher or hash; {@link Reason#SLOT_IN_USE} if a key would go
     *     that seals packets, see above; {@link Reason#ADDRESS_UNAVAILABLE} or {@link
     *     Reason#NOT_PERMITTED} if a local address cannot be bound
     */
    List<ConfigChange> apply(NodeConfig desired);

    /**
     * Settings that this node was opened with. What was changed since is not in it, see {@link
     * #nodeConfig()}, and the key of its crypto is the object that the caller made.
     *
     * @return the configuration
     */
    KnetConfig config();

    /**
     * Ends everything in bounded time: messages still queued are dropped, links close without word
     * to the peers, threads end, sockets close. Further calls do nothing. Answers to {@code
     * knet_handle_free}, but hosts and links need not be removed before.
     */
    @Override
    void close();

    /** Configures a node. Not safe for use by several threads. */
    final class Builder {
        private final int nodeId;
        private QueueFullPolicy sendQueueFull = KnetConfig.DEFAULT_SEND_QUEUE_FULL;
        private int sendQueueBytes = KnetConfig.DEFAULT_SEND_QUEUE_BYTES;
        private int receiveQueueBytes = KnetConfig.DEFAULT_RECEIVE_QUEUE_BYTES;
        private int sendWindowBytes = KnetConfig.DEFAULT_SEND_WINDOW_BYTES;
        private int socketBufferBytes = KnetConfig.DEFAULT_SOCKET_BUFFER_BYTES;
        private OptionalInt interfaceMtu = OptionalInt.empty();
        private Duration pathMtuInterval = KnetConfig.DEFAULT_PATH_MTU_INTERVAL;
        private ReassemblyLimits reassembly = ReassemblyLimits.DEFAULT;
        private @Nullable CryptoConfig crypto;
        private CompressionConfig compression = CompressionConfig.NONE;
        private int dscp;
        private boolean accessLists = true;
        private final Set<UdpFeature> withoutUdpFeatures = EnumSet.noneOf(UdpFeature.class);
        private IdleStrategy idleStrategy = IdleStrategy.park();
        private OptionalInt cryptoThreads = OptionalInt.empty();
        private FlapControl flapControl = FlapControl.OFF;

        private Builder(int nodeId) {
            this.nodeId = KnetConfig.checkNodeId(nodeId);
        }

        /**
         * What {@link Channel#send} does when the send queue is full.
         *
         * @param policy block (default, 1 second), fail or drop
         * @return this
         */
        public Builder sendQueueFull(QueueFullPolicy policy) {
            this.sendQueueFull = policy;
            return this;
        }

        /**
         * Size of each channel's queue between {@link Channel#send} and the network, which is made
         * when the channel first sends. It holds one message for each 256 bytes at most.
         *
         * @param bytes 131,072 to 1,073,741,824, rounded up to a power of two; default 4 MiB
         * @return this
         */
        public Builder sendQueueBytes(int bytes) {
            this.sendQueueBytes = bytes;
            return this;
        }

        /**
         * Size of the queue of each channel between the network and the consumer. It holds one
         * message for each 256 bytes at most.
         *
         * @param bytes 131,072 to 1,073,741,824, rounded up to a power of two; default 8 MiB
         * @return this
         */
        public Builder receiveQueueBytes(int bytes) {
            this.receiveQueueBytes = bytes;
            return this;
        }

        /**
         * How much may be under way to a host on one link before further messages wait in the send
         * queue: what was sent behind the last ping that the host answered. So a sender that is
         * faster than the network or the host is slowed down, where it would overrun the socket of
         * the host and lose messages. It waits for 10 ms, after waits in vain up to 160 ms, and
         * twice the last round trip (200 ms at most), and then begins anew: a host that does not
         * answer holds up the others for moments only. For this, a link that carries much gets more
         * pings than its interval asks for. Each datagram counts 768 bytes more than it has, about
         * what it takes in the kernel; what fits on the way to the host and back at 10 Gbit/s is
         * allowed besides.
         *
         * <p>A message by {@link Channel#sendSync} never waits. libknet has nothing like it.
         *
         * @param bytes 65,536 to 1,073,741,824; 0 for any amount; default 2 MiB
         * @return this
         */
        public Builder sendWindowBytes(int bytes) {
            this.sendWindowBytes = bytes;
            return this;
        }

        /**
         * Send and receive buffer asked of the operating system for each socket. The system may
         * grant less.
         *
         * @param bytes 65,536 or more; default 8 MiB as in libknet
         * @return this
         */
        public Builder socketBufferBytes(int bytes) {
            this.socketBufferBytes = bytes;
            return this;
        }

        /**
         * MTU of the network interfaces, see {@link Knet#setInterfaceMtu}.
         *
         * @param bytes 576 to 65535; without it what passes is discovered
         * @return this
         */
        public Builder interfaceMtu(int bytes) {
            this.interfaceMtu = OptionalInt.of(bytes);
            return this;
        }

        /**
         * Time between discoveries of the path MTU, see {@link Knet#setPathMtuInterval}.
         *
         * @param interval 1 to 86,400 s; default 60 s
         * @return this
         */
        public Builder pathMtuInterval(Duration interval) {
            this.pathMtuInterval = interval;
            return this;
        }

        /**
         * Bounds for incomplete messages.
         *
         * @param limits memory per host and in total, and lifetime
         * @return this
         */
        public Builder reassembly(ReassemblyLimits limits) {
            this.reassembly = limits;
            return this;
        }

        /**
         * Encrypts and signs everything, and accepts nothing else: what {@link Crypto#enable} does
         * is done before the node is open.
         *
         * @param config cipher, hash and key; the key may be closed when the node is open
         * @return this
         */
        public Builder crypto(CryptoConfig config) {
            this.crypto = Checks.notNull("crypto", config);
            return this;
        }

        /**
         * How messages are compressed, see {@link Knet#setCompression}.
         *
         * @param config method, level and threshold; default: no compression. Whether the method is
         *     available is found when the node is opened
         * @return this
         */
        public Builder compression(CompressionConfig config) {
            this.compression = config;
            return this;
        }

        /**
         * Differentiated services code point, see {@link Knet#setDscp}.
         *
         * @param value 0 to 63; default 0: low delay in the old way (TOS 0x10)
         * @return this
         */
        public Builder dscp(int value) {
            this.dscp = value;
            return this;
        }

        /**
         * Whether the access lists of dynamic links count, see {@link Knet#setAccessLists}.
         *
         * @param enabled default true
         * @return this
         */
        public Builder accessLists(boolean enabled) {
            this.accessLists = enabled;
            return this;
        }

        /**
         * Features of the operating system's UDP not to use although they may be there.
         *
         * @param features besides those of earlier calls
         * @return this
         */
        public Builder withoutUdpFeature(UdpFeature... features) {
            for (UdpFeature feature : features) {
                withoutUdpFeatures.add(Checks.notNull("withoutUdpFeatures", feature));
            }
            return this;
        }

        /**
         * How the node's threads wait for messages and datagrams.
         *
         * @param strategy park (default), spin for a while, or spin always
         * @return this
         */
        public Builder idleStrategy(IdleStrategy strategy) {
            this.idleStrategy = strategy;
            return this;
        }

        /**
         * How many threads may encrypt and sign at a time what is sent, the sending one included.
         * They share the work when there is much of it, as with a stream of large messages; packets
         * of less than 1 KiB are not shared. The order of messages stays. Helpers start when they
         * are needed first, and sleep while they are not. With 1 there are none.
         *
         * <p>libknet has nothing like it: one thread does all.
         *
         * @param threads 1 to 8; default: 1 when the node is opened on one processor, 2 on two to
         *     four, 4 on more
         * @return this
         */
        public Builder cryptoThreads(int threads) {
            this.cryptoThreads = OptionalInt.of(threads);
            return this;
        }

        /**
         * How links are avoided that come and go, or lose much, see {@link Knet#setFlapControl}.
         *
         * @param control hold-down, damping and loss limit; default: none of them
         * @return this
         */
        public Builder flapControl(FlapControl control) {
            this.flapControl = control;
            return this;
        }

        /**
         * The settings as they are now.
         *
         * @return an immutable configuration
         * @throws ConfigurationException if a value is out of range
         */
        public KnetConfig build() {
            return new KnetConfig(
                    nodeId,
                    sendQueueFull,
                    sendQueueBytes,
                    receiveQueueBytes,
                    sendWindowBytes,
                    socketBufferBytes,
                    interfaceMtu,
                    pathMtuInterval,
                    reassembly,
                    Optional.ofNullable(crypto),
                    compression,
                    dscp,
                    accessLists,
                    withoutUdpFeatures,
                    idleStrategy,
                    cryptoThreads,
                    flapControl);
        }

        /**
         * Opens the node: {@code Knet.open(build())}.
         *
         * @return the running node
         * @throws ConfigurationException if a value is out of range, and as {@link
         *     Knet#open(KnetConfig)}
         */
        public Knet open() {
            return Knet.open(build());
        }
    }

    /** Undoes what returned it, once. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** How long {@link #stopForwarding()} waits for queued messages. */
    Duration FLUSH_LIMIT = Duration.ofSeconds(1);
}
