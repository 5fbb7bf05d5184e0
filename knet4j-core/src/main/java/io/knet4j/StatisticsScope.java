package io.knet4j;

/** What {@link Knet#clearStatistics} clears. */
public enum StatisticsScope {
    /**
     * The counters of the node: {@link Knet#statistics()}. Answers to {@code
     * KNET_CLEARSTATS_HANDLE_ONLY}.
     */
    NODE,
    /**
     * Those, and of each link {@link LinkStatus#statistics()} and {@link LinkStatus#loss()}.
     * Answers to {@code KNET_CLEARSTATS_HANDLE_AND_LINK}.
     */
    NODE_AND_LINKS
}
