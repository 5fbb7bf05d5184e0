package io.knet4j.cli.config;

import java.time.Duration;

/**
 * The settings that one link number has on all nodes, defaults filled in.
 *
 * @param number 0..7
 * @param port of every node's own end; 5405 + link number unless {@code mcastport} says otherwise
 * @param priority 0..255, the higher the better; counts in {@link LinkMode#PASSIVE} only; 1 unless
 *     told
 * @param pingInterval time between two pings; half the default {@code pingTimeout} unless told
 * @param pingTimeout silence after which the link counts as down; effective token timeout / pong
 *     count unless told
 * @param pingPrecision how many samples the mean latency is taken over; 2048 unless told
 * @param pongCount how many pongs bring the link up, 1..255; 2 unless told
 */
public record LinkSettings(
        int number,
        LinkTransport transport,
        int port,
        int priority,
        Duration pingInterval,
        Duration pingTimeout,
        int pingPrecision,
        int pongCount) {}
