package io.knet4j.internal.transport;

import io.knet4j.ConfigurationException;
import io.knet4j.UdpFeature;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Set;

/**
 * Moves batches of datagrams between local sockets and remote addresses. {@link #send} is called by
 * the control loop and by whoever holds the sender, at times by both at once with batches of their
 * own; {@link #bind}, {@link #bindBeside}, {@link #setTrafficClass} and {@link #path} by any
 * thread; everything else by the control loop only, while there is one.
 */
public interface Transport {

    /** A bound socket. */
    interface Socket {
        /** Address that the socket is bound to. */
        InetSocketAddress local();

        /**
         * Whether its datagrams are never cut into IP fragments: those that are too large are
         * refused or get lost.
         */
        default boolean keepsDatagramsWhole() {
            return true;
        }
    }

    /**
     * Settings of a socket.
     *
     * @param trafficClass what packets carry in the TOS byte of IPv4 or the traffic class of IPv6
     */
    record SocketOptions(int bufferBytes, int trafficClass) {}

    /**
     * Opens a socket.
     *
     * @throws ConfigurationException with the reason when the address cannot be bound
     */
    Socket bind(InetSocketAddress local, SocketOptions options);

    /**
     * Opens a socket whose address may overlap with those of others that are about to be closed: a
     * wildcard address and another one, with the same port.
     *
     * @throws ConfigurationException as {@link #bind}
     */
    default Socket bindBeside(
            InetSocketAddress local, SocketOptions options, Collection<Socket> others) {
        return bind(local, options);
    }

    /** Changes this setting of an open socket. */
    void setTrafficClass(Socket socket, int trafficClass);

    /** Closes a socket. */
    void unbind(Socket socket);

    /** The way from a socket to a remote address. */
    Path path(Socket socket, InetSocketAddress remote);

    /**
     * Hands the pending datagrams of the batch to the network, those of one path in order, and
     * settles each: sent or failed. Those for which a socket has no room stay pending. Does not
     * block.
     */
    void send(OutgoingBatch batch);

    /** Waits a moment, for room in the socket buffers. */
    void awaitRoom();

    /**
     * While strangers are kept out of a socket, one datagram of theirs in so many comes through.
     */
    int STRANGERS_SAMPLE = 256;

    /**
     * Keeps strangers out of a socket: what does not come from one of these addresses is dropped by
     * the operating system, where it takes neither room nor time from others, but for one in {@link
     * #STRANGERS_SAMPLE}. Another call sets other addresses.
     *
     * @return whether that is done; it cannot be everywhere
     */
    default boolean keepOut(Socket socket, Collection<InetSocketAddress> peers) {
        return false;
    }

    /** Lets a socket take datagrams from everywhere again. */
    default void letIn(Socket socket) {}

    /** What of the operating system's UDP is in use. May be called by any thread. */
    default Set<UdpFeature> features() {
        return Set.of();
    }

    /** What moves the datagrams, for people; empty when there is nothing to tell. */
    default String description() {
        return "";
    }
}
