package io.knet4j.internal.transport.udp;

import io.knet4j.Reason;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.Transport.Socket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Remembers what a transport reports. */
public final class Reports implements SocketTransport.Listener {
    /** A report that an address cannot be reached. */
    public record Unreachable(Socket socket, InetSocketAddress remote) {}

    /** A report that a packet was too big. */
    public record TooBig(Socket socket, InetSocketAddress remote, int mtu) {}

    public final List<String> failures = new ArrayList<>();
    public final List<Unreachable> unreachable = new ArrayList<>();
    public final List<TooBig> tooBig = new ArrayList<>();
    public long lost;

    @Override
    public void socketFailed(Socket socket, Reason reason, String message) {
        failures.add(socket.local() + ": " + reason + ": " + message);
    }

    @Override
    public void unreachable(Socket socket, InetSocketAddress remote) {
        unreachable.add(new Unreachable(socket, remote));
    }

    @Override
    public void packetTooBig(Socket socket, InetSocketAddress remote, int mtu) {
        tooBig.add(new TooBig(socket, remote, mtu));
    }

    @Override
    public void datagramsLost(Socket socket, long count) {
        lost += count;
    }
}
