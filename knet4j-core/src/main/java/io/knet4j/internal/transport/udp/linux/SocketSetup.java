package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.knet4j.LogSubsystem;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.Transport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Opens sockets, sets their options, and finds out which of these there are. */
final class SocketSetup {
    private static final System.Logger LOG = System.getLogger(LogSubsystem.TRANSPORT.loggerName());

    /** What is wrong with sockets of this program is said once. */
    private static final AtomicBoolean BUFFERS_LOGGED = new AtomicBoolean();

    /** {@code TC_PRIO_INTERACTIVE}, the highest one that needs no privilege. */
    private static final int HIGH_PRIORITY = 6;

    private final Set<UdpFeature> features;

    /**
     * @param features what to use
     */
    SocketSetup(Set<UdpFeature> features) {
        this.features = features;
    }

    /** A socket, and memory for the arguments of calls. */
    private record Call(Arena arena, MemorySegment capture, MemorySegment value, int fd) {
        static Call to(Arena arena, int fd) {
            return new Call(arena, arena.allocate(LibC.CAPTURE), arena.allocate(JAVA_INT), fd);
        }

        /** Sets an option. Returns the result, or the negative errno. */
        int set(int level, int name, int number) {
            value.set(JAVA_INT, 0, number);
            return LibC.setsockopt(capture, fd, level, name, value);
        }

        /** Sets which sources pass. Returns the result, or the negative errno. */
        int attach(boolean ipv6, Collection<InetSocketAddress> peers) {
            MemorySegment program = SourceFilter.program(arena, ipv6, peers);
            return LibC.setsockopt(capture, fd, LibC.SOL_SOCKET, LibC.SO_ATTACH_FILTER, program);
        }

        /** An option, or the negative errno. */
        int get(int level, int name) {
            MemorySegment length = arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, Integer.BYTES);
            int result = LibC.getsockopt(capture, fd, level, name, value, length);
            return result < 0 ? result : value.get(JAVA_INT, 0);
        }
    }

    /**
     * Finds out what the kernel has and permits.
     *
     * @param missing where to put what it does not, and why
     * @throws IOException if it does not even open a socket
     */
    static Set<UdpFeature> probe(Map<UdpFeature, String> missing) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(LibC.CAPTURE);
            int fd = open(capture, LibC.AF_INET);
            boolean ipv6 = fd == -Errno.EAFNOSUPPORT;
            if (ipv6) {
                fd = open(capture, LibC.AF_INET6);
            }
            check(fd);
            try {
                Set<UdpFeature> found = EnumSet.of(UdpFeature.NATIVE);
                for (UdpFeature feature : UdpFeature.values()) {
                    int result = probe(Call.to(arena, fd), feature, ipv6);
                    if (result >= 0) {
                        found.add(feature);
                    } else {
                        missing.put(feature, Errno.text(-result));
                    }
                }
                return found;
            } finally {
                LibC.close(capture, fd);
            }
        }
    }

    private static int probe(Call call, UdpFeature feature, boolean ipv6) {
        return switch (feature) {
            case NATIVE -> 0;
            case SEGMENTATION_OFFLOAD -> call.set(LibC.SOL_UDP, LibC.UDP_SEGMENT, 0);
            case RECEIVE_OFFLOAD -> call.set(LibC.SOL_UDP, LibC.UDP_GRO, 1);
            case ERROR_QUEUE -> setErrorQueue(call, ipv6);
            case FORCED_BUFFERS -> call.set(LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, 1 << 16);
            case SOCKET_PRIORITY -> call.set(LibC.SOL_SOCKET, LibC.SO_PRIORITY, HIGH_PRIORITY);
            case MTU_PROBE_MODE -> setMtuMode(call, ipv6, LibC.PMTUDISC_PROBE);
            case SOURCE_FILTER -> call.attach(ipv6, List.of());
        };
    }

    private static int open(MemorySegment capture, int family) {
        return LibC.socket(
                capture, family, LibC.SOCK_DGRAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);
    }

    private static int check(int result) throws IOException {
        if (result < 0) {
            throw new SocketException(-result);
        }
        return result;
    }

    /** A call failed. */
    static final class SocketException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int errno;

        private SocketException(int errno) {
            super(Errno.text(errno));
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    /**
     * Opens a socket and binds it.
     *
     * @param reuse whether its address may overlap with those of others that allow it, too
     */
    LinuxSocket open(InetSocketAddress local, Transport.SocketOptions options, boolean reuse)
            throws SocketException {
        boolean ipv6 = local.getAddress() instanceof Inet6Address;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(LibC.CAPTURE);
            int fd = open(capture, ipv6 ? LibC.AF_INET6 : LibC.AF_INET);
            if (fd < 0) {
                throw new SocketException(-fd);
            }
            Descriptor descriptor = new Descriptor(fd);
            boolean bound = false;
            try {
                Call call = Call.to(arena, fd);
                boolean whole = setOptions(call, ipv6, options);
                if (reuse) {
                    call.set(LibC.SOL_SOCKET, LibC.SO_REUSEADDR, 1);
                }
                InetSocketAddress address = bind(call, RawAddress.of(local));
                bound = true;
                boolean segmenting = features.contains(UdpFeature.SEGMENTATION_OFFLOAD);
                return new LinuxSocket(
                        descriptor, address, ipv6, whole, segmenting, System::nanoTime);
            } finally {
                if (!bound) {
                    descriptor.close();
                }
            }
        }
    }

    private static InetSocketAddress bind(Call call, RawAddress local) throws SocketException {
        MemorySegment address = call.arena.allocate(RawAddress.MAX_BYTES, Long.BYTES);
        local.write(address, 0);
        int result = LibC.bind(call.capture, call.fd, address, local.length());
        if (result == 0) {
            MemorySegment length = call.arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, RawAddress.MAX_BYTES);
            result = LibC.getsockname(call.capture, call.fd, address, length);
        }
        if (result < 0) {
            throw new SocketException(-result);
        }
        return RawAddress.read(address, 0).toInet();
    }

    /** Returns whether the socket keeps its datagrams whole. */
    private boolean setOptions(Call call, boolean ipv6, Transport.SocketOptions options)
            throws SocketException {
        if (ipv6) {
            call.set(LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY, 1);
            call.set(LibC.IPPROTO_IPV6, LibC.IPV6_DONTFRAG, 1);
        }
        setBuffers(call, options.bufferBytes());
        int marked = options.trafficClass() == 0 ? 0 : setMark(call, ipv6, options.trafficClass());
        if (marked < 0) {
            throw new SocketException(-marked);
        }
        if (features.contains(UdpFeature.ERROR_QUEUE)) {
            setErrorQueue(call, ipv6);
        }
        if (features.contains(UdpFeature.RECEIVE_OFFLOAD)) {
            call.set(LibC.SOL_UDP, LibC.UDP_GRO, 1);
        }
        int mode =
                features.contains(UdpFeature.MTU_PROBE_MODE)
                        ? LibC.PMTUDISC_PROBE
                        : LibC.PMTUDISC_DO;
        return setMtuMode(call, ipv6, mode) == 0;
    }

    private static int setErrorQueue(Call call, boolean ipv6) {
        return ipv6
                ? call.set(LibC.IPPROTO_IPV6, LibC.IPV6_RECVERR, 1)
                : call.set(LibC.IPPROTO_IP, LibC.IP_RECVERR, 1);
    }

    private static int setMtuMode(Call call, boolean ipv6, int mode) {
        return ipv6
                ? call.set(LibC.IPPROTO_IPV6, LibC.IPV6_MTU_DISCOVER, mode)
                : call.set(LibC.IPPROTO_IP, LibC.IP_MTU_DISCOVER, mode);
    }

    private void setBuffers(Call call, int bytes) {
        String less =
                setBuffer(call, "receive", LibC.SO_RCVBUF, LibC.SO_RCVBUFFORCE, "rmem", bytes);
        if (less == null) {
            less = setBuffer(call, "send", LibC.SO_SNDBUF, LibC.SO_SNDBUFFORCE, "wmem", bytes);
        }
        if (less != null && BUFFERS_LOGGED.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, less);
        }
    }

    /** Returns what there is to say when the kernel gives less, otherwise null. */
    private @Nullable String setBuffer(
            Call call, String kind, int option, int forced, String limit, int bytes) {
        call.set(LibC.SOL_SOCKET, option, bytes);
        if (granted(call, option) < bytes && features.contains(UdpFeature.FORCED_BUFFERS)) {
            call.set(LibC.SOL_SOCKET, forced, bytes);
        }
        int granted = granted(call, option);
        return granted >= bytes
                ? null
                : "the kernel gives sockets "
                        + kind
                        + " buffers of "
                        + granted
                        + " bytes where "
                        + bytes
                        + " are asked for, so that bursts of datagrams may get lost: raise"
                        + " net.core."
                        + limit
                        + "_max, or grant CAP_NET_ADMIN";
    }

    private static int granted(Call call, int option) {
        return call.get(LibC.SOL_SOCKET, option) / 2; // the kernel tells twice what it gives
    }

    /**
     * Sets the traffic class, and whether that is the one of high priority.
     *
     * @return the result, or the negative errno
     */
    int setTrafficClass(LinuxSocket socket, int trafficClass) {
        try (Arena arena = Arena.ofConfined()) {
            return setMark(Call.to(arena, socket.descriptor().fd()), socket.isIpv6(), trafficClass);
        }
    }

    private int setMark(Call call, boolean ipv6, int trafficClass) {
        int result =
                ipv6
                        ? call.set(LibC.IPPROTO_IPV6, LibC.IPV6_TCLASS, trafficClass)
                        : call.set(LibC.IPPROTO_IP, LibC.IP_TOS, trafficClass);
        if (features.contains(UdpFeature.SOCKET_PRIORITY)) { // IP_TOS sets one of its own
            int priority = trafficClass == 0 ? 0 : HIGH_PRIORITY;
            call.set(LibC.SOL_SOCKET, LibC.SO_PRIORITY, priority);
        }
        return result;
    }

    /**
     * Has the kernel drop what comes from elsewhere than these addresses, but for a sample.
     *
     * @return the result, or the negative errno
     */
    static int keepOut(LinuxSocket socket, Collection<InetSocketAddress> peers) {
        try (Arena arena = Arena.ofConfined()) {
            return Call.to(arena, socket.descriptor().fd()).attach(socket.isIpv6(), peers);
        }
    }

    /** Has the kernel drop nothing any more for where it comes from. */
    static void letIn(LinuxSocket socket) {
        try (Arena arena = Arena.ofConfined()) {
            Call.to(arena, socket.descriptor().fd()).set(LibC.SOL_SOCKET, LibC.SO_DETACH_FILTER, 0);
        }
    }

    /** Whether others may be bound to addresses that overlap with that of this socket. */
    void setReuse(LinuxSocket socket, boolean reuse) {
        if (socket.descriptor().acquire()) {
            try (Arena arena = Arena.ofConfined()) {
                Call.to(arena, socket.descriptor().fd())
                        .set(LibC.SOL_SOCKET, LibC.SO_REUSEADDR, reuse ? 1 : 0);
            } finally {
                socket.descriptor().release();
            }
        }
    }
}
