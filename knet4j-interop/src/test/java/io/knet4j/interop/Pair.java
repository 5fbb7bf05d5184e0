package io.knet4j.interop;

import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Two C nodes, 1 and 2, joined by links through a relay, with channel 0 open and forwarding on. */
final class Pair implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(20);

    // A link that has just come up waits ten times as long, one second later nine times, and so on.
    private static final long PING_TIMEOUT = 500;

    final Relay relay = Relay.open(1);
    final List<RelayLink> links = new ArrayList<>();
    final CNode one;
    final CNode two;

    /** The local addresses come in pairs: node 1, node 2, of link 0, of link 1 and so on. */
    Pair(InetSocketAddress... locals) {
        one = CNode.open(1);
        two = CNode.open(2);
        one.addHost(2);
        two.addHost(1);
        for (CNode node : List.of(one, two)) {
            node.openChannel(0);
            node.forwarding(true);
        }
        for (int i = 0; i < locals.length / 2; i++) {
            InetSocketAddress a = locals[2 * i];
            InetSocketAddress b = locals[2 * i + 1];
            RelayLink link = relay.link(a, b);
            links.add(link);
            one.addLink(2, CLinkConfig.fast(i, a, link.addressForA()).withPing(200, PING_TIMEOUT));
            two.addLink(1, CLinkConfig.fast(i, b, link.addressForB()).withPing(200, PING_TIMEOUT));
        }
    }

    void awaitUp() throws InterruptedException, TimeoutException {
        for (int i = 0; i < links.size(); i++) {
            one.awaitLink(2, i, CLinkStatus::connected, SOON);
            two.awaitLink(1, i, CLinkStatus::connected, SOON);
        }
        awaitReachable();
    }

    void awaitReachable() throws InterruptedException, TimeoutException {
        one.awaitReachable(2, true, SOON);
        two.awaitReachable(1, true, SOON);
    }

    @Override
    public void close() {
        CompletableFuture<Void> other = CompletableFuture.runAsync(one::close);
        try (relay) {
            two.close();
        } finally {
            other.join();
        }
    }
}
