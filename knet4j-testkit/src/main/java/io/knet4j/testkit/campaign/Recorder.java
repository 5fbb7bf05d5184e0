package io.knet4j.testkit.campaign;

import io.knet4j.testkit.Datagram;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Remembers the last datagrams that arrived, for those who want to repeat some. Nodes recognise
 * what they have got before; a ping that was kept from them they cannot tell from one that is late.
 */
final class Recorder {
    private static final int MOST = 256;

    private final int links;
    private final List<Datagram> datagrams = new ArrayList<>();
    private int next;

    private Recorder(int links) {
        this.links = links;
    }

    /** Listens if the plan repeats something. */
    static Recorder of(Plan plan, SimNetwork network) {
        Recorder recorder = new Recorder(plan.setup().links());
        if (plan.steps().stream().anyMatch(step -> step.step() instanceof Step.Replay)) {
            network.tapArrivals(recorder::record);
        }
        return recorder;
    }

    private void record(Datagram datagram) {
        if (datagrams.size() < MOST) {
            datagrams.add(datagram);
        } else {
            datagrams.set(next, datagram);
            next = (next + 1) % MOST;
        }
    }

    /** A host has lost its memory, or that of another one. */
    void forget() {
        datagrams.clear();
        next = 0;
    }

    /** A datagram from one host to another. */
    Optional<Datagram> any(RandomGenerator random, int from, int to) {
        List<Datagram> candidates =
                datagrams.stream().filter(datagram -> isBetween(datagram, from, to)).toList();
        return candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(candidates.get(random.nextInt(candidates.size())));
    }

    private boolean isBetween(Datagram datagram, int from, int to) {
        for (int link = 0; link < links; link++) {
            InetSocketAddress source = SimCluster.address(from, link);
            if (datagram.from().equals(source)
                    && datagram.to().equals(SimCluster.address(to, link))) {
                return true;
            }
        }
        return false;
    }
}
