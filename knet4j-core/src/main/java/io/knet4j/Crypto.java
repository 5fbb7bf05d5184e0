package io.knet4j;

/**
 * Encryption and authentication of a node. There are two slots for configurations: what is received
 * is opened by either, what is sent is sealed by the one that is in use. Everything can be changed
 * while messages flow.
 *
 * <p>To change the key of a running cluster without losing a message, with the old one in slot 1:
 *
 * <ol>
 *   <li>on every host, {@code set(2, newConfig)}: it now receives both;
 *   <li>when all hosts have done so, on every host, {@code use(2)};
 *   <li>when all hosts have done so, on every host, {@code clear(1)}, which overwrites the old key.
 * </ol>
 *
 * <p>To encrypt a running cluster, do the same from clear: {@code set(1, config)} everywhere, then
 * {@code use(1)} everywhere, then {@code setClearTraffic(REFUSE)} everywhere. Let the second step
 * take less than the ping timeout if there are libknet 1.x hosts: while they still send clear, they
 * answer encrypted pings with garbage.
 *
 * <p>Slot numbers are this node's own: a peer may hold the same configuration in the other slot.
 * The signature protects against forged packets, not against recorded ones: a recorded ping can be
 * sent again.
 */
public interface Crypto {

    /** Slots are numbered 1 and 2. */
    int SLOTS = 2;

    /**
     * Sets a slot that is not in use for sending. The configuration is tried out before, and the
     * key copied. Answers to {@code knet_handle_crypto_set_config}.
     *
     * @param slot 1 or 2
     * @param config takes the place of what was in the slot; that key is overwritten
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if there is no such slot, or
     *     the key was closed; {@link Reason#SLOT_IN_USE} if the slot is in use for sending; {@link
     *     Reason#UNKNOWN_ALGORITHM} if this Java runtime does not offer the cipher or hash. Nothing
     *     was changed then
     */
    void set(int slot, CryptoConfig config);

    /**
     * Empties a slot that is not in use for sending and overwrites its key. Answers to {@code
     * knet_handle_crypto_set_config} with model {@code none}.
     *
     * @param slot 1 or 2; an empty slot stays empty
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if there is no such slot;
     *     {@link Reason#SLOT_IN_USE} if the slot is in use for sending
     */
    void clear(int slot);

    /**
     * Chooses the slot that seals everything that is sent from now on. Fragments of a message never
     * mix: each message goes out by one slot. Answers to {@code knet_handle_crypto_use_config}.
     *
     * @param slot 1 or 2; 0 sends clear
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if there is no such slot;
     *     {@link Reason#NOT_FOUND} if it is empty
     */
    void use(int slot);

    /**
     * Chooses whether clear packets are accepted. Answers to {@code
     * knet_handle_crypto_rx_clear_traffic}.
     *
     * @param clearTraffic default for a new node: {@link ClearTraffic#ALLOW}
     */
    void setClearTraffic(ClearTraffic clearTraffic);

    /**
     * Encrypts and signs everything from now on, and accepts nothing else: sets slot 1, even if it
     * is in use, uses it, empties slot 2 and refuses clear traffic, all at once. Peers that still
     * have the previous configuration are cut off, see above for a change without loss. Answers to
     * {@code knet_handle_crypto}, the only such call of libknet 1.16 (later versions leave slot 2
     * as it is), and to {@link Knet.Builder#crypto}.
     *
     * @param config takes the place of what was in the slots; those keys are overwritten
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the key was closed; {@link
     *     Reason#UNKNOWN_ALGORITHM} if this Java runtime does not offer the cipher or hash. Nothing
     *     was changed then
     */
    void enable(CryptoConfig config);

    /**
     * Sends clear from now on, accepts clear packets, and empties both slots, all at once. Answers
     * to {@code knet_handle_crypto} with model {@code none}.
     */
    void disable();

    /**
     * What is set, and what was received with it.
     *
     * @return a snapshot
     */
    CryptoStatus status();
}
