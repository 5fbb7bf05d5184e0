package io.knet4j.internal.engine;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The 16 opaque bytes in a link's pings, by which their pongs are recognised: the time of sending,
 * and a SipHash-2-4 of it under a key that nobody else knows. So a pong that answers no ping of
 * ours is told apart without keeping a list of pings, the time in it can be trusted, and pings can
 * be made by several threads at once.
 *
 * <p>{@link #accept} remembers the times of the pongs that it took, so that copies are not taken
 * again.
 */
final class PingTokens {
    private static final int REMEMBERED = 64;
    private static final long NEVER = Long.MIN_VALUE;

    private final long key0;
    private final long key1;
    private final long[] accepted = new long[REMEMBERED];

    /** What a pong's token is. */
    enum Verdict {
        FRESH,
        COPY,
        FORGED
    }

    PingTokens(RandomGenerator random) {
        key0 = random.nextLong();
        key1 = random.nextLong();
        Arrays.fill(accepted, NEVER);
    }

    /** Second half of the token whose first half is the time of sending. */
    long seal(long sentAt) {
        return sipHash(key0, key1, sentAt);
    }

    /**
     * Judges the token of a pong, and remembers it when it is fresh. To be called by the control
     * loop only.
     */
    Verdict accept(long sentAt, long seal) {
        if (seal(sentAt) != seal || sentAt == NEVER) {
            return Verdict.FORGED;
        }
        int oldest = 0;
        for (int i = 0; i < REMEMBERED; i++) {
            if (accepted[i] == sentAt) {
                return Verdict.COPY;
            }
            oldest = accepted[i] < accepted[oldest] ? i : oldest;
        }
        if (sentAt < accepted[oldest]) {
            return Verdict.COPY; // perhaps not, but nobody can tell
        }
        accepted[oldest] = sentAt;
        return Verdict.FRESH;
    }

    /** SipHash-2-4 (Aumasson and Bernstein, 2012) of the eight bytes of a long, little-endian. */
    static long sipHash(long key0, long key1, long message) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        long length = 8L << 56;
        for (int step = 0; step < 8; step++) {
            // Steps 0 and 1 take in the message, 2 and 3 its length, 4 to 7 finish.
            if (step == 0) {
                v3 ^= message;
            } else if (step == 2) {
                v0 ^= message;
                v3 ^= length;
            } else if (step == 4) {
                v0 ^= length;
                v2 ^= 0xff;
            }
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
