package io.knet4j.testkit;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A datagram on the simulated network.
 *
 * @param sentAt virtual time at which it was sent
 * @param from address that it was sent from
 * @param to address that it was sent to
 * @param payload UDP payload; not copied, do not change it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record Datagram(
        Duration sentAt, InetSocketAddress from, InetSocketAddress to, byte[] payload) {}
