package io.knet4j.internal.engine;

import io.knet4j.LinkStatistics.Traffic;

/**
 * Counters of a link. The control loop and the sender count at the same time, so each has fields of
 * its own; those of the sender are named so.
 */
final class LinkCounters {
    final TrafficCounter rxData = new TrafficCounter();
    final TrafficCounter txPing = new TrafficCounter();
    final TrafficCounter rxPing = new TrafficCounter();
    final TrafficCounter txPong = new TrafficCounter();
    final TrafficCounter rxPong = new TrafficCounter();
    final TrafficCounter txPmtud = new TrafficCounter();
    final TrafficCounter rxPmtud = new TrafficCounter();
    final Counter txErrors = new Counter();

    final TrafficCounter senderTxData = new TrafficCounter();
    final TrafficCounter senderTxPing = new TrafficCounter();
    final Counter senderTxErrors = new Counter();
    final Counter senderTxRetries = new Counter();

    /** Number and size of datagrams. */
    static final class TrafficCounter {
        private final Counter packets = new Counter();
        private final Counter bytes = new Counter();

        void count(int length) {
            packets.increment();
            bytes.add(length);
        }

        Traffic snapshot() {
            return new Traffic(packets.get(), bytes.get());
        }

        Traffic plus(TrafficCounter other) {
            return new Traffic(
                    packets.get() + other.packets.get(), bytes.get() + other.bytes.get());
        }
    }
}
