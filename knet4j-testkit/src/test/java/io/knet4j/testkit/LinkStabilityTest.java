package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.knet4j.LinkStatus;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long a link that carries no messages stays up on a path that loses datagrams by chance. An
 * end takes it down when all pings that a timeout has room for get no answer.
 */
class LinkStabilityTest {
    private static final double[] LOSSES = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5};

    /** Above, it shows that a link forgets pongs that are far apart while it comes up. */
    private static final double MODEL_HOLDS = 0.2;

    private static final int DOWNS = 400;
    private static final double MOST_PINGS = 2e6;
    private static final double DEVIATIONS = 5;
    private static final int STEP = 20;
    private static final int YEAR = 365;

    /** The timers of a link, and up to which loss they keep it up for a day on the average. */
    enum Timers {
        /** Those of the API, which are libknet's. */
        DEFAULT(1000, 2000, 5, 0.0015),
        /** Those that corosync.conf gives to a cluster of two, if it says nothing. */
        COROSYNC(750, 1500, 2, 0.0014),
        FOUR_PINGS(375, 1500, 2, 0.02),
        EIGHT_PINGS(187, 1500, 2, 0.1),
        SIXTEEN_PINGS(93, 1500, 2, 0.25);

        private final long interval;
        private final long timeout;
        private final int pongCount;
        private final double mostLoss;

        Timers(long interval, long timeout, int pongCount, double mostLoss) {
            this.interval = interval;
            this.timeout = timeout;
            this.pongCount = pongCount;
            this.mostLoss = mostLoss;
        }

        private int pingsInTimeout() {
            return (int) (timeout / interval);
        }

        /** Pings from one time that an end takes the link down to the next. */
        double pingsPerDown(double loss) {
            double unanswered = 1 - Math.pow(1 - loss, 2);
            double all = Math.pow(unanswered, pingsInTimeout());
            double up = (1 - all) / ((1 - unanswered) * all);
            double comingUp = (pongCount + 1) / (1 - unanswered);
            return up + comingUp;
        }

        double secondsPerDown(double loss) {
            return pingsPerDown(loss) * interval / 1000;
        }

        @Override
        public String toString() {
            return interval + " / " + timeout + " / " + pongCount;
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("slow")
    void linksGoDownAsOftenAsAllPingsOfATimeoutAreLost(Timers timers) {
        for (double loss : LOSSES) {
            double pings = timers.pingsPerDown(loss) * DOWNS;
            if (pings > MOST_PINGS) {
                print(timers, loss, "", "");
            } else {
                SimNetwork.simulate(
                        Rig.SEED,
                        network -> {
                            Measured measured = measure(network, timers, loss, (long) pings);
                            print(
                                    timers,
                                    loss,
                                    time(measured.secondsPerDown()),
                                    String.format(Locale.ROOT, "%.1f %%", 100 * measured.up));
                            if (loss <= MODEL_HOLDS) {
                                double expected = measured.pings / timers.pingsPerDown(loss);
                                assertThat((double) measured.downs)
                                        .as("%s, loss %s", timers, loss)
                                        .isCloseTo(
                                                expected, within(DEVIATIONS * Math.sqrt(expected)));
                            }
                        });
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void upToTheDocumentedLossALinkStaysUpForADay(Timers timers) {
        double day = Duration.ofDays(1).toSeconds();
        assertThat(timers.secondsPerDown(timers.mostLoss)).isBetween(day, 2 * day);
    }

    /** What both ends did, with the seconds that passed for both. */
    private record Measured(long pings, long downs, double seconds, double up) {
        double secondsPerDown() {
            return seconds / downs;
        }
    }

    private static Measured measure(SimNetwork network, Timers timers, double loss, long pings) {
        SimCluster cluster =
                SimCluster.builder(network)
                        .link(config ->
                                config.withPing(ms(timers.interval), ms(timers.timeout))
                                        .withPongCount(timers.pongCount))
                        .build();
        cluster.awaitConnected(Duration.ofSeconds(10));
        cluster.change(0, now -> now.withLoss(loss));
        Duration start = network.now();
        long sent = 0;
        long up = 0;
        long looks = 0;
        List<LinkStatus> ends = List.of();
        while (sent < pings) {
            network.advance(ms(STEP * timers.interval));
            ends = Stream.of(status(cluster, 1, 2), status(cluster, 2, 1)).toList();
            sent = ends.stream().mapToLong(end -> end.statistics().txPing().packets()).sum();
            up += ends.stream().filter(LinkStatus::connected).count();
            looks += ends.size();
        }
        double seconds = network.now().minus(start).toMillis() / 1000.0 * ends.size();
        long downs = ends.stream().mapToLong(end -> end.statistics().downCount()).sum();
        return new Measured(sent, downs, seconds, (double) up / looks);
    }

    private static LinkStatus status(SimCluster cluster, int node, int peer) {
        return cluster.host(node, peer).link(0).orElseThrow().status();
    }

    /** A line of the table: computed, measured, and the part of the time that the link was up. */
    private static void print(Timers timers, double loss, String measured, String up) {
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "| %s | %.0f %% | %s | %s | %s |",
                        timers,
                        100 * loss,
                        time(timers.secondsPerDown(loss)),
                        measured,
                        up));
    }

    private static String time(double seconds) {
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        if (seconds < Duration.ofHours(2).toSeconds()) {
            return String.format(Locale.ROOT, "%.0f min", seconds / 60);
        }
        double hours = seconds / 3600;
        if (hours < 48) {
            return String.format(Locale.ROOT, "%.1f h", hours);
        }
        double days = hours / 24;
        return days < YEAR ? String.format(Locale.ROOT, "%.0f days", days) : "over a year";
    }
}
