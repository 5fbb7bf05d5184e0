package io.knet4j;

import java.util.Map;

/**
 * Counters of a node since it was opened, or since {@link Knet#clearStatistics} cleared them.
 * Answers to libknet's {@code knet_handle_stats}.
 *
 * @param messagesSent messages put on their way to at least one host; a few of them may be in
 *     {@code sendFailures}, too
 * @param messagesDelivered messages handed to a channel's receive queue
 * @param sendFailures messages not sent, by reason; reasons without failures are absent
 * @param drops received datagrams and messages that were dropped, by cause; causes without drops
 *     are absent
 * @param droppedEvents events lost because listeners were too slow
 * @param compression messages compressed and decompressed
 * @param crypto packets sealed and opened
 * @param stalls how long the node did nothing although it had to, each time from 10 ms on: its
 *     process or machine was stopped, collected garbage or had no processor to spare, or its clock
 *     jumped. No peer is taken for dead by such time, see {@link KnetEvent.NodeStalled}
 */
public record KnetStatistics(
        long messagesSent,
        long messagesDelivered,
        Map<Reason, Long> sendFailures,
        Map<DropCause, Long> drops,
        long droppedEvents,
        CompressionStatistics compression,
        CryptoStatistics crypto,
        Timings stalls) {
    /** Copies the maps. */
    public KnetStatistics {
        sendFailures = Map.copyOf(sendFailures);
        drops = Map.copyOf(drops);
    }

    /**
     * Number of drops of one cause.
     *
     * @param cause the cause
     * @return 0 or more
     */
    public long drops(DropCause cause) {
        return drops.getOrDefault(cause, 0L);
    }
}
