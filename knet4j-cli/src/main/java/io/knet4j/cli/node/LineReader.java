package io.knet4j.cli.node;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Splits a stream of bytes at line feeds; what the bytes mean does not matter. */
final class LineReader {

    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final int limit;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int end;

    /**
     * @param limit longest line that is kept
     */
    LineReader(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /**
     * A line without its line feed.
     *
     * @param length of the line, which may be more than {@code bytes} hold
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
    record Line(byte[] bytes, long length) {
        boolean isTooLong() {
            return length > bytes.length;
        }
    }

    /** The next line, empty at the end of the input. The last one needs no line feed. */
    Optional<Line> next() throws IOException {
        byte[] line = new byte[0];
        long length = 0;
        while (true) {
            if (next == end) {
                next = 0;
                end = Math.max(0, in.read(buffer));
                if (end == 0) {
                    return length == 0 ? Optional.empty() : Optional.of(new Line(line, length));
                }
            }
            int stop = next;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            int kept = Math.min(stop - next, limit - line.length);
            int before = line.length;
            line = Arrays.copyOf(line, before + kept);
            System.arraycopy(buffer, next, line, before, kept);
            length += stop - next;
            boolean complete = stop < end;
            next = complete ? stop + 1 : stop;
            if (complete) {
                return Optional.of(new Line(line, length));
            }
        }
    }
}
