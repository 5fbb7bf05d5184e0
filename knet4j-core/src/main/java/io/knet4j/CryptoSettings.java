package io.knet4j;

import java.util.Optional;

/**
 * All of a node's crypto settings, as part of a {@link NodeConfig}: what {@link Crypto} sets step
 * by step. Two settings are equal when they hold the same {@link SharedKey} objects; {@link
 * Knet#apply} compares the bytes of the keys instead.
 *
 * @param slot1 what slot 1 is set to; empty, the default, for nothing
 * @param slot2 what slot 2 is set to; empty, the default, for nothing
 * @param sendingSlot the slot that seals what is sent, 1 or 2, which must be set; 0, the default,
 *     sends clear
 * @param clearTraffic whether clear packets are accepted; default {@link ClearTraffic#ALLOW}
 */
public record CryptoSettings(
        Optional<CryptoConfig> slot1,
        Optional<CryptoConfig> slot2,
        int sendingSlot,
        ClearTraffic clearTraffic) {

    /** No crypto, the default. */
    public static final CryptoSettings NONE =
            new CryptoSettings(Optional.empty(), Optional.empty(), 0, ClearTraffic.ALLOW);

    /**
     * Checks every value.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed; {@link Reason#NOT_FOUND} if the slot for sending is empty
     */
    public CryptoSettings {
        Checks.notNull("slot1", slot1);
        Checks.notNull("slot2", slot2);
        Checks.notNull("clearTraffic", clearTraffic);
        Checks.range("sendingSlot", sendingSlot, 0, Crypto.SLOTS);
        if ((sendingSlot == 1 && slot1.isEmpty()) || (sendingSlot == 2 && slot2.isEmpty())) {
            throw new ConfigurationException(
                    Reason.NOT_FOUND,
                    "sendingSlot: slot " + sendingSlot + " is empty; set it, or send with another");
        }
    }

    /**
     * What {@link Crypto#enable} leaves behind: slot 1 is set and used for sending, slot 2 is
     * empty, clear packets are refused.
     *
     * @param config cipher, hash and key
     * @return the settings
     */
    public static CryptoSettings of(CryptoConfig config) {
        return new CryptoSettings(Optional.of(config), Optional.empty(), 1, ClearTraffic.REFUSE);
    }

    /**
     * What a slot is set to.
     *
     * @param number 1 or 2
     * @return its configuration, empty when it has none
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if there is no such slot
     */
    public Optional<CryptoConfig> slot(int number) {
        return Checks.range("slot", number, 1, Crypto.SLOTS) == 1 ? slot1 : slot2;
    }

    /**
     * The same with another configuration in a slot.
     *
     * @param number 1 or 2
     * @param config takes the place of what was in the slot
     * @return the changed settings
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if there is no such slot
     */
    public CryptoSettings withSlot(int number, CryptoConfig config) {
        return with(number, Optional.of(config));
    }

    /**
     * The same with a slot empty.
     *
     * @param number 1 or 2, not the one that sends
     * @return the changed settings
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if there is no such slot;
     *     {@link Reason#NOT_FOUND} if it is the one that sends
     */
    public CryptoSettings withoutSlot(int number) {
        return with(number, Optional.empty());
    }

    private CryptoSettings with(int number, Optional<CryptoConfig> config) {
        boolean first = Checks.range("slot", number, 1, Crypto.SLOTS) == 1;
        return new CryptoSettings(
                first ? config : slot1, first ? slot2 : config, sendingSlot, clearTraffic);
    }

    /**
     * The same, sending with another slot.
     *
     * @param number 1 or 2, which must be set; 0 sends clear
     * @return the changed settings
     * @throws ConfigurationException as the constructor
     */
    public CryptoSettings withSendingSlot(int number) {
        return new CryptoSettings(slot1, slot2, number, clearTraffic);
    }

    /**
     * The same with clear packets accepted or not.
     *
     * @param value whether they are
     * @return the changed settings
     */
    public CryptoSettings withClearTraffic(ClearTraffic value) {
        return new CryptoSettings(slot1, slot2, sendingSlot, value);
    }
}
