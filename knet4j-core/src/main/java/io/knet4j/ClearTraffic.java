package io.knet4j;

/** Whether packets are accepted that are neither encrypted nor signed. See {@link Crypto}. */
public enum ClearTraffic {
    /**
     * Clear packets are accepted, beside those that one of the slots opens. The default of a node
     * without crypto; with crypto it is for migrations only, since anybody can forge such packets.
     * Answers to {@code KNET_CRYPTO_RX_ALLOW_CLEAR_TRAFFIC}.
     */
    ALLOW,
    /**
     * Only what one of the slots opens is accepted. Answers to {@code
     * KNET_CRYPTO_RX_DISALLOW_CLEAR_TRAFFIC}.
     */
    REFUSE
}
