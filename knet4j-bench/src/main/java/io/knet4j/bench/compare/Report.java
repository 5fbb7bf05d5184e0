package io.knet4j.bench.compare;

import io.knet4j.bench.node.RoundTripTimes;

/** Is told what is measured while it is, and of the results at the end. */
public interface Report {
    /** Before anything is measured. */
    void begins(Plan plan, Environment environment);

    /** Messages in one direction were measured. */
    void measured(int round, Contender contender, Cell cell, Throughput throughput);

    /** Round trips were measured. */
    void measured(int round, Contender contender, Cell cell, RoundTripTimes times);

    /** A kind, or a part of it, cannot be measured with a contender. */
    void skipped(Contender contender, Kind kind, String reason);

    /** All is measured. */
    void ends(Results results);
}
