package io.knet4j.cli.status;

import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CompressionStatistics;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoStatistics;
import io.knet4j.CryptoStatus;
import io.knet4j.FlapControl;
import io.knet4j.Host;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.KnetStatistics;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import io.knet4j.NodeConfig;
import io.knet4j.PathMtu;
import io.knet4j.Timings;
import io.knet4j.cli.Millis;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks a node for everything. */
public final class StatusReader {

    private static final double NANOS_PER_MICRO = 1_000;
    private static final int MILLIS_DIGITS = 3;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(MILLIS_DIGITS).toFormatter(Locale.ROOT);

    private final Knet knet;
    private final Clock clock;

    public StatusReader(Knet knet, Clock clock) {
        this.knet = knet;
        this.clock = clock;
    }

    /** How it is now. Hosts and links that are being removed may be missing. */
    public NodeStatus read(NodeIdentity identity) {
        Instant now = clock.instant();
        return new NodeStatus(
                NodeStatus.VERSION,
                text(now),
                node(identity, now),
                knet.hosts().stream().flatMap(host -> ifThere(() -> host(host, now))).toList(),
                counters(knet.statistics()));
    }

    /** A part of the status, which may throw that what it tells of is not there any more. */
    @FunctionalInterface
    private interface Part<T> {
        T read();
    }

    private static <T> Stream<T> ifThere(Part<T> part) {
        try {
            return Stream.of(part.read());
        } catch (ConfigurationException _) {
            return Stream.empty();
        }
    }

    private NodeStatus.Node node(NodeIdentity identity, Instant now) {
        NodeConfig config = knet.nodeConfig();
        return new NodeStatus.Node(
                identity.id(),
                identity.name().orElse(null),
                identity.cluster().orElse(null),
                identity.configFile(),
                identity.pid(),
                identity.version(),
                text(identity.started()),
                Millis.of(Duration.between(identity.started(), now)),
                knet.isForwarding(),
                boxed(config.interfaceMtu()),
                Millis.of(config.pathMtuInterval()),
                config.accessLists(),
                config.dscp(),
                crypto(knet.crypto().status()),
                compression(knet.compression()),
                flapControl(config.flapControl()));
    }

    private static NodeStatus.Crypto crypto(CryptoStatus crypto) {
        return new NodeStatus.Crypto(
                crypto.sendingSlot(),
                crypto.clearTraffic() == ClearTraffic.ALLOW,
                crypto.clearPackets(),
                crypto.slots().stream()
                        .map(slot ->
                                new NodeStatus.Slot(
                                        slot.number(),
                                        slot.cipher().cipherName(),
                                        slot.hash().hashName(),
                                        slot.keyBytes(),
                                        slot.packets()))
                        .toList());
    }

    private static NodeStatus.@Nullable Compression compression(CompressionConfig config) {
        return config.method() == CompressionMethod.NONE
                ? null
                : new NodeStatus.Compression(
                        config.method().methodName(),
                        config.level().orElse(config.method().defaultLevel()),
                        config.threshold());
    }

    private static NodeStatus.@Nullable FlapControl flapControl(FlapControl control) {
        return control.equals(FlapControl.OFF)
                ? null
                : new NodeStatus.FlapControl(
                        Millis.of(control.holdDown()),
                        control.damping()
                                .map(damping ->
                                        new NodeStatus.Damping(
                                                damping.penalty(),
                                                Millis.of(damping.halfLife()),
                                                damping.suppressAbove(),
                                                damping.reuseBelow(),
                                                Millis.of(damping.longestSuppression())))
                                .orElse(null),
                        control.lossLimit()
                                .map(limit ->
                                        new NodeStatus.LossLimit(
                                                limit.avoidAbove(),
                                                limit.returnAt(),
                                                limit.pings()))
                                .orElse(null));
    }

    private NodeStatus.Host host(Host host, Instant now) {
        List<LinkStatus> links =
                host.links().stream().flatMap(link -> ifThere(link::status)).toList();
        HostStatus status = host.status();
        return new NodeStatus.Host(
                status.id(),
                status.name(),
                status.reachable(),
                name(status.policy()),
                status.activeLinks(),
                status.dataMtu(),
                status.onWireVersion(),
                status.maxOnWireVersion(),
                links.stream().map(link -> link(link, now)).toList());
    }

    private static NodeStatus.Link link(LinkStatus link, Instant now) {
        LinkConfig config = link.config();
        LinkStatistics statistics = link.statistics();
        return new NodeStatus.Link(
                link.linkId(),
                name(config.transport()),
                config.enabled(),
                link.connected(),
                name(link.use()),
                link.explanation(),
                address(config.local()),
                address(config.remote()),
                address(link.peer().orElse(null)),
                config.priority(),
                Millis.of(config.pingInterval()),
                Millis.of(config.pingTimeout()),
                config.pingPrecision(),
                config.pongCount(),
                millis(link.sinceLastPong()),
                latency(link),
                new NodeStatus.Loss(
                        Math.round(10 * link.loss().percent()) / 10.0,
                        link.loss().pings(),
                        link.loss().lost()),
                stability(link.stability()),
                mtu(link),
                link.protoOverhead(),
                changes(statistics, now),
                new NodeStatus.Traffic(
                        packets(statistics.txData()),
                        packets(statistics.txPing()),
                        packets(statistics.txPong()),
                        packets(statistics.txPmtud())),
                new NodeStatus.Traffic(
                        packets(statistics.rxData()),
                        packets(statistics.rxPing()),
                        packets(statistics.rxPong()),
                        packets(statistics.rxPmtud())),
                new NodeStatus.Failures(
                        failure(statistics.dataFailures()),
                        failure(statistics.pingFailures()),
                        failure(statistics.pongFailures()),
                        failure(statistics.pmtudFailures())));
    }

    private static NodeStatus.Latency latency(LinkStatus link) {
        LinkStatistics statistics = link.statistics();
        return new NodeStatus.Latency(
                millis(link.latency()),
                millis(statistics.latencyMin()),
                millis(statistics.latencyAverage()),
                millis(statistics.latencyMax()),
                statistics.latencySamples(),
                statistics.latencyHistogram().buckets().stream()
                        .map(bucket ->
                                new NodeStatus.Bucket(
                                        Millis.of(bucket.from()),
                                        Millis.of(bucket.to()),
                                        bucket.samples()))
                        .toList());
    }

    private static NodeStatus.Stability stability(LinkStability stability) {
        return new NodeStatus.Stability(
                millis(stability.heldDown()),
                stability.penalty(),
                millis(stability.suppressed()),
                stability.lossy());
    }

    private static NodeStatus.Mtu mtu(LinkStatus link) {
        PathMtu mtu = link.pathMtu();
        return new NodeStatus.Mtu(
                mtu.packetBytes(),
                boxed(mtu.receivedPacketBytes()),
                mtu.dataMtu(),
                mtu.fragmentBytes(),
                name(mtu.limit()),
                mtu.limit().explanation(),
                boxed(mtu.failedPacketBytes()),
                mtu.searching());
    }

    private static NodeStatus.Changes changes(LinkStatistics statistics, Instant now) {
        Optional<Instant> last =
                Stream.of(statistics.upTimes(), statistics.downTimes())
                        .flatMap(List::stream)
                        .max(Comparator.naturalOrder());
        return new NodeStatus.Changes(
                statistics.upCount(),
                statistics.downCount(),
                millis(last.map(change -> Duration.between(change, now))),
                statistics.upTimes().stream().map(StatusReader::text).toList(),
                statistics.downTimes().stream().map(StatusReader::text).toList());
    }

    private static NodeStatus.Counters counters(KnetStatistics statistics) {
        CryptoStatistics crypto = statistics.crypto();
        CompressionStatistics compression = statistics.compression();
        return new NodeStatus.Counters(
                statistics.messagesSent(),
                statistics.messagesDelivered(),
                byName(statistics.sendFailures()),
                byName(statistics.drops()),
                statistics.droppedEvents(),
                new NodeStatus.CryptoCounters(
                        crypto.txPackets(),
                        crypto.txOverheadBytes(),
                        times(crypto.txTime()),
                        crypto.rxPackets(),
                        times(crypto.rxTime())),
                new NodeStatus.CompressionCounters(
                        compression.txCompressed(),
                        compression.txOriginalBytes(),
                        compression.txCompressedBytes(),
                        compression.txNotSmaller(),
                        compression.txFailed(),
                        compression.txUncompressed(),
                        times(compression.txTime()),
                        compression.rxDecompressed(),
                        compression.rxCompressedBytes(),
                        compression.rxOriginalBytes(),
                        compression.rxFailed(),
                        times(compression.rxTime())),
                times(statistics.stalls()));
    }

    // ---- values

    private static Map<String, Long> byName(Map<? extends Enum<?>, Long> counts) {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(entry -> name(entry.getKey()), Map.Entry::getValue));
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static @Nullable Integer boxed(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static @Nullable Double millis(Optional<Duration> time) {
        return time.map(Millis::of).orElse(null);
    }

    private static @Nullable Double micros(Optional<Duration> time) {
        return time.map(t -> t.toNanos() / NANOS_PER_MICRO).orElse(null);
    }

    private static String text(Instant time) {
        return TIME.format(time);
    }

    private static NodeStatus.@Nullable Address address(@Nullable InetSocketAddress address) {
        return address == null
                ? null
                : new NodeStatus.Address(address.getAddress().getHostAddress(), address.getPort());
    }

    private static NodeStatus.Packets packets(LinkStatistics.Traffic traffic) {
        return new NodeStatus.Packets(traffic.packets(), traffic.bytes());
    }

    private static NodeStatus.Failure failure(LinkStatistics.Failures failures) {
        return new NodeStatus.Failure(failures.errors(), failures.retries());
    }

    private static NodeStatus.Times times(Timings timings) {
        return new NodeStatus.Times(
                timings.samples(),
                micros(timings.min()),
                micros(timings.average()),
                micros(timings.max()));
    }
}
