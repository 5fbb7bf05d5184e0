package io.knet4j.internal.engine;

import io.knet4j.LinkStatistics.Failures;
import io.knet4j.LinkStatistics.Traffic;
import java.util.List;

/**
 * Counters of a link. The control loop and the sender count at the same time, so each has fields of
 * its own; those of the sender are named so.
 */
final class LinkCounters {
    final TrafficCounter rxData = new TrafficCounter();
    final TrafficCounter rxPing = new TrafficCounter();
    final TrafficCounter rxPong = new TrafficCounter();
    final TrafficCounter rxPmtud = new TrafficCounter();
    final TxCounter txPing = new TxCounter();
    final TxCounter txPong = new TxCounter();
    final TxCounter txPmtud = new TxCounter();

    final TxCounter senderTxData = new TxCounter();
    final TxCounter senderTxPing = new TxCounter();

    void clear() {
        List.of(
                        rxData,
                        rxPing,
                        rxPong,
                        rxPmtud,
                        txPing,
                        txPong,
                        txPmtud,
                        senderTxData,
                        senderTxPing)
                .forEach(TrafficCounter::clear);
    }

    /** Number and size of packets. */
    static class TrafficCounter {
        private final Counter packets = new Counter();
        private final Counter bytes = new Counter();

        final void count(int length) {
            packets.increment();
            bytes.add(length);
        }

        final Traffic snapshot() {
            return new Traffic(packets.get(), bytes.get());
        }

        void clear() {
            packets.clear();
            bytes.clear();
        }
    }

    /** Packets of a kind that are sent, and how that fails. */
    static final class TxCounter extends TrafficCounter {
        final Counter errors = new Counter();
        final Counter retries = new Counter();

        Failures failures() {
            return new Failures(errors.get(), retries.get());
        }

        Failures failuresWith(TxCounter other) {
            return new Failures(
                    errors.get() + other.errors.get(), retries.get() + other.retries.get());
        }

        @Override
        void clear() {
            super.clear();
            errors.clear();
            retries.clear();
        }
    }
}
