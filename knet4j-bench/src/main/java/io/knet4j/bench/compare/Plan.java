package io.knet4j.bench.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What to measure, and how long.
 *
 * @param rounds how often everything is measured
 * @param sizes bytes of messages
 * @param kinds what happens to them
 * @param peers who is measured besides knet4j and the C library
 * @param warmUp how long messages flow before they count
 * @param measured how long they flow while they count
 * @param trips round trips that count
 */
public record Plan(
        int rounds,
        List<Integer> sizes,
        List<Kind> kinds,
        List<Contender> peers,
        Duration warmUp,
        Duration measured,
        int trips) {
    /** The sizes that also make round trips. */
    static final List<Integer> TRIP_SIZES = List.of(64, 1400);

    /** Copies the lists. */
    public Plan {
        sizes = List.copyOf(sizes);
        kinds = List.copyOf(kinds);
        peers = List.copyOf(peers);
    }

    /**
     * Who is measured in turn, size by size; of those that are in different groups, one group after
     * the other. Peers keep processors busy even when they are idle, so they are alone.
     */
    List<List<Contender>> groups(int round) {
        List<Contender> knet = new ArrayList<>(List.of(Contender.KNET4J, Contender.LIBKNET));
        List<List<Contender>> groups = new ArrayList<>();
        for (Contender peer : peers) {
            switch (peer) {
                case AERON, JGROUPS, SOCKETS -> groups.add(List.of(peer));
                default -> knet.add(peer);
            }
        }
        groups.addFirst(round % 2 == 0 ? knet.reversed() : knet);
        return groups;
    }

    /** Round trips before those that count. */
    int warmUpTrips() {
        return Math.max(trips / 2, 10);
    }
}
