package io.knet4j.compress;

import io.knet4j.spi.Compressor;
import java.util.Arrays;

/**
 * Writes an LZO1X stream: greedily takes the last place where the same four bytes occurred, and
 * looks less closely the longer it finds nothing.
 */
final class LzoCompressor implements Compressor {
    private static final byte[] NOTHING = {};
    private static final int HASH_BITS = 13;
    private static final int MIN_MATCH = 4;
    private static final int NEAR = 2048;
    private static final int MIDDLE = 16_384;
    private static final int FAR = 49_151;
    private static final int PATIENCE = 5;

    /** Where four bytes with this hash occurred last, plus 1; 0 for nowhere. */
    private final int[] seen = new int[1 << HASH_BITS];

    private byte[] in = NOTHING;
    private byte[] out = NOTHING;
    private int to;
    private int limit;

    /** Where the number of literals that follow the last match is written, -1 before the first. */
    private int trailing;

    @Override
    public int compress(
            byte[] source,
            int offset,
            int length,
            byte[] target,
            int targetOffset,
            int targetLimit) {
        in = source;
        out = target;
        to = targetOffset;
        limit = targetLimit;
        trailing = -1;
        Arrays.fill(seen, 0);
        try {
            run(offset, offset + length);
        } finally {
            in = NOTHING; // neither array belongs to us
            out = NOTHING;
        }
        return to <= limit ? to - targetOffset : -1;
    }

    private void run(int from, int end) {
        int literals = from; // the first byte that is not written yet
        int at = from;
        while (at <= end - MIN_MATCH && to <= limit) {
            int slot = hash(at);
            int candidate = seen[slot] - 1;
            seen[slot] = at + 1;
            if (candidate < from || at - candidate > FAR || !sameFour(candidate, at)) {
                at += 1 + ((at - literals) >> PATIENCE);
                continue;
            }
            int length = MIN_MATCH;
            while (at + length < end && in[candidate + length] == in[at + length]) {
                length++;
            }
            literals(literals, at - literals);
            match(at - candidate, length);
            at += length;
            literals = at;
        }
        literals(literals, end - literals);
        put(17); // the end marker
        put(0);
        put(0);
    }

    private int four(int at) {
        return (in[at] & 0xff)
                | ((in[at + 1] & 0xff) << 8)
                | ((in[at + 2] & 0xff) << 16)
                | ((in[at + 3] & 0xff) << 24);
    }

    private int hash(int at) {
        return (four(at) * 0x9e37_79b1) >>> (32 - HASH_BITS);
    }

    private boolean sameFour(int a, int b) {
        return four(a) == four(b);
    }

    private void literals(int from, int count) {
        if (count == 0) {
            return;
        }
        if (trailing >= 0 && count < 4) {
            if (trailing < limit) {
                out[trailing] |= (byte) count;
            }
        } else if (trailing < 0 && count <= 238) {
            put(17 + count);
        } else if (count <= 18) {
            put(count - 3);
        } else {
            put(0);
            extension(count - 18);
        }
        if (count <= limit - to) {
            System.arraycopy(in, from, out, to, count);
        }
        to += count;
    }

    private void match(int distance, int length) {
        if (length <= 8 && distance <= NEAR) {
            trailing = to;
            put(((length - 1) << 5) | (((distance - 1) & 7) << 2));
            put((distance - 1) >> 3);
            return;
        }
        int offset;
        if (distance <= MIDDLE) {
            head(32, 31, length);
            offset = distance - 1;
        } else {
            offset = distance - MIDDLE;
            head(16 | ((offset >> 14) << 3), 7, length);
        }
        trailing = to;
        put(offset << 2);
        put(offset >> 6);
    }

    private void head(int instruction, int mask, int length) {
        if (length - 2 <= mask) {
            put(instruction | (length - 2));
        } else {
            put(instruction);
            extension(length - 2 - mask);
        }
    }

    private void extension(int value) {
        int rest = value;
        while (rest > 255) {
            put(0);
            rest -= 255;
        }
        put(rest);
    }

    /** Goes on counting beyond the limit, so that the end sees it. */
    private void put(int value) {
        if (to < limit) {
            out[to] = (byte) value;
        }
        to++;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
