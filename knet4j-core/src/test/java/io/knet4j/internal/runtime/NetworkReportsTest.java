package io.knet4j.internal.runtime;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.LinkConfig;
import io.knet4j.UdpFeature;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the network reports to real sockets reaches the links. */
@EnabledOnOs(OS.LINUX)
class NetworkReportsTest {
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private static LinkConfig config(InetSocketAddress local, InetSocketAddress remote) {
        return LinkConfig.udp(local, remote)
                .withPing(INTERVAL, Duration.ofHours(1))
                .withPongCount(1);
    }

    @ParameterizedTest
    @DisplayName("L29: reports of the network are read, and take a link down soon")
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aLinkToAProcessThatEndedGoesDownSoon(String address) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral(address), 0);
        InetSocketAddress somewhere = new InetSocketAddress(any.getAddress(), 9);
        CompletableFuture<Boolean> up = new CompletableFuture<>();
        CompletableFuture<LinkDownCause> down = new CompletableFuture<>();
        try (Knet one = Knet.builder(1).open()) {
            assertThat(one.udpFeatures()).contains(UdpFeature.ERROR_QUEUE);
            one.onEvent(event -> {
                if (event instanceof KnetEvent.LinkUp) {
                    up.complete(true);
                } else if (event instanceof KnetEvent.LinkDown gone) {
                    down.complete(gone.cause());
                }
            });
            try (Knet two = Knet.builder(2).open()) {
                // A link first, for a port that no other process can have.
                Host probe = two.addHost(9);
                InetSocketAddress atTwo =
                        probe.addLink(0, LinkConfig.udp(any, somewhere)).config().local();
                InetSocketAddress atOne =
                        one.addHost(2).addLink(0, config(any, atTwo)).config().local();
                two.addHost(1).addLink(0, config(atTwo, atOne));
                probe.remove();
                assertThat(up.get(20, SECONDS)).isTrue();
                assertThat(down).isNotDone();
            }
            assertThat(down.get(20, SECONDS)).isEqualTo(LinkDownCause.TRANSPORT_ERROR);
        }
    }
}
