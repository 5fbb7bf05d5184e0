package io.knet4j.bench.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.node.BenchNode.Pings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketNodeTest {
    private static final Pings NONE = new Pings(Duration.ofSeconds(1), Duration.ofSeconds(2), 1);

    private static InetSocketAddress free() throws IOException {
        try (DatagramChannel socket = DatagramChannel.open()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return (InetSocketAddress) socket.getLocalAddress();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1_400, 65_506, 65_507, 65_508, 65_536})
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void aMessageCountsOnceHoweverManyDatagramsItTakes(int size) throws Exception {
        InetSocketAddress one = free();
        InetSocketAddress two = free();
        Inbox inbox = new Inbox();
        inbox.count();
        try (SocketNode sender = new SocketNode(new Inbox());
                SocketNode receiver = new SocketNode(inbox)) {
            receiver.addLink(1, 0, two, one, NONE);
            sender.addLink(2, 0, one, two, NONE);
            receiver.start();
            BenchNode.Outbox outbox = sender.outbox(size);
            for (int i = 0; i < 3; i++) {
                outbox.send(i);
                while (inbox.counted().messages() <= i) {
                    Thread.sleep(1); // ends when the time is over
                }
            }
            assertThat(inbox.counted().messages()).isEqualTo(3);
        }
    }

    @Test
    void closesBeforeItIsOpen() {
        new SocketNode(new Inbox()).close();
    }
}
