package io.knet4j;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a link. Make one with {@link #udp}, {@link #dynamicUdp} or {@link #loopback} and
 * refine it with the {@code with} methods.
 *
 * @param transport what carries the link's packets
 * @param local address and port that packets are sent from and received on; null for loopback
 * @param remote address and port of the peer's end; null for loopback, and for a dynamic link,
 *     which learns it
 * @param enabled whether the link is used; default true
 * @param priority 0 to 255, the highest wins with {@link LinkPolicy#PASSIVE}; default 0
 * @param pingInterval time between pings, 1 ms to 1 hour; default 1 s
 * @param pingTimeout silence after which the link is down, 1 ms to 1 hour; default 2 s. Shorter
 *     than the interval, the link would go down between pings
 * @param pingPrecision samples in the mean latency, at least 1; default 2048
 * @param pongCount the link comes up on pong number pongCount + 1; 1 to 255; default 5
 * @param highPriorityTraffic whether the socket asks the network for low delay (TOS 0x10); default
 *     false. Of several links with one local address, the first one decides
 * @param accessRules the access list of a dynamic link; default: empty, which rejects every peer
 *     while {@linkplain Knet#setAccessLists access lists are on}. Other links have none
 */
public record LinkConfig(
        Transport transport,
        @Nullable InetSocketAddress local,
        @Nullable InetSocketAddress remote,
        boolean enabled,
        int priority,
        Duration pingInterval,
        Duration pingTimeout,
        int pingPrecision,
        int pongCount,
        boolean highPriorityTraffic,
        List<AccessRule> accessRules) {

    private static final Duration MIN_TIMER = Duration.ofMillis(1);
    private static final Duration MAX_TIMER = Duration.ofHours(1);

    /** What carries the packets of a link. */
    public enum Transport {
        /** The local node itself: messages to it or to all are delivered without a network. */
        LOOPBACK,
        /** UDP over IPv4 or IPv6. */
        UDP
    }

    /**
     * Checks every value.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed
     */
    public LinkConfig {
        Checks.notNull("transport", transport);
        switch (transport) {
            case UDP -> {
                address("local", local);
                if (remote != null) {
                    checkAddresses(address("local", local), address("remote", remote));
                }
            }
            case LOOPBACK -> {
                if (local != null || remote != null) {
                    throw ConfigurationException.invalid(
                            "local, remote", local + ", " + remote, "none for a loopback link");
                }
            }
        }
        Checks.range("priority", priority, 0, 255);
        checkPingTimers(pingInterval, pingTimeout, pingPrecision);
        Checks.range("pongCount", pongCount, 1, 255);
        accessRules = List.copyOf(Checks.notNull("accessRules", accessRules));
        checkAccessRules(accessRules, isDynamic(transport, remote));
    }

    private static void checkAccessRules(List<AccessRule> rules, boolean dynamic) {
        if (!rules.isEmpty() && !dynamic) {
            throw ConfigurationException.invalid(
                    "accessRules", rules.size() + " rules", "none unless the link is dynamic");
        }
        if (rules.size() > AccessList.MAX_RULES) {
            throw ConfigurationException.invalid(
                    "accessRules",
                    rules.size() + " rules",
                    "up to " + AccessList.MAX_RULES + " rules");
        }
        Set<AccessRule> different = new HashSet<>();
        for (AccessRule rule : rules) {
            if (!different.add(rule)) {
                throw ConfigurationException.invalid(
                        "accessRules", '\'' + rule.toString() + "' twice", "different rules");
            }
        }
    }

    private static boolean isDynamic(Transport transport, @Nullable InetSocketAddress remote) {
        return transport == Transport.UDP && remote == null;
    }

    /**
     * Whether the link learns its peer's address instead of being told: {@link #dynamicUdp}.
     *
     * @return whether it is a UDP link without a remote address
     */
    public boolean dynamic() {
        return isDynamic(transport, remote);
    }

    private static InetSocketAddress address(String field, @Nullable InetSocketAddress value) {
        if (value == null) {
            throw ConfigurationException.invalid(field, "null", "an address and a port");
        }
        if (value.isUnresolved()) {
            throw ConfigurationException.invalid(field, value, "a resolved address");
        }
        return value;
    }

    private static void checkAddresses(InetSocketAddress local, InetSocketAddress remote) {
        if (remote.getPort() == 0) {
            throw ConfigurationException.invalid("remote", remote, "a port of 1 to 65535");
        }
        if (remote.getAddress().isAnyLocalAddress()) {
            throw ConfigurationException.invalid("remote", remote, "the address of a host");
        }
        if (local.getAddress().getClass() != remote.getAddress().getClass()) {
            throw ConfigurationException.invalid(
                    "remote", remote, "an address of the same family as local " + local);
        }
    }

    private static void checkPingTimers(Duration interval, Duration timeout, int precision) {
        Checks.range("pingInterval", interval, MIN_TIMER, MAX_TIMER);
        Checks.range("pingTimeout", timeout, MIN_TIMER, MAX_TIMER);
        Checks.range("pingPrecision", precision, 1, Integer.MAX_VALUE);
    }

    /**
     * A UDP link with default timers.
     *
     * @param local address and port of this end; the wildcard address and port 0 are allowed, but
     *     the peer answers only to the address it has configured
     * @param remote address and port of the peer's end, of the same address family
     * @return the configuration
     */
    public static LinkConfig udp(InetSocketAddress local, InetSocketAddress remote) {
        return udpTo(local, address("remote", remote));
    }

    /**
     * A UDP link that learns its peer's address, with default timers and an empty {@linkplain
     * #withAccessRules access list}: for peers whose address is not known beforehand, changes, or
     * is changed by NAT. The peer's end must be static. Answers to {@code knet_link_set_config}
     * without a destination.
     *
     * <p>Nothing is sent until a ping of the host and link arrives, from an address that the access
     * list accepts. The link then pings that address itself, and takes it for its peer's when the
     * answer comes from there: so nobody can turn the link by recorded pings, or, with crypto on,
     * without the key. A ping from yet another address or port, because the peer was restarted or
     * its NAT forgot it, is answered at once and moves the link in the same way, without taking it
     * down, unless the peer so far still answers; that takes about 50 ms.
     *
     * <p>When the link goes down it falls silent until the peer is heard again. A link that is
     * disabled remembers its peer, and asks for it when it is enabled again.
     *
     * @param local address and port of this end; the wildcard address is allowed. Links that are
     *     not dynamic must not have the same
     * @return the configuration
     */
    public static LinkConfig dynamicUdp(InetSocketAddress local) {
        return udpTo(local, null);
    }

    private static LinkConfig udpTo(InetSocketAddress local, @Nullable InetSocketAddress remote) {
        return new LinkConfig(
                Transport.UDP,
                local,
                remote,
                true,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                2048,
                5,
                false,
                List.of());
    }

    /**
     * A loopback link, for the local node only: messages to all or to the local node are delivered
     * locally.
     *
     * @return the configuration
     */
    public static LinkConfig loopback() {
        return new LinkConfig(
                Transport.LOOPBACK,
                null,
                null,
                true,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                2048,
                5,
                false,
                List.of());
    }

    /**
     * The same with another local address.
     *
     * @param value address and port of this end
     * @return a copy
     */
    public LinkConfig withLocal(InetSocketAddress value) {
        return new LinkConfig(
                transport,
                value,
                remote,
                enabled,
                priority,
                pingInterval,
                pingTimeout,
                pingPrecision,
                pongCount,
                highPriorityTraffic,
                accessRules);
    }

    /**
     * The same, enabled or not.
     *
     * @param value whether the link is used
     * @return a copy
     */
    public LinkConfig withEnabled(boolean value) {
        return new LinkConfig(
                transport,
                local,
                remote,
                value,
                priority,
                pingInterval,
                pingTimeout,
                pingPrecision,
                pongCount,
                highPriorityTraffic,
                accessRules);
    }

    /**
     * The same with another priority.
     *
     * @param value 0 to 255
     * @return a copy
     */
    public LinkConfig withPriority(int value) {
        return new LinkConfig(
                transport,
                local,
                remote,
                enabled,
                value,
                pingInterval,
                pingTimeout,
                pingPrecision,
                pongCount,
                highPriorityTraffic,
                accessRules);
    }

    /**
     * The same with other heartbeat timers.
     *
     * @param interval time between pings, 1 ms to 1 hour
     * @param timeout silence after which the link is down, 1 ms to 1 hour
     * @return a copy
     */
    public LinkConfig withPing(Duration interval, Duration timeout) {
        return withPing(interval, timeout, pingPrecision);
    }

    /**
     * The same with other heartbeat timers.
     *
     * @param interval time between pings, 1 ms to 1 hour
     * @param timeout silence after which the link is down, 1 ms to 1 hour
     * @param precision samples in the mean latency, at least 1
     * @return a copy
     */
    public LinkConfig withPing(Duration interval, Duration timeout, int precision) {
        return new LinkConfig(
                transport,
                local,
                remote,
                enabled,
                priority,
                interval,
                timeout,
                precision,
                pongCount,
                highPriorityTraffic,
                accessRules);
    }

    /**
     * The same with another pong count.
     *
     * @param value 1 to 255
     * @return a copy
     */
    public LinkConfig withPongCount(int value) {
        return new LinkConfig(
                transport,
                local,
                remote,
                enabled,
                priority,
                pingInterval,
                pingTimeout,
                pingPrecision,
                value,
                highPriorityTraffic,
                accessRules);
    }

    /**
     * The same with or without low-delay sockets.
     *
     * @param value whether the socket asks the network for low delay
     * @return a copy
     */
    public LinkConfig withHighPriorityTraffic(boolean value) {
        return new LinkConfig(
                transport,
                local,
                remote,
                enabled,
                priority,
                pingInterval,
                pingTimeout,
                pingPrecision,
                pongCount,
                value,
                accessRules);
    }

    /**
     * The same dynamic link with another access list.
     *
     * @param rules the first that matches an address decides; none is a rejection; at most {@value
     *     AccessList#MAX_RULES}, all different
     * @return a copy
     */
    public LinkConfig withAccessRules(List<AccessRule> rules) {
        return new LinkConfig(
                transport,
                local,
                remote,
                enabled,
                priority,
                pingInterval,
                pingTimeout,
                pingPrecision,
                pongCount,
                highPriorityTraffic,
                rules);
    }
}
