package io.knet4j.internal.transport.udp.linux;

import io.knet4j.LogSubsystem;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** A socket of which the file descriptor is known. */
final class LinuxSocket implements Transport.Socket {
    private static final System.Logger LOG = System.getLogger(LogSubsystem.TRANSPORT.loggerName());

    /** What is wrong with sockets of this program is said once. */
    private static final AtomicBoolean REFUSAL_LOGGED = new AtomicBoolean();

    /** After that, the kernel is asked again whether it takes segments. */
    private static final long REFUSAL_HOLDS = TimeUnit.MINUTES.toNanos(1);

    private static final long LOSS_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

    private final Descriptor descriptor;
    private final InetSocketAddress local;
    private final boolean ipv6;
    private final boolean keepsDatagramsWhole;
    private final boolean segmenting;
    private final LongSupplier clock;

    /** Written before {@link #refusing}, and read after it. */
    private long refusedAt;

    private volatile boolean refusing;

    /** What the kernel had dropped when it was asked last. The control loop's. */
    private int lost;

    private long askedAt;

    /**
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    LinuxSocket(
            Descriptor descriptor,
            InetSocketAddress local,
            boolean ipv6,
            boolean keepsDatagramsWhole,
            boolean segmenting,
            LongSupplier clock) {
        this.descriptor = descriptor;
        this.local = local;
        this.ipv6 = ipv6;
        this.keepsDatagramsWhole = keepsDatagramsWhole;
        this.segmenting = segmenting;
        this.clock = clock;
        askedAt = clock.getAsLong();
    }

    Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    boolean isIpv6() {
        return ipv6;
    }

    @Override
    public boolean keepsDatagramsWhole() {
        return keepsDatagramsWhole;
    }

    /** Whether the kernel is to be handed several datagrams in one. */
    boolean takesSegments() {
        return segmenting && !isRefusing();
    }

    /** Whether the kernel refused that lately. */
    boolean isRefusing() {
        return refusing && clock.getAsLong() - refusedAt < REFUSAL_HOLDS;
    }

    /** Whether it is time to ask the kernel again what it dropped. */
    boolean isLossDue() {
        long now = clock.getAsLong();
        boolean due = now - askedAt >= LOSS_INTERVAL;
        if (due) {
            askedAt = now;
        }
        return due;
    }

    /**
     * How many datagrams were dropped since this was asked last.
     *
     * @param count those since the socket is open, without a sign
     */
    long lostSince(int count) {
        int before = lost;
        lost = count;
        return Integer.toUnsignedLong(count - before);
    }

    /** The kernel took the same datagrams one by one. */
    void refuseSegments() {
        refusedAt = clock.getAsLong();
        refusing = true;
        if (REFUSAL_LOGGED.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "the kernel refuses to cut datagrams into segments on the way from {0}: they"
                            + " are sent one by one, and this is tried again each minute",
                    local);
        }
    }
}
