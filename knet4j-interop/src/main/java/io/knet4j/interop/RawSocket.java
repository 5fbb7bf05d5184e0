package io.knet4j.interop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends UDP datagrams over IPv4 that claim to come from any address and port, as somebody does who
 * forges them. It needs the right to, {@code CAP_NET_RAW}. To be used by one thread at a time.
 */
public final class RawSocket implements AutoCloseable {
    private static final int IP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final byte VERSION_AND_LENGTH = 0x45;
    private static final byte HOPS = 64;
    private static final byte UDP = 17;

    private final Arena arena = Arena.ofShared();
    private final int fd;
    private final List<MemorySegment> packets = new ArrayList<>();

    /**
     * Opens one that sends some datagrams.
     *
     * @param from whom they claim to come from
     * @param to where they go
     * @param payloads what is in them
     * @throws LibKnetException when that is not allowed
     * @throws UnsupportedOperationException when this system has no such functions
     * @throws IllegalArgumentException when an address is not of IPv4
     */
    public RawSocket(InetSocketAddress from, InetSocketAddress to, List<byte[]> payloads) {
        byte[] source = address(from);
        byte[] target = address(to);
        fd = LibC.rawSocket(target);
        for (byte[] payload : payloads) {
            byte[] packet = packet(source, from.getPort(), target, to.getPort(), payload);
            packets.add(arena.allocateFrom(JAVA_BYTE, packet));
        }
    }

    /** {@return whether this process may forge datagrams} */
    public static boolean isAllowed() {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9);
        try (RawSocket _ = new RawSocket(any, any, List.of())) {
            return true;
        } catch (LibKnetException | UnsupportedOperationException _) {
            return false;
        }
    }

    // Checksum, length and identification of the IP header are for the kernel to fill in.
    private static byte[] packet(
            byte[] source, int sourcePort, byte[] target, int targetPort, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(IP_HEADER + UDP_HEADER + payload.length);
        packet.put(VERSION_AND_LENGTH).position(8);
        packet.put(HOPS).put(UDP).position(12);
        packet.put(source).put(target);
        packet.putShort((short) sourcePort).putShort((short) targetPort);
        packet.putShort((short) (UDP_HEADER + payload.length)).putShort((short) 0);
        return packet.put(payload).array();
    }

    private static byte[] address(InetSocketAddress address) {
        if (address.getAddress() instanceof Inet4Address ip) {
            return ip.getAddress();
        }
        throw new IllegalArgumentException(address + ": IPv4 is needed");
    }

    /** {@return how many of the datagrams were sent, each once} */
    public int send() {
        int sent = 0;
        for (MemorySegment packet : packets) {
            sent += LibC.send(fd, packet) < 0 ? 0 : 1;
        }
        return sent;
    }

    @Override
    public void close() {
        LibC.close(fd);
        arena.close();
    }
}
