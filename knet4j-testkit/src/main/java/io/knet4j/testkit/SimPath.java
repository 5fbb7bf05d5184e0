package io.knet4j.testkit;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** The way from one address to another on a {@link SimNetwork}: one direction of a link. */
public final class SimPath {
    /** No time of a simulation, and before all of them. */
    static final long NEVER = -1L << 60;

    private static final int HEADERS = 28;
    private static final double NANOS_PER_SECOND = 1e9;

    private final SimNetwork network;
    private final RandomGenerator random;
    private final InetSocketAddress from;
    private final InetSocketAddress to;
    private PathConditions conditions = PathConditions.clean();
    private long changedAt;
    private long freeAt;
    private long newestArrived = Long.MIN_VALUE;
    private long overtakenAt = NEVER;
    private boolean heldBack;
    private int burstLeft;
    private long sent;
    private long lost;
    private long arrived;

    SimPath(
            SimNetwork network,
            RandomGenerator random,
            InetSocketAddress from,
            InetSocketAddress to) {
        this.network = network;
        this.random = random;
        this.from = from;
        this.to = to;
    }

    /**
     * Where datagrams come from.
     *
     * @return a local address of the sender
     */
    public InetSocketAddress from() {
        return from;
    }

    /**
     * Where datagrams go to.
     *
     * @return a local address of the receiver
     */
    public InetSocketAddress to() {
        return to;
    }

    /**
     * How the path behaves now.
     *
     * @return clean when never set
     */
    public PathConditions conditions() {
        return conditions;
    }

    /**
     * Changes how the path behaves, for what is sent from now on; a cut also takes what is under
     * way.
     *
     * @param value from now on
     */
    public void set(PathConditions value) {
        conditions = value;
        changedAt = network.nanos();
    }

    /**
     * Changes something about how the path behaves.
     *
     * @param change from what it was to what it is from now on
     */
    public void change(UnaryOperator<PathConditions> change) {
        set(change.apply(conditions));
    }

    /** Lets nothing pass any more, without changing anything else. */
    public void cut() {
        change(now -> now.withCut(true));
    }

    /** Ends a cut, without changing anything else. */
    public void heal() {
        change(now -> now.withCut(false));
    }

    /**
     * When the conditions were last set.
     *
     * @return virtual time
     */
    public Duration changedAt() {
        return Duration.ofNanos(changedAt);
    }

    /**
     * Datagrams that were sent on the path.
     *
     * @return those that were not refused, lost ones included
     */
    public long sent() {
        return sent;
    }

    /**
     * Datagrams that the path lost.
     *
     * @return those that vanished by its conditions
     */
    public long lost() {
        return lost;
    }

    /**
     * Datagrams that the path delivered.
     *
     * @return copies included
     */
    public long arrived() {
        return arrived;
    }

    /** When a datagram last arrived that a later one had overtaken, {@link #NEVER} if none did. */
    long overtakenAt() {
        return overtakenAt;
    }

    /** When the conditions were last set, and what waited before is through. */
    long changedAtNanos() {
        return Math.max(changedAt, freeAt);
    }

    /** A datagram waits in the sender, whose socket is full. What is sent later may be quicker. */
    void holdBack() {
        heldBack = true;
    }

    /** Takes a datagram at a time, which is not before now. */
    void send(byte[] payload, long at) {
        sent++;
        PathConditions now = conditions;
        if (now.isCut()
                || chance(now.loss())
                || isInBurst(now)
                || payload.length > now.maxPayload()) {
            lost++;
            return;
        }
        if (now.bytesPerSecond() < Long.MAX_VALUE) {
            long waiting = Math.max(0, freeAt - at);
            if (waiting / NANOS_PER_SECOND * now.bytesPerSecond() > now.queueBytes()) {
                lost++;
                return;
            }
            double needed = (payload.length + HEADERS) * NANOS_PER_SECOND / now.bytesPerSecond();
            freeAt = Math.max(freeAt, at) + (long) needed;
        }
        // What waits for its turn is not overtaken, though the bandwidth may be larger now.
        long arrival = Math.max(at, freeAt) + now.delay().toNanos() + below(now.jitter());
        if (chance(now.reordering())) {
            arrival += now.reorderingDelay().toNanos();
        }
        schedule(payload, now, at, arrival);
        if (chance(now.duplication())) {
            schedule(payload, now, at, arrival + below(now.duplicationDelay()));
        }
    }

    private boolean isInBurst(PathConditions now) {
        if (burstLeft == 0 && chance(now.bursts())) {
            burstLeft = 1 + random.nextInt(now.burstLength());
        }
        if (burstLeft == 0 || now.bursts() == 0) {
            burstLeft = 0;
            return false;
        }
        burstLeft--;
        return true;
    }

    private void schedule(byte[] payload, PathConditions now, long sentAt, long arrival) {
        byte[] damaged = damage(payload, now);
        network.scheduleArrival(
                arrival,
                () -> {
                    if (conditions.isCut()) {
                        lost++;
                    } else {
                        arrived++;
                        noteOrder(sentAt);
                        noteHeldBack();
                        network.arrive(from, to, damaged);
                    }
                });
    }

    private void noteHeldBack() {
        if (heldBack) {
            heldBack = false;
            overtakenAt = network.nanos();
        }
    }

    private void noteOrder(long sentAt) {
        if (sentAt < newestArrived) {
            overtakenAt = network.nanos();
        } else {
            newestArrived = sentAt;
        }
    }

    private byte[] damage(byte[] payload, PathConditions now) {
        byte[] result = payload;
        if (payload.length > 0 && chance(now.truncation())) {
            result = Arrays.copyOf(payload, random.nextInt(payload.length));
        }
        if (result.length > 0 && chance(now.bitFlips())) {
            result = result.clone();
            int within = Math.min(now.bitFlipsWithin(), result.length);
            int flips = 1 + random.nextInt(3);
            for (int i = 0; i < flips; i++) {
                int at = random.nextInt(within);
                result[at] = (byte) (result[at] ^ 1 << random.nextInt(Byte.SIZE));
            }
        }
        return result;
    }

    private boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    private long below(Duration bound) {
        return bound.isZero() ? 0 : random.nextLong(bound.toNanos());
    }

    @Override
    public String toString() {
        return from + " -> " + to + " (" + conditions + ')';
    }
}
