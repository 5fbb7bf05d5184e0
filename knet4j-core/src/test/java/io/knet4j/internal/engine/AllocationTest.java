package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.LinkPolicy;
import io.knet4j.internal.compress.CompressionMethods;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages on their way through the engine leave no garbage. */
class AllocationTest {
    private static final int ROUNDS = 12;
    private static final int MESSAGES = 20_000;
    private static final double NOISE = 0.5;

    private final TestNode node = new TestNode();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private int sequence;

    /**
     * Bytes per message in the best of several rounds: the compiler at work makes the first ones
     * noisy, but cannot make any look better than it is.
     */
    private double bytesPerMessage(Runnable messages) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS && best > NOISE; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            messages.run();
            long after = threads.getCurrentThreadAllocatedBytes();
            best = Math.min(best, (after - before) / (double) MESSAGES);
        }
        return best;
    }

    @Test
    void measuresAllocation() {
        Object[] sink = new Object[1];
        assertThat(
                        bytesPerMessage(() -> {
                            for (int i = 0; i < MESSAGES; i++) {
                                sink[0] = new byte[16];
                            }
                        }))
                .isGreaterThan(16);
        assertThat(sink[0]).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "unicast, 64, PASSIVE",
        "unicast, 5000, PASSIVE",
        "broadcast, 64, PASSIVE",
        "broadcast, 5000, ACTIVE",
        "unicast, 64, ROUND_ROBIN",
    })
    void sendingAllocatesNothing(String kind, int length, LinkPolicy policy) {
        for (int host = 2; host < 5; host++) {
            node.engine.setPolicy(node.hostUp(host, 2), policy);
        }
        node.transport.recording = false;
        Destination destination =
                kind.equals("unicast") ? Destination.host(2) : Destination.broadcast();
        ByteBuffer payload = ByteBuffer.allocate(length);
        OutgoingMessage message = new OutgoingMessage();
        Sender sender = node.engine.sender();

        double bytes =
                bytesPerMessage(() -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        message.set(3, destination, payload, 0, length);
                        sender.address(message, false);
                        sender.send(node.now, message, false);
                        if (i % 64 == 63) {
                            sender.flush(node.now);
                        }
                    }
                    sender.flush(node.now);
                });

        assertThat(bytes).isLessThanOrEqualTo(NOISE);
    }

    @ParameterizedTest
    @CsvSource({"1", "4"})
    void receivingAllocatesNothing(int fragments) {
        node.hostUp(2, 1);
        node.output.recording = false;
        byte[][] packets = new byte[fragments][];
        for (int i = 0; i < fragments; i++) {
            packets[i] =
                    Wire.fragment(2, 1, 3, fragments, fragments == 1 ? 0 : i + 1, new byte[480]);
        }
        long before = node.output.deliveries;
        int[] rounds = {0};

        double bytes =
                bytesPerMessage(() -> {
                    rounds[0]++;
                    for (int i = 0; i < MESSAGES; i++) {
                        sequence = sequence == 65_535 ? 1 : sequence + 1;
                        node.incoming.clear();
                        for (byte[] packet : packets) {
                            int at = node.incoming.used();
                            node.incoming.memory().put(at, packet);
                            node.incoming.memory().putShort(at + 6, (short) sequence);
                            node.incoming.add(SOCKET, SOURCE, packet.length);
                        }
                        node.engine.receive(node.now, node.incoming);
                    }
                });

        assertThat(node.output.deliveries - before).isEqualTo((long) rounds[0] * MESSAGES);
        assertThat(bytes).isLessThanOrEqualTo(NOISE);
    }

    @ParameterizedTest
    @CsvSource({"500", "5000"})
    void compressingWithZlibAllocatesNothing(int length) {
        node.hostUp(2, 1);
        node.transport.recording = false;
        node.engine.setCompression(
                CompressionMethods.installed()
                        .activate(CompressionConfig.of(CompressionMethod.ZLIB).withLevel(1)));
        Destination two = Destination.host(2);
        ByteBuffer payload = ByteBuffer.allocate(length);
        OutgoingMessage message = new OutgoingMessage();
        Sender sender = node.engine.sender();

        double bytes =
                bytesPerMessage(() -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        message.set(3, two, payload, 0, length);
                        sender.send(node.now, message, false);
                        if (i % 64 == 63) {
                            sender.flush(node.now);
                        }
                    }
                    sender.flush(node.now);
                });

        assertThat(node.engine.compressionStatistics().txCompressed()).isPositive();
        assertThat(node.engine.compressionStatistics().txUncompressed()).isZero();
        assertThat(bytes).isLessThanOrEqualTo(NOISE);
    }

    @Test
    void decompressingZlibAllocatesNothing() {
        node.hostUp(2, 1);
        node.output.recording = false;
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[5000]);
        deflater.finish();
        byte[] compressed = new byte[200];
        int size = deflater.deflate(compressed);
        byte[] packet =
                Wire.with(Wire.fragment(2, 1, 3, 1, 0, Arrays.copyOf(compressed, size)), 8, 1);

        double bytes =
                bytesPerMessage(() -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        sequence = sequence == 65_535 ? 1 : sequence + 1;
                        node.incoming.clear();
                        node.incoming.memory().put(0, packet);
                        node.incoming.memory().putShort(6, (short) sequence);
                        node.incoming.add(SOCKET, SOURCE, packet.length);
                        node.engine.receive(node.now, node.incoming);
                    }
                });

        assertThat(node.engine.compressionStatistics().rxFailed()).isZero();
        assertThat(node.output.deliveries % MESSAGES).isZero();
        assertThat(node.output.deliveries).isPositive();
        assertThat(bytes).isLessThanOrEqualTo(NOISE);
    }

    private static final java.net.InetSocketAddress SOURCE = remote(2, 0);
    private static final io.knet4j.internal.transport.Transport.Socket SOCKET =
            () -> TestNode.local(0);
}
