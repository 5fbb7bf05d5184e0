package io.knet4j.cli.config;

/** What a link runs over ({@code interface.knet_transport}). */
public enum LinkTransport {
    UDP,
    SCTP
}
