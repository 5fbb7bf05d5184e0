package io.knet4j.internal.engine;

import io.knet4j.FlapControl;
import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import io.knet4j.KnetEvent.LinkHeldDown;
import io.knet4j.KnetEvent.LinkLossy;
import io.knet4j.KnetEvent.LinkReleased;
import io.knet4j.KnetEvent.LinkSuppressed;
import io.knet4j.KnetEvent.Restraint;
import io.knet4j.LinkStability;
import io.knet4j.PingLoss;
import io.knet4j.internal.engine.LinkRestraints.Rank;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Flap control: finds what speaks against links, by which {@link Router} chooses, and when it does
 * not any more. Whoever tells of a link that came up or went down has the routes updated then.
 */
final class FlapGuard {
    private final TimerQueue timers;
    private final Router router;
    private final EngineOutput output;
    private FlapControl control;

    FlapGuard(TimerQueue timers, Router router, EngineOutput output, FlapControl control) {
        this.timers = timers;
        this.router = router;
        this.output = output;
        this.control = control;
    }

    FlapControl control() {
        return control;
    }

    /** The link came up. */
    void cameUp(long now, LinkState link) {
        long time = control.holdDown().toNanos();
        judgeLoss(now, link);
        if (time > 0 && link.history.lastFall() != null && hasBetter(link)) {
            link.restraints.hold(now, time);
            output.publish(new LinkHeldDown(link.host.id, link.id, control.holdDown()));
            schedule(link);
        }
    }

    /** Otherwise messages would take it all the same. */
    private static boolean hasBetter(LinkState link) {
        for (LinkState other : link.host.links) {
            if (other != null
                    && other != link
                    && other.isUsable()
                    && other.restraints.rank().compareTo(Rank.HELD_DOWN) < 0) {
                return true;
            }
        }
        return false;
    }

    /** The link went down by itself. */
    void wentDown(long now, LinkState link) {
        link.restraints.endHold();
        control.damping()
                .ifPresent(damping -> {
                    if (link.restraints.penalize(now, damping)) {
                        output.publish(
                                new LinkSuppressed(
                                        link.host.id,
                                        link.id,
                                        (int) Math.round(link.restraints.penalty(now, damping)),
                                        Duration.ofNanos(link.restraints.suppressedUntil() - now)));
                    }
                });
        schedule(link);
    }

    /** The link was disabled, or is about to be removed. */
    void stop(LinkState link) {
        link.restraints.clear();
        timers.cancel(link.restraintTimer);
    }

    /** A ping is about to be sent: a good time to look at what became of those before. */
    void onPing(long now, LinkState link) {
        if (link.monitor.connected() && judgeLoss(now, link)) {
            router.update(link.host);
        }
    }

    private boolean judgeLoss(long now, LinkState link) {
        if (control.lossLimit().isEmpty()) {
            return false;
        }
        LossLimit limit = control.lossLimit().get();
        PingLoss loss = link.recentPings.loss(now, link.monitor.patienceWithPing(), limit.pings());
        if (!link.restraints.judge(loss, limit)) {
            return false;
        }
        if (link.restraints.isLossy()) {
            output.publish(new LinkLossy(link.host.id, link.id, loss));
        } else {
            released(link, Restraint.LOSSY);
        }
        return true;
    }

    /** A hold-down or a suppression may be over. */
    void onTimer(long now, LinkState link) {
        boolean over = false;
        if (link.restraints.isHeld() && now - link.restraints.heldUntil() >= 0) {
            link.restraints.endHold();
            released(link, Restraint.HELD_DOWN);
            over = true;
        }
        if (link.restraints.isSuppressed() && now - link.restraints.suppressedUntil() >= 0) {
            link.restraints.endSuppression();
            released(link, Restraint.SUPPRESSED);
            over = true;
        }
        schedule(link);
        if (over) {
            router.update(link.host);
        }
    }

    private void released(LinkState link, Restraint restraint) {
        output.publish(new LinkReleased(link.host.id, link.id, restraint));
    }

    private void schedule(LinkState link) {
        LinkRestraints restraints = link.restraints;
        if (restraints.isHeld() && restraints.isSuppressed()) {
            long hold = restraints.heldUntil();
            long suppression = restraints.suppressedUntil();
            timers.schedule(link.restraintTimer, hold - suppression < 0 ? hold : suppression);
        } else if (restraints.isHeld()) {
            timers.schedule(link.restraintTimer, restraints.heldUntil());
        } else if (restraints.isSuppressed()) {
            timers.schedule(link.restraintTimer, restraints.suppressedUntil());
        } else {
            timers.cancel(link.restraintTimer);
        }
    }

    /** Goes by other settings from now on. */
    void set(long now, FlapControl changed, List<LinkState> links) {
        FlapControl before = control;
        control = changed;
        for (LinkState link : links) {
            link.restraints.holdFor(changed.holdDown().toNanos());
            setDamping(now, link, before.damping(), changed.damping());
            if (changed.lossLimit().isEmpty()) {
                if (link.restraints.forgetLoss()) {
                    released(link, Restraint.LOSSY);
                }
            } else if (link.monitor.connected()) {
                judgeLoss(now, link);
            }
            onTimer(now, link);
        }
        router.updateAll();
    }

    private void setDamping(
            long now, LinkState link, Optional<Damping> before, Optional<Damping> after) {
        boolean suppressed = link.restraints.isSuppressed();
        if (before.isPresent() && after.isPresent()) {
            link.restraints.change(now, before.get(), after.get());
        } else {
            link.restraints.forgetPenalties();
        }
        if (suppressed && !link.restraints.isSuppressed()) {
            released(link, Restraint.SUPPRESSED);
        }
    }

    LinkStability stability(long now, LinkState link) {
        LinkRestraints restraints = link.restraints;
        return new LinkStability(
                restraints.isHeld() ? left(now, restraints.heldUntil()) : Optional.empty(),
                control.damping()
                        .map(damping -> (int) Math.round(restraints.penalty(now, damping)))
                        .orElse(0),
                restraints.isSuppressed()
                        ? left(now, restraints.suppressedUntil())
                        : Optional.empty(),
                restraints.isLossy());
    }

    private static Optional<Duration> left(long now, long until) {
        return Optional.of(Duration.ofNanos(Math.max(0, until - now)));
    }
}
