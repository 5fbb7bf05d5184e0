package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.FlapControl;
import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.ActiveLinksChanged;
import io.knet4j.KnetEvent.LinkHeldDown;
import io.knet4j.KnetEvent.LinkLossy;
import io.knet4j.KnetEvent.LinkReleased;
import io.knet4j.KnetEvent.LinkSuppressed;
import io.knet4j.KnetEvent.Restraint;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatus;
import io.knet4j.LinkUse;
import io.knet4j.internal.engine.FakeTransport.Sent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlapGuardTest {
    private static final Duration HOLD = Duration.ofSeconds(5);

    /** Longer than a link needs to go down, or to come up. */
    private static final Duration CHANGE = Duration.ofMillis(600);

    private final TestNode node = new TestNode();
    private final HostState host = node.hostUp(2, 2);
    private int pings;

    /** Lets time pass, in which only some links are answered. */
    private void pass(Duration time, int... answered) {
        passWithLoss(time, Integer.MAX_VALUE, answered);
    }

    /**
     * @param loss each ping with a number that it divides is lost
     */
    private void passWithLoss(Duration time, int loss, int... answered) {
        long end = node.now + time.toNanos();
        while (node.now < end) {
            long next = node.engine.runTimers(node.now);
            for (Sent ping : node.drainPings()) {
                pings++;
                if (pings % loss != 0
                        && Arrays.stream(answered)
                                .anyMatch(link -> ping.path().equals(host.link(link).path))) {
                    node.answer(ping, 2);
                }
            }
            node.now = Math.min(end, Math.max(node.now + 1, next));
        }
    }

    private void set(FlapControl control) {
        node.engine.setFlapControl(node.now, control);
        node.output.events.clear();
    }

    private List<Integer> active() {
        return node.engine.status(host).activeLinks();
    }

    private LinkStatus status(int link) {
        return node.engine.status(node.now, host.link(link));
    }

    private List<KnetEvent> events() {
        return node.output.drainEvents().stream()
                .filter(event ->
                        event instanceof LinkHeldDown
                                || event instanceof LinkSuppressed
                                || event instanceof LinkLossy
                                || event instanceof LinkReleased
                                || event instanceof ActiveLinksChanged)
                .toList();
    }

    /** Link 0 goes down and comes up again. */
    private void flap() {
        pass(CHANGE, 1);
        pass(CHANGE, 0, 1);
    }

    @Test
    void withoutItALinkIsUsedAgainAtOnce() {
        flap();
        assertThat(active()).containsExactly(0);
        for (int i = 0; i < 10; i++) {
            flap();
        }
        assertThat(active()).containsExactly(0);
        assertThat(events()).hasSize(22).allMatch(ActiveLinksChanged.class::isInstance);
        assertThat(status(0).stability())
                .isEqualTo(new LinkStability(Optional.empty(), 0, Optional.empty(), false));
    }

    @Test
    void aLinkThatComesUpAgainIsHeldDown() {
        set(FlapControl.OFF.withHoldDown(HOLD));
        flap();
        assertThat(active()).containsExactly(1);
        LinkStatus held = status(0);
        assertThat(held.use()).isEqualTo(LinkUse.HELD_DOWN);
        assertThat(held.explanation()).startsWith("it came up again and is held down for another ");
        assertThat(held.stability().heldDown().orElseThrow()).isBetween(HOLD.minus(CHANGE), HOLD);
        assertThat(status(1).explanation())
                .isEqualTo("link 0 would be better, but came up again a short while ago");
        pass(held.stability().heldDown().orElseThrow().minusNanos(1), 0, 1);
        assertThat(active()).containsExactly(1);
        pass(Duration.ofMillis(2), 0, 1);
        assertThat(active()).containsExactly(0);
        assertThat(events())
                .containsExactly(
                        new ActiveLinksChanged(2, List.of(1)),
                        new LinkHeldDown(2, 0, HOLD),
                        new LinkReleased(2, 0, Restraint.HELD_DOWN),
                        new ActiveLinksChanged(2, List.of(0)));
    }

    @ParameterizedTest
    @EnumSource(names = {"ACTIVE", "ROUND_ROBIN"})
    void otherPoliciesDoNotAddItEither(LinkPolicy policy) {
        node.engine.setPolicy(host, policy);
        set(FlapControl.OFF.withHoldDown(HOLD));
        flap();
        assertThat(active()).containsExactly(1);
        pass(HOLD, 0, 1);
        assertThat(active()).containsExactly(0, 1);
    }

    @Test
    void aLinkThatGoesDownWhileItIsHeldStartsItsTimeAnew() {
        set(FlapControl.OFF.withHoldDown(HOLD));
        for (int i = 0; i < 10; i++) {
            flap();
            pass(Duration.ofSeconds(2), 0, 1);
        }
        assertThat(active()).containsExactly(1);
        assertThat(events())
                .filteredOn(ActiveLinksChanged.class::isInstance)
                .containsExactly(new ActiveLinksChanged(2, List.of(1)));
    }

    @Test
    void theOnlyLinkIsUsedAtOnceAndNotHeldAnyMore() {
        set(FlapControl.OFF.withHoldDown(HOLD));
        pass(CHANGE);
        assertThat(active()).isEmpty();
        pass(CHANGE, 1);
        assertThat(active()).as("nothing else is up").containsExactly(1);
        assertThat(status(1).stability().heldDown()).isEmpty();
        pass(CHANGE, 0, 1);
        assertThat(active()).as("link 0 is held").containsExactly(1);
        pass(CHANGE, 0);
        assertThat(active()).as("nothing else is up").containsExactly(0);
        assertThat(status(0).stability().heldDown()).isEmpty();
        node.engine.setPriority(host.link(1), 9);
        pass(CHANGE, 0, 1);
        assertThat(active()).as("link 1 is held").containsExactly(0);
        assertThat(events())
                .contains(
                        new LinkHeldDown(2, 0, HOLD),
                        new LinkReleased(2, 0, Restraint.HELD_DOWN),
                        new LinkHeldDown(2, 1, HOLD));
    }

    @Test
    void aLinkThatIsEnabledIsNotHeld() {
        set(FlapControl.OFF.withHoldDown(HOLD));
        node.engine.setEnabled(node.now, host.link(0), false);
        pass(CHANGE, 1);
        node.engine.setEnabled(node.now, host.link(0), true);
        pass(CHANGE, 0, 1);
        assertThat(active()).containsExactly(0);
    }

    @Test
    void aLinkThatGoesDownTooOftenIsSuppressed() {
        set(FlapControl.OFF.withDamping(Damping.DEFAULT));
        flap();
        flap();
        assertThat(active()).containsExactly(0);
        assertThat(status(0).stability().penalty()).isBetween(1900, 2000);
        flap();
        assertThat(active()).containsExactly(1);
        LinkStatus suppressed = status(0);
        assertThat(suppressed.use()).isEqualTo(LinkUse.SUPPRESSED);
        assertThat(suppressed.explanation())
                .startsWith("it went down too often: its penalty is 29");
        assertThat(suppressed.stability().penalty()).isBetween(2900, 3000);
        Duration left = suppressed.stability().suppressed().orElseThrow();
        assertThat(left).isBetween(Duration.ofSeconds(110), Duration.ofSeconds(120));
        assertThat(status(1).explanation())
                .isEqualTo("link 0 would be better, but went down too often");
        pass(left.minusMillis(1), 0, 1);
        assertThat(active()).containsExactly(1);
        pass(Duration.ofMillis(2), 0, 1);
        assertThat(active()).containsExactly(0);
        assertThat(status(0).stability().penalty()).isEqualTo(750);
        assertThat(events().reversed())
                .startsWith(
                        new ActiveLinksChanged(2, List.of(0)),
                        new LinkReleased(2, 0, Restraint.SUPPRESSED))
                .filteredOn(LinkSuppressed.class::isInstance)
                .hasSize(1);
    }

    @Test
    void aSuppressedLinkIsUsedWhileNothingElseIsUp() {
        set(FlapControl.OFF.withDamping(Damping.DEFAULT).withHoldDown(HOLD));
        for (int i = 0; i < 4; i++) {
            flap();
        }
        pass(CHANGE, 0);
        assertThat(active()).containsExactly(0);
        assertThat(status(0).explanation()).isEqualTo("no other link is up");
        assertThat(status(0).stability().suppressed()).isPresent();
        pass(CHANGE, 0, 1);
        assertThat(active()).as("link 1 is held, link 0 is suppressed").containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 200})
    void aHoldDownAndASuppressionAreOverEachInItsTime(int seconds) {
        Duration hold = Duration.ofSeconds(seconds);
        set(FlapControl.OFF.withDamping(Damping.DEFAULT).withHoldDown(hold));
        for (int i = 0; i < 3; i++) {
            flap();
        }
        LinkStability both = status(0).stability();
        Duration held = both.heldDown().orElseThrow();
        Duration suppressed = both.suppressed().orElseThrow();
        boolean holdIsFirst = held.compareTo(suppressed) < 0;
        Duration first = holdIsFirst ? held : suppressed;
        Duration second = holdIsFirst ? suppressed : held;
        pass(first.minusMillis(1), 0, 1);
        assertThat(status(0).stability().heldDown()).isPresent();
        assertThat(status(0).stability().suppressed()).isPresent();
        pass(Duration.ofMillis(2), 0, 1);
        assertThat(status(0).stability().heldDown().isPresent()).isEqualTo(!holdIsFirst);
        assertThat(status(0).stability().suppressed().isPresent()).isEqualTo(holdIsFirst);
        pass(second.minus(first).minusMillis(2), 0, 1);
        assertThat(active()).containsExactly(1);
        pass(Duration.ofMillis(2), 0, 1);
        assertThat(active()).containsExactly(0);
    }

    @Test
    void disablingALinkIsNoFlapAndForgetsThem() {
        set(FlapControl.OFF.withDamping(Damping.DEFAULT));
        for (int i = 0; i < 10; i++) {
            node.engine.setEnabled(node.now, host.link(0), false);
            node.engine.setEnabled(node.now, host.link(0), true);
            pass(CHANGE, 0, 1);
        }
        assertThat(status(0).stability().penalty()).isZero();
        for (int i = 0; i < 3; i++) {
            flap();
        }
        assertThat(active()).containsExactly(1);
        node.engine.setEnabled(node.now, host.link(0), false);
        node.engine.setEnabled(node.now, host.link(0), true);
        pass(CHANGE, 0, 1);
        assertThat(active()).containsExactly(0);
    }

    @ParameterizedTest
    @EnumSource
    void aLossyLinkIsAvoidedUntilItLosesLittle(LinkPolicy policy) {
        node.engine.setPolicy(host, policy);
        set(FlapControl.OFF.withLossLimit(LossLimit.DEFAULT.withPings(20)));
        List<Integer> all = policy == LinkPolicy.PASSIVE ? List.of(0) : List.of(0, 1);
        passOnlyLosing(0, Duration.ofSeconds(4), 4);
        boolean copies = policy == LinkPolicy.ACTIVE;
        assertThat(active()).isEqualTo(copies ? all : List.of(1));
        LinkStatus lossy = status(0);
        assertThat(lossy.stability().lossy()).isTrue();
        assertThat(lossy.use()).isEqualTo(copies ? LinkUse.IN_USE : LinkUse.LOSSY);
        pass(Duration.ofSeconds(1), 0, 1);
        assertThat(status(0).stability().lossy()).as("half of the window").isTrue();
        pass(Duration.ofSeconds(2), 0, 1);
        assertThat(active()).isEqualTo(all);
        assertThat(events())
                .filteredOn(event -> !(event instanceof ActiveLinksChanged))
                .hasSize(2)
                .endsWith(new LinkReleased(2, 0, Restraint.LOSSY))
                .first()
                .isInstanceOfSatisfying(
                        LinkLossy.class,
                        event -> {
                            assertThat(event.link()).isZero();
                            assertThat(event.loss().lost()).isEqualTo(3);
                        });
    }

    /** Loses some pings of one link: one of so many. */
    private void passOnlyLosing(int link, Duration time, int oneOf) {
        long end = node.now + time.toNanos();
        int sent = 0;
        while (node.now < end) {
            long next = node.engine.runTimers(node.now);
            for (Sent ping : node.drainPings()) {
                boolean lossy = ping.path().equals(host.link(link).path);
                if (!lossy || ++sent % oneOf != 0) {
                    node.answer(ping, 2);
                }
            }
            node.now = Math.min(end, Math.max(node.now + 1, next));
        }
    }

    @Test
    void whereAllLinksLosePriorityDecides() {
        set(FlapControl.OFF.withLossLimit(LossLimit.DEFAULT.withPings(20)));
        passWithLoss(Duration.ofSeconds(5), 3, 0, 1);
        assertThat(status(0).stability().lossy()).isTrue();
        assertThat(status(1).stability().lossy()).isTrue();
        assertThat(active()).containsExactly(0);
    }

    @Test
    void switchingItOffReleasesAll() {
        FlapControl control =
                FlapControl.OFF.withHoldDown(HOLD).withLossLimit(new LossLimit(5, 0, 64));
        set(control);
        flap();
        assertThat(active()).containsExactly(1);
        node.engine.setFlapControl(node.now, control.withHoldDown(HOLD.multipliedBy(2)));
        assertThat(status(0).stability().heldDown().orElseThrow()).isGreaterThan(HOLD);
        node.engine.setFlapControl(node.now, FlapControl.OFF);
        assertThat(active()).containsExactly(0);
        assertThat(events())
                .contains(
                        new LinkReleased(2, 0, Restraint.HELD_DOWN),
                        new LinkReleased(2, 0, Restraint.LOSSY));
        set(FlapControl.OFF.withDamping(Damping.DEFAULT));
        for (int i = 0; i < 3; i++) {
            flap();
        }
        assertThat(active()).containsExactly(1);
        node.engine.setFlapControl(
                node.now, FlapControl.OFF.withDamping(Damping.DEFAULT.withLimits(9000, 4000)));
        assertThat(active()).containsExactly(0);
        assertThat(node.engine.picture().config().flapControl())
                .isEqualTo(node.engine.flapControl());
    }

    @Test
    void nothingIsLeftOfALinkThatIsRemoved() {
        set(FlapControl.OFF.withHoldDown(HOLD).withDamping(Damping.DEFAULT));
        for (int i = 0; i < 4; i++) {
            flap();
        }
        node.engine.removeHost(node.now, host);
        node.engine.runTimers(node.now);
        node.closeSockets();
        assertThat(node.engine.leak()).isEmpty();
    }
}
