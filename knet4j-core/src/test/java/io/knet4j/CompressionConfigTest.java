package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionConfigTest {

    @Test
    void methodsHaveTheNumbersAndNamesOfLibknet() {
        assertThat(Arrays.stream(CompressionMethod.values()).map(CompressionMethod::methodName))
                .containsExactly("none", "zlib", "lz4", "lz4hc", "lzo2", "lzma", "bzip2", "zstd");
        for (int id = 0; id < 8; id++) {
            assertThat(CompressionMethod.withId(id).orElseThrow().id()).isEqualTo(id);
        }
        assertThat(CompressionMethod.withId(8)).isEmpty();
        assertThat(CompressionMethod.withId(-1)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void methodsAreFoundByTheirName(CompressionMethod method) {
        assertThat(CompressionMethod.named(method.methodName())).isEqualTo(method);
    }

    @ParameterizedTest
    @CsvSource({"ZLIB", "lzo", "gzip", "'zlib '", "''"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> CompressionMethod.named(name))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_ARGUMENT))
                .hasMessage(
                        "method: value '"
                                + name
                                + "' is not allowed; allowed: none, zlib, lz4, lz4hc, lzo2, lzma,"
                                + " bzip2, zstd");
    }

    @ParameterizedTest
    @CsvSource({
        "ZLIB, -1", "ZLIB, 0", "ZLIB, 9", "LZ4, -2147483648", "LZ4, 2147483647", "LZ4HC, -5",
        "LZO2, 999", "LZMA, 0", "LZMA, 9", "LZMA, -2147483642", "BZIP2, 1", "BZIP2, 9",
        "ZSTD, -131072", "ZSTD, 22", "ZSTD, 100",
    })
    void acceptsTheLevelsOfLibknet(CompressionMethod method, int level) {
        assertThat(CompressionConfig.of(method).withLevel(level).level()).hasValue(level);
    }

    @ParameterizedTest
    @CsvSource({
        "ZLIB, -2, -1 to 9",
        "ZLIB, 10, -1 to 9",
        "LZMA, -1, '0 to 9, also with bit 31 set'",
        "LZMA, 10, '0 to 9, also with bit 31 set'",
        "LZMA, -2147483638, '0 to 9, also with bit 31 set'",
        "BZIP2, 0, 1 to 9",
        "BZIP2, 10, 1 to 9",
        "NONE, 0, no level",
    })
    void refusesOtherLevels(CompressionMethod method, int level, String allowed) {
        assertThatThrownBy(() -> CompressionConfig.of(method).withLevel(level))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "level: value %d is not allowed; allowed: %s for method %s",
                        level, allowed, method.methodName());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void defaultLevelsAreAccepted(CompressionMethod method) {
        assertThat(method.acceptsLevel(method.defaultLevel())).isTrue();
        assertThat(CompressionConfig.of(method).level()).isEmpty();
    }

    @Test
    void threshold0IsTheDefault() {
        CompressionConfig zlib = CompressionConfig.of(CompressionMethod.ZLIB);
        assertThat(zlib.threshold()).isEqualTo(100);
        assertThat(zlib.withThreshold(0)).isEqualTo(zlib);
        assertThat(zlib.withThreshold(1).withLevel(3))
                .isEqualTo(new CompressionConfig(CompressionMethod.ZLIB, OptionalInt.of(3), 1));
        assertThat(zlib.withThreshold(65_536).threshold()).isEqualTo(65_536);
        assertThat(CompressionConfig.NONE.method()).isEqualTo(CompressionMethod.NONE);
    }

    @ParameterizedTest
    @CsvSource({"-1", "65537"})
    void refusesOtherThresholds(int threshold) {
        assertThatThrownBy(() -> CompressionConfig.NONE.withThreshold(threshold))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("threshold: value %d is not allowed; allowed: 0 to 65536", threshold);
    }
}
