package io.knet4j.internal.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes that the control loop makes in one step, {@link Engine#switchTo}. Any thread may collect
 * them. What takes time and makes no difference to anybody, it does afterwards in small portions,
 * {@link Engine#finish}: to stop what was removed, and to start what is new.
 */
public final class Reconfiguration {
    /** Between the first pings of two new links: a thousand in one go would hold up all others. */
    private static final long FIRST_PINGS_APART = 50_000;

    final List<LongConsumer> steps = new ArrayList<>();
    final List<HostState> removedHosts = new ArrayList<>();
    final List<LinkState> removedLinks = new ArrayList<>();
    final List<LinkState> newLinks = new ArrayList<>();
    final Queue<LinkState> toStop = new ArrayDeque<>();
    final Queue<LinkState> toStart = new ArrayDeque<>();
    @Nullable HostTable hosts;
    private long nextPing;
    private boolean pinged;

    /** Something small to do in the control loop, at a given time. */
    public void step(LongConsumer action) {
        steps.add(action);
    }

    /** A host goes with its links. */
    public void remove(HostState host, List<LinkState> links) {
        removedHosts.add(host);
        toStop.addAll(links);
    }

    /** A link of a host that stays goes. */
    public void remove(LinkState link) {
        removedLinks.add(link);
        toStop.add(link);
    }

    /** A link comes, for a host that is configured or will be. */
    public void add(LinkState link) {
        newLinks.add(link);
        toStart.add(link);
    }

    /** When to send the first ping of one more new link. */
    long nextPing(long now) {
        nextPing = pinged ? Math.max(now, nextPing + FIRST_PINGS_APART) : now;
        pinged = true;
        return nextPing;
    }

    /** All hosts that there will be, if that changes. */
    public void setHosts(HostTable table) {
        hosts = table;
    }
}
