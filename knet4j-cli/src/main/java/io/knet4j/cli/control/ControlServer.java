package io.knet4j.cli.control;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers clients of a control socket. One thread accepts them and watches the time; each gets a
 * virtual thread, so that a slow one holds up nobody.
 */
final class ControlServer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("io.knet4j.cli.control");

    /** So many clients are served at a time. */
    static final int MAX_CLIENTS = 64;

    private static final long LOOK_MILLIS = 100;
    private static final long PAUSE = Duration.ofMillis(100).toNanos();

    private final ControlSocket socket;
    private final ControlHandler handler;
    private final Duration limit;
    private final Selector selector;
    private final Set<ControlConnection> connections = new LinkedHashSet<>();
    private volatile boolean closed;

    private ControlServer(ControlSocket socket, ControlHandler handler, Duration limit)
            throws IOException {
        this.socket = socket;
        this.handler = handler;
        this.limit = limit;
        selector = Selector.open();
        try {
            socket.channel().configureBlocking(false);
            socket.channel().register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            selector.close();
            throw e;
        }
    }

    /**
     * Starts to answer. The server takes the socket over, also if it throws.
     *
     * @param name of the thread
     * @param limit how long a client may take to ask, and again to take the answer
     */
    static ControlServer start(
            ControlSocket socket, String name, ControlHandler handler, Duration limit)
            throws IOException {
        ControlServer server;
        try {
            server = new ControlServer(socket, handler, limit);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        Thread.ofPlatform().name(name).daemon().start(server::run);
        return server;
    }

    Path path() {
        return socket.path();
    }

    private void run() {
        while (!closed) {
            try {
                selector.select(LOOK_MILLIS);
                selector.selectedKeys().clear();
                // Before others are let in: that may fail until some have gone.
                open().forEach(connection -> connection.watch(System.nanoTime()));
                acceptAll();
            } catch (ClosedSelectorException | ClosedChannelException _) {
                return;
            } catch (IOException e) {
                // Out of descriptors, perhaps: that does not pass any faster by trying.
                LOG.log(System.Logger.Level.DEBUG, "control socket {0}: {1}", path(), e);
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    private void acceptAll() throws IOException {
        for (SocketChannel client = socket.channel().accept();
                client != null;
                client = socket.channel().accept()) {
            admit(new ControlConnection(client, handler, limit, this::ended));
        }
    }

    private void admit(ControlConnection connection) {
        List<ControlConnection> others = open();
        if (others.size() >= MAX_CLIENTS) {
            others.stream()
                    .filter(ControlConnection::isIdle)
                    .findFirst()
                    .ifPresent(idle -> idle.giveUp("the node has too many clients"));
        }
        if (others.size() >= 2 * MAX_CLIENTS) {
            // They come faster than they can be told to go.
            ControlConnection closed =
                    others.stream()
                            .filter(other -> !other.isBeingServed())
                            .findFirst()
                            .orElse(connection);
            closed.close();
            ended(closed);
            if (closed == connection) {
                return;
            }
        }
        synchronized (connections) {
            connections.add(connection);
        }
        Thread.ofVirtual().name("knet-control-client").start(connection);
    }

    /** In the order in which they came. */
    private List<ControlConnection> open() {
        synchronized (connections) {
            return List.copyOf(connections);
        }
    }

    private void ended(ControlConnection connection) {
        synchronized (connections) {
            connections.remove(connection);
        }
    }

    /** Takes the socket away and sends away who still waits. */
    @Override
    public void close() {
        closed = true;
        closeQuietly(socket);
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "control socket {0}: {1}", path(), e);
        }
        open().forEach(connection -> connection.giveUp("the node ends"));
    }

    static void closeQuietly(ControlSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "control socket {0}: {1}", socket.path(), e);
        }
    }
}
