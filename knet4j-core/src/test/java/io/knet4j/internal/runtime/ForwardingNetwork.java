package io.knet4j.internal.runtime;

import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;

/** A real runtime and its transport, of which a test changes how datagrams are sent. */
abstract class ForwardingNetwork extends ForwardingRuntime implements Transport {
    ForwardingNetwork(int nodeId) {
        super(nodeId);
    }

    @Override
    public Transport transport() {
        return this;
    }

    @Override
    public Socket bind(InetSocketAddress local, SocketOptions options) {
        return real.transport().bind(local, options);
    }

    @Override
    public void setTrafficClass(Socket socket, int trafficClass) {
        real.transport().setTrafficClass(socket, trafficClass);
    }

    @Override
    public void unbind(Socket socket) {
        real.transport().unbind(socket);
    }

    @Override
    public Path path(Socket socket, InetSocketAddress remote) {
        return real.transport().path(socket, remote);
    }
}
