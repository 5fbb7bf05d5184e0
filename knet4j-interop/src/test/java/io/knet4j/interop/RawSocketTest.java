package io.knet4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RawSocketTest {
    private static final InetSocketAddress CLAIMED =
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.77"), 4711);

    @Test
    void datagramsBearTheAddressAndPortThatTheyClaim() throws IOException {
        assumeTrue(RawSocket.isAllowed(), "to forge datagrams takes CAP_NET_RAW");
        try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            InetSocketAddress to = (InetSocketAddress) receiver.getLocalSocketAddress();
            try (RawSocket raw = new RawSocket(CLAIMED, to, List.of(bytes("one"), bytes("two")))) {
                assertThat(raw.send()).isEqualTo(2);
            }
            for (String text : List.of("one", "two")) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                receiver.receive(packet);
                assertThat(packet.getSocketAddress()).isEqualTo(CLAIMED);
                assertThat(
                                new String(
                                        packet.getData(),
                                        0,
                                        packet.getLength(),
                                        StandardCharsets.UTF_8))
                        .isEqualTo(text);
            }
        }
    }

    @Test
    void addressesAreOfIpv4() {
        InetSocketAddress ipv6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
        assertThatThrownBy(() -> new RawSocket(CLAIMED, ipv6, List.of(bytes("one"))))
                .hasMessageContaining("IPv4");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
