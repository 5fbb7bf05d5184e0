package io.knet4j.bench.overload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.SplittableRandom;

/** Random datagrams, as fast as a thread can send them. */
final class Flood implements AutoCloseable {
    private static final int BYTES = 200;
    private static final int DIFFERENT = 64;

    private final DatagramChannel socket;
    private final Thread thread;
    private volatile long sent;

    /**
     * @param from the address that the datagrams come from; any port
     * @param to where they go
     */
    Flood(InetAddress from, InetSocketAddress to) {
        try {
            socket = DatagramChannel.open().bind(new InetSocketAddress(from, 0)).connect(to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = Thread.ofPlatform().name("flood").daemon().start(this::send);
    }

    private void send() {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer[] garbage = new ByteBuffer[DIFFERENT];
        for (int i = 0; i < DIFFERENT; i++) {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            garbage[i] = ByteBuffer.allocateDirect(BYTES).put(bytes);
        }
        try {
            for (long count = 0; ; sent = ++count) {
                socket.write(garbage[(int) (count % DIFFERENT)].rewind());
            }
        } catch (ClosedChannelException _) {
            // closed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long sent() {
        return sent;
    }

    @Override
    public void close() {
        try {
            socket.close();
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
