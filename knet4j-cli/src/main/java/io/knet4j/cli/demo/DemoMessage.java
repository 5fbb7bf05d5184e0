package io.knet4j.cli.demo;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * The messages of the demo: a number, a time and a checksum, padded to some size.
 *
 * <pre>
 * int phase, int number, long sent (µs), int CRC-32C of all the rest, padding
 * </pre>
 */
final class DemoMessage {

    /** Size of a message without padding. */
    static final int HEADER = 20;

    /** Largest message; several fragments at any usual MTU. */
    static final int MAX_SIZE = 8_192;

    private static final int CHECKSUM = 16;
    private static final byte[] PADDING = padding();

    private DemoMessage() {}

    /** What a message says. */
    record Content(int phase, int number, long sent) {}

    private static byte[] padding() {
        byte[] bytes = new byte[2 * MAX_SIZE];
        new Random(0).nextBytes(bytes);
        return bytes;
    }

    /** Writes a message of the given size into a buffer and makes it ready to be sent. */
    static void write(ByteBuffer buffer, int size, Content content) {
        buffer.clear();
        buffer.putInt(content.phase()).putInt(content.number()).putLong(content.sent()).putInt(0);
        // Different for each message, so that fragments of two mixed up are noticed.
        buffer.put(PADDING, content.number() % MAX_SIZE, size - HEADER);
        buffer.flip();
        buffer.putInt(CHECKSUM, checksum(buffer));
    }

    /** Reads a message, empty if it is damaged. */
    static Optional<Content> read(ByteBuffer payload) {
        if (payload.remaining() < HEADER) {
            return Optional.empty();
        }
        int start = payload.position();
        if (payload.getInt(start + CHECKSUM) != checksum(payload)) {
            return Optional.empty();
        }
        return Optional.of(
                new Content(
                        payload.getInt(start),
                        payload.getInt(start + Integer.BYTES),
                        payload.getLong(start + 2 * Integer.BYTES)));
    }

    private static int checksum(ByteBuffer message) {
        CRC32C crc = new CRC32C();
        int start = message.position();
        crc.update(message.slice(start, CHECKSUM));
        crc.update(message.slice(start + HEADER, message.remaining() - HEADER));
        return (int) crc.getValue();
    }
}
