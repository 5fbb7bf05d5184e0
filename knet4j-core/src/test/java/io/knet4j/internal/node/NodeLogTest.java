package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LogSubsystem;
import io.knet4j.MtuLimit;
import io.knet4j.OnWireVersion;
import io.knet4j.PathMtu;
import io.knet4j.PingLoss;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import io.knet4j.UdpFeature;
import io.knet4j.internal.node.LogLines.Line;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a node logs, where, and how often. */
class NodeLogTest {
    private static final long SECOND = 1_000_000_000;
    private static final String HOST = "host 2 (db-2)";
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 5405);

    private final LogLines logged = new LogLines(Level.ALL);
    private final NodeLog log = new NodeLog(4711);
    private final EventLines events = new EventLines(log);

    @AfterEach
    void close() {
        logged.close();
    }

    // ---- events

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of(
                        new KnetEvent.LinkUp(2, 0, Duration.ofNanos(85_400)),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 0 to " + HOST + " is up, latency 0.085 ms")),
                Arguments.of(
                        new KnetEvent.LinkDown(
                                2, 0, LinkDownCause.PING_TIMEOUT, Duration.ofMillis(2004)),
                        new Line(
                                "link",
                                Level.WARNING,
                                "link 0 to " + HOST + " is down: no pong for 2.004 s")),
                Arguments.of(
                        new KnetEvent.LinkDown(2, 7, LinkDownCause.DISABLED, Duration.ofMillis(5)),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 7 to " + HOST + " is down: it was disabled or removed")),
                Arguments.of(
                        new KnetEvent.LinkDown(
                                2, 1, LinkDownCause.TRANSPORT_ERROR, Duration.ofMillis(300)),
                        new Line(
                                "link",
                                Level.WARNING,
                                "link 1 to "
                                        + HOST
                                        + " is down: the network reports that the host cannot be"
                                        + " reached, and no pong for 300.000 ms")),
                Arguments.of(
                        new KnetEvent.PeerAddressChanged(2, 1, Optional.empty(), LOCAL),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 1 to " + HOST + " has its peer at 10.0.0.1 port 5405")),
                Arguments.of(
                        new KnetEvent.PeerAddressChanged(
                                2, 1, Optional.of(LOCAL), new InetSocketAddress("10.0.0.7", 9)),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 1 to "
                                        + HOST
                                        + " has its peer at 10.0.0.7 port 9, before at 10.0.0.1"
                                        + " port 5405")),
                Arguments.of(
                        new KnetEvent.HostReachable(2),
                        new Line("host", Level.INFO, HOST + " is reachable")),
                Arguments.of(
                        new KnetEvent.HostUnreachable(2),
                        new Line(
                                "host",
                                Level.WARNING,
                                HOST + " is not reachable: no link to it is up")),
                Arguments.of(
                        new KnetEvent.HostRestarted(2),
                        new Line(
                                "host",
                                Level.INFO,
                                HOST
                                        + " was restarted: it counts its messages from the start"
                                        + " again")),
                Arguments.of(
                        new KnetEvent.ActiveLinksChanged(2, List.of(1)),
                        new Line("host", Level.INFO, "messages to " + HOST + " take link 1")),
                Arguments.of(
                        new KnetEvent.ActiveLinksChanged(2, List.of(0, 3)),
                        new Line("host", Level.INFO, "messages to " + HOST + " take links 0, 3")),
                Arguments.of(
                        new KnetEvent.DataMtuChanged(2, 1446),
                        new Line(
                                "pmtud",
                                Level.FINE,
                                "messages to " + HOST + " have a data MTU of 1446 bytes now")),
                Arguments.of(
                        new KnetEvent.SocketError(
                                LOCAL, Reason.NETWORK_UNREACHABLE, "sending to {0} 'x'"),
                        new Line(
                                "transport",
                                Level.WARNING,
                                "socket 10.0.0.1 port 5405: sending to {0} 'x': network"
                                        + " unreachable")),
                Arguments.of(
                        new KnetEvent.SendFailed(Reason.HOST_DOWN, 3, 12_345),
                        new Line(
                                "tx",
                                Level.WARNING,
                                "12345 message(s) not sent, the last one on channel 3: host"
                                        + " down")),
                Arguments.of(
                        new KnetEvent.ReceiveQueueFull(3, 9),
                        new Line(
                                "rx",
                                Level.WARNING,
                                "9 received message(s) lost on channel 3: its consumer is too"
                                        + " slow")),
                Arguments.of(
                        new KnetEvent.HandlerFailed(3, 2, new IllegalStateException("x")),
                        new Line(
                                "rx",
                                Level.WARNING,
                                "the handler of channel 3 failed at a message of host 2")),
                Arguments.of(
                        new KnetEvent.FilterFailed(true, new IllegalStateException("x")),
                        new Line(
                                "filter", Level.WARNING, "the filter failed at a message to send")),
                Arguments.of(
                        new KnetEvent.PeerAddressChanged(2, 1, Optional.empty(), LOCAL),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 1 to " + HOST + " has its peer at 10.0.0.1 port 5405")),
                Arguments.of(
                        new KnetEvent.PeerAddressChanged(
                                2, 1, Optional.of(LOCAL), new InetSocketAddress("10.0.0.1", 7000)),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 1 to "
                                        + HOST
                                        + " has its peer at 10.0.0.1 port 7000, before at 10.0.0.1"
                                        + " port 5405")),
                Arguments.of(
                        new KnetEvent.PathMtuChanged(
                                2,
                                1,
                                new PathMtu(
                                        1500,
                                        1446,
                                        1458,
                                        MtuLimit.PATH,
                                        OptionalInt.of(1501),
                                        OptionalInt.empty(),
                                        false)),
                        new Line(
                                "pmtud",
                                Level.INFO,
                                "link 1 to "
                                        + HOST
                                        + " takes packets of 1500 bytes: larger ones do not"
                                        + " arrive")),
                Arguments.of(
                        new KnetEvent.PathMtuDiffers(2, 1, 1500, 1400),
                        new Line(
                                "pmtud",
                                Level.WARNING,
                                "link 1 to "
                                        + HOST
                                        + " takes packets of 1500 bytes, but packets of 1400 bytes"
                                        + " come the other way")),
                Arguments.of(
                        new KnetEvent.CryptoMismatch(2, 1, DropCause.ENCRYPTED, "it encrypts"),
                        new Line(
                                "crypto",
                                Level.WARNING,
                                HOST + " cannot be understood on link 1: it encrypts")),
                Arguments.of(
                        new KnetEvent.LinkHeldDown(2, 1, Duration.ofSeconds(30)),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 1 to "
                                        + HOST
                                        + " came up again and is held down for 30.000 s")),
                Arguments.of(
                        new KnetEvent.LinkSuppressed(2, 1, 2950, Duration.ofSeconds(118)),
                        new Line(
                                "link",
                                Level.WARNING,
                                "link 1 to "
                                        + HOST
                                        + " went down too often and is suppressed for 118.000 s: it"
                                        + " has a penalty of 2950")),
                Arguments.of(
                        new KnetEvent.LinkLossy(2, 1, new PingLoss(50, 6)),
                        new Line(
                                "link",
                                Level.WARNING,
                                "link 1 to "
                                        + HOST
                                        + " loses too much: 6 of 50 pings were not answered")),
                Arguments.of(
                        new KnetEvent.LinkReleased(2, 1, KnetEvent.Restraint.SUPPRESSED),
                        new Line(
                                "link",
                                Level.INFO,
                                "link 1 to " + HOST + " is not suppressed any more")),
                Arguments.of(
                        new KnetEvent.NodeStalled(Duration.ofMillis(1200), 3),
                        new Line(
                                "heartbeat",
                                Level.WARNING,
                                "this node did nothing for 1.200 s, since it was stopped or had no"
                                        + " processor (3 times since the last such line)")),
                Arguments.of(
                        new KnetEvent.ZstdWithheld(2),
                        new Line(
                                "compress",
                                Level.WARNING,
                                "messages to "
                                        + HOST
                                        + " go uncompressed: it compresses by another method, and"
                                        + " libknet crashes on zstd unless it is configured"
                                        + " there")),
                Arguments.of(
                        new KnetEvent.OnWireVersionChanged(new OnWireVersion(1, 1, 1)),
                        new Line("handle", Level.INFO, "packets have format version 1 now")));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void anEventIsOneLineWithItsCause(KnetEvent event, Line line) {
        events.write(0, event, HOST);
        assertThat(logged.lines())
                .containsExactly(
                        new Line(line.logger(), line.level(), "node 4711: " + line.text()));
    }

    @Test
    void everyKindOfEventHasALine() {
        assertThat(KnetEvent.class.getPermittedSubclasses())
                .allMatch(type -> lines().anyMatch(one -> type.isInstance(one.get()[0])));
    }

    @Test
    void theEventGoesWithItsLineUnlessSomethingWasThrown() {
        KnetEvent event = new KnetEvent.HostReachable(2);
        events.write(0, event, HOST);
        IllegalStateException thrown = new IllegalStateException("on purpose");
        events.write(0, new KnetEvent.HandlerFailed(3, 2, thrown), "");
        List<LogRecord> records = logged.records();
        assertThat(records.getFirst().getParameters()).endsWith(event);
        assertThat(records.getLast().getThrown()).isSameAs(thrown);
    }

    @Test
    void noLinksAreNoLineOfTheirOwn() {
        events.write(0, new KnetEvent.ActiveLinksChanged(2, List.of()), HOST);
        assertThat(logged.lines()).isEmpty();
    }

    @Test
    void repeatedFailuresAreALineAMinuteWithTheirNumber() {
        for (int second = 0; second < 121; second++) {
            events.write(second * SECOND, new KnetEvent.SendFailed(Reason.HOST_DOWN, 0, 10), "");
            events.write(
                    second * SECOND,
                    new KnetEvent.SocketError(LOCAL, Reason.NOT_PERMITTED, "sending"),
                    "");
        }
        assertThat(logged.texts())
                .containsExactly(
                        "node 4711: 10 message(s) not sent, the last one on channel 0: host down",
                        "node 4711: socket 10.0.0.1 port 5405: sending: not permitted",
                        "node 4711: 600 message(s) not sent, the last one on channel 0: host down",
                        "node 4711: socket 10.0.0.1 port 5405: sending: not permitted (60 times"
                                + " since the last such line)",
                        "node 4711: 600 message(s) not sent, the last one on channel 0: host down",
                        "node 4711: socket 10.0.0.1 port 5405: sending: not permitted (60 times"
                                + " since the last such line)");
    }

    @Test
    void differentFailuresDoNotHideEachOther() {
        events.write(0, new KnetEvent.SendFailed(Reason.HOST_DOWN, 0, 1), "");
        events.write(0, new KnetEvent.SendFailed(Reason.NO_PROGRESS, 0, 1), "");
        events.write(0, new KnetEvent.HandlerFailed(1, 2, new IllegalStateException("x")), "");
        events.write(0, new KnetEvent.HandlerFailed(2, 2, new IllegalStateException("x")), "");
        events.write(0, new KnetEvent.HandlerFailed(2, 2, new ArithmeticException("x")), "");
        events.write(0, new KnetEvent.FilterFailed(true, new ArithmeticException("x")), "");
        events.write(0, new KnetEvent.FilterFailed(false, new ArithmeticException("x")), "");
        assertThat(logged.lines()).hasSize(7);
        events.write(1, new KnetEvent.FilterFailed(false, new ArithmeticException("x")), "");
        assertThat(logged.lines()).hasSize(7);
    }

    @Test
    void changesAreNeverHeldBack() {
        for (int i = 0; i < 10; i++) {
            events.write(0, new KnetEvent.HostReachable(2), HOST);
        }
        assertThat(logged.lines()).hasSize(10);
    }

    // ---- levels

    @ParameterizedTest
    @EnumSource
    void everySubsystemStartsAtAll(LogSubsystem subsystem) {
        assertThat(log.level(subsystem)).isEqualTo(System.Logger.Level.ALL);
        assertThat(log.isLogged(subsystem, System.Logger.Level.TRACE)).isTrue();
    }

    @Test
    void aLinePassesWhenBothTheNodeAndTheLoggerLetIt() {
        for (System.Logger.Level ofNode : System.Logger.Level.values()) {
            for (System.Logger.Level ofLogger : System.Logger.Level.values()) {
                log.setLevel(LogSubsystem.LINK, ofNode);
                logged.loggerLevel(jul(ofLogger));
                for (System.Logger.Level level :
                        List.of(
                                System.Logger.Level.TRACE,
                                System.Logger.Level.DEBUG,
                                System.Logger.Level.INFO,
                                System.Logger.Level.WARNING,
                                System.Logger.Level.ERROR)) {
                    log.write(LogSubsystem.LINK, level, "x", (Throwable) null);
                    boolean passes = level.compareTo(ofNode) >= 0 && level.compareTo(ofLogger) >= 0;
                    assertThat(logged.drain())
                            .as("%s, node %s, logger %s", level, ofNode, ofLogger)
                            .hasSize(passes ? 1 : 0);
                }
            }
        }
    }

    private static Level jul(System.Logger.Level level) {
        return switch (level) {
            case ALL -> Level.ALL;
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }

    @Test
    void aFailureThatIsNotLoggedIsNotTakenForTold() {
        log.setLevel(LogSubsystem.TX, System.Logger.Level.OFF);
        events.write(0, new KnetEvent.SendFailed(Reason.HOST_DOWN, 0, 10), "");
        log.setLevel(LogSubsystem.TX, System.Logger.Level.WARNING);
        events.write(1, new KnetEvent.SendFailed(Reason.HOST_DOWN, 0, 7), "");
        assertThat(logged.texts())
                .containsExactly(
                        "node 4711: 7 message(s) not sent, the last one on channel 0: host down");
    }

    // ---- of a whole node

    private static LinkConfig loopbackUdp() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return LinkConfig.udp(
                new InetSocketAddress(loopback, 0), new InetSocketAddress(loopback, 9));
    }

    @Test
    void aNodeTellsWhatMovesItsDatagrams() {
        Knet.builder(4711).withoutUdpFeature(UdpFeature.NATIVE).open().close();
        assertThat(logged.lines())
                .contains(
                        new Line(
                                "transport",
                                Level.INFO,
                                "node 4711: UDP by the sockets of Java, one datagram per system"
                                        + " call, since native is switched off"));
    }

    @Test
    void changesOfTheConfigurationAreLoggedWhereTheyBelong() throws Exception {
        int port;
        try (Knet knet = Knet.builder(4711).open();
                SharedKey key = SharedKey.generate()) {
            Host host = knet.addHost(2, "db-2");
            host.setPolicy(LinkPolicy.ACTIVE);
            Link link = host.addLink(0, loopbackUdp());
            port = link.config().local().getPort();
            link.setPriority(7);
            link.setPongCount(3);
            link.setEnabled(false);
            link.remove();
            host.rename("db-two");
            host.remove();
            knet.setInterfaceMtu(OptionalInt.of(1500));
            knet.setFilter(_ -> null);
            knet.setCompression(CompressionConfig.of(CompressionMethod.ZLIB));
            knet.forceOnWireVersion(OptionalInt.of(1));
            knet.crypto().enable(CryptoConfig.aes256Sha256(key));
            knet.startForwarding();
            logged.await(text -> text.equals("node 4711: forwarding is on"));
        }
        String at = "127.0.0.1 port " + port;
        assertThat(logged.lines())
                .filteredOn(line -> !line.logger().equals("transport")) // depends on the machine
                .containsExactly(
                        debug("compress", "messages are not compressed"),
                        debug("host", HOST + " was added"),
                        debug("host", HOST + ": policy is ACTIVE now"),
                        debug(
                                "link",
                                "link 0 to "
                                        + HOST
                                        + " was added: enabled, from "
                                        + at
                                        + " to 127.0.0.1 port 9, priority 0, a ping each 1.000 s,"
                                        + " down after 2.000 s without a pong, up with pong 6,"
                                        + " latency over 2048 pongs"),
                        debug("link", "link 0 to " + HOST + ": priority is 7 now"),
                        debug(
                                "link",
                                "link 0 to "
                                        + HOST
                                        + ": a ping each 1.000 s, down after 2.000 s without a"
                                        + " pong, up with pong 4, latency over 2048 pongs"),
                        debug("link", "link 0 to " + HOST + " is disabled"),
                        debug("link", "link 0 to " + HOST + " was removed"),
                        debug("host", HOST + " is called 'db-two' now"),
                        debug("host", "host 2 (db-two) was removed"),
                        debug("pmtud", "the interface MTU is 1500, set by hand"),
                        debug("filter", "a filter is set"),
                        debug(
                                "compress",
                                "messages of more than 100 bytes are compressed by zlib, level"
                                        + " -1"),
                        debug("handle", "packets are to have format version 1"),
                        debug(
                                "crypto",
                                "slot 1 has aes256 with sha256, slot 1 seals what is sent, clear"
                                        + " packets are refused"),
                        debug("handle", "forwarding is on"));
    }

    private static Line debug(String logger, String text) {
        return new Line(logger, Level.FINE, "node 4711: " + text);
    }

    @Test
    void levelsChangeWhileTheNodeRunsAndForItOnly() throws Exception {
        try (Knet one = Knet.builder(1).open();
                Knet two = Knet.builder(2).open()) {
            one.setLogLevel(LogSubsystem.HOST, System.Logger.Level.INFO);
            assertThat(one.logLevel(LogSubsystem.HOST)).isEqualTo(System.Logger.Level.INFO);
            assertThat(one.logLevel(LogSubsystem.LINK)).isEqualTo(System.Logger.Level.ALL);
            assertThat(two.logLevel(LogSubsystem.HOST)).isEqualTo(System.Logger.Level.ALL);
            one.addHost(8);
            two.addHost(8);
            logged.await(text -> text.equals("node 2: host 8 was added"));
            one.setLogLevel(LogSubsystem.HOST, System.Logger.Level.DEBUG);
            one.addHost(9);
            logged.await(text -> text.equals("node 1: host 9 was added"));
            assertThat(logged.texts()).noneMatch(text -> text.equals("node 1: host 8 was added"));
        }
    }

    @Test
    void argumentsOfLevelsAreChecked() {
        Knet knet = Knet.builder(1).open();
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> knet.setLogLevel(null, System.Logger.Level.INFO))
                .withMessageContaining("subsystem: value null");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> knet.setLogLevel(LogSubsystem.TX, null))
                .withMessageContaining("level: value null");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> knet.logLevel(null))
                .withMessageContaining("subsystem: value null");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> knet.clearStatistics(null))
                .withMessageContaining("scope: value null");
        knet.setLogLevel(LogSubsystem.TX, System.Logger.Level.TRACE);
        knet.close();
        assertThat(knet.logLevel(LogSubsystem.TX)).isEqualTo(System.Logger.Level.TRACE);
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> knet.setLogLevel(LogSubsystem.TX, System.Logger.Level.INFO));
    }

    @Test
    void linesAndEventsAreLoggedInTheOrderInWhichTheyHappened() throws Exception {
        try (Knet knet = Knet.builder(4711).open()) {
            knet.startForwarding();
            for (int i = 0; i < 20; i++) {
                knet.addHost(100 + i);
                knet.addHost(4711).addLink(0, LinkConfig.loopback());
                knet.channel(0).sendSync(ByteBuffer.allocate(1), Destination.host(4711));
                knet.host(4711).orElseThrow().remove();
            }
            knet.addHost(200);
            logged.await(text -> text.endsWith("host 200 was added"));
            List<String> hosts =
                    logged.lines().stream()
                            .filter(line -> line.logger().equals("host"))
                            .map(Line::text)
                            .toList();
            for (int i = 0; i < 20; i++) {
                assertThat(hosts.get(3 * i))
                        .isEqualTo("node 4711: host " + (100 + i) + " was added");
                assertThat(hosts.get(3 * i + 1)).isEqualTo("node 4711: host 4711 was added");
                assertThat(hosts.get(3 * i + 2)).isEqualTo("node 4711: host 4711 was removed");
            }
        }
    }

    @Test
    void aFailingListenerIsLoggedAsAnError() throws Exception {
        try (Knet knet = Knet.builder(4711).open()) {
            knet.onEvent(_ -> {
                throw new IllegalStateException("on purpose");
            });
            knet.startForwarding();
            knet.channel(0).send(ByteBuffer.allocate(1), Destination.host(9));
            Line line = logged.await(text -> text.contains("listener"));
            assertThat(line)
                    .isEqualTo(
                            new Line(
                                    "common", Level.SEVERE, "node 4711: an event listener failed"));
        }
    }
}
