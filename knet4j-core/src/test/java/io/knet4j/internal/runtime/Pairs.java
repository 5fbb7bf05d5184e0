package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.internal.transport.udp.Ends;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Joins two nodes, hosts 1 and 2 to each other, by links on the loopback interface. */
final class Pairs {
    private static final Duration INTERVAL = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofSeconds(20);

    private Pairs() {}

    static void join(Knet one, Knet two, int links) throws InterruptedException {
        InetSocketAddress any = Ends.any("127.0.0.1");
        InetSocketAddress nowhere = new InetSocketAddress(any.getAddress(), 9);
        Host atOne = one.addHost(2);
        Host atTwo = two.addHost(1);
        for (int link = 0; link < links; link++) {
            // A link first, for a free port that no other process can have.
            InetSocketAddress ofTwo =
                    atTwo.addLink(link, LinkConfig.udp(any, nowhere)).config().local();
            InetSocketAddress ofOne = atOne.addLink(link, config(any, ofTwo)).config().local();
            atTwo.link(link).orElseThrow().remove();
            atTwo.addLink(link, config(ofTwo, ofOne));
        }
        one.startForwarding();
        two.startForwarding();
        assertThat(atOne.awaitReachable(LONG)).isTrue();
        assertThat(atTwo.awaitReachable(LONG)).isTrue();
    }

    private static LinkConfig config(InetSocketAddress local, InetSocketAddress remote) {
        return LinkConfig.udp(local, remote).withPing(INTERVAL, LONG).withPongCount(1);
    }
}
