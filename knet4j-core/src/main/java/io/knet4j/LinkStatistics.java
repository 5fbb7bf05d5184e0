package io.knet4j;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Counters of a link since it was added, or since {@link Knet#clearStatistics} cleared them.
 * Answers to libknet's {@code knet_link_stats}.
 *
 * <p>A packet is a datagram; a message travels in one or several, its fragments. Bytes are UDP
 * payload, without the headers of IP and UDP: as sent (sealed) on the way out, as opened on the way
 * in. What is sent counts when it is handed to the socket, whether or not that takes it; attempts
 * to hand over the same packet again do not count as packets. Of a loopback link only {@code
 * txData} and {@code dataFailures} count: each message is one packet, of the length of the message.
 *
 * @param txData fragments of messages sent
 * @param rxData fragments of messages received, copies included
 * @param txPing pings sent
 * @param rxPing pings received
 * @param txPong pongs sent
 * @param rxPong pongs received, including those that were not accepted
 * @param txPmtud path MTU probes and replies sent; libknet leaves the replies out
 * @param rxPmtud path MTU probes and replies received
 * @param dataFailures fragments that were hard or impossible to send; libknet counts an error per
 *     message, not per fragment
 * @param pingFailures pings that were hard or impossible to send
 * @param pongFailures pongs that were hard or impossible to send
 * @param pmtudFailures path MTU probes and replies that were hard or impossible to send
 * @param latencyMin shortest round trip of an accepted pong; empty before the first. libknet gives
 *     the smallest mean instead
 * @param latencyAverage mean round trip of all accepted pongs; empty before the first. libknet
 *     gives the smoothed latency instead, which is {@link LinkStatus#latency()}
 * @param latencyMax longest round trip of an accepted pong; empty before the first. libknet gives
 *     the largest mean instead
 * @param latencySamples accepted pongs; libknet does not count further than the precision
 * @param latencyHistogram the round trips by length
 * @param upCount how often the link came up; enabling it does not count
 * @param downCount how often the link went down, also because it was disabled or removed while it
 *     was up
 * @param upTimes when the link came up, by the clock of this machine: the last 16 times, latest
 *     first
 * @param downTimes when the link went down, by the clock of this machine: the last 16 times, latest
 *     first
 */
public record LinkStatistics(
        Traffic txData,
        Traffic rxData,
        Traffic txPing,
        Traffic rxPing,
        Traffic txPong,
        Traffic rxPong,
        Traffic txPmtud,
        Traffic rxPmtud,
        Failures dataFailures,
        Failures pingFailures,
        Failures pongFailures,
        Failures pmtudFailures,
        Optional<Duration> latencyMin,
        Optional<Duration> latencyAverage,
        Optional<Duration> latencyMax,
        long latencySamples,
        LatencyHistogram latencyHistogram,
        long upCount,
        long downCount,
        List<Instant> upTimes,
        List<Instant> downTimes) {

    /** Times remembered in each of {@link #upTimes()} and {@link #downTimes()}. */
    public static final int REMEMBERED_TIMES = 16;

    /** Copies the lists. */
    public LinkStatistics {
        upTimes = List.copyOf(upTimes);
        downTimes = List.copyOf(downTimes);
    }

    /**
     * A number of packets.
     *
     * @param packets how many
     * @param bytes their size in total
     */
    public record Traffic(long packets, long bytes) {
        /**
         * Both together.
         *
         * @param other to be added
         * @return the sum
         */
        public Traffic plus(Traffic other) {
            return new Traffic(packets + other.packets, bytes + other.bytes);
        }
    }

    /**
     * Packets that did not go out at the first attempt.
     *
     * @param errors packets that were given up: the socket refused them or stayed full, or they
     *     could not be encrypted
     * @param retries further attempts for packets that found the socket's buffer full
     */
    public record Failures(long errors, long retries) {}

    /**
     * Everything sent. Answers to {@code tx_total_packets} and {@code tx_total_bytes}.
     *
     * @return the sum of data, pings, pongs and path MTU packets
     */
    public Traffic txTotal() {
        return txData.plus(txPing).plus(txPong).plus(txPmtud);
    }

    /**
     * Everything received. Answers to {@code rx_total_packets} and {@code rx_total_bytes}.
     *
     * @return the sum of data, pings, pongs and path MTU packets
     */
    public Traffic rxTotal() {
        return rxData.plus(rxPing).plus(rxPong).plus(rxPmtud);
    }

    /**
     * Packets of any kind that were given up. Answers to {@code tx_total_errors}.
     *
     * @return the sum of the errors
     */
    public long txErrors() {
        return dataFailures.errors
                + pingFailures.errors
                + pongFailures.errors
                + pmtudFailures.errors;
    }

    /**
     * Further attempts for packets of any kind. Answers to {@code tx_total_retries}.
     *
     * @return the sum of the retries
     */
    public long txRetries() {
        return dataFailures.retries
                + pingFailures.retries
                + pongFailures.retries
                + pmtudFailures.retries;
    }
}
