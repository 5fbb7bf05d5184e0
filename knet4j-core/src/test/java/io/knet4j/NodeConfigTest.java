package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NodeConfigTest {
    private static final LinkConfig LINK =
            LinkConfig.udp(
                    new InetSocketAddress("10.0.0.1", 5405),
                    new InetSocketAddress("10.0.0.2", 5405));
    private static final CryptoConfig CRYPTO =
            CryptoConfig.aes256Sha256(SharedKey.of(new byte[128]));

    private static void refused(Reason reason, String message, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    @Test
    void refusesHostsThatCannotBe() {
        HostConfig host = HostConfig.named("a");
        refused(Reason.INVALID_ARGUMENT, "'' is not allowed", () -> HostConfig.named(""));
        refused(Reason.INVALID_ARGUMENT, "1 to 255 bytes", () -> host.withName("ä".repeat(128)));
        refused(Reason.INVALID_ARGUMENT, "host a: policy", () -> host.withPolicy(null));
        refused(
                Reason.INVALID_ARGUMENT,
                "host a: link id: value 8 is not allowed; allowed: 0 to 7",
                () -> host.withLink(8, LINK));
        refused(Reason.INVALID_ARGUMENT, "host a: links", () -> host.withLink(1, null));
        refused(
                Reason.INVALID_ARGUMENT,
                "host a: transport: value a loopback link beside another link",
                () -> host.withLink(0, LINK).withLink(1, LinkConfig.loopback()));
        refused(
                Reason.INVALID_ARGUMENT,
                "host id: value 65536 is not allowed; allowed: 0 to 65535",
                () -> NodeConfig.builder().host(65_536, host).build());
        refused(
                Reason.INVALID_ARGUMENT,
                "host id: value -1",
                () -> NodeConfig.builder().host(-1, host).build());
        refused(
                Reason.ALREADY_EXISTS,
                "host 9: name: host 3 is called 'a', too",
                () -> NodeConfig.builder().host(9, host).host(3, host).build());
        refused(
                Reason.INVALID_ARGUMENT,
                "interfaceMtu: value 575",
                () -> NodeConfig.builder().interfaceMtu(OptionalInt.of(575)).build());
    }

    @Test
    void refusesCryptoThatCannotBe() {
        CryptoSettings settings = CryptoSettings.of(CRYPTO);
        refused(Reason.INVALID_ARGUMENT, "slot: value 3", () -> settings.withSlot(3, CRYPTO));
        refused(Reason.INVALID_ARGUMENT, "slot: value 0", () -> settings.slot(0));
        refused(Reason.INVALID_ARGUMENT, "sendingSlot: value 3", () -> settings.withSendingSlot(3));
        refused(Reason.NOT_FOUND, "slot 2 is empty", () -> settings.withSendingSlot(2));
        refused(Reason.NOT_FOUND, "slot 1 is empty", () -> settings.withoutSlot(1));
        assertThat(settings.withSlot(2, CRYPTO).withSendingSlot(2).withoutSlot(1).slot1())
                .isEmpty();
    }

    @Test
    void isACopy() {
        TreeMap<Integer, LinkConfig> links = new TreeMap<>();
        links.put(0, LINK);
        HostConfig host = new HostConfig("a", LinkPolicy.ACTIVE, links);
        links.clear();
        assertThat(host.links()).containsOnlyKeys(0);
        assertThat(host.withoutLink(0).links()).isEmpty();
        assertThat(host.withoutLink(5)).isEqualTo(host);
        NodeConfig.Builder builder = NodeConfig.builder().host(2, host);
        NodeConfig config = builder.build();
        builder.withoutHost(2);
        assertThat(config.hosts()).containsOnlyKeys(2);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> config.hosts().clear());
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void reversedOrderIsPutRight() {
        TreeMap<Integer, HostConfig> reversed = new TreeMap<>(java.util.Comparator.reverseOrder());
        reversed.put(1, HostConfig.named("a"));
        reversed.put(2, HostConfig.named("b"));
        NodeConfig config =
                new NodeConfig(
                        reversed,
                        CryptoSettings.NONE,
                        CompressionConfig.NONE,
                        OptionalInt.empty(),
                        KnetConfig.DEFAULT_PATH_MTU_INTERVAL,
                        true,
                        0,
                        OptionalInt.empty(),
                        FlapControl.OFF);
        assertThat(config.hosts().keySet()).containsExactly(1, 2);
    }

    @Test
    void showsNoKeys() {
        byte[] bytes = new byte[128];
        java.util.Arrays.fill(bytes, (byte) 0x5a);
        NodeConfig config =
                NodeConfig.builder()
                        .crypto(CryptoSettings.of(CryptoConfig.aes256Sha256(SharedKey.of(bytes))))
                        .build();
        assertThat(config.toString())
                .contains("key of 128 bytes")
                .doesNotContainIgnoringCase("5a5a")
                .doesNotContain("90, 90")
                .doesNotContain("ZZZ");
    }
}
