package io.knet4j.internal.transport;

import io.knet4j.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sockets of the operating system, which one thread waits for and reads. */
public interface SocketTransport extends Transport, AutoCloseable {
    /** No datagram is longer. */
    int MAX_DATAGRAM = 65_535;

    /** Told what the network reports about sockets. Called by the thread that polls. */
    interface Listener {
        /** The socket cannot be read, or not all of what came to it. */
        void socketFailed(Socket socket, Reason reason, String message);

        /** What was sent from this socket to this address does not arrive. */
        void unreachable(Socket socket, InetSocketAddress remote);

        /**
         * A packet from this socket to this address was too large for a router.
         *
         * @param mtu size of the packets that pass there. May be forged
         */
        void packetTooBig(Socket socket, InetSocketAddress remote, int mtu);

        /** The operating system dropped that many datagrams that came to this socket. */
        void datagramsLost(Socket socket, long count);
    }

    /**
     * Waits until datagrams are there, for a limited time, and reads some. Only one thread may
     * poll.
     *
     * @param timeout nanoseconds, rounded up to milliseconds; {@link Long#MAX_VALUE} waits for
     *     {@link #wakeUp}
     * @param batch where they go
     */
    void poll(long timeout, IncomingBatch batch) throws IOException;

    /** Ends the current or next {@link #poll}. May be called by any thread. */
    void wakeUp();

    @Override
    default void awaitRoom() {
        boolean interrupted = Thread.interrupted(); // it would end the pause at once
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes all sockets. Called by the thread that polls, if there is one. */
    @Override
    void close();
}
