package io.knet4j;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Something happened that an application or operator may want to know. See {@link Knet#onEvent}.
 */
public sealed interface KnetEvent {

    /**
     * A link came up.
     *
     * @param host host id
     * @param link link id
     * @param latency round trip time
     */
    record LinkUp(int host, int link, Duration latency) implements KnetEvent {}

    /**
     * A link went down.
     *
     * @param host host id
     * @param link link id
     * @param cause why
     * @param silence time since the last pong
     */
    record LinkDown(int host, int link, LinkDownCause cause, Duration silence)
            implements KnetEvent {}

    /** Why a link went down. */
    enum LinkDownCause {
        /** No pong came in time. */
        PING_TIMEOUT,
        /** The link was disabled or removed. */
        DISABLED,
        /** The socket or the network reported that the peer cannot be reached. */
        TRANSPORT_ERROR
    }

    /**
     * A link came up again and is held down for a while by {@link FlapControl#holdDown()}, since
     * another link of the host is up.
     *
     * @param host host id
     * @param link link id
     * @param time how long
     */
    record LinkHeldDown(int host, int link, Duration time) implements KnetEvent {}

    /**
     * A link went down too often and is suppressed by {@link FlapControl#damping()}: messages take
     * it only while no other link of the host is up.
     *
     * @param host host id
     * @param link link id
     * @param penalty what it has of penalties
     * @param time how long it is suppressed, unless it goes down again
     */
    record LinkSuppressed(int host, int link, int penalty, Duration time) implements KnetEvent {}

    /**
     * A link loses too much by {@link FlapControl#lossLimit()}: messages take others that do not.
     *
     * @param host host id
     * @param link link id
     * @param loss of the pings that are looked at
     */
    record LinkLossy(int host, int link, PingLoss loss) implements KnetEvent {}

    /**
     * Something does not speak against a link any more. Not told when a link goes down that was
     * held down, or is disabled or removed.
     *
     * @param host host id
     * @param link link id
     * @param restraint what spoke against it
     */
    record LinkReleased(int host, int link, Restraint restraint) implements KnetEvent {}

    /** What may speak against a link, see {@link FlapControl}. */
    enum Restraint {
        /** It lost too much. */
        LOSSY,
        /** It came up again a short while ago. */
        HELD_DOWN,
        /** It went down too often. */
        SUPPRESSED
    }

    /**
     * A dynamic link has learned its peer's address, or found that it changed: packets go there
     * from now on.
     *
     * @param host host id
     * @param link link id
     * @param before the address so far; empty when none was known
     * @param after the new address
     */
    record PeerAddressChanged(
            int host, int link, Optional<InetSocketAddress> before, InetSocketAddress after)
            implements KnetEvent {}

    /**
     * This node did nothing for a while although it had to: its process or machine was stopped,
     * collected garbage or had no processor to spare, or its clock jumped. It takes no peer for
     * dead by that time, but peers may have taken it for dead. Told from a quarter of the shortest
     * ping timeout on (10 ms to 1 s), at most once per second.
     *
     * @param longest the longest of these times
     * @param times how many there were since the last such event
     */
    record NodeStalled(Duration longest, long times) implements KnetEvent {}

    /**
     * A host has become reachable. Answers to the callback of {@code
     * knet_host_enable_status_change_notify}.
     *
     * @param host host id
     */
    record HostReachable(int host) implements KnetEvent {}

    /**
     * The last link to a host went down.
     *
     * @param host host id
     */
    record HostUnreachable(int host) implements KnetEvent {}

    /**
     * A host was restarted: it counts its messages from the start again.
     *
     * @param host host id
     */
    record HostRestarted(int host) implements KnetEvent {}

    /**
     * Messages to a host now take other links.
     *
     * @param host host id
     * @param links ids of the links that carry messages, ascending; empty when the host is not
     *     reachable
     */
    record ActiveLinksChanged(int host, List<Integer> links) implements KnetEvent {
        /** Copies the list. */
        public ActiveLinksChanged {
            links = List.copyOf(links);
        }
    }

    /**
     * The size of fragments to a host changed. Answers to the callback of {@code
     * knet_handle_enable_pmtud_notify}.
     *
     * @param host host id
     * @param dataMtu smallest {@link PathMtu#dataMtu()} of the links that carry messages
     */
    record DataMtuChanged(int host, int dataMtu) implements KnetEvent {}

    /**
     * The size of packets on a link changed, or why they are not larger. While a discovery runs,
     * this is told only when they become much larger, or have to become smaller at once; its result
     * follows then in any case.
     *
     * @param host host id
     * @param link link id
     * @param pathMtu the state now
     */
    record PathMtuChanged(int host, int link, PathMtu pathMtu) implements KnetEvent {}

    /**
     * Packets of different sizes pass in the two directions of a link. Nothing is lost by that, but
     * it is often a mistake in the configuration of an interface or switch. Told once per change,
     * when both directions have come to a result.
     *
     * @param host host id
     * @param link link id
     * @param sentPacketBytes largest IP packet to the peer
     * @param receivedPacketBytes largest IP packet from the peer
     */
    record PathMtuDiffers(int host, int link, int sentPacketBytes, int receivedPacketBytes)
            implements KnetEvent {}

    /**
     * A socket failed. libknet tells that in its log only.
     *
     * @param local address that the socket is bound to
     * @param reason kind of failure
     * @param message text of the operating system
     */
    record SocketError(InetSocketAddress local, Reason reason, String message)
            implements KnetEvent {}

    /**
     * Queued messages could not be sent. At most one such event per second and reason.
     *
     * @param reason why
     * @param channel channel of the last one
     * @param messages how many since the last event with this reason
     */
    record SendFailed(Reason reason, int channel, long messages) implements KnetEvent {}

    /**
     * Received messages were lost because the consumer of a channel is slow. At most one such event
     * per second and channel.
     *
     * @param channel channel id
     * @param messages how many since the last such event
     */
    record ReceiveQueueFull(int channel, long messages) implements KnetEvent {}

    /**
     * A message handler threw an exception.
     *
     * @param channel channel id
     * @param source host that sent the message; for a {@link BatchHandler}, the first one of the
     *     batch
     * @param error what was thrown
     */
    record HandlerFailed(int channel, int source, Throwable error) implements KnetEvent {}

    /**
     * The destination filter threw an exception. At most one such event per second.
     *
     * @param outgoing whether it was asked about a message to send
     * @param error what was thrown
     */
    record FilterFailed(boolean outgoing, Throwable error) implements KnetEvent {}

    /**
     * A host whose link is down sends what this node cannot open. Told once per host and cause,
     * until the host is reachable or the crypto configuration changes. The host is known by the
     * source address only, which can be forged.
     *
     * @param host host id
     * @param link link id
     * @param cause what it looks like: {@link DropCause#CLEAR_TRAFFIC}, {@link
     *     DropCause#ENCRYPTED}, {@link DropCause#OTHER_HASH}, {@link DropCause#OTHER_CIPHER} or
     *     {@link DropCause#NOT_AUTHENTIC}
     * @param finding the same in words, for people
     */
    record CryptoMismatch(int host, int link, DropCause cause, String finding)
            implements KnetEvent {}

    /**
     * Messages to a host go uncompressed although zstd is configured here: the host compresses by
     * another method, and libknet crashes on zstd unless it is configured there, too. That ends
     * when it sends a message that is compressed by zstd, and when compression is switched off
     * here. Told once per host until then.
     *
     * @param host host id
     */
    record ZstdWithheld(int host) implements KnetEvent {}

    /**
     * The packet format version of the cluster changed. Answers to the callback of {@code
     * knet_handle_enable_onwire_ver_notify}.
     *
     * @param version lowest, highest and current version
     */
    record OnWireVersionChanged(OnWireVersion version) implements KnetEvent {}
}
