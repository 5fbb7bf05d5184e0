package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.internal.node.Nodes;
import io.knet4j.internal.onwire.Packets;
import java.util.Arrays;
import java.util.List;

/** What must hold of a node that is sent anything. */
final class Survival {
    /** A host that had nothing to do with what came before. */
    private static final int CLEAN = 77;

    private Survival() {}

    /** Datagrams that were counted as received on a link, or else dropped before. */
    static long accountedFor(TestNode node, List<HostState> hosts) {
        long total = 0;
        for (HostState host : hosts) {
            for (LinkState link : node.engine.links(host)) {
                LinkCounters counters = link.counters;
                total +=
                        counters.rxData.snapshot().packets()
                                + counters.rxPing.snapshot().packets()
                                + counters.rxPong.snapshot().packets()
                                + counters.rxPmtud.snapshot().packets();
            }
        }
        for (DropCause cause : Nodes.BEFORE_A_LINK_IS_KNOWN) {
            total += node.drops(cause);
        }
        return total;
    }

    /** Has the node exchange messages with a new host, in the clear. Returns that host. */
    static HostState check(TestNode node) {
        node.transport.sent.clear();
        HostState clean = node.hostUp(CLEAN, 1);
        node.output.delivered.clear();
        byte[] message = TestNode.payload(1000);
        node.receive(remote(CLEAN, 0), Wire.data(CLEAN, 1, 5, "still alive"));
        node.receive(
                remote(CLEAN, 0),
                Wire.fragment(CLEAN, 2, 5, 2, 2, TestNode.tail(message, 600)),
                Wire.fragment(CLEAN, 2, 5, 2, 1, Arrays.copyOf(message, 600)));
        assertThat(node.output.delivered).hasSize(2);
        assertThat(node.texts().getFirst()).isEqualTo("still alive");
        assertThat(node.output.delivered.getLast().payload()).isEqualTo(message);
        node.transport.sent.clear();
        assertThat(node.send(Destination.host(CLEAN), 1000)).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();
        assertThat(node.drain(Packets.DATA)).hasSize(3);
        return clean;
    }

    /** Removes all hosts, after which nothing is left of them. */
    static void checkLeaks(TestNode node, List<HostState> hosts) {
        hosts.forEach(host -> node.engine.removeHost(node.now, host));
        node.closeSockets();
        assertThat(node.engine.leak()).isEmpty();
        assertThat(node.transport.bound).isEmpty();
    }
}
