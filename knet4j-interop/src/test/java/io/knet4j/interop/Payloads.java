package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Messages whose every byte is known, and messages that carry a number. */
final class Payloads {
    private Payloads() {}

    /** Bytes that differ for different seeds, and at any two places a fragment could confuse. */
    static byte[] pattern(int size, int seed) {
        byte[] bytes = new byte[size];
        int state = seed * 0x9E3779B9 + size;
        for (int i = 0; i < size; i++) {
            state = state * 1664525 + 1013904223;
            bytes[i] = (byte) (state >>> 24);
        }
        return bytes;
    }

    /** Compares without printing 65,536 bytes. */
    static void assertSame(byte[] expected, byte[] actual, String what) {
        assertEquals(expected.length, actual.length, what + ": size");
        assertEquals(-1, Arrays.mismatch(expected, actual), what + ": first byte that differs");
    }

    /** A message that is just its number. */
    static byte[] numbered(int number) {
        return numbered(number, Integer.BYTES);
    }

    /** A message that begins with its number. */
    static byte[] numbered(int number, int size) {
        byte[] bytes = new byte[size];
        ByteBuffer.wrap(bytes).putInt(number);
        return bytes;
    }

    /** The number of such a message. */
    static int number(byte[] payload) {
        return ByteBuffer.wrap(payload).getInt();
    }
}
