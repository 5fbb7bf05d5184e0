package io.knet4j.testkit;

import io.knet4j.Host;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.ActiveLinksChanged;
import io.knet4j.KnetEvent.DataMtuChanged;
import io.knet4j.KnetEvent.HostReachable;
import io.knet4j.KnetEvent.HostRestarted;
import io.knet4j.KnetEvent.HostUnreachable;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the events of a node: whoever knows nothing but these must know the same as the node.
 * Each event tells something new, in the order in which it happened.
 */
final class EventWatch {
    private final Knet node;
    private final Consumer<String> wrong;
    private final boolean complete;
    private final Map<Integer, Told> hosts = new HashMap<>();
    private long events;

    /** What was told of a host. */
    private static final class Told {
        private final TreeSet<Integer> up = new TreeSet<>();
        private boolean reachable;
        private List<Integer> active = List.of();
        private int dataMtu;
        private long routeChanges;
        private long restarts;
        private final Map<Integer, LinkDown> downs = new HashMap<>();
    }

    private EventWatch(Knet node, Consumer<String> wrong) {
        this.node = node;
        this.wrong = wrong;
        complete =
                node.linkStatuses().stream()
                        .allMatch(link ->
                                link.config().transport() == LinkConfig.Transport.LOOPBACK
                                        || link.statistics().upCount() == 0);
    }

    /**
     * Starts to follow a node. Of one whose links were up before not all is known, so that nothing
     * is demanded.
     *
     * @param wrong takes what is wrong
     */
    static EventWatch of(Knet node, Consumer<String> wrong) {
        EventWatch watch = new EventWatch(node, wrong);
        node.onEvent(watch::take);
        return watch;
    }

    private Told told(int host) {
        return hosts.computeIfAbsent(host, _ -> new Told());
    }

    private void take(KnetEvent event) {
        switch (event) {
            case LinkUp up -> demand(told(up.host()).up.add(up.link()), event);
            case LinkDown down -> {
                Told told = told(down.host());
                demand(told.up.remove(down.link()), event);
                told.downs.put(down.link(), down);
            }
            case HostReachable reachable -> {
                Told told = told(reachable.host());
                demand(!told.reachable && !told.up.isEmpty(), event);
                told.reachable = true;
                told.dataMtu = 0;
            }
            case HostUnreachable unreachable -> {
                Told told = told(unreachable.host());
                demand(told.reachable && told.active.isEmpty(), event);
                told.reachable = false;
            }
            case ActiveLinksChanged changed -> {
                Told told = told(changed.host());
                demand(
                        told.reachable
                                && !told.active.equals(changed.links())
                                && told.up.containsAll(changed.links()),
                        event);
                told.active = changed.links();
                told.routeChanges++;
            }
            case DataMtuChanged changed -> {
                Told told = told(changed.host());
                demand(told.reachable && told.dataMtu != changed.dataMtu(), event);
                told.dataMtu = changed.dataMtu();
                told.routeChanges++;
            }
            case HostRestarted restarted -> told(restarted.host()).restarts++;
            default -> {}
        }
    }

    private void demand(boolean asExpected, KnetEvent event) {
        events++;
        if (!asExpected && isAllTold()) {
            wrong.accept("an event that does not follow: " + event + " at " + node);
        }
    }

    private boolean isAllTold() {
        return complete && node.statistics().droppedEvents() == 0;
    }

    /** Events that were looked at. */
    long events() {
        return events;
    }

    /** How often it was told that messages to a host go another way. */
    long routeChanges(int host) {
        return told(host).routeChanges;
    }

    /** How often it was told that a host was restarted. */
    long restarts(int host) {
        return told(host).restarts;
    }

    /** What was told when a link went down last, null if it did not. */
    @Nullable LinkDown lastDown(int host, int link) {
        return told(host).downs.get(link);
    }

    /** Compares what was told with what is. When nothing is left to be told. */
    void compare() {
        if (isAllTold()) {
            node.hosts().forEach(this::compare);
            hosts.forEach((id, told) -> {
                if (node.host(id).isEmpty() && (!told.up.isEmpty() || told.reachable)) {
                    wrong.accept(
                            "the events of node "
                                    + node.nodeId()
                                    + " have not told that host "
                                    + id
                                    + " is gone");
                }
            });
        }
    }

    private void compare(Host host) {
        Told told = told(host.id());
        HostStatus status = host.status();
        List<Link> links = host.links();
        if (links.stream().anyMatch(EventWatch::isLoopback)) {
            return;
        }
        List<Integer> up =
                links.stream().filter(link -> link.status().connected()).map(Link::id).toList();
        if (!up.equals(List.copyOf(told.up))
                || status.reachable() != told.reachable
                || !status.activeLinks().equals(told.active)
                || (told.reachable && status.dataMtu() != told.dataMtu)) {
            wrong.accept(
                    "the events of node "
                            + node.nodeId()
                            + " have not told how it is: links up "
                            + told.up
                            + ", active "
                            + told.active
                            + ", data MTU "
                            + told.dataMtu
                            + (told.reachable ? ", reachable" : ", unreachable")
                            + ", but "
                            + status
                            + ", links up "
                            + up);
        }
    }

    private static boolean isLoopback(Link link) {
        return link.config().transport() == LinkConfig.Transport.LOOPBACK;
    }
}
