package io.knet4j.bench.compare;

import io.knet4j.bench.node.RoundTripTimes;
import java.util.OptionalDouble;

/** Makes results. */
final class Measured {
    static final Kind PLAIN = new Kind.Plain();
    static final Kind ENCRYPTED = new Kind.Protected("aes256", "sha256");

    private Measured() {}

    static Throughput throughput(int size, double rate, double loss, double cpu) {
        return new Throughput(rate, rate * size / 1e6, loss, cpu, OptionalDouble.empty());
    }

    /** A round in which knet4j reaches all targets, at a loss. */
    static Results reached(double loss) {
        Results results = new Results();
        for (Kind kind : new Kind[] {PLAIN, ENCRYPTED}) {
            for (int size : new int[] {64, 1400, 65_536}) {
                Cell cell = new Cell(size, kind);
                results.add(1, Contender.KNET4J, cell, throughput(size, 1_000_000, loss, 2));
                results.add(1, Contender.LIBKNET, cell, throughput(size, 100_000, 0.5, 10));
                results.add(1, Contender.KNET4J, cell, new RoundTripTimes(60_000, 90_000, 99_000));
                results.add(
                        1, Contender.LIBKNET, cell, new RoundTripTimes(100_000, 120_000, 130_000));
            }
        }
        return results;
    }
}
