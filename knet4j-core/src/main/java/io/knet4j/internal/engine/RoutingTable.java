package io.knet4j.internal.engine;

import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where messages can go at the moment. Immutable: the control loop publishes a new one with every
 * change, and each message is sent by one of them from beginning to end.
 */
final class RoutingTable {
    static final RoutingTable EMPTY =
            new RoutingTable(
                    IdTable.empty(),
                    List.of(),
                    List.of(),
                    null,
                    1,
                    PacketSealer.CLEAR,
                    ActiveCompression.NONE);

    private final IdTable<HostRoute> byHost;
    private final List<HostRoute> reachable;
    private final List<PingTarget> pingTargets;
    private final @Nullable LinkCounters loopback;
    private final int version;
    private final PacketSealer sealer;
    private final ActiveCompression compression;

    /** A link to which the sender sends pings. */
    record PingTarget(
            int link, Path path, PingTokens tokens, LinkCounters counters, SendWindow window) {}

    RoutingTable(
            IdTable<HostRoute> byHost,
            List<HostRoute> reachable,
            List<PingTarget> pingTargets,
            @Nullable LinkCounters loopback,
            int version,
            PacketSealer sealer,
            ActiveCompression compression) {
        this.byHost = byHost;
        this.reachable = List.copyOf(reachable);
        this.pingTargets = List.copyOf(pingTargets);
        this.loopback = loopback;
        this.version = version;
        this.sealer = sealer;
        this.compression = compression;
    }

    /** The route to a host, null when it is unknown or not reachable. */
    @Nullable HostRoute route(int host) {
        return byHost.get(host);
    }

    /** Routes to all hosts that are reachable. */
    List<HostRoute> reachable() {
        return reachable;
    }

    /** All enabled links of all hosts. */
    List<PingTarget> pingTargets() {
        return pingTargets;
    }

    /**
     * Counters of the loopback link; null when messages to the local node are not delivered
     * locally.
     */
    @Nullable LinkCounters loopback() {
        return loopback;
    }

    /** Format version of pings. */
    int version() {
        return version;
    }

    /** Seals what is sent by this table; the data MTUs of its routes are made for it. */
    PacketSealer sealer() {
        return sealer;
    }

    /** How messages are compressed. */
    ActiveCompression compression() {
        return compression;
    }
}
