package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.knet4j.internal.transport.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Collection;

/**
 * A program of classic BPF by which a UDP socket takes the datagrams of some sources, and of others
 * one in {@link Transport#STRANGERS_SAMPLE}. The kernel runs it before a datagram is queued.
 *
 * <p>Sources are told apart by a number made of address and port, in another way each time, so that
 * nobody can choose a source with the number of a peer. Others may happen to have the same, which
 * is rare enough for what the program is for: less to do.
 */
final class SourceFilter {
    /** {@code struct sock_fprog}. */
    private static final StructLayout PROGRAM =
            MemoryLayout.structLayout(JAVA_SHORT, MemoryLayout.paddingLayout(6), ADDRESS);

    private static final long POINTER = ADDRESS.byteSize();

    /** Bytes of a {@code struct sock_filter}. */
    private static final int INSTRUCTION = 8;

    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF = 0x28;
    private static final int MULTIPLY = 0x24;
    private static final int ADD_X = 0x0c;
    private static final int AND = 0x54;
    private static final int COPY_TO_X = 0x07;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    /** Offsets from here on are into the IP header; without it, into the UDP header. */
    private static final int IP_HEADER = -0x10_0000;

    private static final int RANDOM = -0x1000 + 56;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV6_SOURCE = 8;
    private static final int SOURCE_PORT = 0;

    private static final int ALL = -1;
    private static final int NOTHING = 0;

    /** Instructions besides those for each peer, at most. */
    private static final int REST = 24;

    /** Conditional jumps are that long at most. */
    private static final int REACH = 250;

    private static final SecureRandom RANDOMNESS = new SecureRandom();

    private final MemorySegment program;
    private final int factor;
    private int size;

    private SourceFilter(MemorySegment program, int factor) {
        this.program = program;
        this.factor = factor;
    }

    /**
     * A {@code struct sock_fprog}. The kernel refuses it when it is too long, for some thousands of
     * peers.
     */
    static MemorySegment program(Arena arena, boolean ipv6, Collection<InetSocketAddress> peers) {
        int factor = RANDOMNESS.nextInt() | 1;
        int[] numbers =
                peers.stream()
                        .filter(peer -> peer.getAddress() instanceof Inet6Address == ipv6)
                        .mapToInt(peer -> number(peer, factor))
                        .distinct()
                        .toArray();
        int most = numbers.length + 2 * (numbers.length / REACH + 1) + REST;
        SourceFilter filter =
                new SourceFilter(arena.allocate((long) INSTRUCTION * most, INSTRUCTION), factor);
        filter.loadNumber(ipv6);
        for (int start = 0; start < numbers.length; start += REACH) {
            filter.passIfAmong(numbers, start, Math.min(start + REACH, numbers.length));
        }
        filter.add(LOAD_WORD, 0, 0, RANDOM);
        filter.add(AND, 0, 0, Transport.STRANGERS_SAMPLE - 1);
        filter.add(JUMP_IF_EQUAL, 1, 0, 0);
        filter.add(RETURN, 0, 0, NOTHING);
        filter.add(RETURN, 0, 0, ALL);
        MemorySegment result = arena.allocate(PROGRAM);
        result.set(JAVA_SHORT, 0, (short) Math.min(filter.size, 0xffff));
        result.set(ADDRESS, POINTER, filter.program);
        return result;
    }

    /** What {@link #loadNumber} makes of this source. */
    private static int number(InetSocketAddress source, int factor) {
        ByteBuffer address = ByteBuffer.wrap(source.getAddress().getAddress());
        int number = address.getInt();
        while (address.hasRemaining()) {
            number = number * factor + address.getInt();
        }
        return number * factor + source.getPort();
    }

    private void loadNumber(boolean ipv6) {
        int source = IP_HEADER + (ipv6 ? IPV6_SOURCE : IPV4_SOURCE);
        add(LOAD_WORD, 0, 0, source);
        for (int word = 1; ipv6 && word < 4; word++) {
            addTo(LOAD_WORD, source + word * Integer.BYTES);
        }
        addTo(LOAD_HALF, SOURCE_PORT);
    }

    private void addTo(int load, int offset) {
        add(MULTIPLY, 0, 0, factor);
        add(COPY_TO_X, 0, 0, 0);
        add(load, 0, 0, offset);
        add(ADD_X, 0, 0, 0);
    }

    private void passIfAmong(int[] numbers, int start, int end) {
        for (int i = start; i < end; i++) {
            add(JUMP_IF_EQUAL, end - i, 0, numbers[i]);
        }
        add(JUMP, 0, 0, 1);
        add(RETURN, 0, 0, ALL);
    }

    private void add(int code, int ifTrue, int ifFalse, int value) {
        long at = (long) INSTRUCTION * size++;
        program.set(JAVA_SHORT, at, (short) code);
        program.set(JAVA_BYTE, at + 2, (byte) ifTrue);
        program.set(JAVA_BYTE, at + 3, (byte) ifFalse);
        program.set(JAVA_INT, at + 4, value);
    }
}
