package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.UdpFeature;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Access lists of a node with threads and sockets. */
class AccessListThreadsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final int PINGS = 100;

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(LOOPBACK, 0);
    }

    /** The middle one of many pings counts: other programs may hold up any of them. */
    @Test
    void pingsAreOnTimeWhileALongListIsEdited() throws Exception {
        try (DatagramSocket peer = new DatagramSocket(anyPort());
                Knet knet = Knet.builder(1).open()) {
            peer.setSoTimeout(20_000);
            List<AccessRule> rules = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                rules.add(AccessRule.parse("accept 10.1." + (i >>> 8) + '.' + (i & 0xff)));
            }
            Link dynamic =
                    knet.addHost(3)
                            .addLink(0, LinkConfig.dynamicUdp(anyPort()).withAccessRules(rules));
            knet.addHost(2)
                    .addLink(
                            0,
                            LinkConfig.udp(
                                            anyPort(),
                                            (InetSocketAddress) peer.getLocalSocketAddress())
                                    .withPing(INTERVAL, Duration.ofSeconds(10)));
            AtomicBoolean over = new AtomicBoolean();
            int[] edits = {0};
            Thread editor =
                    Thread.startVirtualThread(() -> {
                        AccessList list = dynamic.accessList();
                        AccessRule rule = AccessRule.parse("reject 10.1.0.0/16");
                        while (!over.get()) {
                            list.insert(500, rule);
                            list.remove(rule);
                            edits[0] += 2;
                        }
                    });
            List<Long> late = new ArrayList<>();
            DatagramPacket ping = new DatagramPacket(new byte[100], 100);
            long before = 0;
            while (late.size() < PINGS) {
                peer.receive(ping);
                long now = System.nanoTime();
                if (before != 0) {
                    late.add(now - before - INTERVAL.toNanos());
                }
                before = now;
            }
            over.set(true);
            editor.join();
            late.sort(null);
            assertThat(edits[0]).isGreaterThan(10);
            assertThat(Duration.ofNanos(late.get(PINGS / 2))).isLessThan(Duration.ofMillis(5));
            assertThat(dynamic.accessList().rules()).isEqualTo(rules);
        }
    }

    /** A node that was not heard of before is learned, wherever it sends from, and is followed. */
    @Test
    void aPeerIsLearnedAndFollowedOnSockets() throws Exception {
        // Otherwise, the network tells that the peer has left its port, and the link goes down.
        try (Knet server = Knet.builder(1).withoutUdpFeature(UdpFeature.ERROR_QUEUE).open();
                Knet client = Knet.builder(2).open()) {
            Link dynamic =
                    server.addHost(2)
                            .addLink(
                                    0,
                                    fast(LinkConfig.dynamicUdp(anyPort()))
                                            .withAccessRules(
                                                    List.of(
                                                            AccessRule.parse(
                                                                    "accept 127.0.0.0/8"))));
            InetSocketAddress service = dynamic.config().local();
            assertThat(service).isNotNull();
            client.addHost(1);
            for (int life = 0; life < 3; life++) {
                Link out =
                        client.host(1)
                                .orElseThrow()
                                .addLink(0, fast(LinkConfig.udp(anyPort(), service)));
                InetSocketAddress from = out.config().local();
                await(() -> dynamic.status().peer().filter(from::equals).isPresent());
                await(() -> out.status().connected() && dynamic.status().connected());
                assertThat(dynamic.status().statistics().upCount()).isEqualTo(1);
                out.remove();
            }
        }
    }

    private static LinkConfig fast(LinkConfig config) {
        return config.withPing(INTERVAL, Duration.ofSeconds(20)).withPongCount(1);
    }

    private static void await(java.util.function.BooleanSupplier condition)
            throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(2);
        }
    }
}
