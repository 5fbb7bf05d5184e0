package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.knet4j.Destination;
import io.knet4j.LinkPolicy;
import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.RelayLink;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Links are cut and healed while messages go both ways all the time. */
@RequiresLibKnet
class CutInteropTest {
    private static final long TIMEOUT = 1000;
    private static final long SEND_INTERVAL = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int SIZE = 600; // two fragments from Java

    /** How many messages must come through to show that they do. */
    private static final int ENOUGH = 100;

    /** What has not come when so many times as many were sent is lost. */
    private static final int LATE = 5;

    enum Kind {
        CLEAR_IPV4,
        ENCRYPTED_IPV4,
        ENCRYPTED_IPV6;

        JavaAndC.Settings settings() {
            JavaAndC.Settings settings = new JavaAndC.Settings().relayed().timeoutMillis(TIMEOUT);
            if (this == ENCRYPTED_IPV6) {
                assumeTrue(FreePorts.hasLoopback6(), "no IPv6 on loopback");
                settings.ipv6();
            }
            return this == CLEAR_IPV4 ? settings : settings.crypto(Suite.USUAL);
        }
    }

    static Stream<Arguments> everyPolicy() {
        return Stream.of(
                Arguments.of(Kind.CLEAR_IPV4, LinkPolicy.PASSIVE),
                Arguments.of(Kind.CLEAR_IPV4, LinkPolicy.ACTIVE),
                Arguments.of(Kind.CLEAR_IPV4, LinkPolicy.ROUND_ROBIN),
                Arguments.of(Kind.ENCRYPTED_IPV4, LinkPolicy.PASSIVE),
                Arguments.of(Kind.ENCRYPTED_IPV6, LinkPolicy.ACTIVE),
                Arguments.of(Kind.ENCRYPTED_IPV4, LinkPolicy.ROUND_ROBIN));
    }

    static Stream<Arguments> otherKinds() {
        return Stream.of(
                Arguments.of(Kind.ENCRYPTED_IPV6, LinkPolicy.PASSIVE),
                Arguments.of(Kind.ENCRYPTED_IPV4, LinkPolicy.ACTIVE),
                Arguments.of(Kind.ENCRYPTED_IPV6, LinkPolicy.ROUND_ROBIN));
    }

    @ParameterizedTest
    @MethodSource("everyPolicy")
    @Execution(ExecutionMode.CONCURRENT)
    void messagesGoOnOverTheOtherLink(Kind kind, LinkPolicy policy) throws Exception {
        cutOneOfTwo(kind, policy);
    }

    /** The rest of the matrix of address families and policies, encrypted. */
    @ParameterizedTest
    @MethodSource("otherKinds")
    @Execution(ExecutionMode.CONCURRENT)
    @Tag("slow")
    void messagesGoOnOverTheOtherLinkOfOtherKinds(Kind kind, LinkPolicy policy) throws Exception {
        cutOneOfTwo(kind, policy);
    }

    private static void cutOneOfTwo(Kind kind, LinkPolicy policy) throws Exception {
        try (JavaAndC pair = kind.settings().links(2).policy(policy).open();
                Traffic traffic = new Traffic(pair)) {
            pair.awaitUp();
            traffic.start();
            RelayLink first = pair.relayed.getFirst();

            cutAndHeal(pair, traffic, first::cut, policy);
            cutAndHeal(pair, traffic, first.aToB()::cut, policy);

            traffic.stop();
            if (policy == LinkPolicy.ACTIVE) {
                traffic.awaitAll();
            }
            traffic.toC.received.assertNoneDoubled();
            traffic.toJava.received.assertNoneDoubled();
            assertTrue(pair.peer.status().reachable());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENCRYPTED_IPV4", "ENCRYPTED_IPV6"})
    @Execution(ExecutionMode.CONCURRENT)
    void messagesGoOnWhenTheOnlyLinkIsBack(Kind kind) throws Exception {
        try (JavaAndC pair = kind.settings().open();
                Traffic traffic = new Traffic(pair)) {
            pair.awaitUp();
            traffic.start();
            traffic.assertFlows();
            pair.relayed.getFirst().cut();
            Await.until("Java: host unreachable", () -> !pair.peer.status().reachable());
            pair.c.awaitReachable(pair.javaId, false, Await.LIMIT);
            pair.relayed.getFirst().heal();
            pair.awaitUp();
            traffic.assertFlows();

            traffic.stop();
            traffic.toC.received.assertNoneDoubled();
            traffic.toJava.received.assertNoneDoubled();
        }
    }

    private static void cutAndHeal(JavaAndC pair, Traffic traffic, Runnable cut, LinkPolicy policy)
            throws Exception {
        traffic.assertFlows();
        cut.run();
        Await.until("Java: link 0 down", () -> !pair.javaLink(0).connected());
        pair.c.awaitLink(pair.javaId, 0, s -> !s.connected(), Await.LIMIT);
        assertTrue(pair.javaLink(1).active());
        assertTrue(pair.peer.status().reachable());
        assertTrue(pair.c.hostReachable(pair.javaId));
        traffic.assertFlows();

        pair.relayed.getFirst().heal();
        pair.awaitUp();
        assertTrue(pair.javaLink(0).active());
        assertEquals(policy != LinkPolicy.PASSIVE, pair.javaLink(1).active());
        long before = pair.javaLink(0).statistics().txData().packets();
        long beforeInC = pair.cLink(0).stats().txDataPackets();
        traffic.assertFlows();
        assertTrue(
                pair.javaLink(0).statistics().txData().packets() > before,
                "Java is back on link 0");
        assertTrue(pair.cLink(0).stats().txDataPackets() > beforeInC, "C is back on link 0");
    }

    /** Numbered messages both ways. */
    private static final class Traffic implements AutoCloseable {
        final Direction toC = new Direction();
        final Direction toJava = new Direction();
        private final JavaAndC pair;
        private final Thread thread;
        private volatile boolean stopped;

        static final class Direction {
            final AtomicInteger sent = new AtomicInteger();
            final Tally received = new Tally();
        }

        Traffic(JavaAndC pair) {
            this.pair = pair;
            pair.java.setInterfaceMtu(OptionalInt.of(576));
            pair.java
                    .channel(0)
                    .onMessage(
                            m -> toJava.received.add(m.payload().getInt(m.payload().position())));
            pair.c.openChannel(
                    1,
                    (_, payload) ->
                            toC.received.add(
                                    Payloads.number(
                                            payload.asSlice(0, Integer.BYTES)
                                                    .toArray(ValueLayout.JAVA_BYTE))));
            thread = Thread.ofPlatform().name("traffic").unstarted(this::send);
        }

        void start() {
            thread.start();
        }

        private void send() {
            long next = System.nanoTime();
            while (!stopped) {
                // The number is announced before the message is on its way.
                pair.java
                        .channel(1)
                        .send(
                                ByteBuffer.wrap(
                                        Payloads.numbered(toC.sent.getAndIncrement(), SIZE)),
                                Destination.host(pair.cId));
                pair.c.send(0, Payloads.numbered(toJava.sent.getAndIncrement(), SIZE));
                next += SEND_INTERVAL;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }

        /**
         * Nothing is lost any more, in both directions. Each node changes to another link a moment
         * after it has noticed; what it sends until then may be lost.
         */
        void assertFlows() throws Exception {
            awaitFlow(toC, "Java to C");
            awaitFlow(toJava, "C to Java");
        }

        private static void awaitFlow(Direction direction, String what) throws Exception {
            AtomicInteger from = new AtomicInteger(direction.sent.get());
            Await.until(
                    () -> what + ", missing " + missing(direction, from.get()),
                    () -> {
                        if (missing(direction, from.get()).isEmpty()) {
                            return true;
                        }
                        if (direction.sent.get() > from.get() + LATE * ENOUGH) {
                            from.set(direction.sent.get());
                        }
                        return false;
                    });
        }

        private static String missing(Direction direction, int from) {
            return direction.received.missing(from, from + ENOUGH);
        }

        void stop() {
            stopped = true;
            CNode.joinUninterruptibly(thread);
        }

        /** Everything since the start has come. */
        void awaitAll() throws Exception {
            for (Direction direction : new Direction[] {toC, toJava}) {
                Await.until(
                        () -> "missing " + direction.received.missing(0, direction.sent.get()),
                        () -> direction.received.missing(0, direction.sent.get()).isEmpty());
            }
        }

        @Override
        public void close() {
            if (thread.isAlive()) {
                stop();
            }
        }
    }
}
