package io.knet4j.bench.compare;

import io.knet4j.bench.compare.Pair.UnsupportedKindException;
import io.knet4j.bench.node.RoundTripTimes;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Measures knet4j beside others. Within a round and a kind, the pairs of processes live at the same
 * time and are measured in turn, size by size, so that what else happens on the machine hits all of
 * them; an idle pair does nothing but exchange heartbeats. Every other round has the reverse order.
 */
public final class Comparison {
    private record Impossible(Contender contender, Kind kind) {}

    private final Plan plan;
    private final Report report;
    private final Results results = new Results();
    private final Set<Impossible> impossible = new HashSet<>();

    /**
     * @param plan what to measure
     * @param report is told
     */
    public Comparison(Plan plan, Report report) {
        this.plan = plan;
        this.report = report;
    }

    /** Measures everything; takes minutes. */
    public void run() throws IOException, InterruptedException, TimeoutException {
        report.begins(plan, Environment.here());
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Kind kind : plan.kinds()) {
                for (List<Contender> group : plan.groups(round)) {
                    measure(round, kind, group);
                }
            }
        }
        report.ends(results);
    }

    private void measure(int round, Kind kind, List<Contender> group)
            throws IOException, InterruptedException, TimeoutException {
        Map<Contender, Pair> pairs = new LinkedHashMap<>();
        try {
            for (Contender contender : group) {
                start(contender, kind, pairs);
            }
            for (int size : plan.sizes()) {
                Cell cell = new Cell(size, kind);
                for (Map.Entry<Contender, Pair> entry : pairs.entrySet()) {
                    throughput(round, entry.getKey(), cell, entry.getValue());
                }
                if (Plan.TRIP_SIZES.contains(size)) {
                    for (Map.Entry<Contender, Pair> entry : pairs.entrySet()) {
                        roundTrips(round, entry.getKey(), cell, entry.getValue());
                    }
                }
            }
        } finally {
            Pair.closeAll(pairs.values());
        }
    }

    private void start(Contender contender, Kind kind, Map<Contender, Pair> pairs)
            throws IOException, InterruptedException, TimeoutException {
        Impossible combination = new Impossible(contender, kind);
        if (impossible.contains(combination)) {
            return;
        }
        try {
            pairs.put(contender, Pair.start(contender, kind));
        } catch (UnsupportedKindException e) {
            impossible.add(combination);
            report.skipped(contender, kind, String.valueOf(e.getMessage()));
        }
    }

    private void throughput(int round, Contender contender, Cell cell, Pair pair)
            throws InterruptedException {
        Throughput throughput = pair.throughput(cell.size(), plan.warmUp(), plan.measured());
        results.add(round, contender, cell, throughput);
        report.measured(round, contender, cell, throughput);
    }

    private void roundTrips(int round, Contender contender, Cell cell, Pair pair) {
        RoundTripTimes times;
        try {
            times = pair.roundTrips(cell.size(), plan.warmUpTrips(), plan.trips());
        } catch (IllegalStateException e) { // one message is lost for good, and all are waiting
            report.skipped(contender, cell.kind(), String.valueOf(e.getMessage()));
            return;
        }
        results.add(round, contender, cell, times);
        report.measured(round, contender, cell, times);
    }
}
