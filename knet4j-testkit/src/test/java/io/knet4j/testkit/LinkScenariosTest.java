package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.KnetEvent;
import io.knet4j.LinkPolicy;
import io.knet4j.Reason;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Links that come, go, lag and are reconfigured. */
class LinkScenariosTest {
    private static final int LONGEST_DETECTION = 260;

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aSingleLinkKeepsTheOrder(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                1,
                rig -> {
                    rig.checker().requireOrder();
                    rig.burst(1, 2, 3000, SMALL);
                    rig.burst(2, 1, 100, 5000);
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void twoCleanLinksLoseNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    long[] before = {
                        rig.cluster().path(1, 2, 0).sent(), rig.cluster().path(1, 2, 1).sent()
                    };
                    rig.burst(1, 2, 3000, SMALL);
                    rig.requireAll(1, 2);
                    long first = rig.cluster().path(1, 2, 0).sent() - before[0];
                    long second = rig.cluster().path(1, 2, 1).sent() - before[1];
                    switch (policy) {
                        case PASSIVE -> {
                            assertThat(first).isGreaterThanOrEqualTo(3000);
                            assertThat(second).isLessThan(100);
                        }
                        case ACTIVE -> {
                            assertThat(first).isGreaterThanOrEqualTo(3000);
                            assertThat(second).isGreaterThanOrEqualTo(3000);
                            assertThat(rig.drops(2, DropCause.DUPLICATE)).isEqualTo(3000);
                        }
                        case ROUND_ROBIN -> {
                            assertThat(first).isBetween(1500L, 1600L);
                            assertThat(second).isBetween(1500L, 1600L);
                        }
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aCutLinkCostsAtMostWhatWasSentOnItBeforeItWasNoticed(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.stream(1, 2, 200, ms(1), SMALL);
                    rig.cluster().cut(1, 2, 0);
                    rig.stream(1, 2, 1000, ms(1), SMALL);
                    assertThat(rig.cluster().host(1, 2).status().activeLinks()).containsExactly(1);
                    rig.cluster().heal(1, 2, 0);
                    rig.stream(1, 2, 1000, ms(1), SMALL);
                    rig.settle();
                    List<Integer> missing = rig.missing(1, 2);
                    if (policy == LinkPolicy.ACTIVE) {
                        assertThat(missing).isEmpty();
                    } else {
                        // number 199 is under way when the link is cut
                        assertThat(missing)
                                .isNotEmpty()
                                .allMatch(number ->
                                        number >= 198 && number < 200 + LONGEST_DETECTION);
                    }
                    if (policy == LinkPolicy.ROUND_ROBIN) {
                        assertThat(missing).hasSizeLessThanOrEqualTo(LONGEST_DETECTION / 2 + 2);
                    }
                    assertThat(rig.cluster().host(1, 2).status().activeLinks())
                            .isEqualTo(policy == LinkPolicy.PASSIVE ? List.of(0) : List.of(0, 1));
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aHostWithoutLinksIsUnreachableUntilOneIsHealed(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    rig.burst(1, 2, 500, SMALL);
                    rig.cluster().cut(1, 2, 0);
                    rig.cluster().cut(1, 2, 1);
                    rig.network().advance(ms(500));
                    assertThat(Rig.of(KnetEvent.HostUnreachable.class, events)).hasSize(1);
                    assertThat(rig.cluster().host(1, 2).status().reachable()).isFalse();
                    rig.stream(1, 2, 10, ms(5), SMALL);
                    assertThat(rig.node(1).statistics().sendFailures())
                            .containsEntry(Reason.HOST_DOWN, 10L);
                    rig.cluster().heal(1, 2, 1);
                    rig.network().advance(ms(500));
                    int before = rig.missing(1, 2).size();
                    rig.burst(1, 2, 500, SMALL);
                    rig.cluster().heal(1, 2, 0);
                    rig.burst(1, 2, 500, SMALL);
                    assertThat(before).isEqualTo(10);
                    assertThat(rig.missing(1, 2)).hasSize(10);
                    assertThat(Rig.of(KnetEvent.HostReachable.class, events)).hasSize(1);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void oneDirectionIsEnoughToTakeALinkDownAtBothEnds(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().path(1, 2, 0).cut();
                    rig.network().advance(ms(500));
                    assertThat(rig.cluster().host(1, 2).status().activeLinks()).containsExactly(1);
                    assertThat(rig.cluster().host(2, 1).status().activeLinks()).containsExactly(1);
                    rig.burst(1, 2, 500, SMALL);
                    rig.burst(2, 1, 500, SMALL);
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                    rig.cluster().path(1, 2, 0).heal();
                    rig.network().advance(ms(500));
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aLinkThatLagsByMoreThanTheWindowDoublesNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().change(1, now -> now.withDelay(ms(80)));
                    rig.network().advance(ms(500));
                    rig.burst(1, 2, 20_000, SMALL);
                    if (policy == LinkPolicy.ACTIVE) {
                        assertThat(rig.drops(2, DropCause.STALE)).isPositive();
                        assertThat(rig.drops(2, DropCause.DUPLICATE)).isPositive();
                    }
                    if (policy == LinkPolicy.ROUND_ROBIN) {
                        // The window has room for 4096 messages, the lag is 8000.
                        assertThat(rig.drops(2, DropCause.STALE))
                                .isEqualTo(rig.missing(1, 2).size());
                    } else {
                        rig.requireAll(1, 2);
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aLinkThatLagsWithinTheWindowLosesAndDoublesNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().change(1, now -> now.withDelay(ms(30)).withJitter(ms(5)));
                    rig.network().advance(ms(500));
                    rig.burst(1, 2, 10_000, SMALL);
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void sequenceNumbersWrap(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().path(1, 2, 1).change(now -> now.withDelay(ms(3)));
                    rig.burst(1, 2, 68_000, SMALL);
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void forcedPingsKeepHostsThatGetNothingInStep(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                1,
                rig -> {
                    rig.burst(1, 3, 10, SMALL);
                    // More than half of the numbers, so that without pings the next would be stale.
                    rig.burst(1, 2, 40_000, SMALL);
                    rig.burst(1, 3, 10, SMALL);
                    rig.requireAll(1, 2);
                    rig.requireAll(1, 3);
                    assertThat(rig.drops(3, DropCause.STALE)).isZero();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void priorityMovesPassiveTraffic(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.stream(1, 2, 100, ms(1), SMALL);
                    rig.cluster().host(1, 2).link(1).orElseThrow().setPriority(10);
                    long before = rig.cluster().path(1, 2, 1).sent();
                    rig.stream(1, 2, 100, ms(1), SMALL);
                    long onSecond = rig.cluster().path(1, 2, 1).sent() - before;
                    assertThat(onSecond)
                            .isGreaterThanOrEqualTo(policy == LinkPolicy.ROUND_ROBIN ? 50 : 100);
                    List<Integer> active = rig.cluster().host(1, 2).status().activeLinks();
                    assertThat(active)
                            .isEqualTo(policy == LinkPolicy.PASSIVE ? List.of(1) : List.of(0, 1));
                    rig.settle();
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void disablingALinkLosesNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.stream(1, 2, 100, ms(1), SMALL);
                    rig.cluster().host(1, 2).link(0).orElseThrow().setEnabled(false);
                    rig.stream(1, 2, 300, ms(1), SMALL);
                    // The peer still gets answers on the link and sends on it.
                    rig.stream(2, 1, 300, ms(1), SMALL);
                    rig.cluster().host(1, 2).link(0).orElseThrow().setEnabled(true);
                    rig.stream(1, 2, 500, ms(1), SMALL);
                    rig.settle();
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void changingThePolicyLosesNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                3,
                rig -> {
                    for (LinkPolicy next : LinkPolicy.values()) {
                        rig.stream(1, 2, 100, ms(1), SMALL);
                        rig.cluster().host(1, 2).setPolicy(next);
                        rig.stream(1, 2, 100, ms(1), 2000);
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void removingAndAddingALinkWorksUnderTraffic(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    io.knet4j.Link link = rig.cluster().host(1, 2).link(0).orElseThrow();
                    io.knet4j.LinkConfig config = link.config();
                    rig.stream(1, 2, 50, ms(1), SMALL);
                    link.remove();
                    rig.stream(1, 2, 500, ms(1), SMALL);
                    rig.cluster().host(1, 2).addLink(0, config);
                    rig.stream(1, 2, 500, ms(1), SMALL);
                    rig.settle();
                    rig.requireAll(1, 2);
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aFullSocketHoldsUpOneLinkOnly(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                rig -> {
                    rig.cluster().path(1, 2, 0).change(now -> now.withSocketFull(true));
                    for (int i = 0; i < 20; i++) {
                        rig.checker().send(rig.node(1), 0, Destination.broadcast(), SMALL);
                        rig.network().advance(ms(2));
                    }
                    rig.network().advance(ms(2000));
                    if (policy == LinkPolicy.ACTIVE) {
                        rig.requireAll(1, 2);
                    }
                    rig.cluster().path(1, 2, 0).change(now -> now.withSocketFull(false));
                    rig.network().advance(ms(1000));
                    int before = rig.missing(1, 2).size();
                    rig.burst(1, 2, 100, SMALL);
                    assertThat(rig.missing(1, 2)).hasSize(before);
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                });
    }
}
