package io.knet4j;

/** Whether messages take a link, and if not, why not. See {@link LinkStatus#explanation()}. */
public enum LinkUse {
    /** Messages take the link. With {@link LinkPolicy#ROUND_ROBIN} it takes its turn. */
    IN_USE,
    /**
     * The link is up and stands by: with {@link LinkPolicy#PASSIVE} another one with a higher
     * priority, or with the same priority and a lower id, carries the messages.
     */
    STANDBY,
    /** Pongs come, but not enough of them yet for the link to come up. */
    COMING_UP,
    /** The link was up and went down, and no pong has come since. */
    DOWN,
    /** No pong has come since the link was enabled. */
    NO_ANSWER,
    /** The link is disabled. */
    DISABLED
}
