package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LogSubsystem;
import io.knet4j.internal.node.LogLines.Line;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DropLogTest {
    private static final long SECOND = 1_000_000_000;
    private static final InetSocketAddress SOURCE = new InetSocketAddress("10.0.0.9", 5405);

    private final LogLines logged = new LogLines(Level.ALL);
    private final StillRuntime runtime = new StillRuntime();
    private final NodeLog log = new NodeLog(1);
    private final Events events = new Events(runtime, log);
    private final DropLog drops = new DropLog(log, events);

    @AfterEach
    void close() {
        logged.close();
    }

    @Test
    void tellsTheFirstAtOnceAndThenOnceAMinuteHowMany() {
        events.start();
        for (int second = 0; second < 121; second++) {
            drops.dropped(second * SECOND, DropCause.UNKNOWN_HOST, 1, SOURCE);
            drops.dropped(second * SECOND, DropCause.REASSEMBLY_EXPIRED, 1, null);
        }
        runtime.work();
        assertThat(logged.texts())
                .containsExactly(
                        "node 1: 1 dropped: unknown host, the last one from 10.0.0.9 port 5405",
                        "node 1: 1 dropped: reassembly expired",
                        "node 1: 60 dropped: unknown host, the last one from 10.0.0.9 port 5405",
                        "node 1: 60 dropped: reassembly expired",
                        "node 1: 60 dropped: unknown host, the last one from 10.0.0.9 port 5405",
                        "node 1: 60 dropped: reassembly expired");
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN_HOST, rx, WARNING",
        "DUPLICATE, rx, FINE",
        "NOT_AUTHENTIC, crypto, WARNING",
        "CLEAR_TRAFFIC, crypto, WARNING",
        "LATE_PONG, heartbeat, FINE",
        "UNSOLICITED_PONG, heartbeat, WARNING",
        "UNSOLICITED_PMTUD_REPLY, pmtud, WARNING",
        "BAD_COMPRESSION, compress, WARNING",
        "FILTER_REFUSED, filter, FINE",
    })
    void goesToTheSubsystemOfTheCause(DropCause cause, String logger, String level) {
        events.start();
        drops.dropped(0, cause, 1, null);
        runtime.work();
        assertThat(logged.lines())
                .containsExactly(
                        new Line(
                                logger,
                                Level.parse(level),
                                "node 1: 1 dropped: "
                                        + cause.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    }

    @ParameterizedTest
    @EnumSource
    void everyCauseIsTold(DropCause cause) {
        events.start();
        drops.dropped(0, cause, 1, SOURCE);
        runtime.work();
        assertThat(logged.lines()).hasSize(1);
    }

    @Test
    void whatIsNotLoggedIsToldLater() {
        events.start();
        log.setLevel(LogSubsystem.RX, System.Logger.Level.ERROR);
        for (int i = 0; i < 10; i++) {
            drops.dropped(i, DropCause.UNKNOWN_HOST, 1, null);
        }
        log.setLevel(LogSubsystem.RX, System.Logger.Level.WARNING);
        drops.dropped(11, DropCause.UNKNOWN_HOST, 1, null);
        runtime.work();
        assertThat(logged.texts()).containsExactly("node 1: 11 dropped: unknown host");
    }

    /** So that whoever floods us does not fill our memory by way of the log. */
    @Test
    void linesThatWaitAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            events.log(LogSubsystem.RX, System.Logger.Level.WARNING, "x", null);
        }
        events.start();
        runtime.work();
        assertThat(logged.lines()).hasSize(256);
        events.log(LogSubsystem.RX, System.Logger.Level.WARNING, "y", null);
        runtime.work();
        assertThat(logged.lines()).hasSize(257);
    }

    @Test
    void aNodeTellsWhatItDrops() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (Knet knet = Knet.builder(1).open();
                DatagramSocket stranger = new DatagramSocket(0, loopback)) {
            InetSocketAddress local =
                    knet.addHost(2)
                            .addLink(
                                    0,
                                    io.knet4j.LinkConfig.udp(
                                            new InetSocketAddress(loopback, 0),
                                            new InetSocketAddress(loopback, 9)))
                            .config()
                            .local();
            stranger.send(new DatagramPacket(new byte[] {1, 2, 3}, 3, local));
            Line line = logged.await(text -> text.contains("dropped"));
            assertThat(line)
                    .isEqualTo(
                            new Line(
                                    "rx",
                                    Level.WARNING,
                                    "node 1: 1 dropped: too short, the last one from "
                                            + loopback.getHostAddress()
                                            + " port "
                                            + stranger.getLocalPort()));
            assertThat(knet.statistics().drops(DropCause.TOO_SHORT)).isEqualTo(1);
        }
    }
}
