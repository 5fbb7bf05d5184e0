package io.knet4j.cli.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.status.NodeStatus.Address;
import io.knet4j.cli.status.NodeStatus.Bucket;
import io.knet4j.cli.status.NodeStatus.Changes;
import io.knet4j.cli.status.NodeStatus.Compression;
import io.knet4j.cli.status.NodeStatus.CompressionCounters;
import io.knet4j.cli.status.NodeStatus.Counters;
import io.knet4j.cli.status.NodeStatus.Crypto;
import io.knet4j.cli.status.NodeStatus.CryptoCounters;
import io.knet4j.cli.status.NodeStatus.Damping;
import io.knet4j.cli.status.NodeStatus.Failure;
import io.knet4j.cli.status.NodeStatus.Failures;
import io.knet4j.cli.status.NodeStatus.FlapControl;
import io.knet4j.cli.status.NodeStatus.Host;
import io.knet4j.cli.status.NodeStatus.Latency;
import io.knet4j.cli.status.NodeStatus.Link;
import io.knet4j.cli.status.NodeStatus.Loss;
import io.knet4j.cli.status.NodeStatus.LossLimit;
import io.knet4j.cli.status.NodeStatus.Mtu;
import io.knet4j.cli.status.NodeStatus.Node;
import io.knet4j.cli.status.NodeStatus.Packets;
import io.knet4j.cli.status.NodeStatus.Slot;
import io.knet4j.cli.status.NodeStatus.Stability;
import io.knet4j.cli.status.NodeStatus.Times;
import io.knet4j.cli.status.NodeStatus.Traffic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StatusFormTest {

    private static final String TIME = "2026-01-02T03:04:05.678Z";
    private static final Packets PACKETS = new Packets(1_234_567, 1_234_567_890);
    private static final Traffic TRAFFIC = new Traffic(PACKETS, PACKETS, PACKETS, PACKETS);
    private static final Times TIMES = new Times(9, 1.5, 2.25, 1_003.0);
    private static final Times NO_TIMES = new Times(0, null, null, null);
    private static final Stability STABLE = new Stability(null, 0, null, false);
    private static final Latency UNKNOWN = new Latency(null, null, null, null, 0, List.of());

    private static Link link(
            int id, String use, String explanation, Latency latency, Failure data) {
        Failure none = new Failure(0, 0);
        return new Link(
                id,
                "udp",
                !use.equals("disabled"),
                use.equals("in-use") || use.equals("standby"),
                use,
                explanation,
                new Address("2001:db8:1234:5678:9abc:def0:1234:5678", 15_405),
                new Address("2001:db8:1234:5678:9abc:def0:1234:9999", 15_405),
                new Address("2001:db8:1234:5678:9abc:def0:1234:9999", 15_405),
                2,
                200,
                1_000,
                2_048,
                2,
                12.3,
                latency,
                new Loss(12.5, 64, 8),
                id == 1 ? new Stability(1_234.5, 2_950, 118_000.0, true) : STABLE,
                new Mtu(
                        1_500,
                        1_280,
                        1_397,
                        1_409,
                        "interface",
                        "this machine sends no larger ones",
                        1_501,
                        false),
                108,
                new Changes(2, 1, 7_383_000.0, List.of(TIME, TIME), List.of(TIME)),
                TRAFFIC,
                TRAFFIC,
                new Failures(data, none, none, none));
    }

    /** Every field has a value. */
    private static NodeStatus everything() {
        return new NodeStatus(
                1,
                TIME,
                new Node(
                        1,
                        "alpha",
                        "production",
                        "/etc/corosync/corosync.conf",
                        4_711,
                        "1.0",
                        TIME,
                        7_384_000,
                        true,
                        1_500,
                        30_000,
                        true,
                        46,
                        new Crypto(
                                2,
                                true,
                                3,
                                List.of(
                                        new Slot(1, "aes128", "sha1", 128, 5),
                                        new Slot(2, "aes256", "sha256", 1_024, 7))),
                        new Compression("zlib", -1, 100),
                        new FlapControl(
                                30_000,
                                new Damping(1_000, 60_000, 2_000, 750, 600_000),
                                new LossLimit(10, 2, 50))),
                List.of(
                        new Host(
                                2,
                                "beta",
                                true,
                                "passive",
                                List.of(0),
                                1_397,
                                1,
                                1,
                                List.of(
                                        link(
                                                0,
                                                "in-use",
                                                "no better link is up",
                                                new Latency(
                                                        0.312,
                                                        0.1,
                                                        0.4,
                                                        1_234.0,
                                                        99_999,
                                                        List.of(new Bucket(0.256, 0.512, 99_999))),
                                                new Failure(3, 4)),
                                        link(
                                                1,
                                                "down",
                                                "no pong had come for 1.0 s when it went down, and"
                                                        + " none since",
                                                UNKNOWN,
                                                new Failure(0, 4)),
                                        link(
                                                2,
                                                "disabled",
                                                "it is disabled",
                                                UNKNOWN,
                                                new Failure(0, 0)))),
                        new Host(3, "3", false, "active", List.of(), 482, 0, 0, List.of())),
                new Counters(
                        1_234,
                        5_678,
                        Map.of("host-down", 4L, "queue-full", 1L),
                        Map.of("duplicate", 3L),
                        6,
                        new CryptoCounters(1, 2, TIMES, 3, TIMES),
                        new CompressionCounters(1, 2, 3, 4, 5, 6, TIMES, 7, 8, 9, 10, TIMES),
                        TIMES));
    }

    private static NodeStatus nothing() {
        return new NodeStatus(
                1,
                TIME,
                new Node(
                        1,
                        null,
                        null,
                        "/c",
                        2,
                        "1.0",
                        TIME,
                        3,
                        false,
                        null,
                        60_000,
                        false,
                        0,
                        new Crypto(0, true, 0, List.of()),
                        null,
                        null),
                List.of(),
                new Counters(
                        0,
                        0,
                        Map.of(),
                        Map.of(),
                        0,
                        new CryptoCounters(0, 0, NO_TIMES, 0, NO_TIMES),
                        new CompressionCounters(0, 0, 0, 0, 0, 0, NO_TIMES, 0, 0, 0, 0, NO_TIMES),
                        NO_TIMES));
    }

    private static JsonObject json(NodeStatus status) {
        return JsonParser.parseString(StatusJson.text(StatusJson.of(status))).getAsJsonObject();
    }

    @Test
    void hasTheFieldsThatProgramsRelyOn() throws Exception {
        assertThat(
                        StatusSchema.of(json(everything())).entrySet().stream()
                                .map(field -> field.getKey() + ' ' + withoutNull(field.getValue()))
                                .collect(Collectors.joining("\n")))
                .isEqualTo(
                        StatusSchema.expected().entrySet().stream()
                                .map(field ->
                                        field.getKey() + ' ' + field.getValue().split(" or ")[0])
                                .collect(Collectors.joining("\n")));
        StatusSchema.assertFits(json(everything()));
        StatusSchema.assertFits(json(nothing()));
    }

    private static String withoutNull(Set<String> types) {
        return types.stream().filter(type -> !type.equals("null")).collect(Collectors.joining());
    }

    @Test
    void comesBackAsItWas() throws Exception {
        assertThat(StatusJson.parse(json(everything()))).isEqualTo(everything());
        assertThat(StatusJson.parse(json(nothing()))).isEqualTo(nothing());
    }

    @Test
    void toleratesWhatLaterVersionsAdd() throws Exception {
        JsonObject later = json(everything());
        later.addProperty("mood", "sunny");
        assertThat(StatusJson.parse(later)).isEqualTo(everything());
        JsonObject broken = json(everything());
        broken.remove("hosts");
        assertThatThrownBy(() -> StatusJson.parse(broken))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("another version of knet");
    }

    @Test
    void isReadableAtEightyColumns() {
        String text = StatusText.of(everything());
        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(text)
                .isEqualTo(
                        """
                        node 1 (alpha) of cluster production, up 2 h 3 min
                          file         /etc/corosync/corosync.conf
                          program      knet 1.0, process 4711
                          crypto       aes256 with sha256, key of 1024 bytes in slot 2; slot 1 opens
                                       aes128 with sha1, key of 128 bytes, 5 packets so far; CLEAR
                                       PACKETS ARE ACCEPTED
                          compression  zlib, default level, messages of more than 100 bytes
                          forwarding   on
                          flap control links are held down for 30.0 s, suppressed above a penalty of
                                       2000, avoided above 10 % loss

                        host 2 (beta) is reachable by link 0, policy passive, data MTU 1397
                          link 0  in use     no better link is up
                                  address    [2001:db8:1234:5678:9abc:def0:1234:5678]:15405 ->
                                             [2001:db8:1234:5678:9abc:def0:1234:9999]:15405
                                  latency    0.31 ms now, 0.10 ms to 1.2 s over 99999 pongs; loss 12.5 %
                                  MTU        1500 out, 1280 in, THEY DIFFER; data 1397; this machine
                                             sends no larger ones
                                  priority   2
                                  changes    came up 2 times, went down 1 time; the last 2 h 3 min ago
                                  data       1234567 packets sent, 1234567 received, 3 NOT SENT
                          link 1  DOWN       no pong had come for 1.0 s when it went down, and none
                                             since
                                  address    [2001:db8:1234:5678:9abc:def0:1234:5678]:15405 ->
                                             [2001:db8:1234:5678:9abc:def0:1234:9999]:15405
                                  latency    not known; loss 12.5 %
                                  stability  SUPPRESSED for another 118.0 s, held down for another 1.2
                                             s, LOSES TOO MUCH, penalty 2950
                                  MTU        found out when the link is up
                                  priority   2
                                  changes    came up 2 times, went down 1 time; the last 2 h 3 min ago
                                  data       1234567 packets sent, 1234567 received
                          link 2  disabled   it is disabled
                                  address    [2001:db8:1234:5678:9abc:def0:1234:5678]:15405 ->
                                             [2001:db8:1234:5678:9abc:def0:1234:9999]:15405
                                  latency    not known; loss 12.5 %
                                  MTU        found out when the link is up
                                  priority   2
                                  changes    came up 2 times, went down 1 time; the last 2 h 3 min ago
                                  data       1234567 packets sent, 1234567 received

                        host 3 is NOT REACHABLE: it has no links, policy active

                        messages       1234 sent, 5678 delivered
                        not sent       host-down 4, queue-full 1
                        dropped        duplicate 3
                        own stalls     9 times, the longest 1.0 ms
                        EVENTS LOST    6, the output is slow
                        """);
    }

    @Test
    void saysWhatIsNotThere() {
        assertThat(StatusText.of(nothing()))
                .isEqualTo(
                        """
                        node 1, up 0 s
                          file         /c
                          program      knet 1.0, process 2
                          crypto       NONE, packets travel clear
                          compression  none
                          forwarding   OFF: no messages are carried

                        messages       0 sent, 0 delivered
                        not sent       none
                        dropped        none
                        \
                        """);
    }
}
