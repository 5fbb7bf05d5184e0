package io.knet4j.internal.engine;

import io.knet4j.LinkConfig;
import io.knet4j.Reason;
import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.transport.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A link of a host, as the control loop knows it. */
public final class LinkState {
    final HostState host;
    final int id;

    /** Null for a loopback link. */
    final @Nullable Path path;

    final LinkMonitor monitor;
    final PingTokens tokens;
    final LinkCounters counters = new LinkCounters();
    final LinkProbing probing;
    final Timer pingTimer;
    final Timer downTimer;

    LinkConfig config;
    @Nullable Reason lastSendFailure;

    LinkState(
            HostState host,
            int id,
            LinkConfig config,
            @Nullable Path path,
            RandomGenerator random,
            MtuRange mtuRange,
            LinkAction onPingTimer,
            LinkAction onDownTimer,
            LinkAction onProbeTimer) {
        this.host = host;
        this.id = id;
        this.config = config;
        this.path = path;
        monitor = new LinkMonitor(config);
        tokens = new PingTokens(random);
        pingTimer = new Timer(now -> onPingTimer.run(now, this));
        downTimer = new Timer(now -> onDownTimer.run(now, this));
        probing = new LinkProbing(mtuRange, new Timer(now -> onProbeTimer.run(now, this)));
    }

    /** What a link's timer does. */
    @FunctionalInterface
    interface LinkAction {
        void run(long now, LinkState link);
    }

    public int id() {
        return id;
    }

    public HostState host() {
        return host;
    }

    boolean isUsable() {
        return config.enabled() && monitor.connected();
    }
}
