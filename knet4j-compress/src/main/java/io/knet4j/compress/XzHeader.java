package io.knet4j.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Reduces the dictionary that the first block of an xz stream asks for to 64 KiB. That is all a
 * message can use, while liblzma's levels ask for up to 64 MiB, and a decoder would allocate them
 * for every message.
 *
 * <pre>
 * 0  stream header (12)
 * 12 block header: size / 4 - 1, flags, sizes (if flagged), filters, padding, CRC-32 of all that (4)
 *    filter: id, length of its properties, properties
 * </pre>
 */
final class XzHeader {
    private static final int BLOCK = 12;
    private static final int LZMA2 = 0x21;
    private static final int DICTIONARY_64_KIB = 8;
    private static final int LARGEST_DICTIONARY = 40;
    private static final int HAS_COMPRESSED_SIZE = 0x40;
    private static final int HAS_UNCOMPRESSED_SIZE = 0x80;
    private static final int MAX_NUMBER_BYTES = 9;

    private final ByteBuffer message;
    private final int end;
    private int at = BLOCK + 2;

    private XzHeader(ByteBuffer message, int end) {
        this.message = message;
        this.end = end;
    }

    /** A copy that asks for a small dictionary, if it can be read; else a plain copy. */
    static byte[] withSmallDictionary(byte[] source, int offset, int length) {
        byte[] copy = Arrays.copyOfRange(source, offset, offset + length);
        if (length > BLOCK + 1 && copy[BLOCK] != 0) {
            int crcAt = BLOCK + (copy[BLOCK] & 0xff) * 4;
            if (crcAt + Integer.BYTES <= length) {
                ByteBuffer message = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
                // A damaged header must not become a valid one.
                if (message.getInt(crcAt) == crc(copy, crcAt)) {
                    new XzHeader(message, crcAt).reduce();
                    message.putInt(crcAt, crc(copy, crcAt));
                }
            }
        }
        return copy;
    }

    private static int crc(byte[] message, int end) {
        CRC32 crc = new CRC32();
        crc.update(message, BLOCK, end - BLOCK);
        return (int) crc.getValue();
    }

    private void reduce() {
        int flags = message.get(BLOCK + 1);
        if ((flags & HAS_COMPRESSED_SIZE) != 0) {
            number();
        }
        if ((flags & HAS_UNCOMPRESSED_SIZE) != 0) {
            number();
        }
        for (int filters = (flags & 3) + 1; filters > 0; filters--) {
            long id = number();
            long properties = number();
            if (properties < 0 || properties > end - at) {
                return; // the decoder will say what is wrong
            }
            if (id == LZMA2 && properties == 1) {
                int dictionary = message.get(at);
                if (dictionary > DICTIONARY_64_KIB && dictionary <= LARGEST_DICTIONARY) {
                    message.put(at, (byte) DICTIONARY_64_KIB);
                }
            }
            at += (int) properties;
        }
    }

    /** A number of seven bits per byte, or -1. */
    private long number() {
        long value = 0;
        for (int i = 0; i < MAX_NUMBER_BYTES && at < end; i++) {
            int next = message.get(at++);
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }
}
