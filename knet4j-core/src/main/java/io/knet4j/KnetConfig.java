package io.knet4j;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Settings of a node, made by {@link Knet#builder(int)}.
 *
 * @param nodeId id of the local node, 0 to 65535
 * @param sendQueueFull what {@link Channel#send} does when the send queue is full; default: block
 *     for 1 second
 * @param sendQueueBytes size of each channel's send queue, 131,072 to 1,073,741,824; default 4 MiB
 * @param receiveQueueBytes size of each channel's receive queue, 131,072 to 1,073,741,824; default
 *     8 MiB
 * @param sendWindowBytes how much may be under way to a host on one link before messages wait in
 *     the send queue, 65,536 to 1,073,741,824, or 0 for any amount; default 2 MiB
 * @param socketBufferBytes send and receive buffer asked for each socket, at least 65,536; default
 *     8 MiB
 * @param interfaceMtu MTU of the network interfaces set by hand, 576 to 65535; default: what passes
 *     is discovered
 * @param pathMtuInterval time between discoveries of what passes, 1 to 86,400 s; default 60 s
 * @param reassembly bounds for incomplete messages
 * @param crypto what the node's crypto starts with; empty, the default, is no crypto
 * @param compression how sent messages are compressed; default: not at all
 * @param dscp differentiated services code point of links with {@link
 *     LinkConfig#highPriorityTraffic()}, 0 to 63; default 0: low delay (TOS 0x10)
 * @param accessLists whether dynamic links accept only peers that their access lists do; default
 *     true
 * @param withoutUdpFeatures features of the operating system's UDP not to use although they may be
 *     there; default: none
 * @param idleStrategy how the node's threads wait for work; default: they sleep
 * @param cryptoThreads how many threads may seal packets at a time, the sending one included, 1 to
 *     8; default: what suits the number of processors
 * @param flapControl how links are avoided that come and go, or lose much; default: not at all
 */
public record KnetConfig(
        int nodeId,
        QueueFullPolicy sendQueueFull,
        int sendQueueBytes,
        int receiveQueueBytes,
        int sendWindowBytes,
        int socketBufferBytes,
        OptionalInt interfaceMtu,
        Duration pathMtuInterval,
        ReassemblyLimits reassembly,
        Optional<CryptoConfig> crypto,
        CompressionConfig compression,
        int dscp,
        boolean accessLists,
        Set<UdpFeature> withoutUdpFeatures,
        IdleStrategy idleStrategy,
        OptionalInt cryptoThreads,
        FlapControl flapControl) {

    /** Default policy of a full send queue: the caller waits for up to one second. */
    public static final QueueFullPolicy DEFAULT_SEND_QUEUE_FULL =
            QueueFullPolicy.block(Duration.ofSeconds(1));

    /** Default time between discoveries of the path MTU. */
    public static final Duration DEFAULT_PATH_MTU_INTERVAL = Duration.ofSeconds(60);

    static final int DEFAULT_SEND_QUEUE_BYTES = 4 << 20;
    static final int DEFAULT_RECEIVE_QUEUE_BYTES = 8 << 20;
    static final int DEFAULT_SEND_WINDOW_BYTES = 2 << 20;
    static final int DEFAULT_SOCKET_BUFFER_BYTES = 8 << 20;
    private static final int MIN_QUEUE_BYTES = 2 * Knet.MAX_MESSAGE_SIZE;
    private static final int MAX_QUEUE_BYTES = 1 << 30;
    private static final int MIN_WINDOW_BYTES = 1 << 16;
    private static final int MAX_WINDOW_BYTES = 1 << 30;
    private static final int MIN_SOCKET_BUFFER_BYTES = 1 << 16;
    private static final int MIN_INTERFACE_MTU = 576;
    private static final int MAX_INTERFACE_MTU = 65_535;
    private static final int MAX_DSCP = 63;
    private static final int MAX_CRYPTO_THREADS = 8;
    private static final Duration MIN_PATH_MTU_INTERVAL = Duration.ofSeconds(1);
    private static final Duration MAX_PATH_MTU_INTERVAL = Duration.ofDays(1);

    /**
     * Checks every value and copies the set.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed
     */
    public KnetConfig {
        checkNodeId(nodeId);
        Checks.range("sendQueueBytes", sendQueueBytes, MIN_QUEUE_BYTES, MAX_QUEUE_BYTES);
        Checks.range("receiveQueueBytes", receiveQueueBytes, MIN_QUEUE_BYTES, MAX_QUEUE_BYTES);
        if (sendWindowBytes != 0
                && (sendWindowBytes < MIN_WINDOW_BYTES || sendWindowBytes > MAX_WINDOW_BYTES)) {
            throw ConfigurationException.invalid(
                    "sendWindowBytes",
                    sendWindowBytes,
                    "0, or " + MIN_WINDOW_BYTES + " to " + MAX_WINDOW_BYTES);
        }
        Checks.range(
                "socketBufferBytes", socketBufferBytes, MIN_SOCKET_BUFFER_BYTES, Integer.MAX_VALUE);
        checkInterfaceMtu(Checks.notNull("interfaceMtu", interfaceMtu));
        checkPathMtuInterval(pathMtuInterval);
        Checks.notNull("sendQueueFull", sendQueueFull);
        Checks.notNull("reassembly", reassembly);
        Checks.notNull("crypto", crypto);
        Checks.notNull("compression", compression);
        checkDscp(dscp);
        withoutUdpFeatures = Set.copyOf(Checks.notNull("withoutUdpFeatures", withoutUdpFeatures));
        Checks.notNull("idleStrategy", idleStrategy);
        Checks.notNull("cryptoThreads", cryptoThreads)
                .ifPresent(
                        threads -> Checks.range("cryptoThreads", threads, 1, MAX_CRYPTO_THREADS));
        Checks.notNull("flapControl", flapControl);
    }

    static int checkNodeId(int nodeId) {
        return Checks.range("nodeId", nodeId, 0, Knet.MAX_HOST_ID);
    }

    /**
     * Checks a differentiated services code point.
     *
     * @param dscp the value to check
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} when it is not 0 to 63
     */
    public static void checkDscp(int dscp) {
        Checks.range("dscp", dscp, 0, MAX_DSCP);
    }

    /**
     * Checks an interface MTU that is set by hand.
     *
     * @param bytes the value to check
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} when it is not 576 to 65535
     */
    public static void checkInterfaceMtu(OptionalInt bytes) {
        bytes.ifPresent(
                mtu -> Checks.range("interfaceMtu", mtu, MIN_INTERFACE_MTU, MAX_INTERFACE_MTU));
    }

    /**
     * Checks a time between discoveries of the path MTU.
     *
     * @param interval the value to check
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} when it is not 1 to 86,400
     *     seconds
     */
    public static void checkPathMtuInterval(Duration interval) {
        Checks.range("pathMtuInterval", interval, MIN_PATH_MTU_INTERVAL, MAX_PATH_MTU_INTERVAL);
    }
}
