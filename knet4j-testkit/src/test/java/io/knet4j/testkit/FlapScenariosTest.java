package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ConfigChange;
import io.knet4j.FlapControl;
import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.ActiveLinksChanged;
import io.knet4j.KnetEvent.LinkDown;
import io.knet4j.KnetEvent.LinkLossy;
import io.knet4j.KnetEvent.LinkReleased;
import io.knet4j.KnetEvent.LinkSuppressed;
import io.knet4j.KnetEvent.NodeStalled;
import io.knet4j.KnetEvent.Restraint;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkUse;
import io.knet4j.NodeConfig;
import io.knet4j.testkit.Rig.Scenario;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Links that flap and links that lose, with flap control; and nodes that are late themselves. */
class FlapScenariosTest {
    private static final Damping DAMPING = Damping.DEFAULT.withHalfLife(Duration.ofSeconds(20));
    private static final int FLAPS = 60;

    private static void run(LinkPolicy policy, FlapControl control, Scenario scenario) {
        Rig.run(
                policy,
                2,
                2,
                builder ->
                        builder.config(id -> Knet.builder(id).flapControl(control).build())
                                .link(config -> config.withPing(ms(50), ms(300)).withPongCount(2)),
                scenario);
    }

    private static List<Integer> active(Rig rig) {
        return rig.cluster().host(1, 2).status().activeLinks();
    }

    /** A minute in which link 0 is cut and healed each second, while messages are sent. */
    private static int switchesByFlaps(Rig rig) {
        List<KnetEvent> events = rig.events(1);
        for (int i = 0; i < FLAPS; i++) {
            rig.cluster().cut(1, 2, 0);
            rig.stream(1, 2, 50, ms(10), SMALL);
            rig.cluster().heal(1, 2, 0);
            rig.stream(1, 2, 50, ms(10), SMALL);
        }
        assertThat(Rig.of(LinkDown.class, events)).hasSizeGreaterThanOrEqualTo(FLAPS - 1);
        return Rig.of(ActiveLinksChanged.class, events).size();
    }

    @Test
    void withoutFlapControlAFlappingLinkTakesMessagesEachTime() {
        run(
                LinkPolicy.PASSIVE,
                FlapControl.OFF,
                rig -> {
                    assertThat(switchesByFlaps(rig)).isBetween(2 * FLAPS - 2, 2 * FLAPS);
                    assertThat(rig.missing(1, 2)).hasSizeGreaterThan(20 * FLAPS);
                });
    }

    @Test
    void aFlappingLinkIsLeftAloneAfterThreeFlaps() {
        run(
                LinkPolicy.PASSIVE,
                FlapControl.OFF.withDamping(DAMPING),
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    assertThat(switchesByFlaps(rig)).isEqualTo(5);
                    assertThat(rig.missing(1, 2)).hasSizeBetween(60, 110);
                    assertThat(Rig.of(LinkSuppressed.class, events)).hasSize(1);
                    assertThat(rig.cluster().host(1, 2).link(0).orElseThrow().status().use())
                            .isEqualTo(LinkUse.SUPPRESSED);
                    // A flap each second keeps 29 penalties; they come down to 750 in 5.3 times 20
                    // s.
                    rig.network().advance(Duration.ofSeconds(100));
                    assertThat(active(rig)).containsExactly(1);
                    rig.network().advance(Duration.ofSeconds(10));
                    assertThat(active(rig)).containsExactly(0);
                    assertThat(Rig.of(LinkReleased.class, events))
                            .containsExactly(new LinkReleased(2, 0, Restraint.SUPPRESSED));
                });
    }

    @Test
    void aFlappingLinkThatIsHeldDownTakesMessagesOnce() {
        run(
                LinkPolicy.PASSIVE,
                FlapControl.OFF.withHoldDown(Duration.ofSeconds(5)),
                rig -> {
                    assertThat(switchesByFlaps(rig)).isEqualTo(1);
                    assertThat(rig.missing(1, 2)).hasSizeBetween(20, 40);
                    rig.network().advance(ms(4500));
                    assertThat(active(rig)).containsExactly(1);
                    rig.network().advance(ms(1000));
                    assertThat(active(rig)).containsExactly(0);
                });
    }

    @ParameterizedTest
    @EnumSource
    void failbackWaitsUnlessNothingElseIsUp(LinkPolicy policy) {
        run(
                policy,
                FlapControl.OFF.withHoldDown(Duration.ofSeconds(5)),
                rig -> {
                    List<Integer> all = active(rig);
                    rig.cluster().cut(1, 2, 0);
                    rig.network().advance(ms(1000));
                    rig.cluster().heal(1, 2, 0);
                    rig.network().advance(ms(1000));
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                    assertThat(active(rig)).containsExactly(1);
                    rig.burst(1, 2, 200, SMALL);
                    rig.requireAll(1, 2);

                    rig.cluster().cut(1, 2, 1);
                    rig.network().advance(ms(400));
                    assertThat(active(rig)).as("at once").containsExactly(0);
                    rig.cluster().heal(1, 2, 1);
                    rig.network().advance(ms(1000));
                    assertThat(active(rig)).as("link 1 is held now").containsExactly(0);
                    rig.network().advance(ms(5000));
                    assertThat(active(rig)).isEqualTo(all);

                    rig.cluster().cut(1, 2, 0);
                    rig.cluster().cut(1, 2, 1);
                    rig.network().advance(ms(1000));
                    assertThat(active(rig)).isEmpty();
                    rig.cluster().heal(1, 2, 1);
                    rig.network().advance(ms(300));
                    assertThat(active(rig)).as("at once").containsExactly(1);
                    rig.burst(1, 2, 200, SMALL);
                    rig.requireAll(1, 2);
                });
    }

    @Test
    void messagesLeaveALinkThatLosesAFifthAndComeBack() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                2,
                builder ->
                        builder.config(id ->
                                        Knet.builder(id)
                                                .flapControl(
                                                        FlapControl.OFF.withLossLimit(
                                                                LossLimit.DEFAULT))
                                                .build())
                                .link(config -> config.withPing(ms(50), ms(2000))),
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    rig.cluster().change(1, 2, 0, now -> now.withLoss(0.2));
                    rig.network().advance(ms(2500));
                    assertThat(active(rig)).containsExactly(1);
                    rig.burst(1, 2, 1000, SMALL);
                    rig.requireAll(1, 2);
                    rig.network().advance(Duration.ofMinutes(2));
                    assertThat(active(rig)).containsExactly(1);
                    assertThat(rig.cluster().host(1, 2).link(0).orElseThrow().status().use())
                            .isEqualTo(LinkUse.LOSSY);
                    rig.cluster().change(1, 2, 0, now -> now.withLoss(0));
                    rig.network().advance(ms(3000));
                    assertThat(active(rig)).containsExactly(0);
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                    assertThat(Rig.of(LinkLossy.class, events)).hasSize(1);
                    assertThat(Rig.of(LinkReleased.class, events)).hasSize(1);
                    assertThat(Rig.of(ActiveLinksChanged.class, events)).hasSize(2);
                });
    }

    @Test
    void aLittleLossMovesNothing() {
        run(
                LinkPolicy.PASSIVE,
                FlapControl.OFF.withLossLimit(LossLimit.DEFAULT),
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    rig.cluster().change(1, 2, 0, now -> now.withLoss(0.01));
                    rig.network().advance(Duration.ofMinutes(5));
                    assertThat(Rig.of(LinkLossy.class, events)).isEmpty();
                    assertThat(active(rig)).containsExactly(0);
                });
    }

    @Test
    void itIsPartOfTheConfigurationOfANode() {
        run(
                LinkPolicy.PASSIVE,
                FlapControl.OFF,
                rig -> {
                    Knet node = rig.node(1);
                    FlapControl control = FlapControl.OFF.withHoldDown(Duration.ofSeconds(30));
                    NodeConfig desired = node.nodeConfig().toBuilder().flapControl(control).build();
                    List<ConfigChange> plan = node.plan(desired);
                    assertThat(plan)
                            .extracting(ConfigChange::toString)
                            .containsExactly("flap control: off -> hold-down 30 s");
                    assertThat(node.flapControl()).isEqualTo(FlapControl.OFF);
                    assertThat(node.apply(desired)).isEqualTo(plan);
                    assertThat(node.flapControl()).isEqualTo(control);
                    assertThat(node.nodeConfig()).isEqualTo(desired);
                    rig.cluster().cut(1, 2, 0);
                    rig.network().advance(ms(1000));
                    rig.cluster().heal(1, 2, 0);
                    rig.network().advance(ms(1000));
                    assertThat(active(rig)).containsExactly(1);
                    node.setFlapControl(FlapControl.OFF);
                    assertThat(active(rig)).containsExactly(0);
                    assertThat(node.nodeConfig().flapControl()).isEqualTo(FlapControl.OFF);
                });
    }

    /** The answers wait behind more than is read in one turn. */
    @ParameterizedTest
    @EnumSource
    void aNodeThatWasStoppedUnderAFloodBlamesNobody(LinkPolicy policy) {
        run(
                policy,
                FlapControl.OFF,
                rig -> {
                    List<KnetEvent> events = rig.events(2);
                    for (long stall : new long[] {290, 600, 10_000}) {
                        rig.network().pause(rig.node(2));
                        rig.burst(1, 2, 3000, SMALL);
                        rig.network().advance(ms(stall));
                        rig.network().resume(rig.node(2));
                        rig.network().advance(ms(2000));
                        assertThat(rig.cluster().isFullyConnected()).isTrue();
                    }
                    assertThat(events).allMatch(NodeStalled.class::isInstance).hasSize(3);
                    assertThat(rig.node(2).statistics().stalls().samples()).isEqualTo(3);
                    assertThat(rig.node(2).statistics().stalls().max().orElseThrow())
                            .isBetween(ms(10_000), ms(10_600));
                });
    }

    /** Each time it runs for less than the answer to a ping needs. */
    @ParameterizedTest
    @EnumSource
    void aNodeThatIsStoppedAllTheTimeBlamesNobody(LinkPolicy policy) {
        run(
                policy,
                FlapControl.OFF,
                rig -> {
                    rig.cluster().change(0, now -> now.withDelay(ms(20)));
                    rig.cluster().change(1, now -> now.withDelay(ms(30)));
                    rig.network().advance(ms(1000));
                    List<KnetEvent> events = rig.events(2);
                    for (int i = 0; i < 200; i++) {
                        rig.network().pause(rig.node(2), ms(50 + 13L * i % 400));
                        rig.network().advance(ms(50 + 13L * i % 400));
                        rig.network().advance(ms(1 + 7L * i % 25));
                    }
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                });
    }

    /** It finds out a little later. */
    @Test
    void aNodeThatWasStoppedFindsOutThatAPeerIsGone() {
        run(
                LinkPolicy.PASSIVE,
                FlapControl.OFF,
                rig -> {
                    List<KnetEvent> events = rig.events(2);
                    rig.network().pause(rig.node(2));
                    rig.cluster().cut(1, 2, 0);
                    rig.network().advance(ms(3000));
                    rig.network().resume(rig.node(2));
                    rig.network().advance(ms(200));
                    assertThat(Rig.of(LinkDown.class, events)).isEmpty();
                    rig.network().advance(ms(150));
                    assertThat(Rig.of(LinkDown.class, events)).hasSize(1);
                });
    }
}
