package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.ActiveLinksChanged;
import io.knet4j.KnetEvent.DataMtuChanged;
import io.knet4j.KnetEvent.HostReachable;
import io.knet4j.KnetEvent.HostUnreachable;
import io.knet4j.KnetEvent.LinkReleased;
import io.knet4j.KnetEvent.Restraint;
import io.knet4j.LinkPolicy;
import io.knet4j.internal.engine.HostRoute.Hop;
import io.knet4j.internal.engine.LinkRestraints.Rank;
import io.knet4j.internal.engine.RoutingTable.PingTarget;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.transport.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Chooses the links that carry messages to each host, and publishes the choice for senders. */
final class Router {
    private final Hosts hosts;
    private final OnWireVersions versions;
    private final KeySlots keys;
    private final Shared shared;
    private final EngineOutput output;
    private final Map<HostState, Before> changed = new LinkedHashMap<>();
    private IdTable<HostRoute> byHost = IdTable.empty();
    private int holds;
    private boolean unpublished;

    /** The route that a host had before it changed. */
    private record Before(@Nullable HostRoute route) {}

    Router(
            Hosts hosts,
            OnWireVersions versions,
            KeySlots keys,
            Shared shared,
            EngineOutput output) {
        this.hosts = hosts;
        this.versions = versions;
        this.keys = keys;
        this.shared = shared;
        this.output = output;
    }

    /**
     * Keeps changes back until {@link #release}: senders see all of them at once, and many cost no
     * more than one. Holds may be nested.
     */
    void hold() {
        holds++;
    }

    /** Ends a {@link #hold}. */
    void release() {
        holds--;
        settle();
    }

    /** A link of the host, or its policy, changed. */
    void update(HostState host) {
        note(host);
        settle();
    }

    /** The crypto configuration or the data MTU of all links changed. */
    void updateAll() {
        hosts.all().forEach(this::note);
        unpublished = true;
        settle();
    }

    /** Makes the current state known to senders. */
    void publish() {
        unpublished = true;
        settle();
    }

    private void note(HostState host) {
        unpublished = true;
        if (!changed.containsKey(host)) {
            changed.put(host, new Before(host.route));
        }
    }

    private void settle() {
        if (holds > 0 || !unpublished) {
            return;
        }
        unpublished = false;
        changed.keySet().forEach(this::reroute);
        publishNow();
        changed.forEach((host, before) -> tell(host, before.route));
        changed.clear();
    }

    private void reroute(HostState host) {
        HostRoute before = host.route;
        List<LinkState> links = choose(host);
        endHolds(links);
        HostRoute after = links.isEmpty() ? null : route(host, links);
        if (before == null && after == null) {
            return;
        }
        if (before == null || after == null || !before.isSameAs(after)) {
            host.route = after;
            byHost = byHost.with(host.id, after);
        }
    }

    private void tell(HostState host, @Nullable HostRoute before) {
        HostRoute after = host.route;
        if (after == null) {
            if (before != null) {
                host.restarts.onContactLost();
                output.publish(new ActiveLinksChanged(host.id, List.of()));
                output.publish(new HostUnreachable(host.id));
            }
            return;
        }
        if (before == null) {
            host.mismatches.clear();
            output.publish(new HostReachable(host.id));
        }
        if (before == null || !before.links().equals(after.links())) {
            output.publish(new ActiveLinksChanged(host.id, after.links()));
        }
        if (before == null || before.dataMtu() != after.dataMtu()) {
            output.publish(new DataMtuChanged(host.id, after.dataMtu()));
        }
    }

    /** Links that messages take, since there are none better, are not held down any more. */
    private void endHolds(List<LinkState> chosen) {
        for (LinkState link : chosen) {
            if (link.restraints.endHold()) {
                output.publish(new LinkReleased(link.host.id, link.id, Restraint.HELD_DOWN));
            }
        }
    }

    private static List<LinkState> choose(HostState host) {
        List<LinkState> usable = new ArrayList<>();
        for (LinkState link : host.links) {
            if (link != null && link.path != null && link.isUsable() && !host.removed) {
                usable.add(link);
            }
        }
        keepLeastRestrained(usable);
        if (host.policy != LinkPolicy.PASSIVE || usable.size() < 2) {
            return usable;
        }
        LinkState best = usable.getFirst();
        for (LinkState link : usable) {
            if (isPreferred(link, best)) {
                best = link;
            }
        }
        return List.of(best);
    }

    /**
     * Whether the first one carries messages rather than the other, if nothing else tells them
     * apart.
     */
    static boolean isPreferred(LinkState one, LinkState other) {
        int difference = one.config.priority() - other.config.priority();
        return difference > 0 || (difference == 0 && one.id < other.id);
    }

    private static void keepLeastRestrained(List<LinkState> links) {
        Rank least = Rank.SUPPRESSED;
        for (LinkState link : links) {
            Rank rank = rank(link);
            least = rank.compareTo(least) < 0 ? rank : least;
        }
        Rank kept = least;
        links.removeIf(link -> rank(link) != kept);
        if (kept == Rank.HELD_DOWN) { // which ends for those that are taken
            boolean allLossy = links.stream().allMatch(Router::isTooLossy);
            links.removeIf(link -> !allLossy && isTooLossy(link));
        }
    }

    // With the policy active what is sent on a link is a copy, which can only help.
    private static boolean isTooLossy(LinkState link) {
        return link.restraints.isLossy() && link.host.policy != LinkPolicy.ACTIVE;
    }

    /** How much speaks against sending messages on a link, by the policy of its host. */
    static Rank rank(LinkState link) {
        Rank rank = link.restraints.rank();
        return rank == Rank.LOSSY && !isTooLossy(link) ? Rank.GOOD : rank;
    }

    private static HostRoute route(HostState host, List<LinkState> links) {
        int dataMtu = Integer.MAX_VALUE;
        List<Hop> hops = new ArrayList<>();
        for (LinkState link : links) {
            dataMtu = Math.min(dataMtu, link.probing.mtu.dataMtu());
            if (link.path != null) {
                hops.add(new Hop(pingTarget(link, link.path), link.probing.refused));
            }
        }
        return new HostRoute(
                host.id, host.policy == LinkPolicy.ROUND_ROBIN, dataMtu, host.refusesZstd, hops);
    }

    private static PingTarget pingTarget(LinkState link, Path path) {
        return new PingTarget(link.id, path, link.tokens, link.counters, link.window);
    }

    private void publishNow() {
        List<HostRoute> reachable = new ArrayList<>();
        List<PingTarget> pingTargets = new ArrayList<>();
        LinkCounters loopback = null;
        for (HostState host : hosts.all()) {
            if (host.route != null) {
                reachable.add(host.route);
            }
            for (LinkState link : host.links) {
                if (link == null) {
                    continue;
                }
                if (link.isLoopback()) {
                    loopback = link.config.enabled() ? link.counters : null;
                } else if (link.path != null && link.sendsPings()) {
                    pingTargets.add(pingTarget(link, link.path));
                }
            }
        }
        shared.routes =
                new RoutingTable(
                        byHost,
                        reachable,
                        pingTargets,
                        loopback,
                        versions.current(),
                        keys.senderSealer(),
                        shared.compression);
    }
}
