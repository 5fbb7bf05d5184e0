package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UdpFeatureTest {

    @AfterEach
    void forgetProperty() {
        System.clearProperty(UdpFeature.WITHOUT_PROPERTY);
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsName(UdpFeature feature) {
        assertThat(UdpFeature.parse("field", feature.featureName())).containsExactly(feature);
        assertThat(feature).hasToString(feature.featureName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", " , "})
    void anEmptyListHasNone(String list) {
        assertThat(UdpFeature.parse("field", list)).isEmpty();
    }

    @Test
    void aListMayHaveSpacesAndCapitals() {
        assertThat(UdpFeature.parse("field", " Native,ERROR-queue , native"))
                .containsExactlyInAnyOrder(UdpFeature.NATIVE, UdpFeature.ERROR_QUEUE);
    }

    @Test
    void anUnknownNameIsToldWithWhatIsAllowed() {
        System.setProperty(UdpFeature.WITHOUT_PROPERTY, "error_queue");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Knet.builder(1).open())
                .withMessage(
                        "io.knet4j.udp.without: value 'error_queue' is not allowed; allowed:"
                                + " native, segmentation-offload, receive-offload, error-queue,"
                                + " forced-buffers, socket-priority, mtu-probe-mode,"
                                + " source-filter")
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
    }

    @Test
    void aNodeDoesWithoutWhatItIsToldTo() {
        KnetConfig config =
                Knet.builder(1)
                        .withoutUdpFeature(UdpFeature.SEGMENTATION_OFFLOAD)
                        .withoutUdpFeature(UdpFeature.ERROR_QUEUE, UdpFeature.MTU_PROBE_MODE)
                        .build();
        assertThat(config.withoutUdpFeatures())
                .isEqualTo(
                        Set.of(
                                UdpFeature.SEGMENTATION_OFFLOAD,
                                UdpFeature.ERROR_QUEUE,
                                UdpFeature.MTU_PROBE_MODE));
        try (Knet knet = Knet.open(config)) {
            assertThat(knet.udpFeatures()).doesNotContainAnyElementsOf(config.withoutUdpFeatures());
        }
        try (Knet knet = Knet.builder(1).withoutUdpFeature(UdpFeature.values()).open()) {
            assertThat(knet.udpFeatures()).isEmpty();
        }
    }
}
