package io.knet4j.internal.transport.udp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** For how long a refusal of the kernel holds. */
class LinuxSocketTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private long now = Long.MAX_VALUE - 5; // the clock may pass from the largest to the smallest

    private LinuxSocket socket(boolean segmenting) {
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5405);
        return new LinuxSocket(new Descriptor(-1), local, false, true, segmenting, () -> now);
    }

    @Test
    void theKernelIsAskedAgainAfterAMinute() {
        LinuxSocket socket = socket(true);
        assertThat(socket.takesSegments()).isTrue();
        assertThat(socket.isRefusing()).isFalse();
        socket.refuseSegments();
        assertThat(socket.takesSegments()).isFalse();
        now += MINUTE - 1;
        assertThat(socket.takesSegments()).isFalse();
        assertThat(socket.isRefusing()).isTrue();
        now++;
        assertThat(socket.isRefusing()).as("also when nothing is sent").isFalse();
        assertThat(socket.takesSegments()).isTrue();
        socket.refuseSegments();
        assertThat(socket.takesSegments()).isFalse();
    }

    @Test
    void whatIsSwitchedOffStaysSo() {
        assertThat(socket(false).takesSegments()).isFalse();
    }
}
