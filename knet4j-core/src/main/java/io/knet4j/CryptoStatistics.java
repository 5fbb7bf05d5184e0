package io.knet4j;

/**
 * Counters of encryption and authentication since the node was opened, or since {@link
 * Knet#clearStatistics} cleared them. What goes or comes clear does not count. What does not open
 * counts as a {@link DropCause}.
 *
 * @param txPackets packets of all kinds sealed: data, pings, pongs, path MTU probes and replies
 * @param txOverheadBytes bytes that sealing added to data packets: salt, padding and signature
 * @param txTime time to seal a data packet, measured for the first and then for each 64th
 * @param rxPackets packets of all kinds opened; libknet counts data packets only
 * @param rxTime time to open a data packet, measured for the first and then for each 64th
 */
public record CryptoStatistics(
        long txPackets, long txOverheadBytes, Timings txTime, long rxPackets, Timings rxTime) {}
