package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.stream.IntStream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class MtuProbeModeTest {
    private static final int PROBE = 3;

    private static DatagramChannel open(String host, boolean dontFragment) throws Exception {
        boolean ipv6 = host.contains(":");
        DatagramChannel channel =
                DatagramChannel.open(
                        ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, dontFragment);
        channel.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
        return channel;
    }

    private static InetSocketAddress local(DatagramChannel channel) throws Exception {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /** How many of the process's file descriptors have an option at a value. */
    private static long count(int level, int name, int wanted) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(LibC.CAPTURE);
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocate(JAVA_INT);
            return IntStream.range(0, 1024)
                    .filter(fd -> {
                        length.set(JAVA_INT, 0, 4);
                        return LibC.getsockopt(capture, fd, level, name, value, length) == 0
                                && value.get(JAVA_INT, 0) == wanted;
                    })
                    .count();
        }
    }

    @Test
    void testsMayCallNativeFunctions() {
        assertThat(MtuProbeMode.isSupported()).isTrue();
        assertThat(NativeSupport.isPermitted()).isTrue();
        assertThat(NativeSupport.permission()).isEqualTo("--enable-native-access=io.knet4j");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void setsTheModeOfTheSocketAndOfNoOther(String host) throws Exception {
        boolean ipv6 = host.contains(":");
        int level = ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP;
        int name = ipv6 ? LibC.IPV6_MTU_DISCOVER : LibC.IP_MTU_DISCOVER;
        long before = count(level, name, PROBE);
        try (DatagramChannel other = open(host, true);
                DatagramChannel channel = open(host, true);
                ServerSocket stream =
                        new ServerSocket(
                                local(channel).getPort(), 1, InetAddress.getByName(host))) {
            assertThat(stream.isBound()).isTrue();
            assertThat(MtuProbeMode.set(local(channel))).isNull();
            assertThat(count(level, name, PROBE)).isEqualTo(before + 1);
            assertThat(MtuProbeMode.set(local(other))).isNull();
            assertThat(count(level, name, PROBE)).isEqualTo(before + 2);
        }
    }

    @Test
    void leavesSocketsAloneThatItCannotBeSureOf() throws Exception {
        try (DatagramChannel fragmenting = open("127.0.0.1", false)) {
            assertThat(MtuProbeMode.set(local(fragmenting))).startsWith("0 sockets");
        }
        try (DatagramChannel one = DatagramChannel.open(StandardProtocolFamily.INET);
                DatagramChannel two = DatagramChannel.open(StandardProtocolFamily.INET)) {
            for (DatagramChannel channel : new DatagramChannel[] {one, two}) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
            }
            one.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            two.bind(local(one));
            assertThat(MtuProbeMode.set(local(one))).startsWith("2 sockets");
        }
    }
}
