package io.knet4j.internal.engine;

import io.knet4j.internal.engine.RoutingTable.PingTarget;
import io.knet4j.internal.transport.Path;
import java.util.Arrays;
import java.util.List;

/**
 * How messages reach a host. Immutable, but for the turn of round-robin, which belongs to the
 * sender.
 */
final class HostRoute {
    private final int host;
    private final boolean roundRobin;
    private final int dataMtu;
    private final boolean refusesZstd;
    private final Hop[] hops;
    private int turn;

    /** A link that carries messages. */
    record Hop(PingTarget link, RefusedSize refused) {
        Path path() {
            return link.path();
        }

        LinkCounters counters() {
            return link.counters();
        }

        SendWindow window() {
            return link.window();
        }
    }

    HostRoute(int host, boolean roundRobin, int dataMtu, boolean refusesZstd, List<Hop> hops) {
        this.host = host;
        this.roundRobin = roundRobin;
        this.dataMtu = dataMtu;
        this.refusesZstd = refusesZstd;
        this.hops = hops.toArray(Hop[]::new);
    }

    int host() {
        return host;
    }

    int dataMtu() {
        return dataMtu;
    }

    /** Whether the host must not be sent what is compressed by zstd. */
    boolean refusesZstd() {
        return refusesZstd;
    }

    /** Number of links that the next message takes. */
    int hopsPerMessage() {
        return roundRobin ? 1 : hops.length;
    }

    /** One of the links that the next message takes. */
    Hop hop(int index) {
        return roundRobin ? hops[turn] : hops[index];
    }

    /** The message was handed to its links. */
    void messageSent() {
        if (roundRobin) {
            turn = (turn + 1) % hops.length;
        }
    }

    List<Integer> links() {
        return Arrays.stream(hops).map(hop -> hop.link().link()).toList();
    }

    /** Whether messages go the same way as by the other route. */
    boolean isSameAs(HostRoute other) {
        return roundRobin == other.roundRobin
                && dataMtu == other.dataMtu
                && refusesZstd == other.refusesZstd
                && Arrays.equals(hops, other.hops);
    }
}
