package io.knet4j;

import java.util.List;

/**
 * What a node's crypto is set to, and what it has opened. A rekey is complete when the old slot's
 * count no longer grows.
 *
 * @param sendingSlot slot that seals what is sent: 1 or 2; 0 when it is sent clear
 * @param slots the slots that are set, in order
 * @param clearTraffic whether clear packets are accepted
 * @param clearPackets clear packets received since the node was opened
 */
public record CryptoStatus(
        int sendingSlot, List<Slot> slots, ClearTraffic clearTraffic, long clearPackets) {

    /** Copies the list. */
    public CryptoStatus {
        slots = List.copyOf(slots);
    }

    /**
     * One slot.
     *
     * @param number 1 or 2
     * @param cipher how packets are encrypted
     * @param hash how packets are signed
     * @param keyBytes length of the key in bytes
     * @param packets packets that this slot has opened since it was set
     */
    public record Slot(
            int number, CryptoCipher cipher, CryptoHash hash, int keyBytes, long packets) {}
}
