package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A {@code struct sockaddr_in} or {@code sockaddr_in6}, as the words that lie in memory.
 *
 * @param head family, port, and the address of IPv4 or the flow information of IPv6, which is 0
 * @param high first half of the address of IPv6
 * @param low second half of it
 * @param scope interface of a link-local address of IPv6
 */
record RawAddress(long head, long high, long low, int scope) {
    /** Room for either. */
    static final int MAX_BYTES = 28;

    private static final int IPV4_BYTES = 16;
    private static final int HIGH = 8;
    private static final int LOW = 16;
    private static final int SCOPE = 24;
    private static final int PORT_SHIFT = 16;
    private static final int ADDRESS_SHIFT = 32;
    private static final long WITHOUT_FLOW = 0xffff_ffffL;
    private static final int IPV6_ADDRESS_BYTES = 16;

    static RawAddress of(InetSocketAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress().getAddress());
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        long port = Short.toUnsignedLong(Short.reverseBytes((short) address.getPort()));
        if (address.getAddress() instanceof Inet6Address ipv6) {
            return new RawAddress(
                    LibC.AF_INET6 | port << PORT_SHIFT,
                    bytes.getLong(),
                    bytes.getLong(),
                    ipv6.getScopeId());
        }
        long host = Integer.toUnsignedLong(bytes.getInt());
        return new RawAddress(LibC.AF_INET | port << PORT_SHIFT | host << ADDRESS_SHIFT, 0, 0, 0);
    }

    /** What lies there. */
    static RawAddress read(MemorySegment memory, long offset) {
        long head = memory.get(JAVA_LONG, offset);
        return isIpv6(head)
                ? new RawAddress(
                        head & WITHOUT_FLOW,
                        memory.get(JAVA_LONG, offset + HIGH),
                        memory.get(JAVA_LONG, offset + LOW),
                        memory.get(JAVA_INT, offset + SCOPE))
                : new RawAddress(head, 0, 0, 0);
    }

    /** Whether this is what lies there. */
    boolean isAt(MemorySegment memory, long offset) {
        long other = memory.get(JAVA_LONG, offset);
        return isIpv6(other)
                ? head == (other & WITHOUT_FLOW)
                        && low == memory.get(JAVA_LONG, offset + LOW)
                        && high == memory.get(JAVA_LONG, offset + HIGH)
                        && scope == memory.get(JAVA_INT, offset + SCOPE)
                : head == other;
    }

    /** A number that is the same for the same addresses. */
    static int hash(MemorySegment memory, long offset) {
        long head = memory.get(JAVA_LONG, offset);
        long all =
                isIpv6(head)
                        ? (head & WITHOUT_FLOW)
                                + 31 * memory.get(JAVA_LONG, offset + HIGH)
                                + 37 * memory.get(JAVA_LONG, offset + LOW)
                                + memory.get(JAVA_INT, offset + SCOPE)
                        : head;
        // Twice, since neighbours differ in the highest bits.
        long mixed = all * 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ mixed >>> 32) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32);
    }

    void write(MemorySegment memory, long offset) {
        memory.set(JAVA_LONG, offset, head);
        memory.set(JAVA_LONG, offset + HIGH, high);
        memory.set(JAVA_LONG, offset + LOW, low);
        memory.set(JAVA_INT, offset + SCOPE, scope);
    }

    boolean isIpv6() {
        return isIpv6(head);
    }

    private static boolean isIpv6(long head) {
        return (short) head == LibC.AF_INET6;
    }

    /** Size of the structure. */
    int length() {
        return isIpv6() ? MAX_BYTES : IPV4_BYTES;
    }

    InetSocketAddress toInet() {
        int port = Short.toUnsignedInt(Short.reverseBytes((short) (head >>> PORT_SHIFT)));
        return new InetSocketAddress(host(), port);
    }

    private InetAddress host() {
        ByteBuffer bytes = ByteBuffer.allocate(isIpv6() ? IPV6_ADDRESS_BYTES : Integer.BYTES);
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (!isIpv6()) {
                bytes.putInt((int) (head >>> ADDRESS_SHIFT));
                return InetAddress.getByAddress(bytes.array());
            }
            bytes.putLong(high).putLong(low);
            return scope == 0
                    ? InetAddress.getByAddress(bytes.array())
                    : Inet6Address.getByAddress(null, bytes.array(), scope);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // not with that many bytes
        }
    }
}
