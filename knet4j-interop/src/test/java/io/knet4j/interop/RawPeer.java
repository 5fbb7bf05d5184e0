package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * The other end of a link to a node, made by hand: packets of any content, and answers to the
 * node's pings and probes whenever it waits for something.
 */
final class RawPeer implements AutoCloseable {
    static final byte DATA = 0;
    static final byte PING = (byte) 0x81;
    static final byte PONG = (byte) 0x82;
    static final byte PROBE = (byte) 0x83;
    static final byte PROBE_REPLY = (byte) 0x84;
    static final int LARGEST = 65_507;

    private static final int SLICE_MILLIS = 20;

    private final DatagramSocket socket;
    private final InetSocketAddress node;
    private final int id;
    private final byte byte4;
    private final byte[] buffer = new byte[LARGEST];

    /** Binds the end of the link, for the host of that id, that puts this into byte 4. */
    RawPeer(InetSocketAddress local, InetSocketAddress node, int id, int byte4) throws IOException {
        this.socket = new DatagramSocket(local);
        this.node = node;
        this.id = id;
        this.byte4 = (byte) byte4;
        socket.setSoTimeout(SLICE_MILLIS);
    }

    private byte[] packet(byte type, int size) {
        byte[] packet = new byte[size];
        ByteBuffer.wrap(packet).put((byte) 1).put(type).putShort((short) id).put(byte4);
        return packet;
    }

    /** A periodic ping on link 0. */
    byte[] ping(int sequence, byte... token) {
        byte[] ping = packet(PING, 26);
        ByteBuffer.wrap(ping).put(7, token).putShort(23, (short) sequence).put(25, (byte) 1);
        return ping;
    }

    /** A message in one packet. */
    byte[] data(int sequence, int channel, byte... payload) {
        byte[] data = packet(DATA, 14 + payload.length);
        ByteBuffer.wrap(data)
                .putShort(6, (short) sequence)
                .put(11, (byte) 1)
                .put(13, (byte) channel)
                .put(14, payload);
        return data;
    }

    /** A probe on link 0 of a size, without headers of IP and UDP. */
    byte[] probe(int size) {
        byte[] probe = packet(PROBE, size);
        ByteBuffer.wrap(probe).putShort(7, (short) (size + 28));
        return probe;
    }

    /** What a node of that id must answer: the first bytes with type and host changed. */
    static byte[] answer(byte[] request, byte type, int length, int nodeId) {
        byte[] answer = Arrays.copyOf(request, length);
        ByteBuffer.wrap(answer).put(1, type).putShort(2, (short) nodeId);
        return answer;
    }

    void send(byte[] packet) throws IOException {
        socket.send(new DatagramPacket(packet, packet.length, node));
    }

    /** The next packet that is wanted. */
    byte[] await(String what, Predicate<byte[]> wanted) throws IOException {
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            byte[] packet = receive();
            if (packet != null && wanted.test(packet)) {
                return packet;
            }
        }
        return fail("did not come: " + what);
    }

    /** Answers pings and probes until the condition holds. */
    void serveUntil(String what, Callable<Boolean> condition) throws Exception {
        Await.until(
                () -> what,
                () -> {
                    receive();
                    return condition.call();
                });
    }

    /** The next packet, null when none comes for a moment. */
    private byte[] receive() throws IOException {
        DatagramPacket datagram = new DatagramPacket(buffer, buffer.length);
        try {
            socket.receive(datagram);
        } catch (SocketTimeoutException _) {
            return null;
        }
        byte[] packet = Arrays.copyOf(buffer, datagram.getLength());
        if (packet[1] == PING) {
            send(answer(packet, PONG, 26, id));
        } else if (packet[1] == PROBE) {
            send(answer(packet, PROBE_REPLY, 9, id)); // C can be busy for long waiting for it
        }
        return packet;
    }

    @Override
    public void close() {
        socket.close();
    }
}
