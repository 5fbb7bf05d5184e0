package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigChange;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.HostConfig;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.internal.node.Nodes;
import java.io.File;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two nodes with sockets, whose configuration changes while messages go from one to the other. */
class ChangesUnderTrafficTest {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int LINKS = 3;
    private static final int WINDOW = 64;

    private final Knet one = Knet.builder(1).open();
    private final Knet two = Knet.builder(2).open();
    private final Queue<KnetEvent> events = new ConcurrentLinkedQueue<>();
    private final InetSocketAddress[] addresses = new InetSocketAddress[2 * LINKS];

    @BeforeEach
    void connect() throws SocketException {
        // All at the same time, so that no port comes twice.
        List<DatagramSocket> sockets = new ArrayList<>();
        for (int i = 0; i < addresses.length; i++) {
            DatagramSocket socket =
                    new DatagramSocket(new InetSocketAddress("127.0.0." + (1 + i % LINKS), 0));
            sockets.add(socket);
            addresses[i] = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        sockets.forEach(DatagramSocket::close);
        one.apply(NodeConfig.builder().host(2, peer(0, LINKS)).build());
        two.apply(NodeConfig.builder().host(1, peer(LINKS, 0)).build());
        await(() -> active(one, 2).size() == 1 && allUp(one, 2) && allUp(two, 1));
        one.onEvent(events::add);
        one.startForwarding();
        two.startForwarding();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private HostConfig peer(int own, int others) {
        HostConfig host = HostConfig.named("peer");
        for (int i = 0; i < LINKS; i++) {
            host = host.withLink(i, link(own + i, others + i).withPriority(LINKS - i));
        }
        return host;
    }

    private LinkConfig link(int own, int other) {
        return LinkConfig.udp(addresses[own], addresses[other])
                .withPing(INTERVAL, TIMEOUT)
                .withPongCount(1);
    }

    private static boolean allUp(Knet node, int host) {
        return node.host(host).orElseThrow().links().stream()
                .allMatch(link -> link.status().connected());
    }

    private static List<Integer> active(Knet node, int host) {
        return node.host(host).orElseThrow().status().activeLinks();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("what is waited for").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private NodeConfig withPeer(HostConfig host) {
        return one.nodeConfig().toBuilder().host(2, host).build();
    }

    /** Numbered messages, of which never more than a few are on their way. */
    private static final class Stream implements AutoCloseable {
        private final Knet from;
        private final Knet to;
        private final Semaphore window = new Semaphore(WINDOW);
        private final BitSet arrived = new BitSet();
        private final Thread thread = Thread.ofPlatform().unstarted(this::send);
        private volatile boolean stopped;
        private final AtomicInteger sent = new AtomicInteger();
        private int doubled;

        Stream(Knet from, Knet to) {
            this.from = from;
            this.to = to;
            to.channel(0).onMessage(message -> arrived(message.payload().getInt(0)));
            thread.start();
        }

        private synchronized void arrived(int number) {
            if (arrived.get(number)) {
                doubled++;
            }
            arrived.set(number);
            window.release();
        }

        private void send() {
            Channel channel = from.channel(0);
            Destination destination = Destination.host(to.nodeId());
            try {
                while (!stopped) {
                    if (window.tryAcquire(10, TimeUnit.MILLISECONDS)) {
                        int number = sent.getAndIncrement();
                        ByteBuffer message = ByteBuffer.allocate(4 + number % 1400);
                        channel.send(message.putInt(0, number), destination);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private synchronized int count() {
            return arrived.cardinality();
        }

        void awaitMore(int messages) {
            int until = count() + messages;
            await(() -> count() >= until);
        }

        /** Ends it and demands that every message arrived once. */
        void requireAll() throws InterruptedException {
            stopped = true;
            thread.join();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (count() < sent.get() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            synchronized (this) {
                assertThat(sent.get() - arrived.cardinality()).as("lost of %s", sent).isZero();
                assertThat(doubled).as("doubled").isZero();
            }
        }

        @Override
        public void close() {
            stopped = true;
        }
    }

    @Test
    void aLinkThatIsRemovedInTheMidstOfMessagesLosesNone() throws Exception {
        try (Stream stream = new Stream(one, two)) {
            HostConfig host = peer(0, LINKS);
            Host live = one.host(2).orElseThrow();
            for (int round = 0; round < 60; round++) {
                stream.awaitMore(50);
                assertThat(active(one, 2)).containsExactly(0);
                if (round % 2 == 0) {
                    live.link(0).orElseThrow().remove();
                } else {
                    one.apply(withPeer(host.withoutLink(0)));
                }
                stream.awaitMore(50);
                if (round % 2 == 0) {
                    live.addLink(0, host.links().get(0));
                } else {
                    one.apply(withPeer(host));
                }
                await(() -> active(one, 2).equals(List.of(0)));
            }
            stream.requireAll();
        }
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void changesOfEveryKindLoseNothing(LinkPolicy policy) throws Exception {
        try (Stream stream = new Stream(one, two)) {
            Host host = one.host(2).orElseThrow();
            Link link = host.link(1).orElseThrow();
            CryptoConfig crypto = CryptoConfig.aes256Sha256(SharedKey.of(new byte[200]));
            CompressionConfig zlib = CompressionConfig.of(CompressionMethod.ZLIB);
            two.crypto().set(2, crypto); // opens what is sealed from now on
            List<Runnable> changes =
                    List.of(
                            () -> host.setPolicy(policy),
                            () -> link.setPriority(9),
                            () -> link.setPriority(1),
                            () -> link.setEnabled(false),
                            () -> link.setEnabled(true),
                            () -> link.setPingTimers(Duration.ofMillis(5), TIMEOUT, 10),
                            () -> link.setPongCount(3),
                            () -> host.rename("another"),
                            () -> host.setPolicy(LinkPolicy.PASSIVE),
                            () -> one.setInterfaceMtu(OptionalInt.of(800)),
                            () -> one.setInterfaceMtu(OptionalInt.of(1500)),
                            () -> one.setInterfaceMtu(OptionalInt.empty()),
                            () -> one.setCompression(zlib),
                            () -> one.setCompression(CompressionConfig.NONE),
                            () -> one.crypto().set(2, crypto),
                            () -> one.crypto().use(2),
                            () -> one.crypto().use(0),
                            () -> one.crypto().clear(2),
                            () -> one.setFilter(_ -> Destination.broadcast()),
                            () -> one.setFilter(null),
                            () -> two.setFilter(_ -> Destination.broadcast()),
                            () -> two.setFilter(null),
                            () -> one.onEvent(_ -> {}).close(),
                            () -> one.addHost(7, "seven").addLink(0, link(0, 1)),
                            () -> one.host(7).orElseThrow().remove(),
                            () -> one.channel(5).onMessage(_ -> {}),
                            () -> one.channel(5).close(),
                            () -> one.forceOnWireVersion(OptionalInt.of(1)),
                            () -> one.forceOnWireVersion(OptionalInt.empty()),
                            () -> one.startForwarding(),
                            () ->
                                    one.apply(
                                            withPeer(
                                                    peer(0, LINKS)
                                                            .withPolicy(policy)
                                                            .withoutLink(2))),
                            () -> one.apply(withPeer(peer(0, LINKS))));
            for (Runnable change : changes) {
                change.run();
                stream.awaitMore(30);
            }
            stream.requireAll();
            assertThat(events).noneMatch(KnetEvent.HostUnreachable.class::isInstance);
        }
    }

    @Test
    void manyThreadsMayChangeTheSameThings() throws Exception {
        long seed = Long.getLong("knet4j.seed", 20_265L);
        try (Stream stream = new Stream(one, two);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                Callable<Integer> work = i < 2 ? () -> applyMuch(random) : () -> changeMuch(random);
                done.add(threads.submit(work));
            }
            for (Future<Integer> each : done) {
                assertThat(each.get(50, TimeUnit.SECONDS)).as("seed %d", seed).isPositive();
            }
            stream.requireAll();
        }
        HostConfig last = one.nodeConfig().hosts().get(2);
        assertThat(last.links().get(LINKS - 1)).isEqualTo(peer(0, LINKS).links().get(LINKS - 1));
    }

    /** Whole configurations, of which each must be in force when it is done, or be refused. */
    private int applyMuch(SplittableRandom random) {
        int applied = 0;
        for (int i = 0; i < 100; i++) {
            HostConfig host = peer(0, LINKS).withPolicy(policy(random));
            for (int link = 0; link < LINKS - 1; link++) {
                host =
                        random.nextInt(3) == 0
                                ? host.withoutLink(link)
                                : host.withLink(
                                        link,
                                        host.links().get(link).withPriority(random.nextInt(9)));
            }
            List<ConfigChange> changes =
                    one.apply(
                            NodeConfig.builder()
                                    .host(2, host)
                                    .host(9, HostConfig.named("nine"))
                                    .build());
            applied += changes.isEmpty() ? 0 : 1;
        }
        return applied;
    }

    /** Single changes of what others remove and add meanwhile. */
    private int changeMuch(SplittableRandom random) {
        int made = 0;
        for (int i = 0; i < 300; i++) {
            try {
                Host host = one.host(2).orElseThrow();
                Link link = host.link(random.nextInt(LINKS - 1)).orElseThrow(Missing::new);
                switch (random.nextInt(4)) {
                    case 0 -> link.setPriority(random.nextInt(9));
                    case 1 -> link.setEnabled(random.nextBoolean());
                    case 2 -> host.setPolicy(policy(random));
                    default -> link.remove();
                }
                made++;
            } catch (ConfigurationException e) {
                assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND);
            } catch (Missing _) {
                // removed by another thread
            }
        }
        return made;
    }

    private static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static LinkPolicy policy(SplittableRandom random) {
        List<LinkPolicy> all = List.of(LinkPolicy.values());
        return all.get(random.nextInt(all.size()));
    }

    // ---- what is left behind

    private static int openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    @Test
    void manyConfigurationsLeaveNothingBehind() {
        InetSocketAddress taken = addresses[LINKS]; // by node two
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        NodeConfig base = one.nodeConfig();
        int files = 0;
        int threads = 0;
        for (int round = 0; round < 60; round++) {
            NodeConfig.Builder more = base.toBuilder();
            for (int id = 10; id < 20; id++) {
                more.host(
                        id,
                        HostConfig.named("host-" + id)
                                .withLink(0, LinkConfig.udp(any, taken))
                                .withLink(1, LinkConfig.udp(any, taken).withEnabled(false)));
            }
            assertThat(one.apply(more.build())).hasSize(10);
            NodeConfig impossible =
                    more.host(
                                    99,
                                    HostConfig.named("impossible")
                                            .withLink(0, LinkConfig.udp(any, taken))
                                            .withLink(1, LinkConfig.udp(taken, addresses[0])))
                            .build();
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> one.apply(impossible))
                    .withMessageContaining("host 99 (impossible), link 1: local: cannot bind")
                    .extracting(ConfigurationException::reason)
                    .isEqualTo(Reason.ADDRESS_UNAVAILABLE);
            one.apply(base);
            if (round == 5) {
                files = openFiles();
                threads = Thread.activeCount();
            }
        }
        assertThat(openFiles()).isLessThanOrEqualTo(files + 5);
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
        one.apply(NodeConfig.builder().build());
        await(() -> Nodes.leak(one).isEmpty());
        assertThat(Nodes.leak(one)).isEmpty();
    }

    @Test
    void anAddressIsFreeWhenItsLinkIsGone() throws Exception {
        for (int round = 0; round < 20; round++) {
            one.apply(withPeer(peer(0, LINKS).withoutLink(0)));
            new DatagramSocket(addresses[0]).close();
            one.apply(withPeer(peer(0, LINKS)));
            one.host(2).orElseThrow().link(0).orElseThrow().remove();
            new DatagramSocket(addresses[0]).close();
        }
    }

    @Test
    void anAddressMayGiveWayToTheWildcardOfItsPortAndBack() throws Exception {
        LinkConfig narrow = link(0, LINKS);
        InetSocketAddress wildcard = new InetSocketAddress("0.0.0.0", addresses[0].getPort());
        try (Stream stream = new Stream(one, two)) {
            for (int round = 0; round < 10; round++) {
                for (LinkConfig config : List.of(narrow.withLocal(wildcard), narrow)) {
                    one.apply(withPeer(peer(0, LINKS).withLink(0, config)));
                    stream.awaitMore(20);
                    await(() -> allUp(one, 2));
                    // Nobody else can have it.
                    assertThatExceptionOfType(SocketException.class)
                            .isThrownBy(() -> reusing(addresses[0]));
                }
            }
            stream.requireAll();
        }
        // Not beside what stays.
        NodeConfig both =
                withPeer(peer(0, LINKS).withLink(5, LinkConfig.udp(wildcard, addresses[LINKS])));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> one.apply(both))
                .withMessageContaining("host 2 (peer), link 5: local: cannot bind");
    }

    private static void reusing(InetSocketAddress address) throws SocketException {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.setReuseAddress(true);
            socket.bind(address);
        }
    }

    @Test
    void closingMeetsAnApply() throws Exception {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        int before = openFiles();
        for (int round = 0; round < 20; round++) {
            Knet node = Knet.builder(5).open();
            NodeConfig.Builder builder = NodeConfig.builder().crypto(CryptoSettings.NONE);
            for (int id = 10; id < 60; id++) {
                builder.host(
                        id,
                        HostConfig.named("host-" + id)
                                .withLink(0, LinkConfig.udp(any, addresses[0])));
            }
            NodeConfig config = builder.build();
            Thread applying =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    node.apply(config);
                                } catch (io.knet4j.KnetClosedException _) {
                                    // as it should be
                                }
                            });
            TimeUnit.MICROSECONDS.sleep(200L * round);
            node.close();
            applying.join();
        }
        await(() -> openFiles() <= before + 5);
    }
}
