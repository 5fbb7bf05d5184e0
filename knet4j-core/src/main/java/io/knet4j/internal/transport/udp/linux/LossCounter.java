package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Asks the kernel how many datagrams it dropped that came to a socket. */
final class LossCounter {
    /** Place in what {@code SO_MEMINFO} tells, and how much that is. */
    private static final int DROPS = 8;

    private static final int NUMBERS = 9;

    private final MemorySegment capture = Arena.ofAuto().allocate(LibC.CAPTURE);
    private final MemorySegment numbers = Arena.ofAuto().allocate(JAVA_INT, NUMBERS);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

    /** Those since the socket was asked for last; none where the kernel does not tell. */
    long lost(LinuxSocket socket) {
        length.set(JAVA_INT, 0, (int) numbers.byteSize());
        int result =
                LibC.getsockopt(
                        capture,
                        socket.descriptor().fd(),
                        LibC.SOL_SOCKET,
                        LibC.SO_MEMINFO,
                        numbers,
                        length);
        return result < 0 ? 0 : socket.lostSince(numbers.getAtIndex(JAVA_INT, DROPS));
    }
}
