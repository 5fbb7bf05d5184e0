package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnetConfigTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void hasTheDefaultsThatItTells() {
        KnetConfig config = Knet.builder(1).build();
        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(config.sendQueueFull()).isEqualTo(QueueFullPolicy.block(SECOND));
        assertThat(config.sendQueueBytes()).isEqualTo(4 << 20);
        assertThat(config.receiveQueueBytes()).isEqualTo(8 << 20);
        assertThat(config.socketBufferBytes()).isEqualTo(8_388_608);
        assertThat(config.interfaceMtu()).isEmpty();
        assertThat(config.reassembly())
                .isEqualTo(new ReassemblyLimits(64, 16 << 20, Duration.ofSeconds(5)));
        assertThat(config.crypto()).isEmpty();
        assertThat(config.compression()).isEqualTo(CompressionConfig.NONE);
        assertThat(config.dscp()).isZero();
        assertThat(config.pathMtuInterval()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.accessLists()).isTrue();
        assertThat(config.withoutUdpFeatures()).isEmpty();
        assertThat(config.idleStrategy()).isEqualTo(IdleStrategy.park());
        assertThat(config.cryptoThreads()).as("by the number of processors").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32_767, 32_768, 65_535})
    void nodeIdsUseAll16Bits(int id) {
        assertThat(Knet.builder(id).build().nodeId()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 46, 63})
    void takesEveryDscp(int dscp) {
        assertThat(Knet.builder(1).dscp(dscp).build().dscp()).isEqualTo(dscp);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void takesEveryNumberOfCryptoThreads(int threads) {
        assertThat(Knet.builder(1).cryptoThreads(threads).build().cryptoThreads())
                .hasValue(threads);
    }

    private static Arguments wrong(String message, ThrowingCallable call) {
        return Arguments.of(message, call);
    }

    private static Stream<Arguments> wrongValues() {
        return Stream.of(
                wrong("nodeId: value -1", () -> Knet.builder(-1)),
                wrong("nodeId: value 65536", () -> Knet.builder(65_536)),
                wrong(
                        "sendQueueBytes: value 131071",
                        () -> Knet.builder(1).sendQueueBytes(131_071).build()),
                wrong(
                        "sendQueueBytes: value 1073741825",
                        () -> Knet.builder(1).sendQueueBytes((1 << 30) + 1).build()),
                wrong(
                        "receiveQueueBytes: value 0",
                        () -> Knet.builder(1).receiveQueueBytes(0).build()),
                wrong(
                        "socketBufferBytes: value 65535",
                        () -> Knet.builder(1).socketBufferBytes(65_535).build()),
                wrong("interfaceMtu: value 575", () -> Knet.builder(1).interfaceMtu(575).build()),
                wrong(
                        "interfaceMtu: value 65536",
                        () -> Knet.builder(1).interfaceMtu(65_536).build()),
                wrong(
                        "pathMtuInterval: value PT0S",
                        () -> Knet.builder(1).pathMtuInterval(Duration.ZERO).build()),
                wrong("dscp: value 64", () -> Knet.builder(1).dscp(64).build()),
                wrong("dscp: value -1", () -> Knet.builder(1).dscp(-1).build()),
                wrong("crypto: value null", () -> Knet.builder(1).crypto(null)),
                wrong("compression: value null", () -> Knet.builder(1).compression(null).build()),
                wrong("reassembly: value null", () -> Knet.builder(1).reassembly(null).build()),
                wrong(
                        "sendQueueFull: value null",
                        () -> Knet.builder(1).sendQueueFull(null).build()),
                wrong(
                        "withoutUdpFeatures: value null",
                        () -> Knet.builder(1).withoutUdpFeature((UdpFeature) null)),
                wrong("messagesPerHost: value 31", () -> new ReassemblyLimits(31, 1 << 20, SECOND)),
                wrong(
                        "messagesPerHost: value 4097",
                        () -> new ReassemblyLimits(4097, 1 << 20, SECOND)),
                wrong(
                        "bytesTotal: value 1048575",
                        () -> new ReassemblyLimits(32, 1_048_575, SECOND)),
                wrong(
                        "lifetime: value PT0.099S",
                        () -> new ReassemblyLimits(32, 1 << 20, Duration.ofMillis(99))),
                wrong(
                        "lifetime: value PT10M1S",
                        () -> new ReassemblyLimits(32, 1 << 20, Duration.ofSeconds(601))),
                wrong("idleStrategy: value null", () -> Knet.builder(1).idleStrategy(null).build()),
                wrong("cryptoThreads: value 0", () -> Knet.builder(1).cryptoThreads(0).build()),
                wrong("cryptoThreads: value 9", () -> Knet.builder(1).cryptoThreads(9).build()),
                wrong(
                        "duration: value PT0.000000999S",
                        () -> IdleStrategy.spinThenPark(Duration.ofNanos(999))),
                wrong(
                        "duration: value PT1.001S",
                        () -> IdleStrategy.spinThenPark(Duration.ofMillis(1001))),
                wrong("timeout: value PT0S", () -> QueueFullPolicy.block(Duration.ZERO)),
                wrong("timeout: value PT2H", () -> QueueFullPolicy.block(Duration.ofHours(2))));
    }

    @ParameterizedTest
    @MethodSource("wrongValues")
    void refusesValuesOutOfRangeByName(String message, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessageStartingWith(message + " is not allowed; allowed: ")
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
    }
}
