package io.knet4j.internal.transport.udp;

import io.knet4j.internal.transport.SocketTransport;
import java.util.Set;

/** The sockets of Java. */
class NioSocketTransportTest extends SocketTransportContract {
    @Override
    protected SocketTransport open(SocketTransport.Listener listener) {
        return new NioUdpTransport(Set.of(), "", listener);
    }
}
