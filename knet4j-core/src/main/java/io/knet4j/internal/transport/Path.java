package io.knet4j.internal.transport;

import java.net.InetSocketAddress;

/**
 * The way from a socket to a remote address. A transport may extend it with what it needs to send
 * there.
 */
public class Path {
    private final Transport.Socket socket;
    private final InetSocketAddress remote;

    public Path(Transport.Socket socket, InetSocketAddress remote) {
        this.socket = socket;
        this.remote = remote;
    }

    public final Transport.Socket socket() {
        return socket;
    }

    public final InetSocketAddress remote() {
        return remote;
    }

    @Override
    public final String toString() {
        return socket.local() + " -> " + remote;
    }
}
