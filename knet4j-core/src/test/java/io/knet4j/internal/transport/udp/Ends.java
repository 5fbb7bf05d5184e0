package io.knet4j.internal.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.Transport;
import io.knet4j.internal.transport.Transport.Socket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transport with what sends and receives by it in tests. */
public final class Ends implements AutoCloseable {
    private static final long SOON = Duration.ofSeconds(20).toNanos();
    private static final Object OWNER = new Object();

    public final SocketTransport transport;
    public final OutgoingBatch outgoing =
            new OutgoingBatch(ByteBuffer.allocateDirect(1 << 20), 4096);
    public final IncomingBatch incoming =
            new IncomingBatch(ByteBuffer.allocateDirect(1 << 22), 4096);
    public final List<Datagram> received = new ArrayList<>();

    public Ends(SocketTransport transport) {
        this.transport = transport;
    }

    /** A datagram that was received. */
    @SuppressWarnings("ArrayRecordComponent") // compared below
    public record Datagram(InetSocketAddress to, InetSocketAddress from, byte[] payload) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Datagram that
                    && to.equals(that.to)
                    && from.equals(that.from)
                    && Arrays.equals(payload, that.payload);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(payload);
        }

        @Override
        public String toString() {
            return from + " -> " + to + ": " + payload.length + " bytes";
        }
    }

    public static InetSocketAddress any(String host) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), 0);
    }

    /** An address at which nobody listens. */
    public static InetSocketAddress closedPort(String host) throws SocketException {
        try (DatagramSocket socket = new DatagramSocket(any(host))) {
            return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
        }
    }

    public Socket bind(String host) {
        return bind(any(host));
    }

    public Socket bind(InetSocketAddress local) {
        return transport.bind(local, new Transport.SocketOptions(4 << 20, 0));
    }

    /** Bytes that tell datagrams apart. */
    public static byte[] payload(int length, int number) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i == 0 ? number : i == 1 ? number >> 8 : i * 7 + number);
        }
        return payload;
    }

    /** Puts a datagram into the batch. */
    public void add(Path path, byte[] payload) {
        int offset = outgoing.reserve();
        outgoing.memory().put(offset, payload);
        outgoing.commit(payload.length);
        outgoing.add(path, offset, payload.length, OWNER);
    }

    /** Sends what is in the batch, all of which must be taken. */
    public void sendAll() {
        send();
        for (int i = 0; i < outgoing.size(); i++) {
            assertThat(outgoing.failure(i)).as("datagram %d", i).isNull();
        }
        outgoing.clear();
    }

    /** Sends what is in the batch, until nothing is pending. */
    public void send() {
        long end = System.nanoTime() + SOON;
        transport.send(outgoing);
        while (outgoing.pendingCount() > 0) {
            assertThat(System.nanoTime()).as("pending").isLessThan(end);
            transport.awaitRoom();
            transport.send(outgoing);
        }
    }

    /** Polls until that many datagrams came in all. */
    public List<Datagram> await(int count) throws IOException {
        long end = System.nanoTime() + SOON;
        while (received.size() < count) {
            assertThat(System.nanoTime())
                    .as("%d of %d datagrams came", received.size(), count)
                    .isLessThan(end);
            poll(SOON);
        }
        return received;
    }

    /** Polls once. */
    public void poll(long timeout) throws IOException {
        transport.poll(timeout, incoming);
        for (int i = 0; i < incoming.size(); i++) {
            byte[] payload = new byte[incoming.length(i)];
            incoming.memory().get(incoming.offset(i), payload);
            received.add(new Datagram(incoming.socket(i).local(), incoming.source(i), payload));
        }
        incoming.clear();
    }

    @Override
    public void close() {
        transport.close();
    }
}
