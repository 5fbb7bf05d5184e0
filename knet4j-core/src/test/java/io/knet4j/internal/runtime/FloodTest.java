package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.LinkStatus;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.udp.Ends;
import io.knet4j.internal.transport.udp.Reports;
import io.knet4j.internal.transport.udp.UdpTransports;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left for others while streams take all that there is, on real sockets. */
class FloodTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Duration TIMEOUT = Duration.ofMillis(400); // the machine is busy, too
    private static final int SENDER = 1;
    private static final int PINGS = 60;
    private static final int SIZE = 1400;
    private static final int GARBAGE = 200;

    private final Knet sender = Knet.builder(SENDER).open();
    private final List<Knet> receivers = new ArrayList<>();
    private final List<Thread> streams = new ArrayList<>();
    private volatile boolean closed;

    @AfterEach
    void close() throws InterruptedException {
        closed = true;
        sender.close();
        receivers.forEach(Knet::close);
        for (Thread stream : streams) {
            stream.join();
        }
    }

    /** Another node, whose messages on a channel are counted. */
    private AtomicLong receiver(int id, int channel) throws InterruptedException {
        Knet receiver = Knet.builder(id).open();
        receivers.add(receiver);
        LoopbackLinks.join(
                sender, receiver, link -> link.withPing(INTERVAL, TIMEOUT).withPongCount(1));
        AtomicLong arrived = new AtomicLong();
        receiver.channel(channel).onMessage(_ -> arrived.incrementAndGet());
        sender.startForwarding();
        receiver.startForwarding();
        assertThat(sender.host(id).orElseThrow().awaitReachable(LONG)).isTrue();
        assertThat(receiver.host(SENDER).orElseThrow().awaitReachable(LONG)).isTrue();
        return arrived;
    }

    /** Sends to a host as fast as the queue takes it, until the node is closed. */
    private void stream(int channel, int host) {
        Channel stream = sender.channel(channel);
        streams.add(
                Thread.ofPlatform()
                        .start(() -> {
                            ByteBuffer message = ByteBuffer.allocate(SIZE);
                            Destination destination = Destination.host(host);
                            try {
                                while (true) {
                                    stream.send(message, destination);
                                }
                            } catch (KnetClosedException _) {
                                // over
                            }
                        }));
    }

    /** Sends garbage to the sender's link as fast as a thread can. */
    private void flood(String from) {
        Ends ends = new Ends(UdpTransports.open(Set.of(), new Reports()));
        InetSocketAddress to = sender.host(2).orElseThrow().links().getFirst().config().local();
        Path path = ends.transport.path(ends.bind(from), to);
        byte[] garbage = new byte[GARBAGE];
        Arrays.fill(garbage, (byte) 99);
        streams.add(
                Thread.ofPlatform()
                        .start(() -> {
                            while (!closed) {
                                for (int i = 0; i < 64; i++) {
                                    ends.add(path, garbage);
                                }
                                ends.send();
                                ends.outgoing.clear();
                            }
                            ends.close();
                        }));
    }

    private LinkStatus status(int host) {
        return sender.host(host).orElseThrow().links().getFirst().status();
    }

    private LinkStatus statusAtReceiver() {
        Host host = receivers.getFirst().host(SENDER).orElseThrow();
        return host.links().getFirst().status();
    }

    private static void awaitMore(AtomicLong arrived, long messages) throws InterruptedException {
        long enough = arrived.get() + messages;
        long deadline = System.nanoTime() + LONG.toNanos();
        while (arrived.get() < enough) {
            assertThat(System.nanoTime()).as("messages arrive").isLessThan(deadline);
            Thread.sleep(1); // until they did
        }
    }

    @Test
    void heartbeatsGoOnInBothDirections() throws InterruptedException {
        AtomicLong arrived = receiver(2, 0);
        stream(0, 2);
        awaitMore(arrived, 10_000);
        long pingsBefore = statusAtReceiver().statistics().txPing().packets();
        long start = System.nanoTime();
        while (statusAtReceiver().statistics().txPing().packets() < pingsBefore + PINGS) {
            assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
            awaitMore(arrived, 1000);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).as("%d pings", PINGS).isLessThan(INTERVAL.multipliedBy(2L * PINGS));
        assertThat(status(2).statistics().downCount()).isZero();
        assertThat(statusAtReceiver().statistics().downCount()).isZero();
    }

    /** On channels of their own. */
    @Test
    void streamsToTwoHostsShareWhatThereIs() throws InterruptedException {
        AtomicLong two = receiver(2, 0);
        AtomicLong three = receiver(3, 1);
        stream(0, 2);
        awaitMore(two, 10_000);
        stream(1, 3);
        awaitMore(three, 1);
        long twoBefore = two.get();
        long threeBefore = three.get();
        awaitMore(three, 50_000);
        double share = (double) (two.get() - twoBefore) / (three.get() - threeBefore);
        assertThat(share).isBetween(0.25, 4.0);
    }

    /** From another machine, and from the peer's. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.66", "127.0.0.1"})
    void heartbeatsGoOnBesideGarbage(String from) throws InterruptedException {
        AtomicLong arrived = receiver(2, 0);
        flood(from);
        stream(0, 2);
        awaitMore(arrived, 1000);
        long pongsBefore = status(2).statistics().rxPong().packets();
        long start = System.nanoTime();
        while (status(2).statistics().rxPong().packets() < pongsBefore + PINGS / 2) {
            assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
            awaitMore(arrived, 100);
        }
        assertThat(status(2).statistics().downCount()).isZero();
        assertThat(statusAtReceiver().statistics().downCount()).isZero();
        assertThat(sender.statistics().drops()).isNotEmpty();
    }
}
