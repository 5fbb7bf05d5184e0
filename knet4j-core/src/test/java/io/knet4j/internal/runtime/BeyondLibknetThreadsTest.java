package io.knet4j.internal.runtime;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.DataMtuChanged;
import io.knet4j.LinkConfig;
import io.knet4j.internal.node.Nodes;
import io.knet4j.internal.transport.OutgoingBatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each test holds one row of {@code docs/beyond-libknet.md}, whose number it carries: those about
 * threads and locks, with real ones.
 */
@Timeout(
        value = 20,
        threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a lock does not heed interrupts
class BeyondLibknetThreadsTest {
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Destination TO_TWO = Destination.host(2);

    private final StuckRuntime runtime = new StuckRuntime();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private Knet one;
    private Knet two;

    @BeforeEach
    void connect() {
        // Without discovery, so that the data MTU changes once, and last.
        one = Nodes.open(Knet.builder(1).interfaceMtu(1500).build(), runtime);
        two = Knet.builder(2).interfaceMtu(1500).open();
        CountDownLatch lastEvents = new CountDownLatch(2);
        List<Knet.Registration> listeners =
                Stream.of(one, two)
                        .map(node ->
                                node.onEvent(event -> {
                                    if (event instanceof DataMtuChanged) {
                                        lastEvents.countDown();
                                    }
                                }))
                        .toList();
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        InetSocketAddress somewhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        // A link first, for a free port that no other process can have.
        Host probe = two.addHost(9);
        InetSocketAddress atTwo = probe.addLink(0, LinkConfig.udp(any, somewhere)).config().local();
        Host hostTwo = one.addHost(2);
        InetSocketAddress atOne = hostTwo.addLink(0, config(any, atTwo)).config().local();
        two.addHost(1).addLink(0, config(atTwo, atOne));
        probe.remove();
        one.startForwarding();
        two.startForwarding();
        await(() -> lastEvents.getCount() == 0);
        listeners.forEach(Knet.Registration::close);
    }

    private static LinkConfig config(InetSocketAddress local, InetSocketAddress remote) {
        return LinkConfig.udp(local, remote).withPing(INTERVAL, TIMEOUT).withPongCount(1);
    }

    @AfterEach
    void close() {
        runtime.room.release(Integer.MAX_VALUE / 2);
        one.close();
        two.close();
        assertThat(failures).isEmpty();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("what is waited for").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A call into every part of the API, from wherever. */
    private void useTheApi(Knet node, int id) {
        try {
            Host host = node.addHost(id);
            host.rename("renamed-" + id);
            host.status();
            node.hosts(); // some of them another callback is just removing
            host.remove();
            node.statistics();
            node.setInterfaceMtu(OptionalInt.empty());
            node.channel(7).send(text("from a callback"), Destination.host(3 - node.nodeId()));
            node.channel(7).sendSync(text("from a callback"), Destination.host(3 - node.nodeId()));
            node.onEvent(_ -> {}).close();
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    @Test
    @DisplayName("D28: callbacks run under no lock and may call back into the API")
    void callbacksMayUseTheApiAndHoldNothingUp() throws Exception {
        AtomicInteger ids = new AtomicInteger(1000);
        CountDownLatch all = new CountDownLatch(4);
        List<CountDownLatch> once =
                IntStream.range(0, 4).mapToObj(_ -> new CountDownLatch(1)).toList();
        Runnable[] called = new Runnable[4];
        for (int i = 0; i < called.length; i++) {
            CountDownLatch first = once.get(i);
            Knet node = i < 2 ? one : two;
            called[i] =
                    () -> {
                        if (first.getCount() > 0) {
                            first.countDown(); // what it sends comes here again
                            useTheApi(node, ids.incrementAndGet());
                            all.countDown();
                        }
                    };
        }
        one.setFilter(message -> {
            called[0].run();
            return TO_TWO;
        });
        one.onEvent(_ -> called[1].run());
        two.setFilter(message -> {
            called[2].run();
            return TO_TWO;
        });
        two.channel(0).onMessage(_ -> called[3].run());
        one.setInterfaceMtu(OptionalInt.of(1400)); // an event
        one.channel(0).send(text("first"));
        assertThat(all.await(10, SECONDS)).as("all four returned").isTrue();

        // One that does not return holds up nobody but those who wait for it.
        CountDownLatch held = new CountDownLatch(3);
        CountDownLatch release = new CountDownLatch(1);
        Runnable stay =
                () -> {
                    held.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        failures.add(e);
                    }
                };
        two.setFilter(null);
        two.channel(1).onMessage(_ -> stay.run());
        one.onEvent(_ -> stay.run());
        one.setFilter(message -> {
            if (message.channel() == 2) {
                stay.run();
            }
            return TO_TWO;
        });
        CompletableFuture<Void> filtered =
                CompletableFuture.runAsync(() -> one.channel(2).sendSync(text("filtered")));
        one.channel(1).send(text("handled"), TO_TWO);
        one.setInterfaceMtu(OptionalInt.of(1300));
        assertThat(held.await(10, SECONDS)).as("three stay").isTrue();
        Channel free = two.channel(3);
        one.channel(3).sendSync(text("explicit"), TO_TWO);
        one.channel(3).sendSync(text("by filter"));
        one.channel(3).send(text("queued"));
        for (int i = 0; i < 3; i++) {
            assertThat(free.receive(Duration.ofSeconds(10))).isPresent();
        }
        useTheApi(one, 2001);
        useTheApi(two, 2002);
        release.countDown();
        filtered.get(10, SECONDS);
    }

    @Test
    @DisplayName("L9: the control loop waits neither for callbacks nor for a sender that is stuck")
    void heartbeatsWaitForNothing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch listening = new CountDownLatch(1);
        Queue<KnetEvent> downs = new ConcurrentLinkedQueue<>();
        two.onEvent(event -> {
            if (event instanceof KnetEvent.LinkDown) {
                downs.add(event);
            }
        });
        one.onEvent(_ -> {
            listening.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                failures.add(e);
            }
        });
        one.setInterfaceMtu(OptionalInt.of(1400));
        assertThat(listening.await(10, SECONDS)).isTrue();
        runtime.stuck = true;
        CompletableFuture<Void> sending =
                CompletableFuture.runAsync(() -> one.channel(0).sendSync(text("stuck"), TO_TWO));
        assertThat(runtime.waiting.await(10, SECONDS)).isTrue();
        long pongs = pongs(one);
        long pings =
                two.host(1)
                        .orElseThrow()
                        .link(0)
                        .orElseThrow()
                        .status()
                        .statistics()
                        .rxPing()
                        .packets();
        long end = System.nanoTime() + 3 * TIMEOUT.toNanos();
        while (System.nanoTime() < end) {
            one.host(2).orElseThrow().setPolicy(io.knet4j.LinkPolicy.ACTIVE); // commands, too
            MILLISECONDS.sleep(20);
        }
        assertThat(sending).isNotDone();
        assertThat(pongs(one) - pongs).isGreaterThan(20);
        assertThat(
                        two.host(1)
                                        .orElseThrow()
                                        .link(0)
                                        .orElseThrow()
                                        .status()
                                        .statistics()
                                        .rxPing()
                                        .packets()
                                - pings)
                .isGreaterThan(20);
        assertThat(one.host(2).orElseThrow().status().reachable()).isTrue();
        assertThat(downs).isEmpty();
        runtime.stuck = false;
        runtime.room.release(1000);
        release.countDown();
        sending.get(10, SECONDS);
    }

    private static long pongs(Knet node) {
        return node.host(2)
                .orElseThrow()
                .link(0)
                .orElseThrow()
                .status()
                .statistics()
                .rxPong()
                .packets();
    }

    @Test
    @DisplayName("L12: events come in order, in a thread of their own")
    void eventsComeInOrderInAThreadOfTheirOwn() throws Exception {
        List<Integer> mtus = new ArrayList<>();
        List<String> threads = new ArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(200);
        one.onEvent(event -> {
            if (event instanceof DataMtuChanged changed) {
                first.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    failures.add(e);
                }
                mtus.add(changed.dataMtu());
                threads.add(Thread.currentThread().getName());
                all.countDown();
            }
        });
        for (int i = 0; i < 200; i++) {
            one.setInterfaceMtu(OptionalInt.of(1000 + i)); // does not wait for the listener
        }
        assertThat(first.await(10, SECONDS)).isTrue();
        assertThat(mtus).isEmpty();
        release.countDown();
        assertThat(all.await(10, SECONDS)).isTrue();
        assertThat(mtus)
                .containsExactlyElementsOf(
                        IntStream.range(0, 200).mapToObj(i -> 1000 + i - 28 - 26).toList());
        assertThat(threads).containsOnly("knet-1-events");
    }

    @Test
    @DisplayName("L28: socket buffers of any size are asked for, but not required")
    void largeSocketBuffersAreNotRequired() {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Knet greedy = Knet.builder(3).socketBufferBytes(Integer.MAX_VALUE).open()) {
            InetSocketAddress atTwo =
                    two.host(1).orElseThrow().link(0).orElseThrow().config().local();
            InetSocketAddress local =
                    greedy.addHost(2).addLink(0, config(any, atTwo)).config().local();
            two.addHost(3).addLink(0, config(atTwo, local));
            await(() -> greedy.host(2).orElseThrow().status().reachable());
        }
    }

    /** A real runtime, whose socket buffers can be made full for messages. */
    private static final class StuckRuntime extends ForwardingNetwork {
        private final CountDownLatch waiting = new CountDownLatch(1);
        private final Semaphore room = new Semaphore(0);
        private volatile boolean stuck;

        private StuckRuntime() {
            super(1);
        }

        @Override
        public void send(OutgoingBatch batch) {
            boolean message = !batch.isEmpty() && batch.memory().get(batch.offset(0) + 1) == 0;
            if (!stuck || !message) {
                real.transport().send(batch);
            }
        }

        @Override
        public void awaitRoom() {
            waiting.countDown();
            room.acquireUninterruptibly();
        }

        @Override
        public void wakeLoop() {}
    }
}
