package io.knet4j;

import java.time.Duration;
import java.util.Optional;

/**
 * Counters of a link since it was added. Bytes are UDP payload: as sent (sealed) on the way out, as
 * opened on the way in.
 *
 * @param txData fragments of messages handed to the link
 * @param rxData fragments of messages received on the link, copies included
 * @param txPing pings sent
 * @param rxPing pings received
 * @param txPong pongs sent
 * @param rxPong pongs received, including those that were not accepted
 * @param txPmtud path MTU probes and replies sent
 * @param rxPmtud path MTU probes and replies received
 * @param txErrors datagrams that the socket refused
 * @param txRetries further attempts after a full socket buffer
 * @param latencyMin shortest round trip; empty before the first pong
 * @param latencyMax longest round trip; empty before the first pong
 * @param latencySamples accepted pongs
 * @param upCount how often the link came up
 * @param downCount how often the link went down
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
        long txErrors,
        long txRetries,
        Optional<Duration> latencyMin,
        Optional<Duration> latencyMax,
        long latencySamples,
        long upCount,
        long downCount) {

    /**
     * A number of datagrams.
     *
     * @param packets how many
     * @param bytes their size in total
     */
    public record Traffic(long packets, long bytes) {}
}
