package io.knet4j.bench.compare;

import io.knet4j.bench.Statistics;
import io.knet4j.bench.node.RoundTripTimes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * All that was measured. A figure is the median of the rounds; a ratio is the median of the rounds'
 * ratios, so that both sides of each were measured within the same minute.
 */
final class Results {
    private record Key(Contender contender, Cell cell) {}

    /** The figures of a contender in a cell, each with its rounds. */
    private static final class Figures {
        private final Map<Metric, Map<Integer, Double>> rounds = new EnumMap<>(Metric.class);

        void put(Metric metric, int round, double value) {
            rounds.computeIfAbsent(metric, _ -> new LinkedHashMap<>()).put(round, value);
        }

        Map<Integer, Double> of(Metric metric) {
            return rounds.getOrDefault(metric, Map.of());
        }
    }

    private final Map<Key, Figures> figures = new LinkedHashMap<>();

    void add(int round, Contender contender, Cell cell, Throughput result) {
        Figures all = figures(contender, cell);
        all.put(Metric.RATE, round, result.rate());
        all.put(Metric.MBPS, round, result.megabytes());
        all.put(Metric.LOSS, round, result.loss());
        all.put(Metric.CPU, round, result.cpu());
        result.cleanRate().ifPresent(rate -> all.put(Metric.CLEAN_RATE, round, rate));
    }

    void add(int round, Contender contender, Cell cell, RoundTripTimes times) {
        Figures all = figures(contender, cell);
        all.put(Metric.RTT_P50, round, times.p50() / 1e3);
        all.put(Metric.RTT_P99, round, times.p99() / 1e3);
        all.put(Metric.RTT_P999, round, times.p999() / 1e3);
    }

    private Figures figures(Contender contender, Cell cell) {
        return figures.computeIfAbsent(new Key(contender, cell), _ -> new Figures());
    }

    /** All cells, in the order in which they were measured. */
    Set<Cell> cells() {
        Set<Cell> cells = new LinkedHashSet<>();
        figures.keySet().forEach(key -> cells.add(key.cell()));
        return cells;
    }

    /** Who was measured in a cell. */
    List<Contender> contenders(Cell cell) {
        return figures.keySet().stream()
                .filter(key -> key.cell().equals(cell))
                .map(Key::contender)
                .sorted()
                .toList();
    }

    /** The median of the rounds; empty when it was not measured. */
    OptionalDouble median(Contender contender, Cell cell, Metric metric) {
        return median(rounds(contender, cell, metric).values());
    }

    /** The median of the rounds' ratios; empty when one side was not measured. */
    OptionalDouble ratio(Contender contender, Cell cell, Metric metric) {
        List<Contender> of = contender.ratioOf();
        if (of.isEmpty() || !metric.hasRatio()) {
            return OptionalDouble.empty();
        }
        Map<Integer, Double> above = rounds(of.getFirst(), cell, metric);
        Map<Integer, Double> below = rounds(of.getLast(), cell, metric);
        List<Double> ratios = new ArrayList<>();
        above.forEach((round, value) -> {
            Double other = below.get(round);
            if (other != null && other > 0) {
                ratios.add(value / other);
            }
        });
        return median(ratios);
    }

    /** All ratios by their names. */
    Map<String, Double> ratios() {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (Cell cell : cells()) {
            for (Contender contender : contenders(cell)) {
                for (Metric metric : Metric.values()) {
                    ratio(contender, cell, metric)
                            .ifPresent(
                                    ratio -> ratios.put(contender.ratioName(cell, metric), ratio));
                }
            }
        }
        return ratios;
    }

    private Map<Integer, Double> rounds(Contender contender, Cell cell, Metric metric) {
        Figures all = figures.get(new Key(contender, cell));
        return all == null ? Map.of() : all.of(metric);
    }

    private static OptionalDouble median(Collection<Double> values) {
        return values.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Statistics.median(values));
    }
}
