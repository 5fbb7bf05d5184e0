package io.knet4j;

/**
 * Which links of a host carry messages, of those that are enabled and up, and that {@link
 * FlapControl} leaves.
 */
public enum LinkPolicy {
    /** The one with the highest priority; of equal ones that with the lowest id. */
    PASSIVE,
    /** All of them, each message on each. The receiver drops the copies. */
    ACTIVE,
    /** One link per message, in turn. */
    ROUND_ROBIN
}
