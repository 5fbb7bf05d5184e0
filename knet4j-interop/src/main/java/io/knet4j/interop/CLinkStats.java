package io.knet4j.interop;

/**
 * The counters of a link as the C library keeps them. A packet is one datagram; bytes include the
 * knet header but not those of IP and UDP; what is sent is counted encrypted, what is received
 * decrypted.
 *
 * @param txDataPackets packets with user data sent
 * @param rxDataPackets packets with user data received
 * @param txDataBytes bytes of them
 * @param rxDataBytes bytes of them
 * @param txPingPackets heartbeats sent
 * @param rxPingPackets heartbeats received
 * @param txPingBytes bytes of them
 * @param rxPingBytes bytes of them
 * @param txPongPackets answers to heartbeats sent
 * @param rxPongPackets answers to heartbeats received
 * @param txPongBytes bytes of them
 * @param rxPongBytes bytes of them
 * @param txPmtuPackets path MTU probes sent
 * @param rxPmtuPackets path MTU probes and answers received
 * @param txPmtuBytes bytes of them
 * @param rxPmtuBytes bytes of them
 * @param txErrors packets of any kind that could not be sent
 * @param txRetries repeated attempts to send a packet of any kind
 * @param txDataErrors data packets that could not be sent
 * @param txDataRetries repeated attempts to send a data packet
 * @param latencyMinMicros the smallest mean latency so far, in microseconds
 * @param latencyMaxMicros the largest mean latency so far, in microseconds
 * @param latencyAverageMicros the running mean of the latency, in microseconds
 * @param latencySamples how many samples the mean is made of
 * @param upCount how often the link came up
 * @param downCount how often it went down
 */
public record CLinkStats(
        long txDataPackets,
        long rxDataPackets,
        long txDataBytes,
        long rxDataBytes,
        long txPingPackets,
        long rxPingPackets,
        long txPingBytes,
        long rxPingBytes,
        long txPongPackets,
        long rxPongPackets,
        long txPongBytes,
        long rxPongBytes,
        long txPmtuPackets,
        long rxPmtuPackets,
        long txPmtuBytes,
        long rxPmtuBytes,
        long txErrors,
        long txRetries,
        long txDataErrors,
        long txDataRetries,
        long latencyMinMicros,
        long latencyMaxMicros,
        long latencyAverageMicros,
        long latencySamples,
        long upCount,
        long downCount) {}
