package io.knet4j.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.KnetEvent;
import io.knet4j.Message;
import io.knet4j.MtuLimit;
import io.knet4j.OnWireVersion;
import io.knet4j.PathMtu;
import io.knet4j.PingLoss;
import io.knet4j.Reason;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReporterTest {

    private static final InetSocketAddress LOCAL =
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5405);

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-01-02T03:04:05.006789Z"), ZoneOffset.UTC);

    private static final String TIME = "03:04:05.006 ";

    /** Each kind of event, with its line and its object. */
    private static final Map<KnetEvent, List<String>> EVENTS =
            Map.ofEntries(
                    entry(
                            new KnetEvent.LinkUp(2, 0, Duration.ofNanos(312_000)),
                            "link 0 to host 2 (beta) is up, latency 0.31 ms",
                            "{'event':'link-up','host':2,'name':'beta','link':0,'latency_ms':0.312}"),
                    entry(
                            new KnetEvent.LinkDown(
                                    3,
                                    1,
                                    KnetEvent.LinkDownCause.PING_TIMEOUT,
                                    Duration.ofMillis(1_004)),
                            "link 1 to host 3 is down: no pong for 1.0 s",
                            "{'event':'link-down','host':3,'link':1,'cause':'ping-timeout','silence_ms':1004.0}"),
                    entry(
                            new KnetEvent.LinkDown(
                                    3, 1, KnetEvent.LinkDownCause.DISABLED, Duration.ZERO),
                            "link 1 to host 3 is down: it was disabled",
                            "{'event':'link-down','host':3,'link':1,'cause':'disabled','silence_ms':0.0}"),
                    entry(
                            new KnetEvent.LinkHeldDown(2, 0, Duration.ofSeconds(30)),
                            "link 0 to host 2 (beta) came up again and is held down for 30.0 s",
                            "{'event':'link-held-down','host':2,'name':'beta','link':0,'time_ms':30000.0}"),
                    entry(
                            new KnetEvent.LinkSuppressed(3, 1, 2950, Duration.ofSeconds(118)),
                            "link 1 to host 3 went down too often and is suppressed for 118.0 s",
                            "{'event':'link-suppressed','host':3,'link':1,'penalty':2950,'time_ms':118000.0}"),
                    entry(
                            new KnetEvent.LinkLossy(3, 1, new PingLoss(50, 6)),
                            "link 1 to host 3 loses too much: 6 of 50 pings",
                            "{'event':'link-lossy','host':3,'link':1,'pings':50,'lost':6}"),
                    entry(
                            new KnetEvent.LinkReleased(3, 1, KnetEvent.Restraint.HELD_DOWN),
                            "link 1 to host 3 is not held down any more",
                            "{'event':'link-released','host':3,'link':1,'restraint':'held-down'}"),
                    entry(
                            new KnetEvent.LinkReleased(3, 1, KnetEvent.Restraint.SUPPRESSED),
                            "link 1 to host 3 is not suppressed any more",
                            "{'event':'link-released','host':3,'link':1,'restraint':'suppressed'}"),
                    entry(
                            new KnetEvent.LinkReleased(3, 1, KnetEvent.Restraint.LOSSY),
                            "link 1 to host 3 does not lose too much any more",
                            "{'event':'link-released','host':3,'link':1,'restraint':'lossy'}"),
                    entry(
                            new KnetEvent.NodeStalled(Duration.ofMillis(1200), 2),
                            "this node did nothing for 1.2 s: it was stopped or had no processor",
                            "{'event':'node-stalled','longest_ms':1200.0,'times':2}"),
                    entry(
                            new KnetEvent.PeerAddressChanged(2, 1, Optional.empty(), LOCAL),
                            "link 1 to host 2 (beta) found its peer at 127.0.0.1 port 5405",
                            "{'event':'peer-address','host':2,'name':'beta','link':1,'address':'127.0.0.1','port':5405}"),
                    entry(
                            new KnetEvent.PeerAddressChanged(
                                    2,
                                    1,
                                    Optional.of(LOCAL),
                                    new InetSocketAddress(LOCAL.getAddress(), 5406)),
                            "link 1 to host 2 (beta) moved from 127.0.0.1 port 5405 to 127.0.0.1 port 5406",
                            "{'event':'peer-address','host':2,'name':'beta','link':1,'before_address':'127.0.0.1','before_port':5405,'address':'127.0.0.1','port':5406}"),
                    entry(
                            new KnetEvent.HostReachable(2),
                            "host 2 (beta) is reachable",
                            "{'event':'host-reachable','host':2,'name':'beta'}"),
                    entry(
                            new KnetEvent.HostUnreachable(2),
                            "host 2 (beta) is unreachable: all links are down",
                            "{'event':'host-unreachable','host':2,'name':'beta'}"),
                    entry(
                            new KnetEvent.HostRestarted(2),
                            "host 2 (beta) was restarted",
                            "{'event':'host-restarted','host':2,'name':'beta'}"),
                    entry(
                            new KnetEvent.ActiveLinksChanged(2, List.of(0, 1)),
                            "traffic to host 2 (beta) now uses links 0, 1",
                            "{'event':'active-links','host':2,'name':'beta','links':[0,1]}"),
                    entry(
                            new KnetEvent.ActiveLinksChanged(2, List.of()),
                            "",
                            "{'event':'active-links','host':2,'name':'beta','links':[]}"),
                    entry(
                            new KnetEvent.DataMtuChanged(2, 1397),
                            "messages to host 2 (beta) now travel with a data MTU of 1397 bytes",
                            "{'event':'data-mtu','host':2,'name':'beta','bytes':1397}"),
                    entry(
                            new KnetEvent.PathMtuChanged(
                                    2,
                                    1,
                                    new PathMtu(
                                            1500,
                                            1397,
                                            1409,
                                            MtuLimit.INTERFACE,
                                            OptionalInt.of(1516),
                                            OptionalInt.empty(),
                                            false)),
                            "link 1 to host 2 (beta) carries packets of up to 1500 bytes: this machine sends no larger ones",
                            "{'event':'path-mtu','host':2,'name':'beta','link':1,'packet_bytes':1500,'data_mtu':1397,'fragment_bytes':1409,'limit':'interface','searching':false}"),
                    entry(
                            new KnetEvent.PathMtuDiffers(2, 1, 1500, 1400),
                            "link 1 to host 2 (beta) carries packets of up to 1500 bytes to the host, but up to 1400 bytes from it",
                            "{'event':'path-mtu-differs','host':2,'name':'beta','link':1,'sent_packet_bytes':1500,'received_packet_bytes':1400}"),
                    entry(
                            new KnetEvent.SocketError(LOCAL, Reason.SOCKET_FAILED, "broken"),
                            "socket 127.0.0.1 port 5405 failed: broken: socket failed",
                            "{'event':'socket-error','address':'127.0.0.1','port':5405,'reason':'socket-failed','message':'broken'}"),
                    entry(
                            new KnetEvent.SendFailed(Reason.HOST_DOWN, 4, 1),
                            "1 message on channel 4 not sent: no destination is reachable",
                            "{'event':'send-failed','channel':4,'messages':1,'reason':'host-down'}"),
                    entry(
                            new KnetEvent.ReceiveQueueFull(4, 17),
                            "17 received messages on channel 4 lost: the reader of the output is too slow",
                            "{'event':'receive-queue-full','channel':4,'messages':17}"),
                    entry(
                            new KnetEvent.CryptoMismatch(
                                    2, 1, DropCause.CLEAR_TRAFFIC, "it sends clear packets"),
                            "host 2 (beta) cannot be understood on link 1: it sends clear packets",
                            "{'event':'crypto-mismatch','host':2,'name':'beta','link':1,'cause':'clear-traffic','finding':'it sends clear packets'}"),
                    entry(
                            new KnetEvent.ZstdWithheld(2),
                            "messages to host 2 (beta) go uncompressed: it compresses by another method, and libknet crashes on zstd unless it is configured there",
                            "{'event':'zstd-withheld','host':2,'name':'beta'}"),
                    entry(
                            new KnetEvent.OnWireVersionChanged(new OnWireVersion(1, 1, 1)),
                            "packets now have format version 1",
                            "{'event':'onwire-version','current':1}"));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private TextReporter text;
    private JsonReporter json;

    private static Map.Entry<KnetEvent, List<String>> entry(
            KnetEvent event, String line, String json) {
        return Map.entry(event, List.of(line, json.replace('\'', '"')));
    }

    @BeforeEach
    void reporters() throws ConfigException {
        Terminal terminal =
                new Terminal(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        HostNames names =
                new HostNames(
                        ClusterConfig.parse(
                                "c",
                                """
                                totem {
                                  version: 2
                                }
                                nodelist {
                                  node {
                                    nodeid: 2
                                    name: beta
                                    ring0_addr: 127.0.0.1
                                  }
                                  node {
                                    nodeid: 3
                                    ring0_addr: 127.0.0.2
                                  }
                                }
                                """));
        text = new TextReporter(terminal, names, CLOCK);
        json = new JsonReporter(terminal, names);
    }

    private record Received(int source, int channel, ByteBuffer payload) implements Message {
        private Received(int source, int channel, byte... payload) {
            this(source, channel, ByteBuffer.wrap(payload));
        }

        @Override
        public byte[] toByteArray() {
            byte[] copy = new byte[payload.remaining()];
            payload.get(payload.position(), copy);
            return copy;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String take(ByteArrayOutputStream stream) {
        String printed = stream.toString(StandardCharsets.UTF_8);
        stream.reset();
        return printed;
    }

    @Test
    void eventsAreLinesOnStandardError() {
        EVENTS.forEach((event, expected) -> {
            text.event(event);
            String line = expected.getFirst();
            assertThat(take(err)).isEqualTo(line.isEmpty() ? "" : TIME + line + "\n");
        });
        assertThat(take(out)).isEmpty();
    }

    @Test
    void eventsAreJsonLinesOnStandardOutput() {
        EVENTS.forEach((event, expected) -> {
            json.event(event);
            assertThat(take(out)).isEqualTo(expected.getLast() + "\n");
        });
        assertThat(take(err)).isEmpty();
    }

    @Test
    void tellsWhatOperatorsChange() {
        List.of(
                        new OperatorChange.LinkEnabled(2, 1, false),
                        new OperatorChange.LinkEnabled(3, 0, true),
                        new OperatorChange.LinkPriority(2, 1, 5, 9),
                        new OperatorChange.Reloaded(List.of()),
                        new OperatorChange.Reloaded(List.of("a -> b", "c")))
                .forEach(change -> {
                    text.changed(change);
                    json.changed(change);
                });
        assertThat(take(err))
                .isEqualTo(
                        """
                        03:04:05.006 link 1 to host 2 (beta) was disabled (control socket)
                        03:04:05.006 link 0 to host 3 was enabled (control socket)
                        03:04:05.006 the priority of link 1 to host 2 (beta) was changed from 5 to 9 (control socket)
                        03:04:05.006 the configuration was read again, and nothing has changed (control socket)
                        03:04:05.006 the configuration was read again, 2 changes (control socket)
                        03:04:05.006   a -> b
                        03:04:05.006   c
                        """);
        assertThat(take(out))
                .isEqualTo(
                        """
                        {"event":"link-disabled","host":2,"name":"beta","link":1}
                        {"event":"link-enabled","host":3,"link":0}
                        {"event":"link-priority-changed","host":2,"name":"beta","link":1,"before":5,"after":9}
                        {"event":"reloaded","changes":[]}
                        {"event":"reloaded","changes":["a -> b","c"]}
                        """);
    }

    @Test
    void messagesAreLinesWithTheirSource() {
        text.message(new Received(1, 0, bytes("hello")));
        text.message(new Received(2, 7, bytes("grüße")));
        assertThat(take(out)).isEqualTo("from 1: hello\nfrom 2/7: grüße\n");
    }

    @Test
    void messagesAreJsonLinesWithTextOrBytes() {
        json.message(new Received(1, 0, bytes("say \"hello\"\n<ü>")));
        json.message(new Received(2, 7, (byte) 0xff, (byte) 0));
        assertThat(take(out))
                .isEqualTo(
                        """
                        {"event":"message","from":1,"channel":0,"size":16,"text":"say \\"hello\\"\\n<ü>"}
                        {"event":"message","from":2,"channel":7,"size":2,"base64":"/wA="}
                        """);
    }

    @Test
    void theStartTellsHowPacketsAreProtected() {
        Protection clear = new Protection(Optional.empty(), CompressionConfig.NONE);
        Protection signed =
                new Protection(
                        Optional.of(
                                new CryptoStatus.Slot(
                                        1, CryptoCipher.NONE, CryptoHash.SHA1, 128, 0)),
                        CompressionConfig.of(CompressionMethod.ZLIB)
                                .withLevel(9)
                                .withThreshold(1_000));
        Protection encrypted =
                new Protection(
                        Optional.of(
                                new CryptoStatus.Slot(
                                        2, CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1_024, 7)),
                        CompressionConfig.of(CompressionMethod.BZIP2));
        List.of(clear, signed, encrypted)
                .forEach(protection -> {
                    text.started(2, 1, 2, protection);
                    json.started(2, 1, 2, protection);
                });
        assertThat(take(err))
                .isEqualTo(
                        """
                        03:04:05.006 node 2 (beta) is running, 2 links to 1 host
                        03:04:05.006 packets are neither encrypted nor signed
                        03:04:05.006 node 2 (beta) is running, 2 links to 1 host
                        03:04:05.006 packets are not encrypted, but signed with sha1, key of 128 bytes
                        03:04:05.006 messages of more than 1000 bytes are compressed with zlib, level 9
                        03:04:05.006 node 2 (beta) is running, 2 links to 1 host
                        03:04:05.006 packets are encrypted with aes256 and signed with sha256, key of 1024 bytes
                        03:04:05.006 messages of more than 100 bytes are compressed with bzip2, level 1
                        """);
        String start =
                "{\"event\":\"node-started\",\"node\":2,\"name\":\"beta\",\"hosts\":1,\"links\":2,";
        assertThat(take(out).lines())
                .containsExactly(
                        start + "\"crypto\":null,\"compression\":null}",
                        start
                                + "\"crypto\":{\"cipher\":\"none\",\"hash\":\"sha1\",\"key_bytes\":128},"
                                + "\"compression\":{\"method\":\"zlib\",\"level\":9,\"threshold\":1000}}",
                        start
                                + "\"crypto\":{\"cipher\":\"aes256\",\"hash\":\"sha256\",\"key_bytes\":1024},"
                                + "\"compression\":{\"method\":\"bzip2\",\"level\":1,\"threshold\":100}}");
    }

    @Test
    void tellsWhatBecameOfTheInput() {
        text.skipped(3, "it is empty");
        text.notSent(2, "no host was reachable within 1.0 s");
        json.skipped(3, "it is empty");
        text.inputWasEmpty();
        json.inputWasEmpty();
        assertThat(take(err))
                .isEqualTo(
                        """
                        knet: line 3 of the input was skipped: it is empty
                        knet: 2 messages not sent: no host was reachable within 1.0 s
                        knet: standard input ended without a line, and with it the node; --stay keeps it running
                        knet: standard input ended without a line, and with it the node; --stay keeps it running
                        """);
        assertThat(take(out))
                .isEqualTo(
                        """
                        {"event":"line-skipped","line":3,"reason":"it is empty"}
                        {"event":"input-empty"}
                        """);
    }
}
