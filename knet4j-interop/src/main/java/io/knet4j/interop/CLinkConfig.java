package io.knet4j.interop;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link CNode} is to configure a UDP link.
 *
 * @param linkId 0 to 7
 * @param local where to bind
 * @param remote the peer; null for a dynamic link, which learns it from the first ping
 * @param pingIntervalMillis time between heartbeats; the library rounds up to its ticks of 200 ms
 * @param pingTimeoutMillis how long without a pong until the link is down
 * @param precision over how many samples the latency is averaged
 * @param pongCount the link comes up with pong number {@code pongCount + 1}
 * @param priority 0 to 255; with the passive policy the highest connected one carries the messages
 */
public record CLinkConfig(
        int linkId,
        InetSocketAddress local,
        @Nullable InetSocketAddress remote,
        long pingIntervalMillis,
        long pingTimeoutMillis,
        int precision,
        int pongCount,
        int priority) {

    /**
     * A link with timers for tests: a ping every 200 ms, a timeout of 1000 ms, pong count 1.
     *
     * @param linkId 0 to 7
     * @param local where to bind
     * @param remote the peer; null for a dynamic link
     * @return the configuration
     */
    public static CLinkConfig fast(
            int linkId, InetSocketAddress local, @Nullable InetSocketAddress remote) {
        return new CLinkConfig(linkId, local, remote, 200, 1000, 2048, 1, 0);
    }

    /**
     * A link with the defaults of the library: a ping every second, a timeout of two seconds, pong
     * count 5.
     *
     * @param linkId 0 to 7
     * @param local where to bind
     * @param remote the peer; null for a dynamic link
     * @return the configuration
     */
    public static CLinkConfig defaults(
            int linkId, InetSocketAddress local, @Nullable InetSocketAddress remote) {
        return new CLinkConfig(linkId, local, remote, 1000, 2000, 2048, 5, 0);
    }

    /**
     * The same link with other heartbeat timers.
     *
     * @param intervalMillis time between heartbeats
     * @param timeoutMillis how long without a pong until the link is down
     * @return the changed configuration
     */
    public CLinkConfig withPing(long intervalMillis, long timeoutMillis) {
        return new CLinkConfig(
                linkId,
                local,
                remote,
                intervalMillis,
                timeoutMillis,
                precision,
                pongCount,
                priority);
    }

    /**
     * The same link with another pong count.
     *
     * @param count 1 to 255
     * @return the changed configuration
     */
    public CLinkConfig withPongCount(int count) {
        return new CLinkConfig(
                linkId,
                local,
                remote,
                pingIntervalMillis,
                pingTimeoutMillis,
                precision,
                count,
                priority);
    }

    /**
     * The same link with another priority.
     *
     * @param value 0 to 255
     * @return the changed configuration
     */
    public CLinkConfig withPriority(int value) {
        return new CLinkConfig(
                linkId,
                local,
                remote,
                pingIntervalMillis,
                pingTimeoutMillis,
                precision,
                pongCount,
                value);
    }
}
