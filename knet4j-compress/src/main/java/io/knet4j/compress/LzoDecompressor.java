package io.knet4j.compress;

import io.knet4j.spi.Decompressor;
import java.util.zip.DataFormatException;

/** Reads an LZO1X stream: instructions to copy literals or earlier output, up to an end marker. */
final class LzoDecompressor implements Decompressor {
    private static final byte[] NOTHING = {};

    /** The last instruction was a run of literals. The other states count trailing literals. */
    private static final int AFTER_RUN = 4;

    private byte[] in = NOTHING;
    private int at;
    private int end;
    private byte[] out = NOTHING;
    private int first;
    private int to;
    private int limit;

    @Override
    public int decompress(
            byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLimit)
            throws DataFormatException {
        in = source;
        at = offset;
        end = offset + length;
        out = target;
        first = targetOffset;
        to = targetOffset;
        limit = targetLimit;
        try {
            run();
        } finally {
            in = NOTHING; // neither array belongs to us
            out = NOTHING;
        }
        return to - targetOffset;
    }

    private void run() throws DataFormatException {
        int state = 0;
        int head = next();
        if (head > 17) {
            literals(head - 17);
            state = Math.min(head - 17, AFTER_RUN);
            head = next();
        }
        while (true) {
            if (head >= 16) {
                int trailing = head >= 64 ? near(head) : far(head);
                if (trailing < 0) {
                    break;
                }
                state = trailing;
            } else if (state == 0) {
                literals(head == 0 ? 18 + extension() : head + 3);
                state = AFTER_RUN;
            } else {
                int distance = (next() << 2) + (head >> 2);
                if (state == AFTER_RUN) {
                    copy(distance + 2049, 3);
                } else {
                    copy(distance + 1, 2);
                }
                state = head & 3;
                literals(state);
            }
            head = next();
        }
        if (at != end) {
            throw new DataFormatException("bytes after the end marker");
        }
    }

    /** A short match not far back, and its trailing literals, whose number is returned. */
    private int near(int head) throws DataFormatException {
        copy((next() << 3) + ((head >> 2) & 7) + 1, (head >> 5) + 1);
        literals(head & 3);
        return head & 3;
    }

    /** Any other match, and its trailing literals; the end marker, for which -1 is returned. */
    private int far(int head) throws DataFormatException {
        int mask = head >= 32 ? 31 : 7;
        int length = (head & mask) == 0 ? mask + 2 + extension() : (head & mask) + 2;
        int low = next();
        int value = low | (next() << 8);
        int distance;
        if (head >= 32) {
            distance = (value >> 2) + 1;
        } else {
            distance = 16_384 + ((head & 8) << 11) + (value >> 2);
            if (distance == 16_384) {
                if (length != 3) {
                    throw new DataFormatException("bad end marker");
                }
                return -1;
            }
        }
        copy(distance, length);
        literals(value & 3);
        return value & 3;
    }

    private int next() throws DataFormatException {
        if (at == end) {
            throw new DataFormatException("cut off");
        }
        return in[at++] & 0xff;
    }

    /** 255 for each zero byte, and the first other one. */
    private int extension() throws DataFormatException {
        int sum = 0;
        int value = next();
        while (value == 0) {
            sum += 255; // at most 64 KiB of input: cannot overflow
            value = next();
        }
        return sum + value;
    }

    private void literals(int count) throws DataFormatException {
        if (count > end - at || count > limit - to) {
            throw new DataFormatException("too many literals");
        }
        System.arraycopy(in, at, out, to, count);
        at += count;
        to += count;
    }

    private void copy(int distance, int count) throws DataFormatException {
        if (distance > to - first || count > limit - to) {
            throw new DataFormatException("match out of bounds");
        }
        if (distance >= count) {
            System.arraycopy(out, to - distance, out, to, count);
            to += count;
        } else {
            for (int stop = to + count; to < stop; to++) {
                out[to] = out[to - distance]; // overlaps itself: repeats a pattern
            }
        }
    }

    @Override
    public void close() {
        // holds nothing
    }
}
