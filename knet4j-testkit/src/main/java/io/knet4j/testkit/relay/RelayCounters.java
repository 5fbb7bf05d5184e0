package io.knet4j.testkit.relay;

/**
 * What became of the datagrams of one direction.
 *
 * @param received datagrams that came in
 * @param forwarded datagrams that went out, duplicates included
 * @param cut dropped because the direction was cut
 * @param lost dropped by chance, or since a queue was full
 * @param tooLarge dropped because of their size
 * @param duplicated sent a second time
 * @param delayed held back, whether they have gone out since or not
 * @param failed not sent: the receiver is unknown or has no socket there, or a buffer was full
 */
public record RelayCounters(
        long received,
        long forwarded,
        long cut,
        long lost,
        long tooLarge,
        long duplicated,
        long delayed,
        long failed) {}
