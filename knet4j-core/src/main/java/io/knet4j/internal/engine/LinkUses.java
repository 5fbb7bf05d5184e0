package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStability;
import io.knet4j.LinkUse;
import io.knet4j.internal.engine.LinkHistory.Fall;
import io.knet4j.internal.engine.LinkRestraints.Rank;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out and explains why a link is in use, or why not. */
final class LinkUses {
    private LinkUses() {}

    static LinkUse of(LinkState link) {
        if (!link.config.enabled()) {
            return LinkUse.DISABLED;
        }
        if (link.isLoopback()) {
            return LinkUse.IN_USE;
        }
        if (link.monitor.connected()) {
            HostRoute route = link.host.route;
            return route != null && route.links().contains(link.id) ? LinkUse.IN_USE : unused(link);
        }
        if (link.monitor.hasAnswered()) {
            return LinkUse.COMING_UP;
        }
        return link.history.lastFall() == null ? LinkUse.NO_ANSWER : LinkUse.DOWN;
    }

    private static LinkUse unused(LinkState link) {
        Rank rank = Router.rank(link);
        LinkState chosen = chosen(link.host);
        if (chosen != null && rank == Router.rank(chosen)) {
            return LinkUse.STANDBY;
        }
        return switch (rank) {
            case GOOD -> LinkUse.STANDBY;
            case LOSSY -> LinkUse.LOSSY;
            case HELD_DOWN -> LinkUse.HELD_DOWN;
            case SUPPRESSED -> LinkUse.SUPPRESSED;
        };
    }

    /** The first one that messages take. */
    private static @Nullable LinkState chosen(HostState host) {
        HostRoute route = host.route;
        return route == null ? null : host.links[route.links().getFirst()];
    }

    /**
     * @param stability what speaks against the link
     */
    static String explain(LinkState link, LinkUse use, LinkStability stability) {
        return switch (use) {
            case IN_USE -> inUse(link);
            case STANDBY -> standby(link);
            case LOSSY -> "it loses too much, and another link does not";
            case HELD_DOWN ->
                    "it came up again and is held down for another " + time(stability.heldDown());
            case SUPPRESSED ->
                    "it went down too often: its penalty is "
                            + stability.penalty()
                            + ", and it is suppressed for another "
                            + time(stability.suppressed());
            case COMING_UP ->
                    "pong "
                            + link.monitor.pongs()
                            + " of "
                            + (link.config.pongCount() + 1)
                            + " has come";
            case DOWN -> down(link, Objects.requireNonNull(link.history.lastFall()));
            case NO_ANSWER -> noAnswer(link);
            case DISABLED -> "it is disabled";
        };
    }

    private static String time(Optional<Duration> time) {
        return Words.roughly(time.orElse(Duration.ZERO));
    }

    private static String inUse(LinkState link) {
        if (link.isLoopback()) {
            return "messages to the local node are delivered at once";
        }
        return switch (link.host.policy) {
            case ACTIVE -> "messages take every link that is up";
            case ROUND_ROBIN -> "messages take turns on the links that are up";
            case PASSIVE -> isOnlyOne(link) ? "no other link is up" : bestOne(link);
        };
    }

    private static String bestOne(LinkState link) {
        for (LinkState other : link.host.links) {
            if (other != null && other.isUsable() && Router.isPreferred(other, link)) {
                return "link " + other.id + " would be better, but " + hindrance(other);
            }
        }
        return "no better link is up";
    }

    private static String hindrance(LinkState link) {
        return switch (link.restraints.rank()) {
            case GOOD -> "its peer is not known";
            case LOSSY -> "loses too much";
            case HELD_DOWN -> "came up again a short while ago";
            case SUPPRESSED -> "went down too often";
        };
    }

    private static boolean isOnlyOne(LinkState link) {
        for (LinkState other : link.host.links) {
            if (other != null && other != link && other.isUsable()) {
                return false;
            }
        }
        return true;
    }

    private static String standby(LinkState link) {
        LinkState best = chosen(link.host);
        if (best == null || link.host.policy != LinkPolicy.PASSIVE) {
            return "another link is used";
        }
        int priority = link.config.priority();
        return best.config.priority() == priority
                ? "link " + best.id + " has the same priority " + priority + " and a lower id"
                : "link "
                        + best.id
                        + " has a higher priority: "
                        + best.config.priority()
                        + ", this one has "
                        + priority;
    }

    private static String noAnswer(LinkState link) {
        if (link.peer != null && link.path == null) {
            return link.peer.filter.rules().isEmpty()
                    ? "its peer is not known yet, and the access list is empty"
                    : "its peer is not known yet";
        }
        return "no pong has come since it was enabled" + sending(link);
    }

    private static String sending(LinkState link) {
        return link.lastSendFailure == null
                ? ""
                : "; pings cannot be sent: " + Words.reason(link.lastSendFailure);
    }

    private static String down(LinkState link, Fall fall) {
        return fall.cause() == LinkDownCause.TRANSPORT_ERROR
                ? "the network reported that the host cannot be reached, and no pong has come since"
                : "no pong had come for "
                        + Words.roughly(fall.silence())
                        + " when it went down, and none since"
                        + sending(link);
    }
}
