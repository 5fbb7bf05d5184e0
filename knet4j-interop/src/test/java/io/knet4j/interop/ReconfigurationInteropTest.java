package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoSettings;
import io.knet4j.Destination;
import io.knet4j.HostConfig;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The Java node changes whatever it can, one thing after the other and as whole configurations,
 * while messages go both ways between it and a C node.
 */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class ReconfigurationInteropTest {
    private static final int STEP = 300;
    private static final long PATIENT = 20_000;
    private static final Suite OLD = Suite.USUAL;
    private static final Suite NEW = new Suite("openssl", "aes128", "sha512", 512, 2);

    /** Something that is done to the Java node. */
    @FunctionalInterface
    private interface Change {
        void make() throws Exception;
    }

    private static JavaAndC.Settings settings(LinkPolicy policy, List<KnetEvent> events) {
        return new JavaAndC.Settings()
                .links(3)
                .policy(policy)
                .timeoutMillis(PATIENT)
                .prepare((java, _) -> java.onEvent(events::add));
    }

    private static void runAll(JavaAndC pair, Flow flow, List<Change> changes) throws Exception {
        pair.awaitUp();
        flow.start();
        flow.awaitMore(STEP);
        for (Change change : changes) {
            change.make();
            flow.awaitMore(STEP);
        }
        assertTrue(flow.finish() >= STEP * changes.size());
    }

    /** The links that were not touched never went down, on either side. */
    private static void assertStayedUp(JavaAndC pair, List<KnetEvent> events, int... links) {
        for (int link : links) {
            assertEquals(1, pair.javaLink(link).statistics().upCount(), "ups in Java, " + link);
            assertEquals(0, pair.javaLink(link).statistics().downCount(), "downs in Java, " + link);
            assertEquals(1, pair.cLink(link).stats().upCount(), "ups in C, " + link);
        }
        assertTrue(events.stream().noneMatch(KnetEvent.HostUnreachable.class::isInstance));
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void singleChangesLoseNothing(LinkPolicy policy) throws Exception {
        List<KnetEvent> events = new CopyOnWriteArrayList<>();
        try (JavaAndC pair = settings(policy, events).open();
                Flow flow = new Flow(pair)) {
            Knet java = pair.java;
            Link first = pair.peer.link(0).orElseThrow();
            Link second = pair.peer.link(1).orElseThrow();
            LinkConfig third = pair.peer.link(2).orElseThrow().config();
            runAll(
                    pair,
                    flow,
                    List.of(
                            () -> second.setPriority(200),
                            () -> second.setPriority(0),
                            () -> pair.peer.setPolicy(LinkPolicy.ROUND_ROBIN),
                            () -> pair.peer.setPolicy(LinkPolicy.ACTIVE),
                            () -> pair.peer.setPolicy(LinkPolicy.PASSIVE),
                            () -> pair.peer.setPolicy(policy),
                            () -> first.setPingTimers(ms(20), ms(PATIENT), 7),
                            () -> first.setPongCount(9),
                            () -> pair.peer.rename("c-node"),
                            () -> java.setInterfaceMtu(OptionalInt.of(600)),
                            () -> java.setInterfaceMtu(OptionalInt.of(1500)),
                            () -> java.setInterfaceMtu(OptionalInt.empty()),
                            () -> java.setCompression(CompressionConfig.of(CompressionMethod.ZLIB)),
                            () -> java.setCompression(CompressionConfig.NONE),
                            () -> java.setFilter(_ -> Destination.broadcast()),
                            () -> java.setFilter(null),
                            () -> java.addHost(77, "nobody").addLink(0, elsewhere()),
                            () -> java.host("nobody").orElseThrow().remove(),
                            // C goes on sending by a link that Java disables: that is answered.
                            () -> first.setEnabled(false),
                            () -> first.setEnabled(true),
                            () -> up(pair, 0),
                            () -> pair.peer.link(2).ifPresent(link -> removeIfUnused(policy, link)),
                            () -> addIfMissing(pair, third),
                            () -> up(pair, 2)));
            assertStayedUp(pair, events, 1);
        }
    }

    // Round-robin in C sends by this link, too, as long as it has not noticed.
    private static void removeIfUnused(LinkPolicy policyOfC, Link link) {
        if (policyOfC != LinkPolicy.ROUND_ROBIN) {
            link.remove();
        }
    }

    private static void addIfMissing(JavaAndC pair, LinkConfig config) {
        if (pair.peer.link(2).isEmpty()) {
            pair.peer.addLink(2, config);
        }
    }

    private static void up(JavaAndC pair, int link) throws Exception {
        Await.until("link " + link + " up", () -> pair.javaLink(link).connected());
    }

    private static LinkConfig elsewhere() {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        return LinkConfig.udp(any, new InetSocketAddress("127.0.0.9", 9));
    }

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    @ParameterizedTest
    @EnumSource(names = {"PASSIVE", "ACTIVE"})
    void wholeConfigurationsLoseNothing(LinkPolicy policy) throws Exception {
        List<KnetEvent> events = new CopyOnWriteArrayList<>();
        try (JavaAndC pair = settings(policy, events).open();
                Flow flow = new Flow(pair)) {
            NodeConfig start = pair.java.nodeConfig();
            HostConfig peer = start.hosts().get(pair.cId);
            NodeConfig.Builder crowd = start.toBuilder();
            for (int id = 1000; id < 1200; id++) {
                crowd.host(id, HostConfig.named("host-" + id).withLink(0, elsewhere()));
            }
            NodeConfig other =
                    start.toBuilder()
                            .host(
                                    pair.cId,
                                    peer.withName("c-node")
                                            .withPolicy(LinkPolicy.ROUND_ROBIN)
                                            .withoutLink(2)
                                            .withLink(
                                                    0,
                                                    peer.links()
                                                            .get(0)
                                                            .withPing(ms(30), ms(PATIENT))
                                                            .withHighPriorityTraffic(true)
                                                            .withPongCount(4))
                                            .withLink(1, peer.links().get(1).withPriority(9)))
                            .interfaceMtu(OptionalInt.of(1500))
                            .compression(CompressionConfig.of(CompressionMethod.ZLIB))
                            .build();
            runAll(
                    pair,
                    flow,
                    List.of(
                            () -> pair.java.apply(other),
                            () -> pair.java.apply(start),
                            () -> up(pair, 2),
                            () -> pair.java.apply(crowd.build()),
                            () -> pair.java.apply(other),
                            () -> pair.java.apply(crowd.build()),
                            () -> up(pair, 2),
                            () -> pair.java.apply(start)));
            assertEquals(start, pair.java.nodeConfig());
            assertStayedUp(pair, events, 0, 1);
        }
    }

    @Test
    void threeConfigurationsChangeTheKey() throws Exception {
        List<KnetEvent> events = new CopyOnWriteArrayList<>();
        try (JavaAndC pair =
                        settings(LinkPolicy.PASSIVE, events)
                                .prepare((java, c) -> {
                                    java.onEvent(events::add);
                                    OLD.enable(java);
                                    OLD.enable(c);
                                })
                                .open();
                Flow flow = new Flow(pair)) {
            runAll(
                    pair,
                    flow,
                    List.of(
                            () -> NEW.set(pair.c, 2),
                            () -> crypto(pair, now -> now.withSlot(2, NEW.inJava())),
                            () -> crypto(pair, now -> now.withSendingSlot(2)),
                            () -> pair.c.useCryptoSlot(2),
                            () -> crypto(pair, now -> now.withoutSlot(1)),
                            () -> Suite.clear(pair.c, 1),
                            // The same key in the other slot: numbers are each node's own.
                            () ->
                                    crypto(
                                            pair,
                                            now ->
                                                    now.withSlot(1, NEW.inJava())
                                                            .withSendingSlot(1)
                                                            .withoutSlot(2))));
            assertEquals(1, pair.java.crypto().status().sendingSlot());
            assertStayedUp(pair, events, 0, 1, 2);
        }
    }

    private static void crypto(JavaAndC pair, UnaryOperator<CryptoSettings> change) {
        NodeConfig now = pair.java.nodeConfig();
        pair.java.apply(now.toBuilder().crypto(change.apply(now.crypto())).build());
    }
}
