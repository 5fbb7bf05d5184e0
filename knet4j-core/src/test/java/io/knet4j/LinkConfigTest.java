package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.knet4j.LinkConfig.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkConfigTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 5405);
    private static final InetSocketAddress REMOTE = new InetSocketAddress("10.0.0.2", 5405);
    private static final LinkConfig UDP = LinkConfig.udp(LOCAL, REMOTE);

    private static void refused(String message, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessage(message)
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
    }

    // ---- transports

    @Test
    void transportsHaveTheIdsAndNamesOfLibknet() {
        assertThat(Transport.values()).containsExactly(Transport.LOOPBACK, Transport.UDP);
        for (Map.Entry<Integer, String> libknet : Map.of(0, "LOOPBACK", 1, "UDP").entrySet()) {
            Transport transport = Transport.named(libknet.getValue());
            assertThat(transport.id()).isEqualTo(libknet.getKey());
            assertThat(transport.name()).isEqualTo(libknet.getValue());
            assertThat(Transport.withId(libknet.getKey())).isSameAs(transport);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ARP", "udp", "Udp", "SCTP", "", " UDP"})
    void otherNamesOfTransportsAreRefused(String name) {
        refused(
                "transport: value '" + name + "' is not allowed; allowed: LOOPBACK, UDP",
                () -> Transport.named(name));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, 3, 254, 255, 256})
    void otherNumbersOfTransportsAreRefused(int id) {
        refused(
                "transport id: value " + id + " is not allowed; allowed: 0 (LOOPBACK), 1 (UDP)",
                () -> Transport.withId(id));
    }

    // ---- values

    @Test
    void hasTheDefaultsOfLibknet() {
        for (LinkConfig config : new LinkConfig[] {UDP, LinkConfig.loopback()}) {
            assertThat(config.priority()).isZero();
            assertThat(config.pingInterval()).isEqualTo(Duration.ofSeconds(1));
            assertThat(config.pingTimeout()).isEqualTo(Duration.ofSeconds(2));
            assertThat(config.pingPrecision()).isEqualTo(2048);
            assertThat(config.pongCount()).isEqualTo(5);
            assertThat(config.highPriorityTraffic()).isFalse();
        }
        assertThat(UDP.enabled()).as("libknet has links enabled by a call of its own").isTrue();
    }

    @Test
    void everyValueCanBeChosen() {
        LinkConfig config =
                UDP.withLocal(REMOTE)
                        .withEnabled(false)
                        .withPriority(255)
                        .withPing(Duration.ofMillis(1), Duration.ofHours(1), Integer.MAX_VALUE)
                        .withPongCount(255)
                        .withHighPriorityTraffic(true);
        assertThat(config.local()).isEqualTo(REMOTE);
        assertThat(config.remote()).isEqualTo(REMOTE);
        assertThat(config.enabled()).isFalse();
        assertThat(config.priority()).isEqualTo(255);
        assertThat(config.pingInterval()).isEqualTo(Duration.ofMillis(1));
        assertThat(config.pingTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(config.pingPrecision()).isEqualTo(Integer.MAX_VALUE);
        assertThat(config.pongCount()).isEqualTo(255);
        assertThat(config.highPriorityTraffic()).isTrue();
        Duration second = Duration.ofSeconds(1);
        assertThat(config.withPing(second, second).pingPrecision())
                .isEqualTo(config.pingPrecision());
    }

    private static Arguments wrong(String message, UnaryOperator<LinkConfig> change) {
        return Arguments.of(message, change);
    }

    private static Stream<Arguments> wrongValues() {
        Duration ok = Duration.ofSeconds(1);
        Duration tooLong = Duration.ofHours(1).plusNanos(1);
        return Stream.of(
                wrong(
                        "priority: value -1 is not allowed; allowed: 0 to 255",
                        link -> link.withPriority(-1)),
                wrong(
                        "priority: value 256 is not allowed; allowed: 0 to 255",
                        link -> link.withPriority(256)),
                wrong(
                        "pingInterval: value PT0S is not allowed; allowed: PT0.001S to PT1H",
                        link -> link.withPing(Duration.ZERO, ok)),
                wrong(
                        "pingInterval: value PT-0.001S is not allowed; allowed: PT0.001S to PT1H",
                        link -> link.withPing(Duration.ofMillis(-1), ok)),
                wrong(
                        "pingInterval: value PT1H0.000000001S is not allowed; allowed: PT0.001S to"
                                + " PT1H",
                        link -> link.withPing(tooLong, ok)),
                wrong(
                        "pingTimeout: value PT0S is not allowed; allowed: PT0.001S to PT1H",
                        link -> link.withPing(ok, Duration.ZERO)),
                wrong(
                        "pingTimeout: value PT1H0.000000001S is not allowed; allowed: PT0.001S to"
                                + " PT1H",
                        link -> link.withPing(ok, tooLong)),
                wrong(
                        "pingPrecision: value 0 is not allowed; allowed: 1 to 2147483647",
                        link -> link.withPing(ok, ok, 0)),
                wrong(
                        "pongCount: value 0 is not allowed; allowed: 1 to 255",
                        link -> link.withPongCount(0)),
                wrong(
                        "pongCount: value 256 is not allowed; allowed: 1 to 255",
                        link -> link.withPongCount(256)));
    }

    @ParameterizedTest
    @MethodSource("wrongValues")
    void refusesValuesOutOfRangeByName(String message, UnaryOperator<LinkConfig> change) {
        refused(message, () -> change.apply(UDP));
        refused(message, () -> change.apply(LinkConfig.loopback()));
    }

    // ---- addresses

    @Test
    void refusesAddressesThatCannotBe() {
        InetSocketAddress ipv6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 5405);
        InetSocketAddress name = InetSocketAddress.createUnresolved("db-2", 5405);
        refused(
                "local: value null is not allowed; allowed: an address and a port",
                () -> UDP.withLocal(null));
        refused(
                "local: value db-2/<unresolved>:5405 is not allowed; allowed: a resolved address",
                () -> LinkConfig.udp(name, REMOTE));
        refused(
                "remote: value db-2/<unresolved>:5405 is not allowed; allowed: a resolved address",
                () -> LinkConfig.udp(LOCAL, name));
        refused(
                "remote: value /[0:0:0:0:0:0:0:1]:5405 is not allowed; allowed: an address of the"
                        + " same family as local /10.0.0.1:5405",
                () -> LinkConfig.udp(LOCAL, ipv6));
        refused(
                "remote: value /10.0.0.2:0 is not allowed; allowed: a port of 1 to 65535",
                () -> LinkConfig.udp(LOCAL, new InetSocketAddress(REMOTE.getAddress(), 0)));
        refused(
                "remote: value 0.0.0.0/0.0.0.0:5405 is not allowed; allowed: the address of a host",
                () -> LinkConfig.udp(LOCAL, new InetSocketAddress(5405)));
        refused(
                "local, remote: value /10.0.0.1:5405, null is not allowed; allowed: none for a"
                        + " loopback link",
                () -> LinkConfig.loopback().withLocal(LOCAL));
    }

    /** What {@code knet_strtoaddr} and {@code knet_addrtostr} do, in Java. */
    @ParameterizedTest
    @CsvSource({
        "192.168.0.1, 192.168.0.1",
        "fd00::1, fd00:0:0:0:0:0:0:1",
        "::ffff:10.0.0.1, 10.0.0.1",
    })
    void addressesAreReadAndWrittenAsNumbers(String text, String written) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(text), 50_000);
        assertThat(address.getAddress().getHostAddress()).isEqualTo(written);
        assertThat(address.getPort()).isEqualTo(50_000);
        assertThat(InetAddress.ofLiteral(written)).isEqualTo(address.getAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "db-2.example.org", "", "10.0.0.256", "fd00::g", "1.2.3.4.5"})
    void namesAreNoAddresses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> InetAddress.ofLiteral(text));
    }
}
