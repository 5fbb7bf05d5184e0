package io.knet4j.internal.transport.udp;

import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.udp.linux.LinuxUdpTransport;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The sockets of Linux. */
@EnabledOnOs(OS.LINUX)
class LinuxSocketTransportTest extends SocketTransportContract {
    @Override
    protected SocketTransport open(SocketTransport.Listener listener) throws IOException {
        return LinuxUdpTransport.open(Set.of(), listener);
    }
}
