package io.knet4j.cli.demo;

import io.knet4j.SharedKey;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Hands the key of a run to a process that was just started, through its standard input: other
 * users of the machine can see command lines, and sometimes environments and files, but no pipes.
 *
 * <p>Two bytes of length, high byte first, and the key; length 0 says that there is none.
 */
final class KeyHandover {

    private KeyHandover() {}

    static void write(OutputStream out, Optional<SharedKey> key) throws IOException {
        int length = key.map(SharedKey::length).orElse(0);
        out.write(length >>> 8);
        out.write(length);
        if (key.isPresent()) {
            byte[] bytes = key.get().toByteArray();
            try {
                out.write(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
        out.flush();
    }

    /** Reads the key, which the caller closes, and nothing of what follows it. */
    static Optional<SharedKey> read(InputStream in) throws IOException {
        int length = in.read() << 8 | in.read();
        if (length < 0) {
            throw new EOFException("the input ended before the key");
        }
        if (length == 0) {
            return Optional.empty();
        }
        byte[] bytes = new byte[length];
        try {
            if (in.readNBytes(bytes, 0, length) < length) {
                throw new EOFException("the input ended within the key");
            }
            return Optional.of(SharedKey.of(bytes));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
