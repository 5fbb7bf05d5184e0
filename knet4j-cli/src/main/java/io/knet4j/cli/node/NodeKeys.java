package io.knet4j.cli.node;

import io.knet4j.ClearTraffic;
import io.knet4j.Crypto;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.SharedKey;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The keys of a running node, and what becomes of them when the file has another one: that goes
 * into the other slot and is sent with, and what was sent with before is still understood, until
 * the next reload.
 */
final class NodeKeys implements AutoCloseable {

    private CryptoSettings settings = CryptoSettings.NONE;

    /** What a node starts with. */
    static CryptoSettings first(Optional<CryptoConfig> wanted) {
        return wanted.map(CryptoSettings::of).orElse(CryptoSettings.NONE);
    }

    /**
     * What comes next. Nothing is changed.
     *
     * @param wanted what the file says
     * @param prepare do not send with it yet
     */
    CryptoSettings next(Optional<CryptoConfig> wanted, boolean prepare) {
        int slot = wanted.map(this::slotOf).orElse(0);
        if (slot == settings.sendingSlot()) {
            return prepare ? settings : settled();
        }
        CryptoSettings next =
                wanted.isEmpty()
                        ? withSendingSlotOnly().withClearTraffic(ClearTraffic.ALLOW)
                        : withSendingSlotOnly().withSlot(slot, known(slot, wanted.get()));
        return prepare ? next : next.withSendingSlot(slot);
    }

    private CryptoConfig known(int slot, CryptoConfig wanted) {
        return settings.slot(slot).filter(known -> isSame(known, wanted)).orElse(wanted);
    }

    /** Nothing is understood but what is sent with. */
    private CryptoSettings settled() {
        return withSendingSlotOnly()
                .withClearTraffic(
                        settings.sendingSlot() == 0 ? ClearTraffic.ALLOW : ClearTraffic.REFUSE);
    }

    private CryptoSettings withSendingSlotOnly() {
        CryptoSettings only = settings;
        for (int slot = 1; slot <= Crypto.SLOTS; slot++) {
            if (slot != settings.sendingSlot()) {
                only = only.withoutSlot(slot);
            }
        }
        return only;
    }

    /** The slot that has it, else the one to put it into. */
    private int slotOf(CryptoConfig wanted) {
        for (int slot = 1; slot <= Crypto.SLOTS; slot++) {
            if (settings.slot(slot).filter(known -> isSame(known, wanted)).isPresent()) {
                return slot;
            }
        }
        return settings.sendingSlot() == 1 ? 2 : 1;
    }

    private static boolean isSame(CryptoConfig one, CryptoConfig other) {
        if (one.cipher() != other.cipher() || one.hash() != other.hash()) {
            return false;
        }
        byte[] bytes = one.key().toByteArray();
        byte[] otherBytes = other.key().toByteArray();
        try {
            return MessageDigest.isEqual(bytes, otherBytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(otherBytes, (byte) 0);
        }
    }

    /** The settings are in force: keys that are not in them are not needed any more. */
    void accept(CryptoSettings next) {
        CryptoSettings before = settings;
        settings = next;
        keys(before).filter(key -> !holds(key)).forEach(SharedKey::close);
    }

    /** Whether the key is in a slot. */
    boolean holds(SharedKey key) {
        return keys(settings).anyMatch(known -> known == key);
    }

    private static Stream<SharedKey> keys(CryptoSettings settings) {
        return Stream.of(settings.slot1(), settings.slot2())
                .flatMap(Optional::stream)
                .map(CryptoConfig::key);
    }

    @Override
    public void close() {
        keys(settings).forEach(SharedKey::close);
    }
}
