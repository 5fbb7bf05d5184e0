package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.Claim;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetException;
import io.knet4j.Link;
import io.knet4j.LogSubsystem;
import io.knet4j.QueueFullPolicy;
import io.knet4j.StatisticsScope;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several threads use all of the API of two joined nodes at once, whose handlers, listeners and
 * filters throw, block and call back into the API, until the nodes are closed at any moment: nobody
 * hangs, every call ends as it is documented, and no thread is left.
 *
 * <p>{@code ./mvnw test -Pslow -pl knet4j-core -Dtest=ApiStressTest} does so 300 times.
 */
class ApiStressTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int THREADS = 4;
    private static final int CHANNELS = 3;

    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

    @Test
    void nobodyHangsAndNothingIsLeft() throws Exception {
        for (int i = 0; i < 4; i++) {
            round();
        }
    }

    @Test
    @Tag("slow")
    void nobodyHangsForLong() throws Exception {
        for (int i = 0; i < 300; i++) {
            round();
        }
    }

    private void round() throws Exception {
        Knet one = open(1);
        Knet two = open(2);
        List<Thread> threads = new ArrayList<>();
        try (one;
                two) {
            Pairs.join(one, two, 2);
            for (Knet node : List.of(one, two)) {
                misbehave(node);
            }
            for (int i = 0; i < THREADS; i++) {
                Knet node = i % 2 == 0 ? one : two;
                threads.add(Thread.ofPlatform().name("user-" + i).start(() -> use(node)));
            }
            LockSupport.parkNanos(random().nextInt(150_000_000)); // any moment
            Thread closer = Thread.ofPlatform().start(two::close);
            one.close();
            assertThat(closer.join(LONG)).as("closed").isTrue();
        }
        for (Thread thread : threads) {
            if (!thread.join(LONG)) {
                AssertionError stuck = new AssertionError(thread.getName() + " hangs");
                stuck.setStackTrace(thread.getStackTrace());
                throw stuck;
            }
        }
        assertThat(surprises).isEmpty();
        awaitEnd();
    }

    private static RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    private static Knet open(int id) {
        Knet node = builder(id).open();
        for (LogSubsystem subsystem : LogSubsystem.values()) {
            node.setLogLevel(subsystem, System.Logger.Level.OFF); // there is an error every moment
        }
        return node;
    }

    private static Knet.Builder builder(int id) {
        return Knet.builder(id)
                .interfaceMtu(1500)
                .sendQueueBytes(131_072)
                .receiveQueueBytes(131_072)
                .sendQueueFull(QueueFullPolicy.block(Duration.ofMillis(50)));
    }

    private void misbehave(Knet node) {
        node.onEvent(_ -> callback(node));
        for (int i = 0; i < CHANNELS - 1; i++) {
            node.channel(i).onMessage(_ -> callback(node));
        }
        node.setFilter(message -> {
            callback(node);
            return random().nextInt(8) == 0
                    ? null
                    : message.outgoing()
                            ? Destination.host(3 - node.nodeId())
                            : Destination.broadcast();
        });
    }

    /** Mostly does nothing. */
    private void callback(Knet node) {
        switch (random().nextInt(64)) {
            case 0 -> throw new UnsupportedOperationException("thrown by a callback");
            case 1 -> throw new NoClassDefFoundError("thrown by a callback");
            case 2 -> LockSupport.parkNanos(random().nextInt(3_000_000));
            case 3 -> Thread.currentThread().interrupt();
            case 4, 5, 6 -> once(node);
            default -> {}
        }
    }

    private void use(Knet node) {
        while (once(node)) {
            // and again
        }
    }

    /** Does something. Returns false when the node is closed. */
    private boolean once(Knet node) {
        try {
            act(node);
            return true;
        } catch (KnetClosedException _) {
            return false;
        } catch (KnetException _) {
            return true; // a host that is not there, a queue that is full
        } catch (InterruptedException _) {
            return true;
        } catch (IllegalStateException e) {
            if (!String.valueOf(e.getMessage()).contains("has a handler")) {
                surprises.add(e);
            }
            return true;
        } catch (Throwable e) {
            surprises.add(e);
            return false;
        }
    }

    private void act(Knet node) throws InterruptedException {
        Channel channel = node.channel(random().nextInt(CHANNELS));
        Destination peer = Destination.host(3 - node.nodeId());
        ByteBuffer payload = ByteBuffer.allocate(1 + random().nextInt(4_000));
        switch (random().nextInt(24)) {
            case 0, 1, 2, 3, 4, 5 -> channel.send(payload, peer);
            case 6, 7 -> channel.send(payload);
            case 8, 9 -> channel.sendSync(payload, peer);
            case 10 -> {
                try (Claim claim = channel.tryClaim(100, peer)) {
                    if (claim != null && random().nextBoolean()) {
                        claim.commit();
                    }
                }
            }
            case 11 -> node.channel(CHANNELS - 1).receive(Duration.ofMillis(1));
            case 12 -> {
                if (random().nextInt(4) == 0) {
                    channel.close();
                }
            }
            case 13 -> addAndRemove(node);
            case 14 -> links(node).forEach(link -> link.setPriority(random().nextInt(3)));
            case 15 -> links(node).forEach(link -> link.setEnabled(random().nextInt(4) > 0));
            case 16 -> node.statistics();
            case 17 -> node.linkStatuses();
            case 18 -> node.setInterfaceMtu(OptionalInt.of(1400 + random().nextInt(100)));
            case 19 ->
                    node.setCompression(
                            CompressionConfig.of(
                                    random().nextBoolean()
                                            ? CompressionMethod.ZLIB
                                            : CompressionMethod.NONE));
            case 20 -> node.apply(node.nodeConfig());
            case 21 -> node.clearStatistics(StatisticsScope.NODE);
            case 22 -> node.onEvent(_ -> {}).close();
            default -> {
                if (!isCallback()) {
                    node.stopForwarding();
                }
                node.startForwarding();
            }
        }
    }

    /** Where it would wait for what it holds up itself, up to its limit. */
    private static boolean isCallback() {
        return Thread.currentThread().getName().startsWith("knet-");
    }

    private static List<Link> links(Knet node) {
        return node.host(3 - node.nodeId()).map(Host::links).orElse(List.of());
    }

    private static void addAndRemove(Knet node) {
        int id = 10 + random().nextInt(20);
        try {
            node.addHost(id);
        } catch (ConfigurationException _) {
            // another thread has it
        }
        node.host(id).ifPresent(Host::remove);
    }

    private static void awaitEnd() {
        long end = System.nanoTime() + LONG.toNanos();
        List<String> left;
        do {
            left =
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.matches("knet-[12]-.*"))
                            .toList();
        } while (!left.isEmpty() && System.nanoTime() < end);
        assertThat(left).isEmpty();
    }
}
