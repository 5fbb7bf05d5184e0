package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.knet4j.internal.transport.SocketTransport.Listener;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Takes what the network and the kernel report about datagrams that were sent. */
final class ErrorQueue {
    /** {@code struct sock_extended_err}. */
    private static final StructLayout EXTENDED_ERROR =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("errno"),
                    JAVA_BYTE.withName("origin"),
                    JAVA_BYTE.withName("type"),
                    JAVA_BYTE.withName("code"),
                    JAVA_BYTE.withName("pad"),
                    JAVA_INT.withName("info"),
                    JAVA_INT.withName("data"));

    private static final long ERROR = offset("errno");
    private static final long ORIGIN = offset("origin");
    private static final long INFO = offset("info");
    private static final int ICMP = 2;
    private static final int ICMP6 = 3;

    private static final int REPORTS_PER_TURN = 64;
    private static final int CONTROL_BYTES = 256;

    private final boolean queued;
    private final Listener listener;
    private final AddressCache addresses;
    private final MessageHeaders headers = new MessageHeaders(1, 1, CONTROL_BYTES);
    private final MemorySegment capture = Arena.ofAuto().allocate(LibC.CAPTURE);
    private final MemorySegment value = Arena.ofAuto().allocate(JAVA_INT);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

    /**
     * @param queued whether sockets have such a queue
     */
    ErrorQueue(boolean queued, AddressCache addresses, Listener listener) {
        this.queued = queued;
        this.addresses = addresses;
        this.listener = listener;
        headers.setVectors(0, 0, 0); // what was sent is of no interest, but where it went
    }

    private static long offset(String field) {
        return EXTENDED_ERROR.byteOffset(PathElement.groupElement(field));
    }

    /** Tells the listener what is in the queue of a socket. */
    void drain(LinuxSocket socket) {
        int fd = socket.descriptor().fd();
        InetSocketAddress told = null;
        int left = queued ? REPORTS_PER_TURN : 0;
        while (left > 0) {
            headers.setRoom(0);
            int flags = LibC.MSG_ERRQUEUE | LibC.MSG_DONTWAIT;
            int result = LibC.recvmsg(capture, fd, headers.address(0), flags);
            if (result < 0) {
                break;
            }
            told = tell(socket, told);
            left--;
        }
        if (left > 0 || !queued) {
            // An error that found no room in the queue would be reported for ever otherwise.
            length.set(JAVA_INT, 0, Integer.BYTES);
            LibC.getsockopt(capture, fd, LibC.SOL_SOCKET, LibC.SO_ERROR, value, length);
        }
    }

    /**
     * @param told what was reported to be out of reach just before
     * @return the same now
     */
    private @Nullable InetSocketAddress tell(LinuxSocket socket, @Nullable InetSocketAddress told) {
        long data =
                socket.isIpv6()
                        ? headers.control(0, LibC.IPPROTO_IPV6, LibC.IPV6_RECVERR)
                        : headers.control(0, LibC.IPPROTO_IP, LibC.IP_RECVERR);
        if (data == MessageHeaders.NONE) {
            return told;
        }
        MemorySegment memory = headers.memory();
        int origin = memory.get(JAVA_BYTE, data + ORIGIN);
        if (origin != ICMP && origin != ICMP6) {
            return told; // the kernel's own refusals are told by the call that sends
        }
        int errno = memory.get(JAVA_INT, data + ERROR);
        InetSocketAddress remote = addresses.get(memory, headers.name(0));
        if (errno == Errno.EMSGSIZE) {
            listener.packetTooBig(socket, remote, memory.get(JAVA_INT, data + INFO));
        } else if (Errno.isUnreachable(errno) && !remote.equals(told)) {
            listener.unreachable(socket, remote);
            return remote;
        }
        return told;
    }
}
