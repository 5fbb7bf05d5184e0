package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport.Socket;
import io.knet4j.internal.transport.Transport.SocketOptions;
import io.knet4j.internal.transport.udp.Ends;
import io.knet4j.internal.transport.udp.Ends.Datagram;
import io.knet4j.internal.transport.udp.Reports;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sockets of Linux have that others do not. */
@EnabledOnOs(OS.LINUX)
class LinuxUdpTransportTest {
    private static final int SO_NO_CHECK = 11;
    private static final int ROUNDS = 200; // as long as the compiler may take
    private static final int BATCHES = 500;
    private static final int DATAGRAMS = 50;

    /** Bytes per datagram; less than one object in each batch, which the compiler may leave. */
    private static final double NOISE = 1;

    private final Reports reports = new Reports();
    private Ends ends;

    @BeforeEach
    void open() throws IOException {
        ends = new Ends(LinuxUdpTransport.open(Set.of(), reports));
    }

    @AfterEach
    void close() {
        ends.close();
        assertThat(reports.failures).isEmpty();
    }

    private static int fd(Socket socket) {
        return ((LinuxSocket) socket).descriptor().fd();
    }

    private static int option(Socket socket, int level, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
            MemorySegment capture = arena.allocate(LibC.CAPTURE);
            int result = LibC.getsockopt(capture, fd(socket), level, name, value, length);
            return result < 0 ? result : value.get(JAVA_INT, 0);
        }
    }

    private static void setOption(Socket socket, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocateFrom(JAVA_INT, value);
            MemorySegment capture = arena.allocate(LibC.CAPTURE);
            assertThat(LibC.setsockopt(capture, fd(socket), level, name, number)).isZero();
        }
    }

    // ---- options

    @Test
    void socketsHaveTheOptionsThatTheyNeed() {
        Socket four = ends.transport.bind(Ends.any("127.0.0.1"), new SocketOptions(1 << 17, 184));
        assertThat(option(four, LibC.IPPROTO_IP, LibC.IP_MTU_DISCOVER)).isEqualTo(3);
        assertThat(option(four, LibC.IPPROTO_IP, LibC.IP_RECVERR)).isEqualTo(1);
        assertThat(option(four, LibC.IPPROTO_IP, LibC.IP_TOS)).isEqualTo(184);
        assertThat(option(four, LibC.SOL_SOCKET, LibC.SO_PRIORITY)).isEqualTo(6);
        assertThat(option(four, LibC.SOL_SOCKET, LibC.SO_RCVBUF)).isEqualTo(1 << 18);
        assertThat(option(four, LibC.SOL_SOCKET, LibC.SO_SNDBUF)).isEqualTo(1 << 18);
        ends.transport.setTrafficClass(four, 0);
        assertThat(option(four, LibC.IPPROTO_IP, LibC.IP_TOS)).isZero();
        assertThat(option(four, LibC.SOL_SOCKET, LibC.SO_PRIORITY)).isZero();
        Socket six = ends.transport.bind(Ends.any("::1"), new SocketOptions(1 << 17, 16));
        assertThat(option(six, LibC.IPPROTO_IPV6, LibC.IPV6_MTU_DISCOVER)).isEqualTo(3);
        assertThat(option(six, LibC.IPPROTO_IPV6, LibC.IPV6_RECVERR)).isEqualTo(1);
        assertThat(option(six, LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY)).isEqualTo(1);
        assertThat(option(six, LibC.IPPROTO_IPV6, LibC.IPV6_TCLASS)).isEqualTo(16);
        assertThat(option(six, LibC.SOL_SOCKET, LibC.SO_PRIORITY)).isEqualTo(6);
    }

    @Test
    void buffersAreAsLargeAsTheKernelPermits() {
        Socket socket = ends.transport.bind(Ends.any("127.0.0.1"), new SocketOptions(1 << 25, 0));
        int received = option(socket, LibC.SOL_SOCKET, LibC.SO_RCVBUF);
        if (ends.transport.features().contains(UdpFeature.FORCED_BUFFERS)) {
            assertThat(received).isEqualTo(1 << 26);
        } else {
            assertThat(received).isPositive();
        }
    }

    /** Whatever is switched off, datagrams pass, and the others stay. */
    @ParameterizedTest
    @EnumSource(names = "NATIVE", mode = EnumSource.Mode.EXCLUDE)
    void eachFeatureCanBeSwitchedOff(UdpFeature feature) throws Exception {
        Set<UdpFeature> others = EnumSet.copyOf(ends.transport.features());
        others.remove(feature);
        try (Ends without = new Ends(LinuxUdpTransport.open(Set.of(feature), reports))) {
            assertThat(without.transport.features()).isEqualTo(others);
            assertThat(without.transport.description()).contains(feature + " (switched off)");
            Socket socket =
                    without.transport.bind(Ends.any("127.0.0.1"), new SocketOptions(1 << 25, 16));
            assertThat(option(socket, LibC.IPPROTO_IP, LibC.IP_RECVERR))
                    .isEqualTo(feature == UdpFeature.ERROR_QUEUE ? 0 : 1);
            assertThat(option(socket, LibC.SOL_UDP, LibC.UDP_GRO))
                    .isEqualTo(feature == UdpFeature.RECEIVE_OFFLOAD ? 0 : 1);
            assertThat(option(socket, LibC.IPPROTO_IP, LibC.IP_MTU_DISCOVER))
                    .isEqualTo(feature == UdpFeature.MTU_PROBE_MODE ? 2 : 3);
            if (feature == UdpFeature.FORCED_BUFFERS) {
                assertThat(option(socket, LibC.SOL_SOCKET, LibC.SO_RCVBUF)).isLessThan(1 << 26);
            }
            assertThat(socket.keepsDatagramsWhole()).isTrue();
            Path path = without.transport.path(socket, socket.local());
            for (int i = 0; i < 100; i++) {
                without.add(path, Ends.payload(i < 90 ? 300 : i, i));
            }
            without.sendAll();
            assertThat(without.await(100))
                    .extracting(datagram -> datagram.payload().length)
                    .endsWith(300, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99);
        }
    }

    // ---- segments

    /** Sums are not computed for such a socket, and so segments cannot be made. */
    @Test
    void aKernelThatRefusesSegmentsGetsAllTheSame() throws Exception {
        assumeThat(ends.transport.features()).contains(UdpFeature.SEGMENTATION_OFFLOAD);
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        setOption(one, LibC.SOL_SOCKET, SO_NO_CHECK, 1);
        Path path = ends.transport.path(one, two.local());
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] payload = Ends.payload(300, i);
            ends.add(path, payload);
            sent.add(payload);
        }
        ends.sendAll();
        assertThat(ends.await(100)).extracting(Datagram::payload).containsExactlyElementsOf(sent);
        assertThat(ends.transport.features()).doesNotContain(UdpFeature.SEGMENTATION_OFFLOAD);
        ends.transport.unbind(one);
        assertThat(ends.transport.features()).contains(UdpFeature.SEGMENTATION_OFFLOAD);
    }

    /** Another program's datagrams are coalesced as well, or not, and are never mixed up. */
    @Test
    void coalescedDatagramsOfSeveralSourcesAreTakenApart() throws Exception {
        List<Socket> sources = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            sources.add(ends.bind("127.0.0.1"));
        }
        Socket target = ends.bind("127.0.0.1");
        List<Datagram> sent = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int s = 0; s < sources.size(); s++) {
                Path path = ends.transport.path(sources.get(s), target.local());
                for (int i = 0; i < 20 + s; i++) {
                    byte[] payload = Ends.payload(i == 19 + s ? 17 : 100 * (s + 1), i);
                    ends.add(path, payload);
                    sent.add(new Datagram(target.local(), sources.get(s).local(), payload));
                }
            }
            ends.sendAll();
        }
        ends.await(sent.size());
        for (Socket source : sources) {
            assertThat(ends.received.stream().filter(one -> one.from().equals(source.local())))
                    .containsExactlyElementsOf(
                            sent.stream()
                                    .filter(one -> one.from().equals(source.local()))
                                    .toList());
        }
    }

    // ---- reports

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aClosedPortIsReportedAndThenAllIsQuiet(String host) throws Exception {
        Socket one = ends.bind(host);
        ends.bind(host);
        InetSocketAddress closed = Ends.closedPort(host);
        Path path = ends.transport.path(one, closed);
        for (int i = 0; i < 3; i++) {
            ends.add(path, Ends.payload(10, i));
        }
        ends.sendAll();
        while (reports.unreachable.isEmpty()) {
            ends.poll(Long.MAX_VALUE);
        }
        assertThat(reports.unreachable)
                .containsOnly(new Reports.Unreachable(one, closed))
                .hasSizeLessThanOrEqualTo(3);
        ends.poll(0);
        ends.transport.wakeUp();
        ends.poll(Long.MAX_VALUE); // by the wake-up
        long start = System.nanoTime();
        ends.poll(50_000_000);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void withoutTheErrorQueueNothingIsReported() throws Exception {
        try (Ends without =
                new Ends(LinuxUdpTransport.open(Set.of(UdpFeature.ERROR_QUEUE), reports))) {
            Socket one = without.bind("127.0.0.1");
            without.add(without.transport.path(one, Ends.closedPort("127.0.0.1")), new byte[10]);
            without.add(without.transport.path(one, one.local()), new byte[10]);
            without.sendAll();
            without.await(1);
            assertThat(reports.unreachable).isEmpty();
        }
    }

    @Test
    void everySourceIsToldApart() throws Exception {
        Socket target = ends.bind("::1");
        for (int i = 1; i <= 300; i++) {
            try (DatagramSocket socket = new DatagramSocket(Ends.any("::1"))) {
                socket.send(new DatagramPacket(new byte[] {1}, 1, target.local()));
                ends.await(i);
                assertThat(ends.received.getLast().from())
                        .isEqualTo(socket.getLocalSocketAddress());
            }
        }
    }

    // ---- floods

    @Test
    void whatFindsNoRoomIsTold() throws Exception {
        Socket target = ends.transport.bind(Ends.any("127.0.0.1"), new SocketOptions(1 << 16, 0));
        Socket source = ends.bind("127.0.0.1");
        int sent = 5000;
        for (int i = 0; i < sent / 50; i++) {
            for (int k = 0; k < 50; k++) {
                ends.add(ends.transport.path(source, target.local()), Ends.payload(100 + k, i));
            }
            ends.sendAll();
        }
        int before = -1;
        while (before < ends.received.size()) {
            before = ends.received.size();
            ends.poll(0);
        }
        while (reports.lost == 0) { // it is asked for in intervals, when something comes
            ends.add(ends.transport.path(source, target.local()), Ends.payload(50, 0));
            ends.sendAll();
            ends.poll(Long.MAX_VALUE);
        }
        assertThat(ends.received.stream().filter(one -> one.payload().length > 50).count())
                .isEqualTo(sent - reports.lost);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void eachOfManyPeersIsHeardWhileStrangersAreKeptOut(String host) throws Exception {
        Socket target = ends.bind(host);
        List<Socket> peers = new ArrayList<>();
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            addresses.add(new InetSocketAddress(target.local().getAddress(), 1 + i));
        }
        for (int i = 0; i < 10; i++) {
            peers.add(ends.bind(host));
            addresses.add(100 * i, peers.getLast().local());
        }
        assertThat(ends.transport.keepOut(target, addresses)).isTrue();
        for (Socket peer : peers) {
            ends.add(ends.transport.path(peer, target.local()), Ends.payload(10, 0));
        }
        ends.sendAll();
        assertThat(ends.await(peers.size())).extracting(Datagram::from).doesNotHaveDuplicates();
    }

    /** So the kernel refuses. */
    @Test
    void strangersAreNotKeptOutForTooManyPeers() {
        Socket target = ends.bind("127.0.0.1");
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            addresses.add(new InetSocketAddress(target.local().getAddress(), 1 + i));
        }
        assertThat(ends.transport.keepOut(target, addresses)).isFalse();
    }

    // ---- garbage

    @ParameterizedTest
    @CsvSource({"100, 1", "100, 3", "1400, 1"})
    void sendingAndReceivingAllocateNothing(int length, int paths) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        List<Path> all = new ArrayList<>();
        for (int i = 0; i < paths; i++) {
            all.add(ends.transport.path(i % 2 == 0 ? one : two, two.local()));
        }
        double best = Double.MAX_VALUE;
        int received = 0;
        for (int round = 0; round < ROUNDS && best > NOISE; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCHES; i++) {
                ends.outgoing.clear();
                for (int k = 0; k < DATAGRAMS; k++) {
                    ends.outgoing.add(all.get(k % paths), k * length, length, this);
                }
                ends.transport.send(ends.outgoing);
                while (received < DATAGRAMS) {
                    ends.transport.poll(1_000_000, ends.incoming);
                    received += ends.incoming.size();
                    ends.incoming.clear();
                }
                received -= DATAGRAMS;
            }
            long after = threads.getCurrentThreadAllocatedBytes();
            best = Math.min(best, (after - before) / (double) (BATCHES * DATAGRAMS));
        }
        ends.outgoing.clear();
        assertThat(best).isLessThanOrEqualTo(NOISE);
    }
}
