package io.knet4j.testkit.campaign;

import java.util.EnumMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was done and looked at, in one run or in several. */
final class Counts {
    private final EnumMap<Fault, Long> faults = new EnumMap<>(Fault.class);
    private final SortedMap<String, Long> checks = new TreeMap<>();
    private long datagrams;
    private long lost;
    private long messages;
    private long formerLifeCopies;
    private long mistakenRestartCopies;
    private long rejoinCopies;
    private long damaged;
    private long virtualNanos;

    void fault(Fault fault) {
        faults.merge(fault, 1L, Long::sum);
    }

    void check(String what, long times) {
        checks.merge(what, times, Long::sum);
    }

    void messages(long sent) {
        messages += sent;
    }

    void path(long sent, long vanished) {
        datagrams += sent;
        lost += vanished;
    }

    void tolerated(long formerLife, long mistaken, long rejoin, long damage) {
        formerLifeCopies += formerLife;
        mistakenRestartCopies += mistaken;
        rejoinCopies += rejoin;
        damaged += damage;
    }

    void time(long nanos) {
        virtualNanos += nanos;
    }

    void add(Counts other) {
        other.faults.forEach((fault, times) -> faults.merge(fault, times, Long::sum));
        other.checks.forEach(this::check);
        datagrams += other.datagrams;
        lost += other.lost;
        messages += other.messages;
        formerLifeCopies += other.formerLifeCopies;
        mistakenRestartCopies += other.mistakenRestartCopies;
        rejoinCopies += other.rejoinCopies;
        damaged += other.damaged;
        virtualNanos += other.virtualNanos;
    }

    SortedMap<String, Long> faults() {
        SortedMap<String, Long> byLabel = new TreeMap<>();
        faults.forEach((fault, times) -> byLabel.put(fault.label(), times));
        return byLabel;
    }

    SortedMap<String, Long> checks() {
        return checks;
    }

    long datagrams() {
        return datagrams;
    }

    long lost() {
        return lost;
    }

    long messages() {
        return messages;
    }

    long formerLifeCopies() {
        return formerLifeCopies;
    }

    long mistakenRestartCopies() {
        return mistakenRestartCopies;
    }

    long rejoinCopies() {
        return rejoinCopies;
    }

    long damaged() {
        return damaged;
    }

    long virtualNanos() {
        return virtualNanos;
    }
}
