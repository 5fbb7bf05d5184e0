package io.knet4j.bench.node;

import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.SharedKey;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A node of knet4j with its default settings. */
public final class KnetNode implements BenchNode {
    private static final int LOOPBACK_MTU = 65_535;
    private static final int CHANNEL = 0;

    private final Knet knet;
    private final Channel channel;

    /** For loopback: the MTU that both libraries find there is settled from the start. */
    KnetNode(int id, Inbox inbox) {
        this(Knet.builder(id).interfaceMtu(LOOPBACK_MTU).open(), inbox);
    }

    /**
     * @param knet an open node, which is closed with this one
     * @param inbox takes what arrives
     */
    public KnetNode(Knet knet, Inbox inbox) {
        this.knet = knet;
        channel = knet.channel(CHANNEL);
        channel.onMessage(message -> inbox.received(message.length()));
    }

    @Override
    public void addLink(
            int host, int link, InetSocketAddress local, InetSocketAddress remote, Pings pings) {
        addLink(host, link, LinkConfig.udp(local, remote), pings);
    }

    /** As {@link #addLink(int, int, InetSocketAddress, InetSocketAddress, Pings)}. */
    public void addLink(int host, int link, LinkConfig config, Pings pings) {
        Host peer = knet.host(host).orElseGet(() -> knet.addHost(host));
        peer.addLink(
                link,
                config.withPing(pings.interval(), pings.timeout())
                        .withPongCount(pings.pongCount()));
    }

    @Override
    public void protect(String cipher, String hash, byte[] key) {
        knet.crypto()
                .enable(
                        CryptoConfig.named("openssl", cipher, hash, SharedKey.of(key))
                                .orElseThrow());
    }

    @Override
    public void compress(String method, int level) {
        knet.setCompression(CompressionConfig.of(CompressionMethod.named(method)).withLevel(level));
    }

    @Override
    public void start() {
        knet.startForwarding();
    }

    @Override
    public boolean reachable(int host) {
        return knet.host(host).orElseThrow().status().reachable();
    }

    @Override
    public Outbox outbox(int size) {
        ByteBuffer message = ByteBuffer.wrap(Payload.ofSize(size));
        Destination all = Destination.broadcast();
        return number -> {
            message.putInt(0, number);
            channel.send(message, all);
        };
    }

    @Override
    public void close() {
        knet.close();
    }
}
