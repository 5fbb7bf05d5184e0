package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Functions of the C library. Each returns its result, or the negative {@code errno}.
 *
 * <p>Those that are called all the time take addresses as numbers; who calls them keeps the memory
 * reachable.
 */
final class LibC {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x8_0000;

    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int SO_TYPE = 3;
    static final int SO_ERROR = 4;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_PRIORITY = 12;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_DETACH_FILTER = 27;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_MEMINFO = 55;

    static final int IPPROTO_IP = 0;
    static final int IP_TOS = 1;
    static final int IP_MTU_DISCOVER = 10;
    static final int IP_RECVERR = 11;

    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_MTU_DISCOVER = 23;
    static final int PMTUDISC_DO = 2;
    static final int PMTUDISC_PROBE = 3;
    static final int IPV6_RECVERR = 25;
    static final int IPV6_V6ONLY = 26;
    static final int IPV6_DONTFRAG = 62;
    static final int IPV6_TCLASS = 67;

    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;

    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_ERRQUEUE = 0x2000;

    static final int EPOLL_CLOEXEC = 0x8_0000;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLLIN = 1;
    static final int EPOLLERR = 8;
    static final int EFD_NONBLOCK = 0x800;
    static final int EFD_CLOEXEC = 0x8_0000;

    /** Room for the captured {@code errno}, first argument of each function. */
    static final StructLayout CAPTURE = Linker.Option.captureStateLayout();

    private static final VarHandle ERRNO = CAPTURE.varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET =
            bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            bind("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE =
            bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle GETSOCKNAME =
            bind("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle GETSOCKOPT =
            bind(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SETSOCKOPT =
            bind(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SENDMMSG =
            bind(
                    "sendmmsg",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle RECVMMSG =
            bind(
                    "recvmmsg",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle RECVMSG =
            bind("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle EPOLL_CREATE1 =
            bind("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL =
            bind(
                    "epoll_ctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            bind(
                    "epoll_wait",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle EVENTFD =
            bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private LibC() {}

    static int socket(MemorySegment capture, int family, int type) {
        try {
            return result(capture, (int) SOCKET.invokeExact(capture, family, type, 0));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int bind(MemorySegment capture, int fd, MemorySegment address, int length) {
        try {
            return result(capture, (int) BIND.invokeExact(capture, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int close(MemorySegment capture, int fd) {
        try {
            return result(capture, (int) CLOSE.invokeExact(capture, fd));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getsockname(
            MemorySegment capture, int fd, MemorySegment address, MemorySegment length) {
        try {
            return result(capture, (int) GETSOCKNAME.invokeExact(capture, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getsockopt(
            MemorySegment capture,
            int fd,
            int level,
            int name,
            MemorySegment value,
            MemorySegment length) {
        try {
            return result(
                    capture, (int) GETSOCKOPT.invokeExact(capture, fd, level, name, value, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int setsockopt(MemorySegment capture, int fd, int level, int name, MemorySegment value) {
        int length = (int) value.byteSize();
        try {
            return result(
                    capture, (int) SETSOCKOPT.invokeExact(capture, fd, level, name, value, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * @param messages address of an array of {@code mmsghdr}
     */
    static int sendmmsg(MemorySegment capture, int fd, long messages, int count) {
        try {
            return result(
                    capture,
                    (int) SENDMMSG.invokeExact(capture, fd, messages, count, MSG_DONTWAIT));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * @param messages address of an array of {@code mmsghdr}
     */
    static int recvmmsg(MemorySegment capture, int fd, long messages, int count) {
        try {
            return result(
                    capture,
                    (int) RECVMMSG.invokeExact(capture, fd, messages, count, MSG_DONTWAIT, 0L));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * @param message address of a {@code msghdr}
     */
    static int recvmsg(MemorySegment capture, int fd, long message, int flags) {
        try {
            return result(capture, (int) (long) RECVMSG.invokeExact(capture, fd, message, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollCreate(MemorySegment capture) {
        try {
            return result(capture, (int) EPOLL_CREATE1.invokeExact(capture, EPOLL_CLOEXEC));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollControl(
            MemorySegment capture, int epoll, int operation, int fd, MemorySegment event) {
        try {
            return result(
                    capture, (int) EPOLL_CTL.invokeExact(capture, epoll, operation, fd, event));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * @param events address of an array of {@code epoll_event}
     * @param timeout milliseconds, -1 for ever
     */
    static int epollWait(MemorySegment capture, int epoll, long events, int count, int timeout) {
        try {
            return result(
                    capture, (int) EPOLL_WAIT.invokeExact(capture, epoll, events, count, timeout));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int eventfd(MemorySegment capture) {
        try {
            return result(
                    capture, (int) EVENTFD.invokeExact(capture, 0, EFD_NONBLOCK | EFD_CLOEXEC));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int read(MemorySegment capture, int fd, long address, long length) {
        try {
            return result(capture, (int) (long) READ.invokeExact(capture, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int write(MemorySegment capture, int fd, long address, long length) {
        try {
            return result(capture, (int) (long) WRITE.invokeExact(capture, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int result(MemorySegment capture, int result) {
        return result < 0 ? -(int) ERRNO.get(capture, 0L) : result;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String function, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(function),
                signature,
                Linker.Option.captureCallState("errno"));
    }

    private static RuntimeException unexpected(Throwable e) {
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }
}
