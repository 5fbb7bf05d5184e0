package io.knet4j.testkit.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Passes UDP datagrams between pairs of endpoints and loses, duplicates, delays or reorders them on
 * demand. One thread serves all links.
 *
 * <p>A link has a socket for each endpoint. What endpoint A sends to the socket that faces it
 * leaves from the socket that faces B, and the other way round: both see a peer with a fixed
 * address.
 *
 * <pre>{@code
 * try (Relay relay = Relay.open(seed)) {
 *     RelayLink link = relay.link(addressOfA, addressOfB);
 *     // A: local addressOfA, remote link.addressForA();  B: local addressOfB, remote link.addressForB()
 *     link.aToB().cut();
 * }
 * }</pre>
 */
public final class Relay implements AutoCloseable {
    private static final int LARGEST_DATAGRAM = 65_535;
    private static final int SOCKET_BUFFER = 4 << 20;

    private final long seed;
    private final Selector selector;
    private final Thread thread;
    private final List<DatagramChannel> sockets = new CopyOnWriteArrayList<>();
    private final PriorityQueue<RelayDirection.Held> held = new PriorityQueue<>();
    private int directions;
    private volatile boolean closed;

    private Relay(long seed) throws IOException {
        this.seed = seed;
        this.selector = Selector.open();
        this.thread = Thread.ofPlatform().name("relay").daemon().start(this::run);
    }

    /**
     * Starts a relay without links.
     *
     * @param seed of the random numbers; each direction of each link has its own sequence
     * @return the relay
     */
    public static Relay open(long seed) {
        try {
            return new Relay(seed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Adds a link. Its own sockets are bound to free ports of the loopback interface, in the
     * address family of the endpoint they face.
     *
     * @param a where endpoint A is bound; null learns it from the first datagram
     * @param b where endpoint B is bound; null learns it from the first datagram
     * @return the link
     */
    public RelayLink link(@Nullable InetSocketAddress a, @Nullable InetSocketAddress b) {
        InetAddress any =
                a != null
                        ? a.getAddress()
                        : b != null ? b.getAddress() : InetAddress.getLoopbackAddress();
        return link(
                a,
                new InetSocketAddress(loopbackLike(a == null ? any : a.getAddress()), 0),
                b,
                new InetSocketAddress(loopbackLike(b == null ? any : b.getAddress()), 0));
    }

    /**
     * Adds a link.
     *
     * @param a where endpoint A is bound; null learns it from the first datagram
     * @param addressForA where to bind the socket that faces A; port 0 takes a free one
     * @param b where endpoint B is bound; null learns it from the first datagram
     * @param addressForB where to bind the socket that faces B; port 0 takes a free one
     * @return the link
     */
    public synchronized RelayLink link(
            @Nullable InetSocketAddress a,
            InetSocketAddress addressForA,
            @Nullable InetSocketAddress b,
            InetSocketAddress addressForB) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        List<DatagramChannel> opened = new ArrayList<>();
        try {
            DatagramChannel sideA = socket(addressForA, a, opened);
            DatagramChannel sideB = socket(addressForB, b, opened);
            RelayDirection aToB = new RelayDirection(sideA, sideB, seed + 31L * directions++);
            RelayDirection bToA = new RelayDirection(sideB, sideA, seed + 31L * directions++);
            RelayLink link =
                    new RelayLink(
                            (InetSocketAddress) sideA.getLocalAddress(),
                            (InetSocketAddress) sideB.getLocalAddress(),
                            aToB,
                            bToA);
            sockets.addAll(opened);
            sideA.register(selector, SelectionKey.OP_READ, aToB);
            sideB.register(selector, SelectionKey.OP_READ, bToA);
            selector.wakeup();
            return link;
        } catch (IOException e) {
            opened.forEach(Relay::closeQuietly);
            throw new UncheckedIOException(e);
        }
    }

    private static DatagramChannel socket(
            InetSocketAddress local,
            @Nullable InetSocketAddress endpoint,
            List<DatagramChannel> opened)
            throws IOException {
        DatagramChannel socket =
                DatagramChannel.open(
                        local.getAddress() instanceof Inet4Address
                                ? StandardProtocolFamily.INET
                                : StandardProtocolFamily.INET6);
        opened.add(socket);
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        socket.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
        socket.bind(local);
        if (endpoint != null) {
            socket.connect(endpoint);
        }
        return socket;
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);
        try {
            while (!closed) {
                RelayDirection.Held next = held.peek();
                if (next == null) {
                    selector.select(key -> drain(key, buffer));
                } else {
                    long millis =
                            TimeUnit.NANOSECONDS.toMillis(next.dueNanos() - System.nanoTime());
                    if (millis > 0) {
                        selector.select(key -> drain(key, buffer), millis);
                    } else {
                        selector.selectNow(key -> drain(key, buffer));
                    }
                    releaseDue();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void drain(SelectionKey key, ByteBuffer buffer) {
        ((RelayDirection) key.attachment()).drain(buffer, held);
    }

    private void releaseDue() {
        long now = System.nanoTime();
        for (RelayDirection.Held next = held.peek();
                next != null && next.dueNanos() - now <= 0;
                next = held.peek()) {
            held.remove();
            next.direction().send(next.datagram());
        }
    }

    /** Closes all sockets and ends the thread. What was held back is lost. */
    @Override
    public synchronized void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        sockets.forEach(Relay::closeQuietly);
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void closeQuietly(DatagramChannel socket) {
        try {
            socket.close();
        } catch (ClosedChannelException _) {
            // closed is what it should be
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetAddress loopbackLike(InetAddress address) {
        try {
            return InetAddress.getByName(address instanceof Inet4Address ? "127.0.0.1" : "::1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
