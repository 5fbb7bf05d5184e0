package io.knet4j.interop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The few functions of the C runtime (64-bit Linux) needed around the library's file descriptors,
 * and to forge datagrams.
 */
final class LibC {
    static final short POLLIN = 1;
    static final short POLLOUT = 4;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int PTHREAD_CANCEL_DISABLE = 1;
    private static final short AF_INET = 2;
    private static final int SOCK_RAW = 3;
    private static final int IPPROTO_RAW = 255;
    private static final int SOCKADDR_IN = 16;

    private static final MethodHandle PIPE2 =
            bind("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle EVENTFD =
            bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE =
            bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle POLL =
            bind("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECVMMSG =
            bind(
                    "recvmmsg",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

    private static final MethodHandle SOCKET =
            bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT =
            bind("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND =
            bind("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private static final MethodHandle PTHREAD_SETCANCELSTATE =
            bind("pthread_setcancelstate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private LibC() {}

    /** From now on, {@code pthread_cancel} has no effect on the calling thread. */
    static void disableCancellation() {
        try {
            int error =
                    (int)
                            PTHREAD_SETCANCELSTATE.invokeExact(
                                    NativeCalls.capture(),
                                    PTHREAD_CANCEL_DISABLE,
                                    MemorySegment.NULL);
            if (error != 0) {
                throw new IllegalStateException(Errno.name(error));
            }
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@code struct pollfd}. */
    static final class PollFd {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        JAVA_INT.withName("fd"),
                        JAVA_SHORT.withName("events"),
                        JAVA_SHORT.withName("revents"));
        private static final VarHandle FD =
                LAYOUT.arrayElementVarHandle(PathElement.groupElement("fd"));
        private static final VarHandle EVENTS =
                LAYOUT.arrayElementVarHandle(PathElement.groupElement("events"));
        private static final VarHandle REVENTS =
                LAYOUT.arrayElementVarHandle(PathElement.groupElement("revents"));

        private PollFd() {}

        static void set(MemorySegment array, long index, int fd, short events) {
            FD.set(array, 0L, index, fd);
            EVENTS.set(array, 0L, index, events);
            REVENTS.set(array, 0L, index, (short) 0);
        }

        static short happened(MemorySegment array, long index) {
            return (short) REVENTS.get(array, 0L, index);
        }
    }

    /** {@code struct mmsghdr} with its {@code msghdr}, as far as {@link #receiveBatch} needs it. */
    static final class MMsgHdr {
        static final StructLayout IOVEC =
                MemoryLayout.structLayout(
                        ADDRESS.withName("iov_base"), JAVA_LONG.withName("iov_len"));
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        ADDRESS.withName("msg_name"),
                        JAVA_INT.withName("msg_namelen"),
                        MemoryLayout.paddingLayout(4),
                        ADDRESS.withName("msg_iov"),
                        JAVA_LONG.withName("msg_iovlen"),
                        ADDRESS.withName("msg_control"),
                        JAVA_LONG.withName("msg_controllen"),
                        JAVA_INT.withName("msg_flags"),
                        MemoryLayout.paddingLayout(4),
                        JAVA_INT.withName("msg_len"),
                        MemoryLayout.paddingLayout(4));
        private static final VarHandle IOV_BASE =
                IOVEC.arrayElementVarHandle(PathElement.groupElement("iov_base"));
        private static final VarHandle IOV_LEN =
                IOVEC.arrayElementVarHandle(PathElement.groupElement("iov_len"));
        private static final VarHandle MSG_IOV =
                LAYOUT.arrayElementVarHandle(PathElement.groupElement("msg_iov"));
        private static final VarHandle MSG_IOVLEN =
                LAYOUT.arrayElementVarHandle(PathElement.groupElement("msg_iovlen"));
        private static final VarHandle MSG_LEN =
                LAYOUT.arrayElementVarHandle(PathElement.groupElement("msg_len"));

        private MMsgHdr() {}

        /** An array of headers, each with one slice of {@code buffers} to receive into. */
        static MemorySegment allocate(
                Arena arena, MemorySegment buffers, int count, long bufferSize) {
            MemorySegment headers = arena.allocate(LAYOUT, count);
            MemorySegment vectors = arena.allocate(IOVEC, count);
            for (long i = 0; i < count; i++) {
                IOV_BASE.set(vectors, 0L, i, buffers.asSlice(i * bufferSize, bufferSize));
                IOV_LEN.set(vectors, 0L, i, bufferSize);
                MSG_IOV.set(
                        headers, 0L, i, vectors.asSlice(i * IOVEC.byteSize(), IOVEC.byteSize()));
                MSG_IOVLEN.set(headers, 0L, i, 1L);
            }
            return headers;
        }

        static int length(MemorySegment headers, long index) {
            return (int) MSG_LEN.get(headers, 0L, index);
        }
    }

    /** {@return read end and write end of a non-blocking pipe} */
    static int[] pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(JAVA_INT, 2);
            int rc = (int) PIPE2.invokeExact(NativeCalls.capture(), fds, O_NONBLOCK | O_CLOEXEC);
            check("pipe2", rc);
            return fds.toArray(JAVA_INT);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@return a counter one thread can poll and another can {@link #signal}} */
    static int eventFd() {
        try {
            int fd = (int) EVENTFD.invokeExact(NativeCalls.capture(), 0, O_NONBLOCK | O_CLOEXEC);
            check("eventfd", fd);
            return fd;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void signal(int eventFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(JAVA_LONG);
            one.set(JAVA_LONG, 0, 1);
            long rc = (long) WRITE.invokeExact(NativeCalls.capture(), eventFd, one, 8L);
            check("write", rc);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void close(int fd) {
        try {
            int rc = (int) CLOSE.invokeExact(NativeCalls.capture(), fd);
            check("close", rc);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@return bytes read, 0 at the end, -1 when nothing is there now} */
    static long read(int fd, MemorySegment buffer) {
        try {
            long n = (long) READ.invokeExact(NativeCalls.capture(), fd, buffer, buffer.byteSize());
            return checkUnlessAgain("read", n);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@return how many of the descriptors are ready; 0 after the timeout or an interruption} */
    static int poll(MemorySegment pollFds, int count, int timeoutMillis) {
        try {
            int n =
                    (int)
                            POLL.invokeExact(
                                    NativeCalls.capture(), pollFds, (long) count, timeoutMillis);
            if (n < 0 && NativeCalls.errno() == Errno.EINTR) {
                return 0;
            }
            check("poll", n);
            return n;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@return how many messages were received, -1 when there are none now} */
    static int receiveBatch(int fd, MemorySegment headers, int count) {
        try {
            int n =
                    (int)
                            RECVMMSG.invokeExact(
                                    NativeCalls.capture(),
                                    fd,
                                    headers,
                                    count,
                                    MSG_DONTWAIT,
                                    MemorySegment.NULL);
            return (int) checkUnlessAgain("recvmmsg", n);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@return a socket for packets with IP headers of one's own, all to one host} */
    static int rawSocket(byte[] to) {
        try (Arena arena = Arena.ofConfined()) {
            int fd =
                    (int)
                            SOCKET.invokeExact(
                                    NativeCalls.capture(),
                                    (int) AF_INET,
                                    SOCK_RAW | O_CLOEXEC,
                                    IPPROTO_RAW);
            check("socket", fd);
            MemorySegment address = arena.allocate(SOCKADDR_IN);
            address.set(JAVA_SHORT, 0, AF_INET);
            MemorySegment.copy(to, 0, address, JAVA_BYTE, 4, 4);
            int rc = (int) CONNECT.invokeExact(NativeCalls.capture(), fd, address, SOCKADDR_IN);
            if (rc < 0) {
                int errno = NativeCalls.errno();
                close(fd);
                throw new LibKnetException("connect", rc, errno);
            }
            return fd;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /** {@return bytes sent, -1 when the kernel would not take them} */
    static long send(int fd, MemorySegment packet) {
        try {
            return (long)
                    SEND.invokeExact(
                            NativeCalls.capture(), fd, packet, packet.byteSize(), MSG_DONTWAIT);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private static MethodHandle bind(String function, FunctionDescriptor signature) {
        return NativeCalls.bind(Linker.nativeLinker().defaultLookup(), function, signature);
    }

    private static void check(String function, long result) {
        if (result < 0) {
            throw new LibKnetException(function, result, NativeCalls.errno());
        }
    }

    private static long checkUnlessAgain(String function, long result) {
        if (result < 0) {
            int errno = NativeCalls.errno();
            if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
                throw new LibKnetException(function, result, errno);
            }
        }
        return result;
    }
}
