package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ConfigChange;
import io.knet4j.HostConfig;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.NodeConfig;
import io.knet4j.internal.node.NodeRuntime;
import io.knet4j.internal.node.Nodes;
import io.knet4j.Reason;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A thousand hosts come and go while a peer is pinged every 10 ms. */
class ApplyHoldsUpNothingTest {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final long ALLOWED = Duration.ofMillis(5).toNanos();
    private static final int HOSTS = 1000;
    private static final int PING = 0x81;
    private static final int PONG = 0x82;

    /** Remembers how long commands of a real runtime took. */
    private static final java.lang.management.ThreadMXBean THREADS = java.lang.management.ManagementFactory.getThreadMXBean();
    private static final class TimedRuntime implements NodeRuntime {
        private final ThreadedRuntime real = new ThreadedRuntime(1);
        private final Queue<Long> commands = new ConcurrentLinkedQueue<>();

        @Override
        public <T> T call(Supplier<T> command) {
            return real.call(() -> timed(command));
        }

        private <T> T timed(Supplier<T> action) {
            long start = THREADS.getCurrentThreadCpuTime();
            try {
                return action.get();
            } finally {
                commands.add(THREADS.getCurrentThreadCpuTime() - start);
            }
        }

        private Duration longest() {
            long longest = commands.stream().mapToLong(Long::longValue).max().orElse(0);
            int n=0; StringBuilder b = new StringBuilder("YY"); for (long c : commands) { if (c > 400_000) b.append(" ").append(n).append(":").append(c/1000); n++; } System.err.println(b);
            commands.clear();
            return Duration.ofNanos(longest);
        }

        @Override
        public long nanoTime() {
            return real.nanoTime();
        }

        @Override
        public Transport transport() {
            return real.transport();
        }

        @Override
        public RandomGenerator random() {
            return real.random();
        }

        @Override
        public ByteBuffer allocate(int bytes) {
            return real.allocate(bytes);
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
                        public void onEnd() {
                            loop.onEnd();
                        }
                    });
        }

        @Override
        public boolean isLoop() {
            return real.isLoop();
        }

        @Override
        public Worker startWorker(String name, Task task) {
            return real.startWorker(name, task);
        }

        @Override
        public Waiters newWaiters() {
            return real.newWaiters();
        }

        @Override
        public void close() {
            real.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void measure(boolean ownSockets) throws Exception {
        TimedRuntime runtime = new TimedRuntime();
        try (Knet knet = Nodes.open(Knet.builder(1).build(), runtime);
                PingedPeer peer = new PingedPeer(knet)) {
            peer.awaitPings(100);
            for (int round = 0; round < 6; round++) {
                runtime.longest();
                NodeConfig small = knet.nodeConfig();
                NodeConfig large = withHosts(small, ownSockets);
                long t = System.nanoTime();
                List<ConfigChange> changes = knet.apply(large);
                long took = System.nanoTime() - t;
                Duration longest = runtime.longest();
                peer.awaitPings(150);
                System.err.println("XX own=" + ownSockets + " add took " + took / 1000 + " us, longest command " + longest.toNanos() / 1000 + " us, worst gap " + peer.worst());
                t = System.nanoTime();
                knet.apply(small);
                took = System.nanoTime() - t;
                longest = runtime.longest();
                peer.awaitPings(150);
                System.err.println("XX own=" + ownSockets + " remove took " + took / 1000 + " us, longest command " + longest.toNanos() / 1000 + " us, worst gap " + peer.worst());
            }
        }
    }

    private static NodeConfig withHosts(NodeConfig base, boolean ownSockets) throws Exception {
        NodeConfig.Builder builder = base.toBuilder();
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        int[] ports = freePorts(ownSockets ? 0 : 2);
        for (int i = 0; i < HOSTS; i++) {
            int id = 1000 + i;
            HostConfig host = HostConfig.named("host-" + id);
            for (int link = 0; link < 2; link++) {
                InetSocketAddress local =
                        new InetSocketAddress(loopback, ownSockets ? 0 : ports[link]);
                host =
                        host.withLink(
                                link,
                                LinkConfig.udp(
                                        local,
                                        new InetSocketAddress(
                                                InetAddress.getByAddress(
                                                        new byte[] {
                                                            127,
                                                            (byte) (link + 1),
                                                            (byte) (i >> 8),
                                                            (byte) (i + 1)
                                                        }),
                                                9)));
            }
            builder.host(id, host);
        }
        return builder.build();
    }

    private static int[] freePorts(int count) throws Exception {
        int[] ports = new int[count];
        for (int i = 0; i < count; i++) {
            try (DatagramChannel channel = DatagramChannel.open()) {
                channel.bind(new InetSocketAddress("127.0.0.1", 0));
                ports[i] = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            }
        }
        return ports;
    }

    /** The other end of a link, made by hand, and how regularly the machine lets threads run. */
    private static final class PingedPeer implements AutoCloseable {
        private final DatagramChannel channel;
        private final Thread thread = Thread.ofPlatform().unstarted(this::serve);
        private final Thread metronome = Thread.ofPlatform().unstarted(this::beat);
        private final List<Long> pings = new ArrayList<>();
        private final List<long[]> stalls = new ArrayList<>();
        private volatile boolean closed;

        PingedPeer(Knet knet) throws Exception {
            channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress("127.0.0.1", 0));
            InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
            knet.addHost(2)
                    .addLink(
                            0,
                            LinkConfig.udp(any, (InetSocketAddress) channel.getLocalAddress())
                                    .withPing(INTERVAL, Duration.ofSeconds(5))
                                    .withPongCount(1));
            thread.start();
            metronome.start();
        }

        private void serve() {
            ByteBuffer buffer = ByteBuffer.allocate(2000);
            while (!closed) {
                try {
                    buffer.clear();
                    InetSocketAddress source = (InetSocketAddress) channel.receive(buffer);
                    long now = System.nanoTime();
                    buffer.flip();
                    if ((buffer.get(1) & 0xff) == PING) {
                        buffer.put(1, (byte) PONG).putShort(2, (short) 2);
                        channel.send(buffer, source);
                        synchronized (this) {
                            pings.add(now);
                        }
                    }
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void beat() {
            long last = System.nanoTime();
            while (!closed) {
                LockSupport.parkNanos(500_000);
                long now = System.nanoTime();
                if (now - last > 2_000_000) {
                    synchronized (this) {
                        stalls.add(new long[] {last, now});
                    }
                }
                last = now;
            }
        }

        synchronized int count() {
            return pings.size();
        }

        void awaitPings(int more) throws InterruptedException {
            int until = count() + more;
            while (count() < until) {
                Thread.sleep(5);
            }
        }

        synchronized String worst() {
            long worst = 0;
            long excused = 0;
            for (int i = 1; i < pings.size(); i++) {
                long a = pings.get(i - 1);
                long b = pings.get(i);
                if (b - a > worst) {
                    worst = b - a;
                    excused = 0;
                    for (long[] stall : stalls) {
                        if (stall[1] > a && stall[0] < b) {
                            excused = Math.max(excused, stall[1] - stall[0]);
                        }
                    }
                }
            }
            String text = worst / 1000 + " us, machine " + excused / 1000 + " us of " + pings.size();
            pings.clear();
            stalls.clear();
            return text;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            channel.close();
        }
    }
}
