package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.ReassemblyLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams that get lost, late, doubled, damaged or do not fit. */
class WireScenariosTest {
    private static final int DATA = 0;
    private static final int TYPE_AT = 1;

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void lossCostsMessagesButNothingElse(LinkPolicy policy) {
        for (double loss : new double[] {0.01, 0.05, 0.2}) {
            Rig.run(
                    policy,
                    2,
                    2,
                    rig -> {
                        rig.cluster().change(0, now -> now.withLoss(loss));
                        rig.cluster().change(1, now -> now.withLoss(loss));
                        rig.stream(1, 2, 2000, ms(1), SMALL);
                        rig.settle();
                        double delivered =
                                rig.checker().delivered(rig.node(1), rig.node(2)) / 2000.0;
                        if (policy == LinkPolicy.ACTIVE) {
                            assertThat(delivered).isGreaterThan(1 - loss * loss - 0.05 - loss / 2);
                        } else {
                            assertThat(delivered)
                                    .isGreaterThan(1 - 1.5 * loss - 0.02)
                                    .isLessThan(1);
                        }
                        rig.cluster().change(0, now -> now.withLoss(0));
                        rig.cluster().change(1, now -> now.withLoss(0));
                        rig.cluster().awaitConnected(ms(2000));
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void reorderingWithinTheWindowLosesNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().change(0, now -> now.withJitter(ms(20)));
                    rig.cluster()
                            .change(1, now -> now.withJitter(ms(5)).withReordering(0.2, ms(15)));
                    rig.burst(1, 2, 5000, SMALL);
                    // No more at once than a receiver puts together.
                    rig.stream(2, 1, 300, ms(1), 6000);
                    rig.settle();
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void copiesAreDeliveredOnce(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().change(0, now -> now.withDuplication(0.5, ms(100)));
                    rig.cluster().change(1, now -> now.withDuplication(1, ms(5)));
                    rig.burst(1, 2, 5000, SMALL);
                    rig.burst(1, 2, 100, 4000);
                    rig.requireAll(1, 2);
                    assertThat(rig.drops(2, DropCause.DUPLICATE)).isPositive();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void changedBitsDoNotOutlastTheirCause(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                rig -> {
                    // What changed bits forge, no receiver of unprotected packets can tell.
                    rig.checker().tolerateDamage();
                    rig.cluster().change(0, now -> now.withBitFlips(0.05, 16));
                    rig.cluster()
                            .change(1, now -> now.withBitFlips(0.05, 2000).withTruncation(0.05));
                    for (int i = 0; i < 1000; i++) {
                        rig.checker().send(rig.node(1), 0, Destination.broadcast(), SMALL + 5 * i);
                        rig.network().advance(ms(1));
                    }
                    rig.cluster().change(0, now -> now.withBitFlips(0, 1));
                    rig.cluster().change(1, now -> now.withBitFlips(0, 1).withTruncation(0));
                    rig.cluster().awaitConnected(ms(2000));
                    // A forged number far ahead makes real ones stale until pings have shown them.
                    rig.network().advance(ms(1000));
                    int before2 = rig.missing(1, 2).size();
                    int before3 = rig.missing(1, 3).size();
                    rig.burst(1, 2, 1000, SMALL);
                    rig.burst(1, 3, 1000, SMALL);
                    assertThat(rig.missing(1, 2)).hasSize(before2);
                    assertThat(rig.missing(1, 3)).hasSize(before3);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void fragmentsThatAreLostCostTheirMessageOnly(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    rig.cluster().change(0, now -> now.withLoss(0.02).withJitter(ms(3)));
                    rig.cluster().change(1, now -> now.withLoss(0.02).withJitter(ms(3)));
                    for (int i = 0; i < 500; i++) {
                        rig.checker().send(rig.node(1), 0, Destination.host(2), 50 + i * 20);
                        rig.network().advance(ms(4));
                    }
                    rig.settle();
                    assertThat(rig.checker().delivered(rig.node(1), rig.node(2)))
                            .isGreaterThan(300);
                    if (policy != LinkPolicy.ACTIVE) {
                        assertThat(rig.missing(1, 2)).isNotEmpty();
                    }
                    rig.network().advance(Duration.ofSeconds(6));
                    assertThat(
                                    rig.drops(2, DropCause.REASSEMBLY_EXPIRED)
                                            + rig.drops(2, DropCause.REASSEMBLY_EVICTED))
                            .isPositive();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void fragmentsMayArriveInAnyOrder(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    Random random = new Random(rig.network().seed());
                    List<Datagram> fragments = new ArrayList<>();
                    rig.network()
                            .tap(datagram -> {
                                if (datagram.payload()[TYPE_AT] == DATA) {
                                    fragments.add(datagram);
                                }
                            });
                    for (int i = 0; i < 100; i++) {
                        // Nothing arrives but what is replayed.
                        rig.cluster().cut(1, 2, 0);
                        rig.cluster().cut(1, 2, 1);
                        fragments.clear();
                        rig.checker().send(rig.node(1), 0, Destination.host(2), 100 + i * 100);
                        rig.network().advance(ms(1));
                        rig.cluster().heal(1, 2, 0);
                        rig.cluster().heal(1, 2, 1);
                        List<Datagram> order = new ArrayList<>(fragments);
                        if (i % 2 == 0) {
                            Collections.reverse(order);
                        } else {
                            Collections.shuffle(order, random);
                        }
                        order.forEach(rig.network()::replay);
                        rig.network().advance(ms(50));
                    }
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void messagesOfAllSizesArrive(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    int[] sizes = {
                        Checker.MIN_LENGTH,
                        481,
                        482,
                        483,
                        963,
                        964,
                        965,
                        1446,
                        10_000,
                        65_535,
                        65_536
                    };
                    for (int size : sizes) {
                        rig.checker().send(rig.node(1), 0, Destination.host(2), size);
                        rig.network().advance(ms(5));
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void linksOfDifferentMtuCarryTheSameMessages(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                builder -> builder.config(id -> Knet.builder(id).interfaceMtu(1500).build()),
                rig -> {
                    rig.cluster().change(0, now -> now.withMaxPayload(1472));
                    rig.cluster().change(1, now -> now.withMaxPayload(1452));
                    rig.burst(1, 2, 200, 10_000);
                    rig.requireAll(1, 2);
                    // The network shrinks below what both nodes were told.
                    rig.cluster().change(1, now -> now.withMaxPayload(600));
                    rig.burst(1, 2, 200, 2000);
                    if (policy != LinkPolicy.ROUND_ROBIN) {
                        rig.requireAll(1, 2);
                    } else {
                        assertThat(rig.missing(1, 2)).hasSize(100);
                    }
                    // Told so, they fit.
                    rig.node(1).setInterfaceMtu(java.util.OptionalInt.of(600));
                    int before = rig.missing(1, 2).size();
                    rig.burst(1, 2, 200, 2000);
                    assertThat(rig.missing(1, 2)).hasSize(before);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aLocalMtuThatIsTooSmallIsReported(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                builder -> builder.config(id -> Knet.builder(id).interfaceMtu(1500).build()),
                rig -> {
                    rig.cluster().change(0, now -> now.withLocalMaxPayload(1000));
                    rig.cluster().change(1, now -> now.withLocalMaxPayload(1000));
                    rig.stream(1, 2, 10, ms(1), 1400);
                    rig.settle();
                    assertThat(rig.missing(1, 2)).hasSize(10);
                    assertThat(rig.node(1).statistics().sendFailures())
                            .containsEntry(io.knet4j.Reason.DATAGRAM_TOO_LARGE, 10L);
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aFloodOfFirstFragmentsStarvesItsHostOnly(LinkPolicy policy) {
        Rig.run(
                policy,
                3,
                2,
                builder -> builder.config(WireScenariosTest::littleMemory),
                rig -> {
                    byte[] fragment = new byte[14 + 400];
                    fragment[0] = 1;
                    fragment[3] = 3; // host
                    fragment[11] = (byte) 160; // fragments
                    fragment[12] = 100; // this one
                    for (int i = 0; i < 2000; i++) {
                        fragment[6] = (byte) ((i + 1) >>> 8);
                        fragment[7] = (byte) (i + 1);
                        rig.network()
                                .inject(
                                        SimCluster.address(3, 0),
                                        SimCluster.address(2, 0),
                                        fragment);
                        if (i % 10 == 0) {
                            rig.checker().send(rig.node(1), 0, Destination.host(2), 30_000);
                        }
                        rig.network().advance(Duration.ofNanos(300_000));
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                    assertThat(rig.drops(2, DropCause.REASSEMBLY_EVICTED)).isPositive();
                });
    }

    private static KnetConfig littleMemory(int id) {
        return Knet.builder(id)
                .reassembly(new ReassemblyLimits(64, 1 << 20, Duration.ofSeconds(5)))
                .build();
    }
}
