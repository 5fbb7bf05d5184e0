package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.internal.node.Nodes;
import java.time.Duration;

/** A node with a {@link SinkRuntime}, and a peer that it sees. */
final class SinkNode implements AutoCloseable {
    static final Destination PEER = Destination.host(2);
    private static final Duration LONG = Duration.ofSeconds(20);

    final SinkRuntime runtime = new SinkRuntime(1);
    final Knet knet;
    private final Knet peer;

    SinkNode(Knet.Builder builder) throws InterruptedException {
        knet = Nodes.open(builder.build(), runtime);
        peer = Knet.builder(2).open();
        LoopbackLinks.join(
                knet, peer, link -> link.withPing(Duration.ofMillis(10), LONG).withPongCount(1));
        knet.startForwarding();
        assertThat(knet.host(2).orElseThrow().awaitReachable(LONG)).isTrue();
    }

    /** Waits until this many datagrams were sent in all. */
    void awaitSunk(long datagrams) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (runtime.sunk() < datagrams && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(runtime.sunk()).isGreaterThanOrEqualTo(datagrams);
    }

    @Override
    public void close() {
        knet.close();
        peer.close();
    }
}
