package io.knet4j.cli.control;

import io.knet4j.cli.CommandException;
import io.knet4j.cli.control.ControlFolders.UnusableException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** The control socket of a node, or none. */
public final class NodeControlSocket implements AutoCloseable {

    private final int node;
    private final Optional<ControlSocket> socket;
    private Optional<ControlServer> server = Optional.empty();
    private boolean closed;

    private NodeControlSocket(int node, Optional<ControlSocket> socket) {
        this.node = node;
        this.socket = socket;
    }

    /**
     * Makes the socket. Clients wait until it is {@linkplain #serve served}.
     *
     * @param warn gets a line when there is no socket because the usual folders cannot be used; a
     *     node works without, and nobody shall keep it from doing so by making a folder
     * @throws CommandException if the place was given, and cannot be used
     */
    public static NodeControlSocket open(ControlPlace place, int node, Consumer<String> warn)
            throws CommandException {
        try {
            return new NodeControlSocket(node, place.open(node));
        } catch (UnusableException e) {
            if (!(place instanceof ControlPlace.Usual)) {
                throw CommandException.failed("control socket: " + e.getMessage(), e);
            }
            warn.accept("there is no control socket: " + e.getMessage());
            return new NodeControlSocket(node, Optional.empty());
        }
    }

    /**
     * Starts to answer.
     *
     * @throws CommandException if the system does not let us
     */
    public synchronized void serve(ControlHandler handler) throws CommandException {
        if (closed || socket.isEmpty()) {
            return;
        }
        try {
            server =
                    Optional.of(
                            ControlServer.start(
                                    socket.get(),
                                    "knet-" + node + "-control",
                                    handler,
                                    ControlProtocol.CLIENT_LIMIT));
        } catch (IOException e) {
            throw CommandException.failed("control socket: " + e.getMessage(), e);
        }
    }

    /** Takes the socket away. */
    @Override
    public synchronized void close() {
        closed = true;
        if (server.isPresent()) {
            server.get().close();
        } else {
            socket.ifPresent(ControlServer::closeQuietly);
        }
    }
}
