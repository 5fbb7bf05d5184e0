package io.knet4j;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * State of a link.
 *
 * @param hostId host that the link leads to
 * @param linkId 0 to 7
 * @param config configuration as it is now
 * @param peer where packets go: the configured address, or the one that a dynamic link learned,
 *     which it keeps when it goes down; empty for loopback, and before a dynamic link has learned
 *     one
 * @param connected whether the link is up as this node sees it: enough pongs came and none is
 *     overdue
 * @param active whether the link carries messages now (with {@link LinkPolicy#ROUND_ROBIN}: takes
 *     its turn)
 * @param latency smoothed round trip time; empty before the first pong
 * @param sinceLastPong time since the last pong; empty when none came since the link was last down
 * @param pathMtu how large packets on this link are, and why
 * @param statistics counters
 */
public record LinkStatus(
        int hostId,
        int linkId,
        LinkConfig config,
        Optional<InetSocketAddress> peer,
        boolean connected,
        boolean active,
        Optional<Duration> latency,
        Optional<Duration> sinceLastPong,
        PathMtu pathMtu,
        LinkStatistics statistics) {}
