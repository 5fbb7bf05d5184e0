package io.knet4j.interop;

/**
 * What the C library says about a link at one moment.
 *
 * @param localAddress the local IP address as text
 * @param localPort the local port as text
 * @param remoteAddress the IP address of the peer as text; empty for a dynamic link whose peer was
 *     never heard
 * @param remotePort the port of the peer as text
 * @param enabled whether the link is administratively enabled
 * @param connected whether the link is up
 * @param dynamicConnected whether the peer of a dynamic link has been heard since the link was last
 *     down
 * @param latencyMicros the running mean of the latency, in microseconds
 * @param lastPongNanos when the last pong came, on the monotonic clock, in nanoseconds; 0 before
 *     the first one
 * @param mtu bytes of payload that fit into one packet of this link
 * @param protoOverhead bytes of IP, UDP, knet and crypto headers per packet; 0 before the first
 *     path MTU discovery
 * @param stats the counters
 */
public record CLinkStatus(
        String localAddress,
        String localPort,
        String remoteAddress,
        String remotePort,
        boolean enabled,
        boolean connected,
        boolean dynamicConnected,
        long latencyMicros,
        long lastPongNanos,
        int mtu,
        int protoOverhead,
        CLinkStats stats) {}
