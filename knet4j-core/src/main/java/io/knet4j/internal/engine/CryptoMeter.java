package io.knet4j.internal.engine;

import io.knet4j.CryptoStatistics;
import io.knet4j.internal.security.KeySlots;
import java.util.function.LongSupplier;

/** What sealing and opening cost. */
final class CryptoMeter {
    private final KeySlots keys;

    /** Bytes that sealing added to data. The sender's. */
    final Counter dataOverhead = new Counter();

    /** Of data. The sender's. */
    final SampledTimer sealing;

    /** Of data. The control loop's. */
    final SampledTimer opening;

    private volatile long sealedBefore;
    private volatile long openedBefore;

    CryptoMeter(KeySlots keys, LongSupplier stopwatch) {
        this.keys = keys;
        sealing = new SampledTimer(stopwatch);
        opening = new SampledTimer(stopwatch);
    }

    /** May be called by any thread. */
    CryptoStatistics snapshot() {
        long sealedUntilCleared = sealedBefore; // first, so that the counts are not older
        long openedUntilCleared = openedBefore;
        return new CryptoStatistics(
                keys.sealedPackets() - sealedUntilCleared,
                dataOverhead.get(),
                sealing.times().snapshot(),
                keys.openedPackets() - openedUntilCleared,
                opening.times().snapshot());
    }

    void clear() {
        sealedBefore = keys.sealedPackets();
        openedBefore = keys.openedPackets();
        dataOverhead.clear();
        sealing.times().clear();
        opening.times().clear();
    }
}
