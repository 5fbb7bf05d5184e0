package io.knet4j.internal.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.ConfigurationException;
import io.knet4j.KnetClosedException;
import io.knet4j.Reason;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.Transport.Socket;
import io.knet4j.internal.transport.Transport.SocketOptions;
import io.knet4j.internal.transport.udp.Ends.Datagram;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every way to move datagrams by sockets must hold to. */
abstract class SocketTransportContract {
    private static final int LARGEST = 65_507;
    private static final SocketOptions OPTIONS = new SocketOptions(1 << 20, 0);

    protected final Reports reports = new Reports();
    protected Ends ends;

    protected abstract SocketTransport open(SocketTransport.Listener listener) throws IOException;

    @BeforeEach
    void open() throws IOException {
        ends = new Ends(open(reports));
    }

    @AfterEach
    void close() {
        ends.close();
        assertThat(reports.failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void datagramsArriveWholeAndInOrderFromWhereTheyCame(String host) throws Exception {
        Socket one = ends.bind(host);
        Socket two = ends.bind(host);
        assertThat(one.local().getAddress()).isEqualTo(InetAddress.ofLiteral(host));
        assertThat(one.local().getPort()).isPositive().isNotEqualTo(two.local().getPort());
        assertThat(one.keepsDatagramsWhole()).isTrue();
        Path path = ends.transport.path(one, two.local());
        List<Datagram> sent = new ArrayList<>();
        int[] lengths = {100, 100, 100, 40, 40, 1, 1400, 1400, 1400, 1399, 9000, 9000, 3, 1, 1};
        for (int i = 0; i < lengths.length; i++) {
            byte[] payload = Ends.payload(lengths[i], i);
            ends.add(path, payload);
            sent.add(new Datagram(two.local(), one.local(), payload));
        }
        ends.sendAll();
        assertThat(ends.await(lengths.length)).isEqualTo(sent);
    }

    /** Of random lengths, mostly equal ones, from several sockets to several, interleaved. */
    @Test
    void everyPathKeepsItsOrder() throws Exception {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sockets.add(ends.bind("127.0.0.1"));
        }
        Map<InetSocketAddress, Map<InetSocketAddress, List<Datagram>>> sent = new HashMap<>();
        List<Path> paths = new ArrayList<>();
        for (Socket from : sockets) {
            for (Socket to : sockets) {
                paths.add(ends.transport.path(from, to.local()));
            }
        }
        int total = 0;
        for (int round = 0; round < 20; round++) {
            int usual = random.nextInt(1, 1500);
            int run = 0;
            Path path = paths.getFirst();
            for (int i = 0; i < 150; i++) {
                if (run-- <= 0) {
                    path = paths.get(random.nextInt(paths.size()));
                    run = random.nextInt(8);
                }
                int length = random.nextInt(5) > 0 ? usual : random.nextInt(1, 1500);
                byte[] payload = Ends.payload(length, i);
                ends.add(path, payload);
                sent.computeIfAbsent(path.socket().local(), _ -> new HashMap<>())
                        .computeIfAbsent(path.remote(), _ -> new ArrayList<>())
                        .add(new Datagram(path.remote(), path.socket().local(), payload));
                total++;
            }
            ends.sendAll();
            ends.await(total);
        }
        Map<InetSocketAddress, Map<InetSocketAddress, List<Datagram>>> received = new HashMap<>();
        for (Datagram datagram : ends.received) {
            received.computeIfAbsent(datagram.from(), _ -> new HashMap<>())
                    .computeIfAbsent(datagram.to(), _ -> new ArrayList<>())
                    .add(datagram);
        }
        assertThat(received).as("seed %d", seed).isEqualTo(sent);
    }

    @Test
    void whoReadsUntilThereIsNoMoreHasReadAll() throws Exception {
        Socket from = ends.bind("127.0.0.1");
        int sockets = 20;
        int each = 70;
        for (int i = 0; i < sockets; i++) {
            Path path = ends.transport.path(from, ends.bind("127.0.0.1").local());
            for (int j = 0; j < each; j++) {
                ends.add(path, Ends.payload(10 + j, j)); // no two are alike
            }
        }
        ends.sendAll();
        int polls = 0;
        int count = 0;
        boolean more = true;
        while (more) {
            ends.transport.poll(0, ends.incoming);
            more = ends.incoming.hasMore();
            count += ends.incoming.size();
            ends.incoming.clear();
            polls++;
        }
        assertThat(count).isEqualTo(sockets * each);
        assertThat(polls).isGreaterThan(1);
    }

    /** Nobody here sends them, but anybody can. */
    @Test
    void emptyDatagramsAreReceived() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        try (DatagramSocket socket = new DatagramSocket(Ends.any("127.0.0.1"))) {
            for (int length : new int[] {0, 5, 0, 0}) {
                socket.send(new DatagramPacket(new byte[length], length, one.local()));
            }
            assertThat(ends.await(4))
                    .extracting(datagram -> datagram.payload().length)
                    .containsExactly(0, 5, 0, 0);
            assertThat(ends.received)
                    .extracting(Datagram::from)
                    .containsOnly((InetSocketAddress) socket.getLocalSocketAddress());
        }
    }

    @Test
    void manyEqualDatagramsFillManyMessages() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        Path path = ends.transport.path(one, two.local());
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            byte[] payload = Ends.payload(200, i);
            ends.add(path, payload);
            sent.add(payload);
        }
        ends.sendAll();
        assertThat(ends.await(1000)).extracting(Datagram::payload).containsExactlyElementsOf(sent);
    }

    @Test
    void severalDatagramsMayShareBytes() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        byte[] payload = Ends.payload(500, 1);
        ends.outgoing.memory().put(0, payload);
        ends.outgoing.commit(500);
        Path toTwo = ends.transport.path(one, two.local());
        Path toSelf = ends.transport.path(one, one.local());
        for (int i = 0; i < 3; i++) {
            ends.outgoing.add(toTwo, 0, 500, this);
            ends.outgoing.add(toSelf, 0, 500, this);
        }
        ends.sendAll();
        assertThat(ends.await(6)).allMatch(datagram -> datagram.payload().length == 500);
        assertThat(ends.received).extracting(Datagram::to).containsOnly(one.local(), two.local());
    }

    /** Between others, to two places, and several in one run. */
    @Test
    void datagramsMayEndElsewhere() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        Path toTwo = ends.transport.path(one, two.local());
        Path toSelf = ends.transport.path(one, one.local());
        ByteBuffer ring = ByteBuffer.allocateDirect(1 << 20).slice(1000, 1_000_000);
        int[] lengths = {20, 4000, 4000, 4000, 3999, 9000, LARGEST, 15, 100, 9000, 9000, LARGEST};
        List<Datagram> sent = new ArrayList<>();
        int used = 0;
        for (int i = 0; i < lengths.length; i++) {
            byte[] payload = Ends.payload(lengths[i], i);
            if (i % 4 == 3) {
                ends.add(toTwo, payload);
            } else {
                int head = 1 + i;
                int offset = ends.outgoing.reserve();
                ends.outgoing.memory().put(offset, payload, 0, head);
                ends.outgoing.commit(head);
                int tail = payload.length - head;
                ring.put(used, payload, head, tail);
                ends.outgoing.add(toTwo, offset, head, ring, used, tail, this);
                ends.outgoing.add(toSelf, offset, head, ring, used, tail, this);
                used += tail;
                sent.add(new Datagram(one.local(), one.local(), payload));
            }
            sent.add(new Datagram(two.local(), one.local(), payload));
        }
        ends.sendAll();
        assertThat(ends.await(sent.size())).containsExactlyInAnyOrderElementsOf(sent);
        List<Datagram> atTwo =
                ends.received.stream().filter(it -> it.to().equals(two.local())).toList();
        assertThat(atTwo)
                .extracting(datagram -> datagram.payload().length)
                .containsExactlyElementsOf(Arrays.stream(lengths).boxed().toList());
    }

    @Test
    void theLargestDatagramPassesAndALargerOneFailsAlone() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        Path path = ends.transport.path(one, two.local());
        ends.add(path, Ends.payload(10, 1));
        ends.add(path, Ends.payload(LARGEST + 1, 2));
        ends.add(path, Ends.payload(LARGEST, 3));
        ends.add(path, Ends.payload(LARGEST, 4));
        ends.send();
        assertThat(ends.outgoing.failure(0)).isNull();
        assertThat(ends.outgoing.failure(1)).isEqualTo(Reason.DATAGRAM_TOO_LARGE);
        assertThat(ends.outgoing.failure(2)).isNull();
        assertThat(ends.outgoing.failure(3)).isNull();
        assertThat(ends.await(3))
                .extracting(Datagram::payload)
                .containsExactly(
                        Ends.payload(10, 1), Ends.payload(LARGEST, 3), Ends.payload(LARGEST, 4));
    }

    /** Each report of a closed port fails the next call of the socket, whatever it sends. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aClosedPeerLosesNoOtherDatagrams(String host) throws Exception {
        Socket one = ends.bind(host);
        Socket two = ends.bind(host);
        Path open = ends.transport.path(one, two.local());
        Path closed = ends.transport.path(one, Ends.closedPort(host));
        int sent = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 10; i++) {
                ends.add(closed, Ends.payload(100, i));
                ends.add(open, Ends.payload(100, i));
                sent++;
            }
            ends.sendAll();
            ends.await(sent);
        }
    }

    @Test
    void whatAnotherThreadSendsToAClosedPeerLosesNoDatagrams() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        Path open = ends.transport.path(one, two.local());
        Path closed = ends.transport.path(one, Ends.closedPort("127.0.0.1"));
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<?> disturbing =
                    executor.submit(() -> {
                        Ends other = new Ends(ends.transport);
                        while (!done.get()) {
                            other.add(closed, Ends.payload(10, 1));
                            other.transport.send(other.outgoing);
                            other.outgoing.clear();
                        }
                    });
            for (int round = 1; round <= 200; round++) {
                for (int i = 0; i < 5; i++) {
                    ends.add(open, Ends.payload(100 + i, i));
                }
                ends.sendAll();
                ends.await(5 * round);
            }
            done.set(true);
            disturbing.get();
        }
    }

    @Test
    void nothingIsSentByASocketThatIsClosed() throws Exception {
        Socket one = ends.bind("127.0.0.1");
        Socket two = ends.bind("127.0.0.1");
        ends.add(ends.transport.path(one, two.local()), Ends.payload(10, 1));
        ends.add(ends.transport.path(two, two.local()), Ends.payload(10, 2));
        ends.transport.unbind(one);
        ends.transport.setTrafficClass(one, 16);
        ends.send();
        assertThat(ends.outgoing.failure(0)).isEqualTo(Reason.SOCKET_FAILED);
        assertThat(ends.outgoing.failure(1)).isNull();
        assertThat(ends.await(1)).extracting(Datagram::to).containsExactly(two.local());
        new DatagramSocket(one.local()).close(); // its address is free
    }

    @Test
    void socketsAreClosedWhileAnotherThreadSends() throws Exception {
        Socket target = ends.bind("127.0.0.1");
        AtomicBoolean done = new AtomicBoolean();
        List<Socket> current = new ArrayList<>(List.of(ends.bind("127.0.0.1")));
        CountDownLatch sending = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<?> sender =
                    executor.submit(() -> {
                        Ends other = new Ends(ends.transport);
                        while (!done.get()) {
                            Socket socket;
                            synchronized (current) {
                                socket = current.getFirst();
                            }
                            Path path = ends.transport.path(socket, target.local());
                            for (int i = 0; i < 100; i++) {
                                other.add(path, Ends.payload(100, 1));
                            }
                            other.transport.send(other.outgoing);
                            for (int i = 0; i < 100; i++) {
                                assertThat(other.outgoing.failure(i))
                                        .isIn(null, Reason.SOCKET_FAILED);
                            }
                            other.outgoing.clear();
                            sending.countDown();
                        }
                    });
            sending.await();
            for (int i = 0; i < 300; i++) {
                Socket old;
                Socket next = ends.bind("127.0.0.1");
                synchronized (current) {
                    old = current.set(0, next);
                }
                ends.transport.unbind(old);
                ends.poll(0);
            }
            done.set(true);
            sender.get();
        }
        // Nothing but the sender's datagrams came, and only from its sockets.
        assertThat(ends.received).extracting(Datagram::to).containsOnly(target.local());
    }

    @Test
    void addressesThatCannotBeBoundAreTold() {
        Socket one = ends.bind("127.0.0.1");
        InetSocketAddress foreign = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5405);
        for (InetSocketAddress address : List.of(one.local(), foreign)) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> ends.transport.bind(address, OPTIONS))
                    .withMessageStartingWith("local: cannot bind " + Addresses.text(address) + ": ")
                    .extracting(ConfigurationException::reason)
                    .isEqualTo(Reason.ADDRESS_UNAVAILABLE);
        }
    }

    @Test
    void anAddressMayOverlapForAMomentOnly() throws Exception {
        Socket narrow = ends.bind("127.0.0.1");
        InetSocketAddress wildcard =
                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), narrow.local().getPort());
        Socket wide = ends.transport.bindBeside(wildcard, OPTIONS, List.of(narrow));
        ends.transport.unbind(narrow);
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> {
                    try (DatagramSocket other = new DatagramSocket(null)) {
                        other.setReuseAddress(true);
                        other.bind(narrow.local());
                    }
                });
        Socket sender = ends.bind("127.0.0.1");
        ends.add(ends.transport.path(sender, narrow.local()), Ends.payload(10, 1));
        ends.sendAll();
        assertThat(ends.await(1)).extracting(Datagram::to).containsExactly(wide.local());
    }

    @Test
    void aBusySocketDoesNotKeepOthersFromBeingRead() throws Exception {
        Socket sender = ends.bind("127.0.0.1");
        Socket busy = ends.bind("127.0.0.1");
        List<Socket> quiet = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            quiet.add(ends.bind("127.0.0.1"));
        }
        Path toBusy = ends.transport.path(sender, busy.local());
        for (int i = 0; i < 700; i++) {
            ends.add(toBusy, Ends.payload(50 + i % 40, i)); // each a message of its own, mostly
        }
        ends.sendAll();
        for (Socket socket : quiet) {
            ends.add(ends.transport.path(sender, socket.local()), Ends.payload(10, 1));
        }
        ends.sendAll();
        for (int turn = 0; turn < 3; turn++) {
            ends.poll(0);
        }
        assertThat(ends.received.stream().map(Datagram::to).distinct()).hasSize(31);
        ends.await(730);
    }

    @Test
    void pollingEndsByAWakeUpAndByTime() throws Exception {
        ends.transport.wakeUp();
        ends.transport.wakeUp();
        ends.poll(Long.MAX_VALUE);
        long start = System.nanoTime();
        ends.poll(Duration.ofMillis(5).toNanos());
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
        ends.poll(0);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<?> waker = executor.submit(ends.transport::wakeUp);
            ends.poll(Long.MAX_VALUE);
            waker.get();
        }
        assertThat(ends.received).isEmpty();
    }

    /** Where nobody can be kept out, all come through. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void peersAreHeardWhileStrangersAreKeptOut(String host) throws Exception {
        Socket target = ends.bind(host);
        Socket peer = ends.bind(host);
        Socket stranger = ends.bind(host);
        boolean kept = ends.transport.keepOut(target, List.of(peer.local()));
        assertThat(kept).isEqualTo(ends.transport.features().contains(UdpFeature.SOURCE_FILTER));
        int sent = 4000; // of which one in 256 comes through
        int strangers = 0;
        for (int i = 0; i < sent; i++) {
            ends.add(ends.transport.path(stranger, target.local()), Ends.payload(100 + i % 2, i));
            ends.add(ends.transport.path(peer, target.local()), Ends.payload(100, i));
            if (i % 100 == 99) {
                ends.sendAll();
                int peers = 0;
                while (peers < 100) {
                    ends.await(1);
                    peers += received(peer);
                    strangers += received(stranger);
                    ends.received.clear();
                }
            }
        }
        if (kept) {
            assertThat(strangers).isLessThan(sent / 10);
        }
        ends.transport.letIn(target);
        ends.add(ends.transport.path(stranger, target.local()), Ends.payload(10, 0));
        ends.sendAll();
        while (ends.received.stream().noneMatch(datagram -> datagram.payload().length == 10)) {
            ends.poll(Long.MAX_VALUE);
        }
    }

    private int received(Socket from) {
        return (int)
                ends.received.stream()
                        .filter(datagram -> datagram.from().equals(from.local()))
                        .count();
    }

    @Test
    void aClosedTransportBindsNothingAndTakesCalls() {
        Socket one = ends.bind("127.0.0.1");
        Path path = ends.transport.path(one, one.local());
        ends.transport.close();
        ends.transport.wakeUp();
        ends.add(path, new byte[10]);
        ends.send();
        assertThat(ends.outgoing.failure(0)).isEqualTo(Reason.SOCKET_FAILED);
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> ends.bind("127.0.0.1"));
        ends.transport.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void nothingIsLeftOpen() throws Exception {
        int before = 0;
        for (int i = 0; i < 1000; i++) {
            if (i == 10) {
                before = openFiles();
            }
            try (SocketTransport transport = open(reports)) {
                Socket first = transport.bind(Ends.any("127.0.0.1"), OPTIONS);
                transport.bind(Ends.any("127.0.0.1"), OPTIONS);
                transport.unbind(first);
                assertThatExceptionOfType(ConfigurationException.class)
                        .isThrownBy(() ->
                                transport.bind(
                                        new InetSocketAddress(
                                                InetAddress.ofLiteral("192.0.2.1"), 5405),
                                        OPTIONS));
            }
        }
        assertThat(openFiles()).isLessThanOrEqualTo(before + 5);
    }

    private static int openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }
}
