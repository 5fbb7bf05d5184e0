package io.knet4j.bench.overload;

import io.knet4j.interop.RawSocket;
import java.net.InetSocketAddress;
import java.util.List;

/** Sends datagrams under the address and port of somebody else. */
final class RawOutlet implements Flood.Outlet {
    private final RawSocket socket;

    RawOutlet(InetSocketAddress from, InetSocketAddress to, List<byte[]> datagrams) {
        socket = new RawSocket(from, to, datagrams);
    }

    @Override
    public int send() {
        return socket.send();
    }

    @Override
    public void close() {
        socket.close();
    }
}
