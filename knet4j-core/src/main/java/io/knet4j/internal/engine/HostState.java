package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkPolicy;
import io.knet4j.internal.onwire.Reassembler;
import io.knet4j.internal.onwire.SequenceWindow;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A host, as the control loop knows it. */
public final class HostState {
    final int id;
    final @Nullable LinkState[] links = new LinkState[Knet.MAX_LINKS];
    final SequenceWindow window = new SequenceWindow();
    final Reassembler.Source incomplete = new Reassembler.Source();
    final RestartDetector restarts = new RestartDetector();
    final OnWireVersions.Spoken version = new OnWireVersions.Spoken();

    /** What was told to be wrong with the crypto of the host. */
    final Set<DropCause> mismatches = EnumSet.noneOf(DropCause.class);

    String name;
    LinkPolicy policy = LinkPolicy.PASSIVE;

    /**
     * It sent a message that is compressed by another method than zstd: if it runs libknet, zstd
     * would crash it.
     */
    boolean refusesZstd;

    /** Whether it was told that zstd is kept from the host. */
    boolean zstdWithheldTold;

    /** No message takes its links any more. */
    boolean removed;

    /** Null while no link is up. */
    @Nullable HostRoute route;

    HostState(int id, String name) {
        this.id = id;
        this.name = name;
    }

    public int id() {
        return id;
    }

    /** As lines of the log call it. */
    @Override
    public String toString() {
        String number = Integer.toString(id);
        return "host " + number + (name.equals(number) ? "" : " (" + name + ')');
    }

    /** What the host compresses by is not known any more. */
    void forgetMethod() {
        refusesZstd = false;
        zstdWithheldTold = false;
    }

    /** Whether it is to be told now that the host gets no zstd. */
    boolean tellsZstdWithheld() {
        boolean tells = refusesZstd && !zstdWithheldTold;
        zstdWithheldTold |= tells;
        return tells;
    }

    @Nullable LinkState link(int link) {
        return link < links.length ? links[link] : null;
    }

    /** Number of links that are configured. */
    int linkCount() {
        int count = 0;
        for (LinkState link : links) {
            if (link != null) {
                count++;
            }
        }
        return count;
    }

    /**
     * The link whose remote end has this address and port, else one with this address, else null.
     */
    @Nullable LinkState linkFrom(InetSocketAddress source) {
        LinkState sameAddress = null;
        for (LinkState link : links) {
            if (link == null || link.path == null) {
                continue;
            }
            InetSocketAddress remote = link.path.remote();
            if (!ScopedAddress.sameHost(remote.getAddress(), source.getAddress())) {
                continue;
            }
            if (remote.getPort() == source.getPort()) {
                return link;
            }
            if (sameAddress == null) {
                sameAddress = link;
            }
        }
        return sameAddress;
    }

    /** The host counts from the start again. */
    void forgetHeard() {
        for (LinkState link : links) {
            if (link != null) {
                link.heard.forget();
            }
        }
    }

    /** The longest time that a datagram of this host is known to have travelled, with a margin. */
    long longestTravel() {
        long longest = 0;
        for (LinkState link : links) {
            if (link != null) {
                longest = Math.max(longest, link.monitor.maxLatencyNanos());
            }
        }
        return 2 * longest;
    }

    /** How often we ping this host on the link with the shortest interval; 0 if none is up. */
    long shortestPingInterval() {
        long shortest = Long.MAX_VALUE;
        for (LinkState link : links) {
            if (link != null && link.isUsable()) {
                shortest = Math.min(shortest, link.monitor.interval());
            }
        }
        return shortest == Long.MAX_VALUE ? 0 : shortest;
    }
}
