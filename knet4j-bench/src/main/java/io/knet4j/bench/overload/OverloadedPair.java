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
import io.knet4j.testkit.relay.Impairment;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** One node sends messages to another as fast as it is let, while that one is burdened. */
final class OverloadedPair implements AutoCloseable {
    static final int SENDER = 1;
    static final int RECEIVER = 2;
    private static final int OTHER = 3;
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration RECORDED_INTERVAL = Duration.ofMillis(5);
    private static final int LARGEST_PING = 256;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final InetSocketAddress atReceiver = FreePorts.loopback4();
    private final InetSocketAddress atSender = FreePorts.loopback4();
    private final InetSocketAddress otherHost = FreePorts.loopback4();
    private final Burden burden;
    private final SharedKey key;
    private final Relay relay = Relay.open(1);
    private final Knet sender;
    private final Knet receiver;
    private final Host toReceiver;
    private final Host toSender;
    private final AtomicLong arrived = new AtomicLong();
    private final Thread sending;
    private volatile boolean closed;

    /** How the nodes are set up. */
    record Settings(boolean crypto, boolean accessLists, int size) {}

    OverloadedPair(Burden burden, SharedKey key, Settings settings) throws InterruptedException {
        this.burden = burden;
        this.key = key;
        sender = node(SENDER, settings);
        receiver = node(RECEIVER, settings);
        toReceiver = sender.addHost(RECEIVER);
        toSender = receiver.addHost(SENDER);
        InetSocketAddress near = atReceiver;
        InetSocketAddress far = atSender;
        if (burden.bytesPerSecond() > 0) {
            RelayLink slow = relay.link(atSender, atReceiver);
            slow.impair(Impairment.none().withBytesPerSecond(burden.bytesPerSecond()));
            near = slow.addressForA();
            far = slow.addressForB();
        }
        toReceiver.addLink(0, LinkConfig.udp(atSender, near).withPing(INTERVAL, TIMEOUT));
        toSender.addLink(0, LinkConfig.udp(atReceiver, far).withPing(INTERVAL, TIMEOUT));
        receiver.addHost(OTHER)
                .addLink(0, LinkConfig.udp(atReceiver, otherHost).withPing(INTERVAL, TIMEOUT));
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
        sending = Thread.ofPlatform().name("honest").daemon().start(() -> send(settings.size));
    }

    private Knet node(int id, Settings settings) {
        Knet.Builder builder = burden.configure(Knet.builder(id).accessLists(settings.accessLists));
        return settings.crypto
                ? builder.crypto(CryptoConfig.aes256Sha256(key)).open()
                : builder.open();
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

    /** Pings of the sender as an eavesdropper keeps them, who has them sent to himself here. */
    List<byte[]> recordPings(int count) {
        try (DatagramSocket recorder = new DatagramSocket(FreePorts.loopback4())) {
            InetSocketAddress address = (InetSocketAddress) recorder.getLocalSocketAddress();
            Host host = sender.addHost(OTHER);
            host.addLink(0, LinkConfig.udp(atSender, address).withPing(RECORDED_INTERVAL, TIMEOUT));
            List<byte[]> pings = new ArrayList<>();
            DatagramPacket packet = new DatagramPacket(new byte[LARGEST_PING], LARGEST_PING);
            while (pings.size() < count) {
                recorder.receive(packet);
                pings.add(Arrays.copyOf(packet.getData(), packet.getLength()));
                packet.setLength(LARGEST_PING);
            }
            host.remove();
            return pings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress atReceiver() {
        return atReceiver;
    }

    InetSocketAddress atSender() {
        return atSender;
    }

    /** Address of another host of the receiver's, at which there is none. */
    InetSocketAddress otherHost() {
        return otherHost;
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
        relay.close();
        try {
            sending.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
