package io.knet4j.testkit;

import io.knet4j.FlapControl;
import io.knet4j.FlapControl.Damping;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.KnetEvent.LinkHeldDown;
import io.knet4j.KnetEvent.LinkLossy;
import io.knet4j.KnetEvent.LinkReleased;
import io.knet4j.KnetEvent.LinkSuppressed;
import io.knet4j.KnetEvent.LinkUp;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Works out by itself, from when links came up and went down, what {@link FlapControl} must hold
 * against them, from when and until when, and compares that with what the node says and does. Times
 * are nanoseconds of the node's clock.
 *
 * <p>What a node does while it is paused is not known to the moment, nor whether a link was
 * disabled between two looks: what the node says is taken over then.
 */
final class StabilityWatch {
    private static final long ROUNDING = 1000;
    private static final long OVERDUE = 1_000_000;

    private final Knet node;
    private final SimRuntime runtime;
    private final Map<Integer, Peer> peers = new HashMap<>();
    private long droppedEvents;

    /** The links of a host. */
    private static final class Peer {
        private final Map<Integer, Restraints> links = new HashMap<>();
        private List<LinkConfig> configs = List.of();
        private @Nullable FlapControl control;
        private boolean doubtful = true;
        private @Nullable String wrong;
    }

    /** What must speak against a link. */
    private static final class Restraints {
        private boolean up;
        private boolean fell;
        private boolean mayHaveFallen;
        private boolean held;
        private boolean toHold;
        private boolean mayHold;
        private long heldUntil;
        private long releasedAt = SimPath.NEVER;
        private double penalty;
        private long penaltyAt;
        private boolean suppressed;
        private boolean toSuppress;
        private boolean maySuppress;
        private long suppressedUntil;
        private boolean lossy;

        private double penalty(long now, Damping damping) {
            return penalty
                    * Math.pow(2, -(double) (now - penaltyAt) / damping.halfLife().toNanos());
        }

        @Override
        public String toString() {
            return (held ? "held down until " + heldUntil + ", " : "")
                    + (suppressed ? "suppressed until " + suppressedUntil + ", " : "")
                    + "penalty "
                    + penalty
                    + " at "
                    + penaltyAt;
        }

        private void clear() {
            fell = false;
            mayHaveFallen = false;
            penalty = 0;
            suppressed = false;
            lossy = false;
        }
    }

    StabilityWatch(Knet node, SimRuntime runtime) {
        this.node = node;
        this.runtime = runtime;
        node.onEvent(this::take);
    }

    // ---- what happens

    private void take(KnetEvent event) {
        switch (event) {
            case LinkUp up -> cameUp(up);
            case LinkDown down -> wentDown(down);
            case LinkHeldDown hold -> held(hold);
            case LinkSuppressed suppression -> suppressed(suppression);
            case LinkLossy lossy -> link(lossy.host(), lossy.link()).lossy = true;
            case LinkReleased released -> released(released);
            default -> {}
        }
    }

    private Peer peer(int host) {
        return peers.computeIfAbsent(host, _ -> new Peer());
    }

    private Restraints link(int host, int link) {
        return peer(host).links.computeIfAbsent(link, _ -> new Restraints());
    }

    private void demand(boolean right, KnetEvent event, int host) {
        Peer peer = peer(host);
        if (!right && peer.wrong == null) {
            peer.wrong = "flap control does not demand that: " + event;
        }
    }

    private void cameUp(LinkUp event) {
        Restraints link = link(event.host(), event.link());
        link.up = true;
        link.mayHold =
                link.mayHaveFallen
                        && !node.flapControl().holdDown().isZero()
                        && hasBetter(event.host(), link, false);
        link.toHold = link.mayHold && link.fell;
    }

    /**
     * Whether another link is up that is not held back but for its loss.
     *
     * @param together whether those do not count that are released just now: when there is none
     *     better, all are released together
     */
    private boolean hasBetter(int host, Restraints link, boolean together) {
        long now = runtime.nanoTime();
        return peer(host).links.values().stream()
                .anyMatch(other ->
                        other != link
                                && other.up
                                && !other.held
                                && !other.suppressed
                                && !(together && other.releasedAt == now));
    }

    private void held(LinkHeldDown event) {
        Restraints link = link(event.host(), event.link());
        demand(link.mayHold, event, event.host());
        link.mayHold = false;
        link.toHold = false;
        link.held = true;
        link.heldUntil = runtime.nanoTime() + node.flapControl().holdDown().toNanos();
    }

    private void wentDown(LinkDown event) {
        Restraints link = link(event.host(), event.link());
        link.up = false;
        link.held = false;
        link.toHold = false;
        link.mayHold = false;
        if (event.cause() == LinkDownCause.DISABLED) {
            link.clear();
        } else {
            link.fell = true;
            link.mayHaveFallen = true;
            node.flapControl().damping().ifPresent(damping -> penalize(link, damping));
        }
    }

    private void penalize(Restraints link, Damping damping) {
        long now = runtime.nanoTime();
        double halfLife = damping.halfLife().toNanos();
        double most =
                damping.reuseBelow()
                        * Math.pow(2, damping.longestSuppression().toNanos() / halfLife);
        link.penalty = Math.min(most, link.penalty(now, damping) + damping.penalty());
        link.penaltyAt = now;
        link.toSuppress = !link.suppressed && link.penalty > damping.suppressAbove() + 1;
        link.maySuppress = !link.suppressed && link.penalty > damping.suppressAbove() - 1;
        double halves = Math.log(link.penalty / damping.reuseBelow()) / Math.log(2);
        link.suppressedUntil = now + Math.max(0, (long) (halves * halfLife));
    }

    private void suppressed(LinkSuppressed event) {
        Restraints link = link(event.host(), event.link());
        demand(link.maySuppress, event, event.host());
        link.toSuppress = false;
        link.maySuppress = false;
        link.suppressed = true;
    }

    private void released(LinkReleased event) {
        Restraints link = link(event.host(), event.link());
        long now = runtime.nanoTime();
        switch (event.restraint()) {
            case HELD_DOWN -> {
                boolean over = now - link.heldUntil >= -ROUNDING;
                demand(
                        link.held && (over || !hasBetter(event.host(), link, true)),
                        event,
                        event.host());
                link.held = false;
                link.releasedAt = now;
            }
            case SUPPRESSED -> {
                demand(
                        link.suppressed && now - link.suppressedUntil >= -tolerance(),
                        event,
                        event.host());
                link.suppressed = false;
            }
            case LOSSY -> {
                demand(link.lossy, event, event.host());
                link.lossy = false;
            }
        }
    }

    /** Penalties that were taken over are rounded: the less is left, the more that is in time. */
    private long tolerance() {
        return ROUNDING + node.flapControl().damping().map(StabilityWatch::tolerance).orElse(0L);
    }

    private static long tolerance(Damping damping) {
        double halves = Math.log(1 + 1.0 / damping.reuseBelow()) / Math.log(2);
        return (long) (halves * damping.halfLife().toNanos());
    }

    // ---- looks

    /**
     * Compares what a node says of the links of a host with what must be, and fails when something
     * is wrong.
     *
     * @param lastLook when the node was looked at before; time of the network
     */
    void look(long lastLook, int host, List<LinkStatus> links) {
        Peer peer = peer(host);
        FlapControl control = node.flapControl();
        List<LinkConfig> configs = links.stream().map(LinkStatus::config).toList();
        peer.doubtful |=
                runtime.changedAt() >= lastLook
                        || !control.equals(peer.control)
                        || !isSame(peer.configs, configs);
        if (runtime.hasWork()) {
            return; // what has happened just now is not told yet
        }
        if (peer.doubtful) {
            adopt(peer, links, isSame(peer.configs, configs));
            peer.configs = configs;
            peer.control = control;
            return;
        }
        String wrong = peer.wrong;
        for (LinkStatus status : links) {
            Restraints link = link(host, status.linkId());
            String difference = wrong(link, status);
            if (wrong == null && difference != null) {
                wrong = "link " + status.linkId() + difference + ": " + link;
            }
        }
        if (wrong == null) {
            return;
        }
        long dropped = node.statistics().droppedEvents();
        if (dropped == droppedEvents) {
            throw new AssertionError(wrong + ": node " + node.nodeId() + ": " + links);
        }
        droppedEvents = dropped; // not all was told
        peer.doubtful = true;
    }

    private static boolean isSame(List<LinkConfig> some, List<LinkConfig> others) {
        boolean same = some.size() == others.size();
        for (int i = 0; same && i < some.size(); i++) {
            same = LinkWatch.isSame(some.get(i), others.get(i));
        }
        return same;
    }

    private void adopt(Peer peer, List<LinkStatus> links, boolean sameConfigs) {
        long now = runtime.nanoTime();
        peer.doubtful = false;
        peer.wrong = null;
        Map<Integer, Restraints> before = Map.copyOf(peer.links);
        peer.links.clear();
        for (LinkStatus status : links) {
            LinkStability stability = status.stability();
            Restraints link = new Restraints();
            Restraints earlier = before.get(status.linkId());
            link.up = status.connected();
            link.mayHaveFallen = earlier != null && earlier.mayHaveFallen;
            link.fell = sameConfigs && earlier != null && earlier.fell;
            link.held = stability.heldDown().isPresent();
            link.heldUntil = now + nanos(stability.heldDown());
            link.penalty = stability.penalty();
            link.penaltyAt = now;
            link.suppressed = stability.suppressed().isPresent();
            link.suppressedUntil = now + nanos(stability.suppressed());
            link.lossy = stability.lossy();
            peer.links.put(status.linkId(), link);
        }
    }

    private static long nanos(Optional<Duration> left) {
        return left.orElse(Duration.ZERO).toNanos();
    }

    private @Nullable String wrong(Restraints link, LinkStatus status) {
        LinkStability stability = status.stability();
        long now = runtime.nanoTime();
        if (link.toHold) {
            return " should be held down";
        }
        if (link.toSuppress) {
            return " should be suppressed";
        }
        if (differs(link.held, link.heldUntil - now, stability.heldDown(), ROUNDING)) {
            return " should be held down for another time";
        }
        if (differs(
                link.suppressed, link.suppressedUntil - now, stability.suppressed(), tolerance())) {
            return " should be suppressed for another time";
        }
        if (link.lossy != stability.lossy()) {
            return link.lossy ? " should be lossy" : " should not be lossy";
        }
        if (status.active() && stability.heldDown().isPresent()) {
            return " should not be held down, as there is none better";
        }
        double penalty = node.flapControl().damping().map(d -> link.penalty(now, d)).orElse(0.0);
        return Math.abs(penalty - stability.penalty()) > 2 ? " should have another penalty" : null;
    }

    private static boolean differs(
            boolean restrained, long left, Optional<Duration> told, long tolerance) {
        return restrained != told.isPresent()
                || (restrained
                        && (Math.abs(Math.max(0, left) - nanos(told)) > tolerance
                                || left < -tolerance - OVERDUE));
    }
}
