package io.knet4j.bench.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * Nothing but a UDP socket: what the kernel takes for each datagram, without any protocol, and with
 * one system call for each. A message that is longer than a datagram travels as two. Nothing keeps
 * a sender from sending more than the receiver takes.
 */
final class SocketNode implements BenchNode {
    private static final int MAX_DATAGRAM = 65_507;

    /** In place of a number: another datagram belongs to the same message. */
    private static final int MORE = -1;

    /** In place of a number: the datagram before belongs to the same message. */
    private static final int REST = -2;

    private static final int SOCKET_BUFFER = 8 << 20;

    private final Inbox inbox;
    private @Nullable DatagramChannel socket;
    private @Nullable Thread receiver;

    SocketNode(Inbox inbox) {
        this.inbox = inbox;
    }

    @Override
    public void addLink(
            int host, int link, InetSocketAddress local, InetSocketAddress remote, Pings pings) {
        try {
            socket =
                    DatagramChannel.open()
                            .setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER)
                            .setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER)
                            .bind(local)
                            .connect(remote);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DatagramChannel socket() {
        if (socket == null) {
            throw new IllegalStateException("no link");
        }
        return socket;
    }

    @Override
    public void start() {
        DatagramChannel open = socket();
        receiver = Thread.ofPlatform().name("receiver").daemon().start(() -> receive(open));
    }

    private void receive(DatagramChannel open) {
        ByteBuffer datagram = ByteBuffer.allocateDirect(MAX_DATAGRAM);
        int before = 0;
        try {
            while (true) {
                int length = open.read(datagram.clear());
                int mark = datagram.getInt(0);
                if (mark == MORE) {
                    before = length;
                } else if (mark != REST) {
                    inbox.received(length);
                } else if (before > 0) { // else it came without its beginning
                    inbox.received(before + length);
                    before = 0;
                }
            }
        } catch (AsynchronousCloseException _) {
            // closed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean reachable(int host) {
        return true;
    }

    @Override
    public Outbox outbox(int size) {
        DatagramChannel open = socket();
        ByteBuffer message = ByteBuffer.allocateDirect(size).put(Payload.ofSize(size));
        int first = size <= MAX_DATAGRAM ? size : size / 2;
        return number -> {
            try {
                message.clear().putInt(0, first < size ? MORE : number);
                open.write(message.limit(first));
                if (first < size) {
                    message.limit(size).putInt(first, REST);
                    open.write(message);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    @Override
    public void close() {
        try {
            if (socket != null) {
                socket.close();
            }
            if (receiver != null) {
                receiver.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
