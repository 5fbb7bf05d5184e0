package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets nothing but the interface's MTU limit the datagrams of a socket that are not to be
 * fragmented, as libknet does. By the JDK's option alone, the kernel also refuses what is larger
 * than routers reported in the last ten minutes, so that a path that has grown is not seen before.
 *
 * <p>The JDK does not tell the file descriptor of a channel. It is found among those of the process
 * by type and address, and by the mode that the JDK's option has set.
 */
public final class MtuProbeMode {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final MemorySegment capture;
    private final MemorySegment address;
    private final MemorySegment value;
    private final MemorySegment length;
    private final RawAddress raw;
    private final boolean ipv6;

    private MtuProbeMode(Arena arena, InetSocketAddress local) {
        capture = arena.allocate(LibC.CAPTURE);
        address = arena.allocate(RawAddress.MAX_BYTES, Long.BYTES);
        value = arena.allocate(JAVA_INT);
        length = arena.allocate(JAVA_INT);
        raw = RawAddress.of(local);
        ipv6 = local.getAddress() instanceof Inet6Address;
    }

    /** Whether it can be set at all: on Linux, with access to native functions. */
    public static boolean isSupported() {
        return NativeSupport.isLinux() && NativeSupport.isPermitted();
    }

    /**
     * Sets the mode of a socket that is bound to this address.
     *
     * @return why it was not possible, null when it was
     */
    public static @Nullable String set(InetSocketAddress local) {
        try (Arena arena = Arena.ofConfined()) {
            MtuProbeMode mode = new MtuProbeMode(arena, local);
            List<Integer> found = mode.find();
            if (found.size() != 1) {
                return found.size() + " sockets seem to be the one at " + local;
            }
            int result = mode.setMtuMode(found.getFirst());
            return result == 0 ? null : "setsockopt failed with errno " + -result;
        } catch (IOException | RuntimeException | LinkageError e) {
            return e.toString();
        }
    }

    private List<Integer> find() throws IOException {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                int fd = Integer.parseInt(descriptor.getFileName().toString());
                if (isBoundHere(fd)
                        && option(fd, LibC.SOL_SOCKET, LibC.SO_TYPE) == LibC.SOCK_DGRAM
                        && option(fd, level(), name()) == LibC.PMTUDISC_DO) {
                    found.add(fd);
                }
            }
        }
        return found;
    }

    private boolean isBoundHere(int fd) {
        length.set(JAVA_INT, 0, (int) address.byteSize());
        return LibC.getsockname(capture, fd, address, length) == 0 && raw.isAt(address, 0);
    }

    private int option(int fd, int level, int name) {
        length.set(JAVA_INT, 0, (int) value.byteSize());
        int result = LibC.getsockopt(capture, fd, level, name, value, length);
        return result == 0 ? value.get(JAVA_INT, 0) : result;
    }

    private int setMtuMode(int fd) {
        value.set(JAVA_INT, 0, LibC.PMTUDISC_PROBE);
        return LibC.setsockopt(capture, fd, level(), name(), value);
    }

    private int level() {
        return ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP;
    }

    private int name() {
        return ipv6 ? LibC.IPV6_MTU_DISCOVER : LibC.IP_MTU_DISCOVER;
    }
}
