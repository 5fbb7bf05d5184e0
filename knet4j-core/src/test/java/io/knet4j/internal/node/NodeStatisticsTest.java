package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetStatistics;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatistics.Traffic;
import io.knet4j.LinkStatus;
import io.knet4j.QueueFullPolicy;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.SharedKey;
import io.knet4j.StatisticsScope;
import io.knet4j.Timings;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Statistics of nodes with threads, on a link of their own to themselves. */
class NodeStatisticsTest {
    private static final int SELF = 1;
    private static final Destination TO_SELF = Destination.host(SELF);
    private static final Duration LONG = Duration.ofSeconds(20);

    private Knet knet = open(Knet.builder(SELF));

    private static Knet open(Knet.Builder builder) {
        return builder.open();
    }

    @AfterEach
    void close() {
        knet.close();
    }

    /** Adds a UDP link to the node itself, and brings it up. */
    private Link linkUp() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int port;
        try (DatagramSocket free = new DatagramSocket(0, loopback)) {
            port = free.getLocalPort();
        }
        InetSocketAddress address = new InetSocketAddress(loopback, port);
        Host self = knet.addHost(SELF);
        Link link =
                self.addLink(
                        0,
                        LinkConfig.udp(address, address)
                                .withPing(Duration.ofMillis(10), Duration.ofSeconds(5))
                                .withPongCount(1));
        assertThat(self.awaitReachable(LONG)).isTrue();
        knet.startForwarding();
        return link;
    }

    @Test
    void sealingIsMeasured() throws Exception {
        try (SharedKey key = SharedKey.generate()) {
            knet.crypto().enable(CryptoConfig.aes256Sha256(key));
        }
        Link link = linkUp();
        Channel channel = knet.channel(0);
        int messages = 200;
        for (int i = 0; i < messages; i++) {
            channel.sendSync(ByteBuffer.allocate(100), TO_SELF);
        }
        for (int i = 0; i < messages; i++) {
            assertThat(channel.receive(LONG)).isPresent();
        }
        var crypto = knet.statistics().crypto();
        LinkStatistics statistics = link.status().statistics();
        // 100 bytes and the header are 114 bytes; salt, padding, hash.
        assertThat(crypto.txOverheadBytes()).isEqualTo(messages * (16L + 14 + 32));
        assertThat(statistics.txData()).isEqualTo(new Traffic(messages, messages * 176L));
        assertThat(statistics.rxData()).isEqualTo(new Traffic(messages, messages * 114L));
        assertThat(crypto.txPackets()).isBetween(messages + 2L, statistics.txTotal().packets());
        assertThat(crypto.rxPackets())
                .isBetween(messages + 2L, link.status().statistics().rxTotal().packets());
        assertThat(crypto.txTime().samples()).as("the 1st, 65th, 129th, 193rd").isEqualTo(4);
        assertThat(crypto.rxTime().samples()).isEqualTo(4);
        assertPlausible(crypto.txTime());
        assertPlausible(crypto.rxTime());
        assertThat(statistics.upTimes().getFirst())
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    private static void assertPlausible(Timings times) {
        Duration min = times.min().orElseThrow();
        Duration average = times.average().orElseThrow();
        Duration max = times.max().orElseThrow();
        assertThat(min).isPositive().isLessThanOrEqualTo(average);
        assertThat(average).isLessThanOrEqualTo(max);
        assertThat(max).isLessThan(LONG);
    }

    @Test
    void compressionIsMeasured() throws Exception {
        knet.setCompression(CompressionConfig.of(CompressionMethod.ZLIB));
        linkUp();
        Channel channel = knet.channel(0);
        channel.sendSync(ByteBuffer.allocate(5000), TO_SELF);
        channel.sendSync(ByteBuffer.allocate(50), TO_SELF);
        assertThat(channel.receive(LONG)).isPresent();
        assertThat(channel.receive(LONG)).isPresent();
        var compression = knet.statistics().compression();
        assertThat(compression.txTime().samples()).isEqualTo(1);
        assertThat(compression.rxTime().samples()).isEqualTo(1);
        assertPlausible(compression.txTime());
        assertPlausible(compression.rxTime());
    }

    /** Clearing, again and again, loses nothing of what is counted meanwhile. */
    @Test
    void isClearedWhileMessagesAreSent() throws Exception {
        Link link = linkUp();
        AtomicLong received = new AtomicLong();
        knet.channel(0).onMessage(_ -> received.incrementAndGet());
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        Thread sender =
                new Thread(() -> {
                    while (!stop.get()) {
                        knet.channel(0).sendSync(ByteBuffer.allocate(10), TO_SELF);
                        sent.incrementAndGet();
                        while (sent.get() - received.get() > 100) {
                            Thread.onSpinWait(); // no more than the socket holds
                        }
                    }
                });
        sender.start();
        for (int i = 0; i < 300 || sent.get() < 5000; i++) {
            knet.clearStatistics(StatisticsScope.NODE_AND_LINKS);
            KnetStatistics statistics = knet.statistics();
            assertThat(statistics.messagesSent()).isNotNegative();
            assertThat(statistics.messagesDelivered()).isNotNegative();
            Traffic data = link.status().statistics().txData();
            assertThat(data.packets()).isNotNegative();
            assertThat(data.bytes()).isNotNegative();
        }
        stop.set(true);
        sender.join();
        while (received.get() < sent.get()) {
            Thread.onSpinWait();
        }
        knet.clearStatistics(StatisticsScope.NODE_AND_LINKS);
        knet.channel(0).sendSync(ByteBuffer.allocate(10), TO_SELF);
        long last = sent.get() + 1;
        while (received.get() < last) {
            Thread.onSpinWait();
        }
        assertThat(knet.statistics().messagesSent()).isEqualTo(1);
        assertThat(knet.statistics().messagesDelivered()).isEqualTo(1);
        LinkStatistics statistics = link.status().statistics();
        assertThat(statistics.txData()).isEqualTo(new Traffic(1, 24));
        assertThat(statistics.rxData()).isEqualTo(new Traffic(1, 24));
    }

    @Test
    void clearsWhatWasDroppedByQueues() throws Exception {
        knet.close();
        knet =
                open(
                        Knet.builder(SELF)
                                .sendQueueFull(QueueFullPolicy.drop())
                                .sendQueueBytes(131_072));
        knet.startForwarding();
        AtomicBoolean blocked = new AtomicBoolean(true);
        knet.setFilter(_ -> {
            while (blocked.get()) {
                Thread.onSpinWait();
            }
            return Destination.host(9);
        });
        for (int i = 0; i < 10; i++) {
            knet.channel(0).send(ByteBuffer.allocate(65_536));
        }
        long dropped = knet.statistics().sendFailures().get(Reason.QUEUE_FULL);
        assertThat(dropped).isPositive();
        knet.clearStatistics(StatisticsScope.NODE);
        assertThat(knet.statistics().sendFailures()).isEqualTo(Map.of());
        blocked.set(false);
    }

    @Test
    void theStateOfAllLinksIsThatOfEach() throws Exception {
        Link link = linkUp();
        knet.addHost(7)
                .addLink(
                        3,
                        LinkConfig.udp(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 9))
                                .withEnabled(false));
        assertThat(knet.linkStatuses())
                .extracting(LinkStatus::hostId, LinkStatus::linkId, LinkStatus::connected)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(SELF, 0, true),
                        org.assertj.core.api.Assertions.tuple(7, 3, false));
        link.setEnabled(false);
        LinkStatus down = knet.linkStatuses().getFirst();
        assertThat(down.statistics().downCount()).isEqualTo(1);
        assertThat(down.statistics().downTimes()).hasSize(1);
        assertThatExceptionOfType(SendException.class)
                .isThrownBy(() -> knet.channel(0).sendSync(ByteBuffer.allocate(1), TO_SELF));
    }

    @Test
    void statisticsCanBeReadOfAClosedNodeButNotCleared() {
        knet.close();
        assertThat(knet.statistics().crypto().txTime()).isEqualTo(Timings.NONE);
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> knet.clearStatistics(StatisticsScope.NODE));
        assertThatExceptionOfType(KnetClosedException.class).isThrownBy(() -> knet.linkStatuses());
    }
}
