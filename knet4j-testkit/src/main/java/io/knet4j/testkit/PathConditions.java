package io.knet4j.testkit;

import io.knet4j.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one direction of a path behaves. Immutable: every {@code with} method returns a copy.
 * Probabilities are 0 to 1 and apply to each datagram on its own.
 */
public final class PathConditions {
    private static final PathConditions CLEAN = new PathConditions();

    private boolean cut;
    private double loss;
    private double bursts;
    private int burstLength = 1;
    private Duration delay = Duration.ofNanos(100_000);
    private Duration jitter = Duration.ZERO;
    private double reordering;
    private Duration reorderingDelay = Duration.ZERO;
    private double duplication;
    private Duration duplicationDelay = Duration.ZERO;
    private double bitFlips;
    private int bitFlipsWithin = Integer.MAX_VALUE;
    private double truncation;
    private int maxPayload = Integer.MAX_VALUE;
    private boolean largerRefused;
    private long bytesPerSecond = Long.MAX_VALUE;
    private int queueBytes = Integer.MAX_VALUE;
    private boolean socketFull;
    private @Nullable Reason refusal;

    private PathConditions() {}

    private PathConditions(PathConditions other) {
        cut = other.cut;
        loss = other.loss;
        bursts = other.bursts;
        burstLength = other.burstLength;
        delay = other.delay;
        jitter = other.jitter;
        reordering = other.reordering;
        reorderingDelay = other.reorderingDelay;
        duplication = other.duplication;
        duplicationDelay = other.duplicationDelay;
        bitFlips = other.bitFlips;
        bitFlipsWithin = other.bitFlipsWithin;
        truncation = other.truncation;
        maxPayload = other.maxPayload;
        largerRefused = other.largerRefused;
        bytesPerSecond = other.bytesPerSecond;
        queueBytes = other.queueBytes;
        socketFull = other.socketFull;
        refusal = other.refusal;
    }

    private PathConditions with(Consumer<PathConditions> change) {
        PathConditions copy = new PathConditions(this);
        change.accept(copy);
        return copy;
    }

    /**
     * Everything arrives unchanged, in order, after 100 µs.
     *
     * @return the conditions of every path that was not changed
     */
    public static PathConditions clean() {
        return CLEAN;
    }

    /**
     * Nothing passes. What is under way when a path is cut is lost, too.
     *
     * @param value whether it is so
     * @return a copy
     */
    public PathConditions withCut(boolean value) {
        return with(copy -> copy.cut = value);
    }

    /**
     * Datagrams vanish.
     *
     * @param probability 0 to 1
     * @return a copy
     */
    public PathConditions withLoss(double probability) {
        check(probability);
        return with(copy -> copy.loss = probability);
    }

    /**
     * Datagrams vanish in bursts: several in a row.
     *
     * @param probability 0 to 1, that a burst begins with a datagram
     * @param longest number of datagrams in the longest burst, at least 1
     * @return a copy
     */
    public PathConditions withBursts(double probability, int longest) {
        check(probability);
        if (longest < 1) {
            throw new IllegalArgumentException("bursts of " + longest + " datagrams");
        }
        return with(copy -> {
            copy.bursts = probability;
            copy.burstLength = longest;
        });
    }

    /**
     * How long datagrams are under way.
     *
     * @param value the same for each
     * @return a copy
     */
    public PathConditions withDelay(Duration value) {
        check(value);
        return with(copy -> copy.delay = value);
    }

    /**
     * Up to how much longer datagrams are under way, evenly distributed; they overtake each other.
     *
     * @param value for each another one below this
     * @return a copy
     */
    public PathConditions withJitter(Duration value) {
        check(value);
        return with(copy -> copy.jitter = value);
    }

    /**
     * Single datagrams fall behind.
     *
     * @param probability 0 to 1
     * @param by how much longer they take
     * @return a copy
     */
    public PathConditions withReordering(double probability, Duration by) {
        check(probability);
        check(by);
        return with(copy -> {
            copy.reordering = probability;
            copy.reorderingDelay = by;
        });
    }

    /**
     * Datagrams arrive twice.
     *
     * @param probability 0 to 1
     * @param upTo how much later than the original the copy comes at most
     * @return a copy
     */
    public PathConditions withDuplication(double probability, Duration upTo) {
        check(probability);
        check(upTo);
        return with(copy -> {
            copy.duplication = probability;
            copy.duplicationDelay = upTo;
        });
    }

    /**
     * One to three bits of a datagram change. On a real network the checksum of UDP catches most of
     * that; without encryption nothing catches the rest.
     *
     * @param probability 0 to 1
     * @param within number of bytes from the start of the datagram in which they are, at least 1
     * @return a copy
     */
    public PathConditions withBitFlips(double probability, int within) {
        check(probability);
        if (within < 1) {
            throw new IllegalArgumentException("within " + within + " bytes");
        }
        return with(copy -> {
            copy.bitFlips = probability;
            copy.bitFlipsWithin = within;
        });
    }

    /**
     * Datagrams lose their end.
     *
     * @param probability 0 to 1
     * @return a copy
     */
    public PathConditions withTruncation(double probability) {
        check(probability);
        return with(copy -> copy.truncation = probability);
    }

    /**
     * Larger datagrams vanish silently, as in a network with a smaller MTU and no ICMP.
     *
     * @param bytes largest UDP payload
     * @return a copy
     */
    public PathConditions withMaxPayload(int bytes) {
        return with(copy -> {
            copy.maxPayload = bytes;
            copy.largerRefused = false;
        });
    }

    /**
     * Larger datagrams are refused when they are sent, with {@link Reason#DATAGRAM_TOO_LARGE}, as
     * by a local interface with a smaller MTU.
     *
     * @param bytes largest UDP payload
     * @return a copy
     */
    public PathConditions withLocalMaxPayload(int bytes) {
        return with(copy -> {
            copy.maxPayload = bytes;
            copy.largerRefused = true;
        });
    }

    /**
     * The path takes time for every byte, and datagrams wait for each other.
     *
     * @param bytes bytes per second, IP and UDP headers included
     * @param queue bytes that may wait; further datagrams vanish
     * @return a copy
     */
    public PathConditions withBandwidth(long bytes, int queue) {
        if (bytes < 1) {
            throw new IllegalArgumentException(bytes + " bytes per second");
        }
        return with(copy -> {
            copy.bytesPerSecond = bytes;
            copy.queueBytes = queue;
        });
    }

    /**
     * The socket takes nothing: its send buffer is full.
     *
     * @param value whether it is so
     * @return a copy
     */
    public PathConditions withSocketFull(boolean value) {
        return with(copy -> copy.socketFull = value);
    }

    /**
     * The operating system refuses to send.
     *
     * @param reason for example {@link Reason#NETWORK_UNREACHABLE}; null to send again
     * @return a copy
     */
    public PathConditions withRefusal(@Nullable Reason reason) {
        return with(copy -> copy.refusal = reason);
    }

    private static void check(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability " + probability);
        }
    }

    private static void check(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("negative time " + time);
        }
    }

    /**
     * Whether nothing passes.
     *
     * @return as set
     */
    public boolean isCut() {
        return cut;
    }

    /**
     * Longest time that an original (not a copy) may be under way.
     *
     * @return delay, jitter and reordering together
     */
    public Duration longestDelay() {
        return delay.plus(jitter).plus(reordering > 0 ? reorderingDelay : Duration.ZERO);
    }

    /**
     * Whether every datagram of up to this size arrives unchanged, however late and often.
     *
     * @param size UDP payload
     * @return false when chance, a bandwidth or the operating system may prevent it
     */
    public boolean isReliable(int size) {
        return !cut
                && loss == 0
                && bursts == 0
                && bitFlips == 0
                && truncation == 0
                && size <= maxPayload
                && bytesPerSecond == Long.MAX_VALUE
                && !socketFull
                && refusal == null;
    }

    /** Whether datagrams keep their order. */
    boolean keepsOrder() {
        return jitter.isZero() && reordering == 0;
    }

    double loss() {
        return loss;
    }

    double bursts() {
        return bursts;
    }

    int burstLength() {
        return burstLength;
    }

    Duration delay() {
        return delay;
    }

    Duration jitter() {
        return jitter;
    }

    double reordering() {
        return reordering;
    }

    Duration reorderingDelay() {
        return reorderingDelay;
    }

    double duplication() {
        return duplication;
    }

    Duration duplicationDelay() {
        return duplicationDelay;
    }

    double bitFlips() {
        return bitFlips;
    }

    int bitFlipsWithin() {
        return bitFlipsWithin;
    }

    double truncation() {
        return truncation;
    }

    int maxPayload() {
        return maxPayload;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    int queueBytes() {
        return queueBytes;
    }

    boolean socketFull() {
        return socketFull;
    }

    /** Why a datagram of this size is refused when it is sent. */
    Optional<Reason> refusal(int size) {
        return largerRefused && size > maxPayload
                ? Optional.of(Reason.DATAGRAM_TOO_LARGE)
                : Optional.ofNullable(refusal);
    }

    /** What differs from a clean path. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        add(parts, cut, "cut");
        add(parts, loss > 0, "loss " + loss);
        add(parts, bursts > 0, "bursts " + bursts + " of up to " + burstLength);
        add(parts, !delay.equals(CLEAN.delay), "delay " + delay);
        add(parts, !jitter.isZero(), "jitter " + jitter);
        add(parts, reordering > 0, "reordering " + reordering + " by " + reorderingDelay);
        add(parts, duplication > 0, "duplication " + duplication + " up to " + duplicationDelay);
        add(parts, bitFlips > 0, "bit flips " + bitFlips + " within " + bitFlipsWithin);
        add(parts, truncation > 0, "truncation " + truncation);
        add(
                parts,
                maxPayload < Integer.MAX_VALUE,
                (largerRefused ? "local max payload " : "max payload ") + maxPayload);
        add(
                parts,
                bytesPerSecond < Long.MAX_VALUE,
                bytesPerSecond + " bytes/s, queue " + queueBytes);
        add(parts, socketFull, "socket full");
        add(parts, refusal != null, "refused: " + refusal);
        return parts.isEmpty() ? "clean" : String.join(", ", parts);
    }

    private static void add(List<String> parts, boolean there, String part) {
        if (there) {
            parts.add(part);
        }
    }
}
