package io.knet4j;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * State of a link. Answers to libknet's {@code knet_link_status}.
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
 * @param use whether messages take the link, and if not, why not
 * @param explanation the same in words, for people; for example {@code link 1 has a higher
 *     priority: 10, this one has 5}
 * @param latency smoothed round trip time; empty before the first pong. {@link
 *     Knet#clearStatistics} does not clear it: the link goes by it
 * @param sinceLastPong time since the last pong; empty when none came since the link was last down
 * @param loss share of the last pings that was not answered
 * @param stability what speaks against the link by {@link FlapControl}
 * @param pathMtu how large packets on this link are, and why
 * @param protoOverhead bytes of a packet that are headers: of IP, of UDP, 26 for knet's (the
 *     largest one; that of data has 14), salt and signature; padding is not in it. 0 for a loopback
 *     link. libknet says 0 before the first path MTU discovery
 * @param statistics counters
 */
public record LinkStatus(
        int hostId,
        int linkId,
        LinkConfig config,
        Optional<InetSocketAddress> peer,
        boolean connected,
        boolean active,
        LinkUse use,
        String explanation,
        Optional<Duration> latency,
        Optional<Duration> sinceLastPong,
        PingLoss loss,
        LinkStability stability,
        PathMtu pathMtu,
        int protoOverhead,
        LinkStatistics statistics) {}
