package io.knet4j.interop;

import io.knet4j.testkit.relay.FreePorts;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes datagrams between two ends of a link on, remembers them, and can send them again. */
final class Tap implements AutoCloseable {
    private static final int LARGEST = 65_507;

    final Side a;
    final Side b;

    /** What faces one end: gets what that end sends, and sends what is for it. */
    static final class Side {
        final InetSocketAddress address = FreePorts.loopback4();
        private final DatagramSocket socket;
        private final InetSocketAddress end;
        private final List<byte[]> delivered = new CopyOnWriteArrayList<>();

        Side(InetSocketAddress end) throws IOException {
            this.end = end;
            socket = new DatagramSocket(address);
        }

        private void pass(Side other) {
            byte[] buffer = new byte[LARGEST];
            while (!socket.isClosed()) {
                DatagramPacket datagram = new DatagramPacket(buffer, LARGEST);
                try {
                    socket.receive(datagram);
                    byte[] content = Arrays.copyOf(buffer, datagram.getLength());
                    other.delivered.add(content);
                    other.send(content);
                } catch (IOException _) {
                    // closed, or the other end has no socket yet
                }
            }
        }

        void send(byte[] content) throws IOException {
            socket.send(new DatagramPacket(content, content.length, end));
        }

        /** What went to this end so far. */
        List<byte[]> delivered() {
            return List.copyOf(delivered);
        }
    }

    /** Between the ends at these addresses, which take the side's address for the peer's. */
    Tap(InetSocketAddress endA, InetSocketAddress endB) throws IOException {
        a = new Side(endA);
        b = new Side(endB);
        Thread.ofPlatform().daemon().name("tap-a").start(() -> a.pass(b));
        Thread.ofPlatform().daemon().name("tap-b").start(() -> b.pass(a));
    }

    @Override
    public void close() {
        a.socket.close();
        b.socket.close();
    }
}
