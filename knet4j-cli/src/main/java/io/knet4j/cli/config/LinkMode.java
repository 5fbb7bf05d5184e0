package io.knet4j.cli.config;

/** Which links to a peer carry its messages ({@code totem.link_mode}). */
public enum LinkMode {
    /**
     * The working link of the highest priority, and among equals the one with the lowest number.
     */
    PASSIVE,
    /** Every working link at the same time. */
    ACTIVE,
    /** The working links in turn. */
    RR
}
