package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.HostConfig;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.internal.node.Nodes;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A thousand hosts with two links each come and go while a peer is pinged every 10 ms.
 *
 * <p>The machine may be busy with something else at any time, but not each time; what apply itself
 * holds up, it holds up each time. So it is repeated until the larger part of the last rounds was
 * in time: in time for the configured interval, or no later than the pings of another node, that
 * nothing happens to.
 */
class ApplyHoldsUpNothingTest {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration ALLOWED = Duration.ofMillis(5);
    private static final int HOSTS = 1000;
    private static final int ROUNDS = 20;
    private static final int LAST = 5;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Measures how long the control loop does something before it looks around. */
    private static final class TimedRuntime extends ForwardingRuntime {
        private final AtomicLong longest = new AtomicLong();

        private TimedRuntime() {
            super(1);
        }

        /** Processor time of the longest turn since the last call. */
        private Duration longest() {
            return Duration.ofNanos(longest.getAndSet(0));
        }

        private <T> T timed(Supplier<T> action) {
            long start = THREADS.getCurrentThreadCpuTime();
            try {
                return action.get();
            } finally {
                longest.accumulateAndGet(THREADS.getCurrentThreadCpuTime() - start, Math::max);
            }
        }

        @Override
        public <T> T call(Supplier<T> command) {
            return real.call(() -> timed(command));
        }

        @Override
        public void start(Loop loop) {
            real.start(
                    new Loop() {
                        @Override
                        public long onTimers(long now) {
                            return timed(() -> loop.onTimers(now));
                        }

                        @Override
                        public void onReceive(long now, IncomingBatch batch) {
                            timed(() -> {
                                loop.onReceive(now, batch);
                                return true;
                            });
                        }

                        @Override
                        public void onSocketFailure(
                                Transport.Socket socket, Reason reason, String message) {
                            loop.onSocketFailure(socket, reason, message);
                        }

                        @Override
                        public void onUnreachable(
                                long now, Transport.Socket socket, InetSocketAddress remote) {
                            loop.onUnreachable(now, socket, remote);
                        }

                        @Override
                        public void onPacketTooBig(
                                long now,
                                Transport.Socket socket,
                                InetSocketAddress remote,
                                int mtu) {
                            loop.onPacketTooBig(now, socket, remote, mtu);
                        }

                        @Override
                        public void onDatagramsLost(long now, long count) {
                            loop.onDatagramsLost(now, count);
                        }

                        @Override
                        public void onTrouble(
                                System.Logger.Level level, String message, Throwable thrown) {
                            loop.onTrouble(level, message, thrown);
                        }

                        @Override
                        public void onEnd() {
                            loop.onEnd();
                        }
                    });
        }
    }

    /** The other end of a link, made by hand, which notes the longest time without a ping. */
    private static final class PingedPeer implements AutoCloseable {
        private static final int PING = 0x81;
        private static final int PONG = 0x82;

        private final DatagramChannel channel = DatagramChannel.open();
        private final AtomicLong count = new AtomicLong();
        private final AtomicLong longestGap = new AtomicLong();

        PingedPeer(Knet knet) throws IOException {
            InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
            channel.bind(any);
            InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
            knet.addHost(2)
                    .addLink(
                            0,
                            LinkConfig.udp(any, address)
                                    .withPing(INTERVAL, Duration.ofSeconds(20))
                                    .withPongCount(1));
            Thread.ofPlatform().daemon().start(this::serve);
        }

        private void serve() {
            ByteBuffer buffer = ByteBuffer.allocate(2000);
            long last = System.nanoTime();
            try {
                while (channel.isOpen()) {
                    buffer.clear();
                    InetSocketAddress source = (InetSocketAddress) channel.receive(buffer);
                    long now = System.nanoTime();
                    buffer.flip();
                    if ((buffer.get(1) & 0xff) == PING) {
                        buffer.put(1, (byte) PONG).putShort(2, (short) 2);
                        channel.send(buffer, source);
                        longestGap.accumulateAndGet(now - last, Math::max);
                        last = now;
                        count.incrementAndGet();
                    }
                }
            } catch (IOException _) {
                // closed
            }
        }

        /** The longest time without a ping since the last call, after some more came. */
        Duration longestGap(int more) throws InterruptedException {
            long until = count.get() + more;
            while (count.get() < until) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            return Duration.ofNanos(longestGap.getAndSet(0));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** What one round took: how late pings were, and the longest turns of the control loop. */
    private record Round(
            Duration addDelay, Duration addTurn, Duration removeDelay, Duration removeTurn) {
        boolean isInTime() {
            return Stream.of(addDelay, addTurn, removeDelay, removeTurn)
                    .allMatch(each -> each.compareTo(ALLOWED) <= 0);
        }

        @Override
        public String toString() {
            return "added: delay "
                    + micros(addDelay)
                    + ", turn "
                    + micros(addTurn)
                    + "; removed: delay "
                    + micros(removeDelay)
                    + ", turn "
                    + micros(removeTurn);
        }

        private static String micros(Duration time) {
            return time.toNanos() / 1000 + " µs";
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true"})
    void noPingIsLate(boolean socketsOfTheirOwn, boolean crypto) throws Exception {
        measure(socketsOfTheirOwn, crypto, HOSTS, ROUNDS);
    }

    @Test
    @Tag("slow")
    void noPingIsLateWithManyMore() throws Exception {
        measure(true, false, 2 * HOSTS, 2 * ROUNDS);
    }

    private static void measure(boolean socketsOfTheirOwn, boolean crypto, int hosts, int rounds)
            throws Exception {
        TimedRuntime runtime = new TimedRuntime();
        List<Round> done = new ArrayList<>();
        try (Knet knet = Nodes.open(Knet.builder(1).build(), runtime);
                PingedPeer peer = new PingedPeer(knet);
                Knet other = Knet.builder(3).open();
                PingedPeer peerOfOther = new PingedPeer(other)) {
            peer.longestGap(20);
            peerOfOther.longestGap(0);
            NodeConfig few = knet.nodeConfig();
            NodeConfig many = withHosts(few, hosts, socketsOfTheirOwn);
            if (crypto) {
                CryptoConfig config = CryptoConfig.aes256Sha256(SharedKey.of(new byte[1024]));
                many = many.toBuilder().crypto(CryptoSettings.NONE.withSlot(1, config)).build();
            }
            while (done.size() < rounds && !areMostlyInTime(done)) {
                runtime.longest();
                knet.apply(many);
                Duration addDelay = delay(peer, peerOfOther);
                Duration addTurn = runtime.longest();
                assertThat(knet.hosts()).hasSize(hosts + 1);
                knet.apply(few);
                Duration removeDelay = delay(peer, peerOfOther);
                done.add(new Round(addDelay, addTurn, removeDelay, runtime.longest()));
            }
        }
        assertThat(areMostlyInTime(done)).as("%s", done).isTrue();
    }

    /** Whether the larger part of the last rounds was in time. */
    private static boolean areMostlyInTime(List<Round> done) {
        List<Round> last = done.subList(Math.max(0, done.size() - LAST), done.size());
        return last.stream().filter(Round::isInTime).count() > LAST / 2;
    }

    private static Duration delay(PingedPeer peer, PingedPeer peerOfOther)
            throws InterruptedException {
        Duration gap = peer.longestGap(30);
        Duration other = peerOfOther.longestGap(0);
        return gap.minus(other.compareTo(INTERVAL) > 0 ? other : INTERVAL);
    }

    private static NodeConfig withHosts(NodeConfig base, int count, boolean socketsOfTheirOwn)
            throws IOException {
        NodeConfig.Builder builder = base.toBuilder();
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        InetSocketAddress[] locals = {any, any};
        for (int link = 0; link < locals.length && !socketsOfTheirOwn; link++) {
            try (DatagramChannel channel = DatagramChannel.open()) {
                channel.bind(any);
                locals[link] = (InetSocketAddress) channel.getLocalAddress();
            }
        }
        for (int i = 0; i < count; i++) {
            HostConfig host = HostConfig.named("host-" + i);
            for (int link = 0; link < locals.length; link++) {
                host = host.withLink(link, LinkConfig.udp(locals[link], nobody(link, i)));
            }
            builder.host(1000 + i, host);
        }
        return builder.build();
    }

    private static InetSocketAddress nobody(int link, int host) throws UnknownHostException {
        byte[] bytes = {127, (byte) (10 + link), (byte) (host >> 8), (byte) host};
        return new InetSocketAddress(InetAddress.getByAddress(bytes), 9);
    }
}
