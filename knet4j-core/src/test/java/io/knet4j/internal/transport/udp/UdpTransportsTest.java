package io.knet4j.internal.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.ConfigurationException;
import io.knet4j.Reason;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.Transport.Socket;
import io.knet4j.internal.transport.udp.Ends.Datagram;
import io.knet4j.internal.transport.udp.linux.LinuxUdpTransport;
import java.io.BufferedReader;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which transport is chosen, and that both understand each other. */
class UdpTransportsTest {
    private final Reports reports = new Reports();

    private SocketTransport open(UdpFeature... without) {
        return UdpTransports.open(Set.of(without), reports);
    }

    @AfterEach
    void forgetProperty() {
        System.clearProperty(UdpFeature.WITHOUT_PROPERTY);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void onLinuxItsOwnSocketsAreUsed() {
        try (SocketTransport transport = open()) {
            assertThat(transport).isInstanceOf(LinuxUdpTransport.class);
            assertThat(transport.features()).contains(UdpFeature.NATIVE);
            assertThat(transport.description()).startsWith("UDP with native");
        }
    }

    @Test
    void theSocketsOfJavaServeWhenOthersAreSwitchedOff() {
        try (SocketTransport transport = open(UdpFeature.NATIVE)) {
            assertThat(transport).isInstanceOf(NioUdpTransport.class);
            assertThat(transport.features()).doesNotContain(UdpFeature.NATIVE);
            assertThat(transport.description())
                    .isEqualTo(
                            "UDP by the sockets of Java, one datagram per system call, since native"
                                    + " is switched off");
        }
    }

    /** One line, with what to do about it, and no warning of Java. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void withoutNativeAccessTheSocketsOfJavaServeAndTheOptionIsTold() throws Exception {
        String classes =
                Stream.of(UdpTransports.class, WithoutNativeAccess.class)
                        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                        .map(location -> Path.of(URI.create(location.toString())).toString())
                        .distinct()
                        .collect(Collectors.joining(File.pathSeparator));
        String testClasses = Path.of("target", "test-classes").toString();
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                classes + File.pathSeparator + testClasses,
                                WithoutNativeAccess.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader output = java.inputReader()) {
            assertThat(output.lines())
                    .containsExactly(
                            "UDP by the sockets of Java, one datagram per system call, since native"
                                    + " access is not enabled: run java with"
                                    + " --enable-native-access=ALL-UNNAMED");
        }
        assertThat(java.waitFor()).isZero();
    }

    @Test
    void theSystemPropertySwitchesOff() {
        System.setProperty(UdpFeature.WITHOUT_PROPERTY, " Receive-Offload, ,segmentation-offload,");
        try (SocketTransport transport = open(UdpFeature.ERROR_QUEUE)) {
            assertThat(transport.features())
                    .doesNotContain(
                            UdpFeature.RECEIVE_OFFLOAD,
                            UdpFeature.SEGMENTATION_OFFLOAD,
                            UdpFeature.ERROR_QUEUE);
        }
        System.setProperty(UdpFeature.WITHOUT_PROPERTY, "gso");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(this::open)
                .withMessage(
                        "io.knet4j.udp.without: value 'gso' is not allowed; allowed: native,"
                                + " segmentation-offload, receive-offload, error-queue,"
                                + " forced-buffers, socket-priority, mtu-probe-mode,"
                                + " source-filter")
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
    }

    /** What one cuts or puts together, the other must not notice. */
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, true, false",
        "127.0.0.1, false, true",
        "::1, true, false",
        "::1, false, true"
    })
    void bothUnderstandEachOther(String host, boolean nativeSender, boolean nativeReceiver)
            throws Exception {
        UdpFeature[] none = {};
        UdpFeature[] all = {UdpFeature.NATIVE};
        try (Ends sender = new Ends(open(nativeSender ? none : all));
                Ends receiver = new Ends(open(nativeReceiver ? none : all))) {
            Socket from = sender.bind(host);
            Socket to = receiver.bind(host);
            io.knet4j.internal.transport.Path path = sender.transport.path(from, to.local());
            List<Datagram> sent = new ArrayList<>();
            int[] lengths = {1400, 1400, 1400, 500, 64, 64, 64, 64, 65, 30_000, 30_000, 30_000, 1};
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 64; i++) {
                    byte[] payload = Ends.payload(lengths[i % lengths.length], i);
                    sender.add(path, payload);
                    sent.add(new Datagram(to.local(), from.local(), payload));
                }
                sender.sendAll();
                receiver.await(sent.size());
            }
            assertThat(receiver.received).isEqualTo(sent);
        }
        assertThat(reports.failures).isEmpty();
    }
}
