package io.knet4j.bench.overload;

import io.knet4j.Channel;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.LinkConfig;
import io.knet4j.SharedKey;
import io.knet4j.testkit.relay.FreePorts;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One node sends encrypted messages to another as fast as it is let, while that one is burdened.
 */
final class OverloadedPair implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int SENDER = 1;
    private static final int RECEIVER = 2;

    private final InetSocketAddress atReceiver = FreePorts.loopback4();
    private final InetSocketAddress atSender = FreePorts.loopback4();
    private final Burden burden;
    private final Knet sender;
    private final Knet receiver;
    private final Host toReceiver;
    private final Host toSender;
    private final AtomicLong arrived = new AtomicLong();
    private final Thread sending;
    private volatile boolean closed;

    OverloadedPair(Burden burden, SharedKey key, int size) throws InterruptedException {
        this.burden = burden;
        sender = Knet.builder(SENDER).crypto(CryptoConfig.aes256Sha256(key)).open();
        receiver = Knet.builder(RECEIVER).crypto(CryptoConfig.aes256Sha256(key)).open();
        toReceiver = sender.addHost(RECEIVER);
        toSender = receiver.addHost(SENDER);
        toReceiver.addLink(0, LinkConfig.udp(atSender, atReceiver).withPing(INTERVAL, TIMEOUT));
        toSender.addLink(0, LinkConfig.udp(atReceiver, atSender).withPing(INTERVAL, TIMEOUT));
        receiver.channel(0)
                .onMessage(_ -> {
                    arrived.incrementAndGet();
                    burden.consume();
                });
        sender.startForwarding();
        receiver.startForwarding();
        if (!toReceiver.awaitReachable(LIMIT) || !toSender.awaitReachable(LIMIT)) {
            throw new IllegalStateException("the link does not come up");
        }
        sending = Thread.ofPlatform().name("honest").daemon().start(() -> send(size));
    }

    private void send(int size) {
        Channel channel = sender.channel(0);
        ByteBuffer message = ByteBuffer.allocate(size);
        try {
            while (!closed) {
                channel.send(message, Destination.host(RECEIVER));
            }
        } catch (KnetClosedException _) {
            // over
        }
    }

    List<Flood> floods() {
        return burden.floods(atSender.getAddress(), atReceiver);
    }

    /** Messages that arrived so far. */
    long arrived() {
        return arrived.get();
    }

    /** How often the link went down, at either end. */
    long downs() {
        return downs(toReceiver) + downs(toSender);
    }

    private static long downs(Host host) {
        return host.links().getFirst().status().statistics().downCount();
    }

    /** What the receiver dropped. */
    Map<DropCause, Long> drops() {
        return receiver.statistics().drops();
    }

    @Override
    public void close() {
        closed = true;
        sender.close();
        receiver.close();
        try {
            sending.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
