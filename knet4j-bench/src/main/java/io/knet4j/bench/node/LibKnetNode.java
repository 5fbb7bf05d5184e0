package io.knet4j.bench.node;

import io.knet4j.CryptoCipher;
import io.knet4j.interop.CDescriptor;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CNode;
import io.knet4j.interop.LibKnetException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/**
 * A node of the C library. What Java adds to a message is a few nanoseconds of the call: the
 * sender's loop calls {@code knet_send}, and {@code poll} only when the descriptor is full; the
 * receiver's takes up to 64 messages per system call and looks at their lengths.
 */
final class LibKnetNode implements BenchNode {
    private static final int LOOPBACK_MTU = 65_535;
    private static final int CHANNEL = 0;
    private static final int COMPRESSION_THRESHOLD = 100;
    private static final int TICK_MILLIS = 100;
    private static final int LATENCY_SAMPLES = 2048;
    private static final ValueLayout.OfInt NUMBER =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final CNode node;
    private final CDescriptor descriptor;
    private final Arena arena = Arena.ofAuto();
    private final Set<Integer> hosts = new HashSet<>();
    private final Inbox inbox;
    private final Thread receiver;
    private volatile boolean closed;

    LibKnetNode(int id, Inbox inbox) {
        this.inbox = inbox;
        node = CNode.open(id, CNode.LogLevel.ERROR);
        node.interfaceMtu(LOOPBACK_MTU);
        descriptor = node.openDescriptor(CHANNEL);
        receiver = Thread.ofPlatform().name("receiver").daemon().start(this::receive);
    }

    private void receive() {
        while (!closed) {
            int count = descriptor.receive(TICK_MILLIS);
            for (int i = 0; i < count; i++) {
                inbox.received(descriptor.length(i));
            }
        }
    }

    @Override
    public void addLink(
            int host, int link, InetSocketAddress local, InetSocketAddress remote, Pings pings) {
        if (hosts.add(host)) {
            node.addHost(host);
        }
        node.addLink(
                host,
                new CLinkConfig(
                        link,
                        local,
                        remote,
                        pings.interval().toMillis(),
                        pings.timeout().toMillis(),
                        LATENCY_SAMPLES,
                        pings.pongCount(),
                        0));
    }

    @Override
    public void protect(String cipher, String hash, byte[] key) {
        CryptoCipher known = CryptoCipher.named(cipher);
        // The model openssl of libknet 1.x knows counter mode by this name only.
        String name =
                known.isCounterMode() ? "aes-" + known.keyBytes() * 8 + "-ctr" : known.cipherName();
        try {
            node.crypto("openssl", name, hash, key);
        } catch (LibKnetException e) {
            throw new UnsupportedOperationException(e.getMessage(), e);
        }
    }

    @Override
    public void compress(String method, int level) {
        try {
            node.compress(method, COMPRESSION_THRESHOLD, level);
        } catch (LibKnetException e) {
            throw new UnsupportedOperationException(e.getMessage(), e);
        }
    }

    @Override
    public void start() {
        node.forwarding(true);
    }

    @Override
    public boolean reachable(int host) {
        return node.hostReachable(host);
    }

    @Override
    public Outbox outbox(int size) {
        MemorySegment message = arena.allocate(size, 64);
        MemorySegment.copy(Payload.ofSize(size), 0, message, ValueLayout.JAVA_BYTE, 0, size);
        return number -> {
            message.set(NUMBER, 0, number);
            descriptor.send(message, size);
        };
    }

    @Override
    public void close() {
        closed = true;
        try {
            receiver.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        node.close();
    }
}
