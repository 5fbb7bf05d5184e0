package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Link;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import io.knet4j.LinkUse;
import io.knet4j.StatisticsScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What links tell of themselves while they come, go and lose packets. */
class StatisticsScenariosTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private static Instant wallClock(SimNetwork network) {
        return SimNetwork.START.plus(network.now());
    }

    private static LinkStatus status(SimCluster cluster, int link) {
        return link(cluster, link).status();
    }

    private static Link link(SimCluster cluster, int link) {
        return cluster.host(1, 2).link(link).orElseThrow();
    }

    @Test
    void theHistoryTellsWhenALinkCameUpAndWentDown() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster = SimCluster.builder(network).build();
                    List<Instant> ups = new ArrayList<>();
                    List<Instant> downs = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                        network.runUntil(() -> status(cluster, 0).connected(), LONG);
                        ups.addFirst(wallClock(network));
                        network.advance(ms(777));
                        cluster.cut(1, 2, 0);
                        network.runUntil(() -> !status(cluster, 0).connected(), LONG);
                        downs.addFirst(wallClock(network));
                        cluster.heal(1, 2, 0);
                    }
                    LinkStatistics statistics = status(cluster, 0).statistics();
                    assertThat(statistics.upCount()).isEqualTo(20);
                    assertThat(statistics.downCount()).isEqualTo(20);
                    assertThat(statistics.upTimes()).isEqualTo(ups.subList(0, 16));
                    assertThat(statistics.downTimes()).isEqualTo(downs.subList(0, 16));

                    cluster.node(1).clearStatistics(StatisticsScope.NODE_AND_LINKS);
                    network.runUntil(() -> status(cluster, 0).connected(), LONG);
                    assertThat(status(cluster, 0).statistics().upTimes())
                            .containsExactly(wallClock(network));
                    assertThat(status(cluster, 0).statistics().downTimes()).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.5, 1})
    @DisplayName("L4: loss is measured")
    void theLossIsThatOfTheWayThereAndBack(double probability) {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .links(2)
                                    .link(config ->
                                            config.withPing(ms(50), ms(400)).withPongCount(2))
                                    .build();
                    cluster.awaitConnected(LONG);
                    cluster.change(0, now -> now.withLoss(probability));
                    double sum = 0;
                    int times = 20;
                    for (int i = 0; i < times; i++) {
                        network.advance(Duration.ofSeconds(4));
                        assertThat(status(cluster, 0).loss().pings()).isBetween(60, 64);
                        sum += status(cluster, 0).loss().percent();
                    }
                    double expected = 100 * (1 - (1 - probability) * (1 - probability));
                    assertThat(sum / times).isBetween(expected - 3, expected + 3);
                    assertThat(status(cluster, 1).loss().lost()).isZero();
                });
    }

    /** A path that is slow, but loses nothing. */
    @Test
    void slownessIsNoLoss() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster =
                            SimCluster.builder(network)
                                    .link(config ->
                                            config.withPing(ms(50), ms(2000)).withPongCount(2))
                                    .build();
                    cluster.change(0, now -> now.withDelay(ms(400)).withJitter(ms(30)));
                    cluster.awaitConnected(LONG);
                    for (int i = 0; i < 100; i++) {
                        network.advance(ms(70));
                        assertThat(status(cluster, 0).loss().lost()).isZero();
                    }
                    assertThat(status(cluster, 0).loss().pings()).isGreaterThan(40);
                });
    }

    @Test
    void pongsThatComeTooLateToCountAreNotLost() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster = SimCluster.builder(network).build();
                    cluster.awaitConnected(LONG);
                    cluster.change(0, now -> now.withDelay(ms(300)));
                    network.advance(Duration.ofSeconds(5));
                    assertThat(status(cluster, 0).statistics().latencyMax().orElseThrow())
                            .isLessThan(ms(200));
                    int underWay = 600 / 50 + 1;
                    assertThat(status(cluster, 0).loss().lost()).isLessThanOrEqualTo(underWay);
                    assertThat(status(cluster, 0).loss().pings()).isGreaterThan(50);
                });
    }

    @Test
    void aLinkTellsWhyItIsNotInUseAllThroughItsLife() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    SimCluster cluster = SimCluster.builder(network).links(2).build();
                    cluster.cut(1, 2, 1);
                    List<LinkUse> seen = new ArrayList<>();
                    network.runUntil(
                            () -> {
                                LinkUse use = status(cluster, 0).use();
                                if (seen.isEmpty() || seen.getLast() != use) {
                                    seen.add(use);
                                }
                                return use == LinkUse.IN_USE;
                            },
                            LONG);
                    assertThat(seen)
                            .containsExactly(LinkUse.NO_ANSWER, LinkUse.COMING_UP, LinkUse.IN_USE);
                    assertThat(status(cluster, 1).use()).isEqualTo(LinkUse.NO_ANSWER);
                    cluster.heal(1, 2, 1);
                    cluster.awaitConnected(LONG);
                    assertThat(status(cluster, 1).use()).isEqualTo(LinkUse.STANDBY);
                    cluster.cut(1, 2, 0);
                    network.advance(Duration.ofSeconds(1));
                    assertThat(status(cluster, 0).use()).isEqualTo(LinkUse.DOWN);
                    assertThat(status(cluster, 0).explanation()).contains("no pong had come for 2");
                    assertThat(status(cluster, 1).use()).isEqualTo(LinkUse.IN_USE);
                    link(cluster, 0).setEnabled(false);
                    assertThat(status(cluster, 0).use()).isEqualTo(LinkUse.DISABLED);
                });
    }

    /** The snapshot is the same in every run, times and all. */
    @Test
    void everythingThatIsToldIsDeterminedByTheSeed() {
        List<List<LinkStatus>> runs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            SimNetwork.simulate(
                    Rig.SEED,
                    network -> {
                        SimCluster cluster = SimCluster.builder(network).nodes(3).links(2).build();
                        cluster.change(0, now -> now.withLoss(0.3).withJitter(ms(9)));
                        network.advance(Duration.ofSeconds(20));
                        runs.add(cluster.node(1).linkStatuses());
                    });
        }
        assertThat(runs.getFirst()).hasSize(4).isEqualTo(runs.getLast());
    }
}
