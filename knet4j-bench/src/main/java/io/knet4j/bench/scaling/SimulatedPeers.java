package io.knet4j.bench.scaling;

import io.knet4j.internal.onwire.Packets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The other ends of a node's links, a socket for each: they answer pings and path MTU probes and
 * send pings, evenly spread over their interval. Thousands of them cost less than one real node, so
 * that the node that is measured has the machine.
 */
final class SimulatedPeers implements AutoCloseable {
    private static final int LARGEST_PACKET = 65_536;

    private final int links;
    private final long interval;
    private final List<End> ends = new ArrayList<>();
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_PACKET);
    private final Thread thread = Thread.ofPlatform().name("peers").daemon().unstarted(this::run);
    private volatile boolean closed;
    private long[] deviations = new long[1 << 16];
    private int recorded;
    private boolean recording;

    /** One end of a link. */
    private static final class End {
        private final DatagramChannel channel;
        private final int host;
        private final int link;
        private long lastPing;

        End(DatagramChannel channel, int host, int link) {
            this.channel = channel;
            this.host = host;
            this.link = link;
        }
    }

    /**
     * @param hosts how many; they are hosts 1 to that
     * @param nodeEnds the node's address for each link
     * @param interval of their pings and of the node's
     */
    SimulatedPeers(int hosts, InetSocketAddress[] nodeEnds, Duration interval) throws IOException {
        this.links = nodeEnds.length;
        this.interval = interval.toNanos();
        for (int host = 1; host <= hosts; host++) {
            for (int link = 0; link < links; link++) {
                DatagramChannel channel = DatagramChannel.open();
                channel.bind(new InetSocketAddress(nodeEnds[link].getAddress(), 0));
                channel.connect(nodeEnds[link]);
                channel.configureBlocking(false);
                End end = new End(channel, host, link);
                channel.register(selector, SelectionKey.OP_READ, end);
                ends.add(end);
            }
        }
    }

    InetSocketAddress address(int host, int link) throws IOException {
        return (InetSocketAddress) ends.get((host - 1) * links + link).channel.getLocalAddress();
    }

    void start() {
        thread.start();
    }

    /** From now on, notes how regular the node's pings are. */
    synchronized void record() {
        recording = true;
        recorded = 0;
    }

    /**
     * {@return for each ping since {@link #record}, by how many nanoseconds the time since the one
     * before on its link missed the interval}
     */
    synchronized long[] recorded() {
        recording = false;
        return Arrays.copyOf(deviations, recorded);
    }

    private void run() {
        int next = 0;
        long step = interval / ends.size();
        long due = System.nanoTime();
        try {
            while (!closed) {
                long now = System.nanoTime();
                while (now - due >= 0) {
                    ping(ends.get(next));
                    next = (next + 1) % ends.size();
                    due += step;
                }
                long wait = TimeUnit.NANOSECONDS.toMillis(due - now);
                selector.select(this::receive, Math.max(1, wait));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void receive(SelectionKey key) {
        End end = (End) key.attachment();
        try {
            buffer.clear();
            while (end.channel.read(buffer) > 0) {
                buffer.flip();
                answer(end);
                buffer.clear();
            }
        } catch (IOException _) {
            // the node is not there yet, or no more
        }
    }

    private void answer(End end) throws IOException {
        int length = buffer.remaining();
        if (length < Packets.MIN_PACKET) {
            return;
        }
        switch (Packets.type(buffer, 0)) {
            case Packets.PING -> {
                note(end);
                Packets.answer(buffer, 0, end.host);
                end.channel.write(buffer);
            }
            case Packets.PMTUD -> {
                Packets.answer(buffer, 0, end.host);
                end.channel.write(buffer.limit(Packets.PMTUD_HEADER));
            }
            default -> {
                // answers to our own pings, which we know to be alive
            }
        }
    }

    private synchronized void note(End end) {
        if (!Packets.pingTimed(buffer, 0)) {
            return;
        }
        long now = System.nanoTime();
        if (recording && end.lastPing != 0) {
            if (recorded == deviations.length) {
                deviations = Arrays.copyOf(deviations, 2 * recorded);
            }
            deviations[recorded++] = Math.abs(now - end.lastPing - interval);
        }
        end.lastPing = now;
    }

    private void ping(End end) {
        buffer.clear();
        Packets.writePing(
                buffer,
                0,
                Packets.VERSION,
                end.host,
                end.link,
                System.nanoTime(),
                end.host,
                0,
                true);
        try {
            end.channel.write(buffer.limit(Packets.PING_SIZE));
        } catch (IOException _) {
            // the node is not there yet, or no more
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        for (End end : ends) {
            end.channel.close();
        }
        selector.close();
    }
}
