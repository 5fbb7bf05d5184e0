package io.knet4j.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.SharedKey;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeKeysTest {

    private final NodeKeys keys = new NodeKeys();

    /** A configuration with a key object of its own. */
    private static Optional<CryptoConfig> key(int content) {
        byte[] bytes = new byte[SharedKey.MIN_BYTES];
        Arrays.fill(bytes, (byte) content);
        return Optional.of(CryptoConfig.aes256Sha256(SharedKey.of(bytes)));
    }

    private CryptoSettings step(Optional<CryptoConfig> wanted, boolean prepare) {
        CryptoSettings next = keys.next(wanted, prepare);
        keys.accept(next);
        return next;
    }

    private static void assertSettings(
            CryptoSettings settings, String slots, int sending, ClearTraffic clear) {
        assertThat(text(settings.slot1()) + text(settings.slot2())).isEqualTo(slots);
        assertThat(settings.sendingSlot()).isEqualTo(sending);
        assertThat(settings.clearTraffic()).isEqualTo(clear);
    }

    /** The first byte of the key. */
    private static String text(Optional<CryptoConfig> slot) {
        return slot.map(config -> Integer.toString(config.key().toByteArray()[0])).orElse("-");
    }

    @Test
    void theOldKeyIsUnderstoodUntilTheNextReload() {
        keys.accept(NodeKeys.first(key(1)));
        assertSettings(step(key(1), false), "1-", 1, ClearTraffic.REFUSE);
        assertSettings(step(key(2), false), "12", 2, ClearTraffic.REFUSE);
        assertSettings(step(key(2), false), "-2", 2, ClearTraffic.REFUSE);
        assertSettings(step(key(3), false), "32", 1, ClearTraffic.REFUSE);
        assertSettings(step(key(4), false), "34", 2, ClearTraffic.REFUSE);
    }

    @Test
    void aKeyThatIsPreparedIsSentWithLater() {
        keys.accept(NodeKeys.first(key(1)));
        assertSettings(step(key(2), true), "12", 1, ClearTraffic.REFUSE);
        assertSettings(step(key(2), true), "12", 1, ClearTraffic.REFUSE);
        assertSettings(step(key(2), false), "12", 2, ClearTraffic.REFUSE);
        assertSettings(step(key(2), true), "12", 2, ClearTraffic.REFUSE);
        assertSettings(step(key(2), false), "-2", 2, ClearTraffic.REFUSE);
    }

    @Test
    void whatWasPreparedCanBeTakenBack() {
        keys.accept(NodeKeys.first(key(1)));
        step(key(2), true);
        assertSettings(step(key(1), false), "1-", 1, ClearTraffic.REFUSE);
    }

    @Test
    void goesFromClearToEncryptedAndBack() {
        keys.accept(NodeKeys.first(Optional.empty()));
        assertSettings(step(Optional.empty(), false), "--", 0, ClearTraffic.ALLOW);
        assertSettings(step(key(1), true), "1-", 0, ClearTraffic.ALLOW);
        assertSettings(step(key(1), false), "1-", 1, ClearTraffic.ALLOW);
        assertSettings(step(key(1), false), "1-", 1, ClearTraffic.REFUSE);
        assertSettings(step(Optional.empty(), true), "1-", 1, ClearTraffic.ALLOW);
        assertSettings(step(Optional.empty(), false), "1-", 0, ClearTraffic.ALLOW);
        assertSettings(step(Optional.empty(), false), "--", 0, ClearTraffic.ALLOW);
    }

    @Test
    void overwritesKeysThatAreNotNeededAnyMore() {
        Optional<CryptoConfig> first = key(1);
        keys.accept(NodeKeys.first(first));
        Optional<CryptoConfig> same = key(1);
        step(same, false);
        assertThat(keys.holds(first.orElseThrow().key())).isTrue();
        assertThat(keys.holds(same.orElseThrow().key())).isFalse();
        Optional<CryptoConfig> second = key(2);
        step(second, false);
        assertThat(first.orElseThrow().key().toByteArray()[0]).isEqualTo((byte) 1);
        step(key(2), false);
        assertThatThrownBy(() -> first.orElseThrow().key().toByteArray())
                .isInstanceOf(IllegalStateException.class);
        keys.close();
        assertThatThrownBy(() -> second.orElseThrow().key().toByteArray())
                .isInstanceOf(IllegalStateException.class);
    }
}
