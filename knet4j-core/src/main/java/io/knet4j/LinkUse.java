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
    /**
     * The link is up, but loses too much, while others do not. As the next two, by {@link
     * FlapControl} only.
     */
    LOSSY,
    /** The link came up again and is held down for a while, since another one is up. */
    HELD_DOWN,
    /** The link is up, but is suppressed, since it went down too often, and another one is up. */
    SUPPRESSED,
    /** Pongs come, but not enough of them yet for the link to come up. */
    COMING_UP,
    /** The link was up and went down, and no pong has come since. */
    DOWN,
    /** No pong has come since the link was enabled. */
    NO_ANSWER,
    /** The link is disabled. */
    DISABLED
}
