package io.knet4j.internal.runtime;

import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.internal.transport.udp.Ends;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/** Joins nodes over loopback, on ports that the system chooses. */
final class LoopbackLinks {
    private static final int PROBE = 65_000;

    private LoopbackLinks() {}

    /** Makes two nodes each other's host, with one link. */
    static void join(Knet one, Knet two, UnaryOperator<LinkConfig> settings) {
        InetSocketAddress any = Ends.any("127.0.0.1");
        InetSocketAddress nowhere = new InetSocketAddress(any.getAddress(), 9);
        // Each needs the other's port; a link to nowhere keeps that of the second one open.
        Host probe = two.addHost(PROBE);
        InetSocketAddress atTwo = probe.addLink(0, LinkConfig.udp(any, nowhere)).config().local();
        InetSocketAddress atOne =
                one.addHost(two.nodeId())
                        .addLink(0, settings.apply(LinkConfig.udp(any, atTwo)))
                        .config()
                        .local();
        two.addHost(one.nodeId()).addLink(0, settings.apply(LinkConfig.udp(atTwo, atOne)));
        probe.remove();
    }
}
