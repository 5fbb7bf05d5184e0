package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Functions of the C library. Each returns its result, or the negative {@code errno}. */
final class LibC {
    static final int SOL_SOCKET = 1;
    static final int SO_TYPE = 3;
    static final int SOCK_DGRAM = 2;
    static final int IPPROTO_IP = 0;
    static final int IP_MTU_DISCOVER = 10;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_MTU_DISCOVER = 23;

    /** Room for the captured {@code errno}, first argument of each function. */
    static final StructLayout CAPTURE = Linker.Option.captureStateLayout();

    private static final VarHandle ERRNO = CAPTURE.varHandle(PathElement.groupElement("errno"));
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

    private LibC() {}

    /** {@code struct sockaddr_in6}, whose port is where that of {@code sockaddr_in} is. */
    static final class SocketAddress {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        JAVA_SHORT.withName("family"),
                        JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN).withName("port"),
                        JAVA_INT.withName("flow_or_ipv4_address"),
                        MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("ipv6_address"),
                        JAVA_INT.withName("scope"));
        static final short IPV4 = 2;
        static final short IPV6 = 10;

        private static final VarHandle FAMILY =
                LAYOUT.varHandle(PathElement.groupElement("family"));
        private static final VarHandle PORT = LAYOUT.varHandle(PathElement.groupElement("port"));
        private static final long IPV4_ADDRESS =
                LAYOUT.byteOffset(PathElement.groupElement("flow_or_ipv4_address"));
        private static final long IPV6_ADDRESS =
                LAYOUT.byteOffset(PathElement.groupElement("ipv6_address"));

        private SocketAddress() {}

        static short family(MemorySegment address) {
            return (short) FAMILY.get(address, 0L);
        }

        static int port(MemorySegment address) {
            return Short.toUnsignedInt((short) PORT.get(address, 0L));
        }

        static byte[] bytes(MemorySegment address) {
            return family(address) == IPV6
                    ? address.asSlice(IPV6_ADDRESS, 16).toArray(JAVA_BYTE)
                    : address.asSlice(IPV4_ADDRESS, 4).toArray(JAVA_BYTE);
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
        int length = (int) ValueLayout.JAVA_INT.byteSize();
        try {
            return result(
                    capture, (int) SETSOCKOPT.invokeExact(capture, fd, level, name, value, length));
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
