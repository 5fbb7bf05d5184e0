package io.knet4j.cli.config;

import java.net.InetSocketAddress;

/**
 * One link as one node has to set it up: from its own address to a peer's.
 *
 * @param peer the node at the other end
 * @param local address and port to bind
 * @param remote the peer's address and port
 * @param policy how the peer's links share the work; the same for all its links
 */
public record LinkPlan(
        ClusterNode peer,
        LinkSettings settings,
        InetSocketAddress local,
        InetSocketAddress remote,
        LinkMode policy) {

    /** The link's number, 0..7. */
    public int number() {
        return settings.number();
    }
}
