package io.knet4j.compress;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;

/** Reads streams whose length is not known. */
final class Streams {
    private Streams() {}

    /**
     * Reads to the end, which must come before the limit is exceeded.
     *
     * @return number of bytes read
     */
    static int readAll(InputStream stream, byte[] target, int offset, int limit)
            throws IOException, DataFormatException {
        int at = offset;
        while (at < limit) {
            int read = stream.read(target, at, limit - at);
            if (read < 0) {
                return at - offset;
            }
            at += read;
        }
        if (stream.read() >= 0) {
            throw new DataFormatException("longer than " + (limit - offset));
        }
        return at - offset;
    }
}
