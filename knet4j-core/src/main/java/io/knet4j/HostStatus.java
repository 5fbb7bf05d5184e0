package io.knet4j;

import java.util.List;

/**
 * State of a host.
 *
 * @param id 0 to 65535
 * @param name name of the host
 * @param reachable whether at least one link is up
 * @param policy which links carry messages
 * @param activeLinks ids of the links that carry messages now, ascending; empty when not reachable
 * @param dataMtu smallest {@link PathMtu#dataMtu()} of the links that carry messages now; what
 *     every path takes when there is none
 * @param onWireVersion packet format version of the host's last ping; 0 before the first
 * @param maxOnWireVersion highest version that the host supports; 0 before its first ping
 */
public record HostStatus(
        int id,
        String name,
        boolean reachable,
        LinkPolicy policy,
        List<Integer> activeLinks,
        int dataMtu,
        int onWireVersion,
        int maxOnWireVersion) {
    /** Copies the list. */
    public HostStatus {
        activeLinks = List.copyOf(activeLinks);
    }
}
