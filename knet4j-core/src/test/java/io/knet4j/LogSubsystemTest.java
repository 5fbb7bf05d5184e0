package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogSubsystemTest {

    @ParameterizedTest
    @CsvSource({
        "0, common, COMMON",
        "1, handle, HANDLE",
        "2, host, HOST",
        "3, listener, TRANSPORT",
        "4, link, LINK",
        "5, transport, TRANSPORT",
        "6, crypto, CRYPTO",
        "7, compress, COMPRESS",
        "19, filter, FILTER",
        "20, dstcache, HOST",
        "21, heartbeat, HEARTBEAT",
        "22, pmtud, PMTUD",
        "23, tx, TX",
        "24, rx, RX",
        "40, loopback, TRANSPORT",
        "41, udp, TRANSPORT",
        "42, sctp, TRANSPORT",
        "60, nsscrypto, CRYPTO",
        "61, opensslcrypto, CRYPTO",
        "62, gcryptcrypto, CRYPTO",
        "70, zlibcomp, COMPRESS",
        "71, lz4comp, COMPRESS",
        "72, lz4hccomp, COMPRESS",
        "73, lzo2comp, COMPRESS",
        "74, lzmacomp, COMPRESS",
        "75, bzip2comp, COMPRESS",
        "76, zstdcomp, COMPRESS",
    })
    void everySubsystemOfLibknetIsFoundByIdAndName(int id, String name, LogSubsystem subsystem) {
        assertThat(LogSubsystem.withId(id)).contains(subsystem);
        assertThat(LogSubsystem.named(name)).contains(subsystem);
        assertThat(LogSubsystem.named(name.toUpperCase(Locale.ROOT))).contains(subsystem);
    }

    @ParameterizedTest
    @EnumSource
    void namesAndIdsLeadBack(LogSubsystem subsystem) {
        assertThat(LogSubsystem.withId(subsystem.id())).contains(subsystem);
        assertThat(LogSubsystem.named(subsystem.subsystemName())).contains(subsystem);
        assertThat(subsystem).hasToString(subsystem.subsystemName());
        assertThat(subsystem.loggerName()).isEqualTo("io.knet4j." + subsystem);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8, 18, 25, 39, 43, 63, 77, 253, 254, 255, 256, Integer.MAX_VALUE})
    void gapsAndUnknownIdsAreEmpty(int id) {
        assertThat(LogSubsystem.withId(id)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "links", "knet", " link"})
    void unknownNamesAreEmpty(String name) {
        assertThat(LogSubsystem.named(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, ERROR", "1, WARNING", "2, INFO", "3, DEBUG", "4, TRACE"})
    void levelsHaveTheNamesAndIdsOfLibknet(int id, System.Logger.Level level) {
        assertThat(LogLevels.withId(id)).contains(level);
        assertThat(LogLevels.named(level.name())).contains(level);
        assertThat(LogLevels.named(level.name().toLowerCase(Locale.ROOT))).contains(level);
        assertThat(LogLevels.id(level)).isEqualTo(id);
    }

    @Test
    void unknownLevelsAreEmptyOrRefused() {
        assertThat(LogLevels.withId(-1)).isEmpty();
        assertThat(LogLevels.withId(5)).isEmpty();
        assertThat(LogLevels.named("warn")).isEmpty();
        assertThat(LogLevels.named("off")).isEmpty();
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> LogLevels.id(System.Logger.Level.OFF))
                .withMessageContaining("level: value OFF");
    }
}
