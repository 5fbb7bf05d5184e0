package io.knet4j.cli.node;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoStatus;
import io.knet4j.Knet;
import java.util.Optional;

/**
 * What a node does to its packets and messages, for its user to check; nothing of the key but its
 * length.
 *
 * @param crypto the slot that seals packets; empty when they travel clear
 */
record Protection(Optional<CryptoStatus.Slot> crypto, CompressionConfig compression) {

    static Protection of(Knet knet) {
        CryptoStatus status = knet.crypto().status();
        return new Protection(
                status.slots().stream()
                        .filter(slot -> slot.number() == status.sendingSlot())
                        .findFirst(),
                knet.compression());
    }

    /** For example {@code packets are encrypted with aes256 and signed with sha256, …}. */
    String cryptoText() {
        return crypto.map(slot ->
                        "packets are "
                                + (slot.cipher() == CryptoCipher.NONE
                                        ? "not encrypted, but"
                                        : "encrypted with " + slot.cipher() + " and")
                                + " signed with "
                                + slot.hash()
                                + ", key of "
                                + slot.keyBytes()
                                + " bytes")
                .orElse("packets are neither encrypted nor signed");
    }

    /** Empty without compression. */
    Optional<String> compressionText() {
        return compression.method() == CompressionMethod.NONE
                ? Optional.empty()
                : Optional.of(
                        "messages of more than "
                                + compression.threshold()
                                + " bytes are compressed with "
                                + compression.method().methodName()
                                + (level() < 0 ? ", default level" : ", level " + level()));
    }

    int level() {
        return compression.level().orElse(compression.method().defaultLevel());
    }
}
