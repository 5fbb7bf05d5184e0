package io.knet4j.internal.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.knet4j.ConfigurationException;
import io.knet4j.Reason;
import io.knet4j.internal.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mark that the sockets of the operating system put on what they send. */
class TrafficClassTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 0",
        "127.0.0.1, 16",
        "127.0.0.1, 184",
        "::1, 16",
        "::1, 184",
        "::1, 252"
    })
    void socketsMarkWhatTheySend(String address, int trafficClass) throws IOException {
        try (NioUdpTransport transport = new NioUdpTransport(Set.of(), "", new Reports())) {
            InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral(address), 0);
            Transport.SocketOptions options = new Transport.SocketOptions(65_536, trafficClass);
            NioUdpTransport.UdpSocket socket =
                    (NioUdpTransport.UdpSocket) bind(transport, local, options);
            assertThat(socket.channel().getOption(StandardSocketOptions.IP_TOS))
                    .isEqualTo(trafficClass);
        }
    }

    private static Transport.Socket bind(
            NioUdpTransport transport, InetSocketAddress local, Transport.SocketOptions options) {
        try {
            return transport.bind(local, options);
        } catch (ConfigurationException e) {
            if (e.reason() == Reason.ADDRESS_UNAVAILABLE) {
                return abort("no such address on this machine: " + local);
            }
            throw e;
        }
    }
}
