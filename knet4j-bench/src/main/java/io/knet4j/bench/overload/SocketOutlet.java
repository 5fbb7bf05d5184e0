package io.knet4j.bench.overload;

import io.knet4j.Reason;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.Transport;
import io.knet4j.internal.transport.udp.UdpTransports;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Sends datagrams by sockets: on Linux many per system call. */
final class SocketOutlet implements Flood.Outlet {
    private static final int BUFFER = 4 << 20;

    private final SocketTransport transport;
    private final OutgoingBatch batch;
    private final List<Path> paths = new ArrayList<>();
    private final List<byte[]> datagrams;

    /**
     * @param from where the datagrams come from, in turn
     * @param to where they go
     */
    SocketOutlet(List<InetSocketAddress> from, InetSocketAddress to, List<byte[]> datagrams) {
        this.datagrams = datagrams;
        transport = UdpTransports.open(Set.of(), new Deaf());
        for (InetSocketAddress address : from) {
            Transport.Socket socket =
                    transport.bind(address, new Transport.SocketOptions(BUFFER, 0));
            paths.add(transport.path(socket, to));
        }
        int bytes = datagrams.stream().mapToInt(datagram -> datagram.length).sum();
        int rounds = Math.max(1, paths.size() * 16 / datagrams.size());
        batch = new OutgoingBatch(ByteBuffer.allocateDirect(bytes + 1), rounds * datagrams.size());
    }

    /** Nothing that is reported is of interest. */
    private static final class Deaf implements SocketTransport.Listener {
        @Override
        public void socketFailed(Transport.Socket socket, Reason reason, String message) {
            // it is not read
        }

        @Override
        public void unreachable(Transport.Socket socket, InetSocketAddress remote) {
            // nor is it polled
        }

        @Override
        public void packetTooBig(Transport.Socket socket, InetSocketAddress remote, int mtu) {
            // nor is it polled
        }

        @Override
        public void datagramsLost(Transport.Socket socket, long count) {
            // nor is it polled
        }
    }

    @Override
    public int send() {
        ByteBuffer memory = batch.memory();
        int run = batch.capacity() / paths.size(); // of each source, one after the other
        batch.clear();
        int offset = 0;
        for (int i = 0; i < batch.capacity(); i++) {
            byte[] datagram = datagrams.get(i % datagrams.size());
            offset = i % datagrams.size() == 0 ? 0 : offset;
            memory.put(offset, datagram);
            batch.add(paths.get(i / run % paths.size()), offset, datagram.length, this);
            offset += datagram.length;
        }
        transport.send(batch);
        return batch.size() - batch.pendingCount();
    }

    @Override
    public void close() {
        transport.close();
    }
}
