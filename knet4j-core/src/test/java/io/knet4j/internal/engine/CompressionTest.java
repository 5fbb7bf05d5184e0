package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.ZstdWithheld;
import io.knet4j.LinkConfig;
import io.knet4j.Timings;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.FakeTransport.Sent;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages on both ways through the engine. */
class CompressionTest {
    private static final CompressionConfig ZLIB = CompressionConfig.of(CompressionMethod.ZLIB);
    private static final Destination TWO = Destination.host(2);

    private final TestNode node = new TestNode();

    @BeforeEach
    void linkUp() {
        node.hostUp(2, 1);
    }

    private void compress(CompressionConfig config) {
        node.engine.setCompression(CompressionMethods.installed().activate(config));
    }

    private List<Sent> sent(byte[] payload) {
        assertThat(node.send(TWO, payload)).isNull();
        assertThat(node.engine.sender().flush(node.now)).isNull();
        return node.drain(Packets.DATA);
    }

    private static int method(Sent packet) {
        return Packets.dataCompression(ByteBuffer.wrap(packet.bytes()), 0);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] zlib(byte[] plain) {
        Deflater deflater = new Deflater();
        deflater.setInput(plain);
        deflater.finish();
        byte[] buffer = new byte[plain.length + 100];
        return Arrays.copyOf(buffer, deflater.deflate(buffer));
    }

    private static byte[] data(int sequence, int method, byte[] payload) {
        return Wire.with(Wire.fragment(2, sequence, 3, 1, 0, payload), 8, method);
    }

    private void receive(byte[] packet) {
        node.receive(remote(2, 0), packet);
    }

    @Test
    void withoutConfigurationNothingIsCompressed() {
        assertThat(method(sent(new byte[400]).getFirst())).isZero();
        assertThat(node.engine.compressionStatistics().txUncompressed()).isZero();
        assertThat(node.engine.compression()).isEqualTo(CompressionConfig.NONE);
    }

    @Test
    void onlyMessagesAboveTheThresholdAreCompressed() throws DataFormatException {
        compress(ZLIB);
        List<Sent> small = sent(new byte[100]);
        assertThat(method(small.getFirst())).isZero();
        assertThat(small.getFirst().bytes()).hasSize(Packets.DATA_HEADER + 100);
        List<Sent> large = sent(new byte[101]);
        assertThat(method(large.getFirst())).isEqualTo(1);
        Inflater inflater = new Inflater();
        inflater.setInput(TestNode.tail(large.getFirst().bytes(), Packets.DATA_HEADER));
        byte[] plain = new byte[200];
        assertThat(inflater.inflate(plain)).isEqualTo(101);
        assertThat(inflater.finished()).isTrue();

        compress(ZLIB.withThreshold(30));
        assertThat(method(sent(new byte[30]).getFirst())).isZero();
        assertThat(method(sent(new byte[31]).getFirst())).isEqualTo(1);
        compress(ZLIB.withThreshold(65_536));
        assertThat(method(sent(new byte[65_536]).getFirst())).isZero();
    }

    @Test
    void whatGetsNoSmallerGoesAsItIs() {
        compress(ZLIB);
        byte[] payload = random(400);
        Sent packet = sent(payload).getFirst();
        assertThat(method(packet)).isZero();
        assertThat(TestNode.tail(packet.bytes(), Packets.DATA_HEADER)).isEqualTo(payload);
        assertThat(node.engine.compressionStatistics().txNotSmaller()).isEqualTo(1);
        assertThat(node.engine.compressionStatistics().txUncompressed()).isEqualTo(1);
        assertThat(node.engine.compressionStatistics().txCompressed()).isZero();
    }

    @Test
    void fragmentsAreThoseOfTheCompressedMessage() {
        byte[] half = new byte[4000];
        System.arraycopy(random(2000), 0, half, 0, 2000);
        int plain = sent(half).size();
        compress(ZLIB);
        List<Sent> fragments = sent(half);
        assertThat(fragments.size()).isBetween(2, plain - 1);
        assertThat(fragments).allMatch(one -> method(one) == 1);
        assertThat(sent(new byte[65_536])).hasSize(1);
    }

    @Test
    @DisplayName("D21: compression can be switched on, changed and off between messages")
    void theConfigurationCanChangeBetweenMessages() {
        compress(ZLIB);
        assertThat(method(sent(new byte[400]).getFirst())).isEqualTo(1);
        compress(CompressionConfig.NONE);
        assertThat(method(sent(new byte[400]).getFirst())).isZero();
        compress(ZLIB.withLevel(9));
        assertThat(method(sent(new byte[400]).getFirst())).isEqualTo(1);
        node.engine.sender().close();
        assertThat(method(sent(new byte[400]).getFirst())).as("after the end").isZero();
    }

    @Test
    void statisticsTellWhatCompressionDid() {
        compress(ZLIB);
        int size = sent(new byte[500]).getFirst().bytes().length - Packets.DATA_HEADER;
        sent(new byte[50]);
        byte[] compressed = zlib(new byte[700]);
        receive(data(1, 1, compressed));
        receive(data(2, 1, new byte[40]));
        receive(data(3, 9, compressed));
        var statistics = node.engine.compressionStatistics();
        Optional<Duration> oneLook = Optional.of(Duration.ofNanos(7));
        Timings one = new Timings(1, oneLook, oneLook, oneLook);
        Timings two = new Timings(2, oneLook, oneLook, oneLook);
        assertThat(statistics)
                .isEqualTo(
                        new io.knet4j.CompressionStatistics(
                                1, 500, size, 0, 0, 1, one, 1, compressed.length, 700, 2, two));
    }

    @Test
    void localMessagesStayAsTheyAre() {
        HostState self = node.engine.addHost(TestNode.SELF, "self");
        node.engine.addLink(node.now, self, 0, LinkConfig.loopback());
        compress(ZLIB);
        assertThat(node.send(Destination.host(TestNode.SELF), new byte[5000])).isNull();
        assertThat(node.output.delivered.getFirst().payload()).isEqualTo(new byte[5000]);
        assertThat(node.engine.compressionStatistics().txCompressed()).isZero();
    }

    @Test
    void compressedMessagesAreDeliveredWithoutAnyConfiguration() {
        byte[] plain = "knet ".repeat(2000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        receive(data(1, 1, zlib(plain)));
        assertThat(node.output.delivered.getFirst().payload()).isEqualTo(plain);

        byte[] mixed = random(3000);
        byte[] compressed = zlib(mixed);
        for (int i = 0; i < 4; i++) {
            int from = i * 800;
            byte[] part =
                    Arrays.copyOfRange(compressed, from, Math.min(from + 800, compressed.length));
            receive(Wire.with(Wire.fragment(2, 2, 3, 4, i + 1, part), 8, 1));
        }
        assertThat(node.output.delivered.getLast().payload()).isEqualTo(mixed);
    }

    @Test
    void theFilterSeesThePlainMessage() {
        int[] seen = new int[2];
        node.engine.setFilter(message -> {
            seen[message.outgoing() ? 0 : 1] = message.payload().remaining();
            return TWO;
        });
        compress(ZLIB);
        node.send(null, new byte[4000]);
        receive(data(1, 1, zlib(new byte[3000])));
        assertThat(seen).containsExactly(4000, 3000);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 8, 127, 255})
    void methodsThatAreNotHereAreDropped(int method) {
        byte[] plain = new byte[300];
        receive(data(1, method, zlib(plain)));
        assertThat(node.drops(DropCause.UNKNOWN_COMPRESSION)).isEqualTo(1);
        assertThat(node.output.delivered).isEmpty();
        receive(data(1, 1, zlib(plain)));
        assertThat(node.output.delivered).hasSize(1);
    }

    @Test
    @DisplayName("C7: damaged and empty messages are dropped")
    void damagedMessagesAreDroppedAndAnIntactCopyIsDelivered() {
        byte[] good = zlib(random(300));
        receive(data(1, 1, Wire.with(good, good.length - 1, good[good.length - 1] + 1)));
        receive(data(1, 1, Arrays.copyOf(good, good.length - 1)));
        receive(data(1, 1, zlib(new byte[0])));
        receive(data(1, 1, zlib(new byte[65_537])));
        receive(data(1, 1, zlib(new byte[60_000_000])));
        assertThat(node.drops(DropCause.BAD_COMPRESSION)).isEqualTo(5);
        assertThat(node.output.delivered).isEmpty();
        receive(data(1, 1, good));
        assertThat(node.output.delivered.getFirst().payload()).isEqualTo(random(300));
        receive(data(1, 1, good));
        assertThat(node.drops(DropCause.DUPLICATE)).isEqualTo(1);
        receive(data(2, 1, zlib(new byte[65_536])));
        assertThat(node.output.delivered.getLast().payload()).hasSize(65_536);
    }

    @Test
    @DisplayName("D3: hosts that compress by other methods are kept from zstd")
    void hostsThatUseOtherMethodsAreKnownNotToBearZstd() {
        HostState two = node.engine.host(2);
        node.hostUp(3, 1);
        assertThat(two.route.refusesZstd()).isFalse();
        receive(data(1, 0, new byte[300]));
        receive(data(2, 8, new byte[300]));
        assertThat(two.route.refusesZstd()).isFalse();
        receive(data(3, 1, zlib(new byte[300])));
        assertThat(two.route.refusesZstd()).isTrue();
        assertThat(node.engine.host(3).route.refusesZstd()).isFalse();
        receive(data(4, 7, new byte[300]));
        assertThat(two.route.refusesZstd())
                .as("after a message that only pretends to be zstd")
                .isTrue();
    }

    /** Zlib by the name of zstd, which the core does not have. */
    private static final class FakeZstd implements CompressionProvider {
        private final CompressionProvider zlib =
                Objects.requireNonNull(CompressionMethods.installed().provider(1));

        @Override
        public CompressionMethod method() {
            return CompressionMethod.ZSTD;
        }

        @Override
        public Compressor newCompressor(int level) {
            return zlib.newCompressor(level);
        }

        @Override
        public Decompressor newDecompressor() {
            return zlib.newDecompressor();
        }
    }

    /** A node with zstd, joined to one like it; both are host 1 to themselves and see a host 2. */
    private static final class ZstdNode {
        private final CompressionMethods methods =
                new CompressionMethods(List.<CompressionProvider>of(new FakeZstd()).iterator());
        private final TestNode node =
                new TestNode(Knet.builder(TestNode.SELF).build(), new KeySlots(), () -> methods);
        private final HostState peer = node.hostUp(2, 1);

        private void use(CompressionMethod method) {
            node.engine.setCompression(methods.activate(CompressionConfig.of(method)));
        }

        /** Sends a message. Returns by which method it was compressed. */
        private int sendTo(ZstdNode other) {
            assertThat(node.send(TWO, new byte[400])).isNull();
            assertThat(node.engine.sender().flush(node.now)).isNull();
            Sent packet = node.drain(Packets.DATA).getFirst();
            int before = other.node.output.delivered.size();
            other.node.receive(remote(2, 0), Wire.with(packet.bytes(), 3, 2));
            assertThat(other.node.output.delivered).hasSize(before + 1);
            assertThat(other.node.output.delivered.getLast().payload()).isEqualTo(new byte[400]);
            return method(packet);
        }

        private boolean refuses() {
            return Objects.requireNonNull(peer.route).refusesZstd();
        }

        private List<KnetEvent> withheld() {
            return node.output.drainEvents().stream()
                    .filter(ZstdWithheld.class::isInstance)
                    .toList();
        }
    }

    @Test
    void nodesThatChangeToZstdByWayOfOffCompressAgainInBothDirections() {
        ZstdNode one = new ZstdNode();
        ZstdNode other = new ZstdNode();
        one.use(CompressionMethod.ZLIB);
        other.use(CompressionMethod.ZLIB);
        assertThat(one.sendTo(other)).isEqualTo(1);
        assertThat(other.sendTo(one)).isEqualTo(1);
        assertThat(one.refuses() && other.refuses()).isTrue();
        one.use(CompressionMethod.NONE);
        assertThat(one.refuses()).isFalse();
        assertThat(other.sendTo(one)).as("the other is not yet off").isEqualTo(1);
        other.use(CompressionMethod.NONE);
        one.use(CompressionMethod.NONE);
        assertThat(one.sendTo(other)).isZero();
        assertThat(other.sendTo(one)).isZero();
        one.use(CompressionMethod.ZSTD);
        other.use(CompressionMethod.ZSTD);
        for (int i = 0; i < 2; i++) {
            assertThat(other.sendTo(one)).isEqualTo(7);
            assertThat(one.sendTo(other)).isEqualTo(7);
        }
        assertThat(one.withheld()).isEmpty();
        assertThat(other.withheld()).isEmpty();
    }

    @Test
    void aHostThatWasSeenToUseAnotherMethodGetsNoZstdWhateverIsConfiguredLater() {
        ZstdNode one = new ZstdNode();
        ZstdNode other = new ZstdNode();
        other.use(CompressionMethod.ZLIB);
        other.sendTo(one);
        assertThat(one.withheld()).as("without zstd").isEmpty();
        one.use(CompressionMethod.ZLIB);
        one.use(CompressionMethod.ZSTD);
        assertThat(one.withheld()).containsExactly(new ZstdWithheld(2));
        assertThat(one.sendTo(other)).isZero();
        one.use(CompressionMethod.ZSTD);
        other.sendTo(one);
        assertThat(one.withheld()).as("is told once").isEmpty();
        other.use(CompressionMethod.ZSTD);
        assertThat(other.sendTo(one)).isEqualTo(7);
        assertThat(one.sendTo(other)).as("after it sent zstd").isEqualTo(7);
    }

    @Test
    void aHostThatWasLostIsStillKeptFromZstd() {
        HostState two = node.engine.host(2);
        receive(data(1, 1, zlib(new byte[300])));
        assertThat(two.route.refusesZstd()).isTrue();
        LinkState link = two.link(0);
        node.engine.setEnabled(node.now, link, false);
        assertThat(two.route).isNull();
        node.engine.setEnabled(node.now, link, true);
        while (two.route == null) {
            node.engine.runTimers(node.now);
            node.answerPings();
            node.now += TestNode.INTERVAL.toNanos();
        }
        assertThat(two.route.refusesZstd()).isTrue();
    }

    @Test
    void aHostThatWasRestartedIsStillKeptFromZstd() {
        HostState two = node.engine.host(2);
        receive(data(9000, 1, zlib(new byte[300])));
        node.now += 1_000 * TestNode.MILLI;
        receive(Wire.ping(2, 0, 0, 1, true));
        receive(Wire.ping(2, 0, 0, 2, true));
        assertThat(node.output.drainEvents()).contains(new KnetEvent.HostRestarted(2));
        assertThat(two.route.refusesZstd()).isTrue();
    }
}
