package io.knet4j.testkit.campaign;

import io.knet4j.Host;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.testkit.Checker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the messages to a host spread over its links from now on. */
final class Traffic {
    private final Checker checker;
    private final Knet node;
    private final Host host;
    private final HostStatus status;
    private final long routeChanges;
    private final Map<Integer, Long> before;

    Traffic(Checker checker, Knet node, Host host) {
        this.checker = checker;
        this.node = node;
        this.host = host;
        status = host.status();
        routeChanges = checker.routeChanges(node, host.id());
        before = packets();
    }

    private Map<Integer, Long> packets() {
        Map<Integer, Long> packets = new HashMap<>();
        for (Link link : host.links()) {
            packets.put(link.id(), link.status().statistics().txData().packets());
        }
        return packets;
    }

    /**
     * Demands that messages took the links that the policy says, unless these changed.
     *
     * @param messages how many were sent at least
     */
    void requirePolicy(int messages) {
        if (checker.routeChanges(node, host.id()) != routeChanges
                || !host.status().equals(status)) {
            return;
        }
        Map<Integer, Long> sent = packets();
        sent.replaceAll((link, packets) -> packets - before.getOrDefault(link, 0L));
        List<Long> onActive = status.activeLinks().stream().map(sent::get).toList();
        boolean elsewhere =
                sent.entrySet().stream()
                        .anyMatch(link ->
                                link.getValue() > 0
                                        && !status.activeLinks().contains(link.getKey()));
        long used = onActive.stream().filter(packets -> packets > 0).count();
        boolean asWanted =
                switch (status.policy()) {
                    case PASSIVE -> used == 1;
                    case ACTIVE ->
                            used == onActive.size() && onActive.stream().distinct().count() == 1;
                    case ROUND_ROBIN -> used >= Math.min(onActive.size(), messages);
                };
        if (elsewhere || !asWanted) {
            throw new AssertionError(
                    "messages took other links than the policy says: "
                            + messages
                            + " messages in packets by link "
                            + sent
                            + " from node "
                            + node.nodeId()
                            + " to "
                            + status);
        }
    }
}
