package io.knet4j.interop;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/** Which messages of a {@link MessageFlow} came. Safe for use by several threads. */
final class MessageTally {
    private final BitSet seen = new BitSet();
    private int count;
    private int doubled;
    private int damaged;
    private int overtaken;
    private long last;
    private long longestSilence;

    /** The message with a number: that number, 4 bytes big-endian, and a pattern. */
    static byte[] message(int number, int size) {
        byte[] message = new byte[size];
        Arrays.fill(message, (byte) number);
        ByteBuffer.wrap(message).putInt(number);
        return message;
    }

    synchronized void add(byte[] message) {
        int number = ByteBuffer.wrap(message).getInt();
        if (number < 0 || !Arrays.equals(message, message(number, message.length))) {
            damaged++;
            return;
        }
        if (seen.get(number)) {
            doubled++;
            return;
        }
        if (number < seen.length()) {
            overtaken++;
        }
        seen.set(number);
        long now = System.nanoTime();
        if (count > 0) {
            longestSilence = Math.max(longestSilence, now - last);
        }
        last = now;
        count++;
    }

    /** Forgets the silence up to now. */
    synchronized void resetSilence() {
        longestSilence = 0;
        last = System.nanoTime();
    }

    /**
     * How things stand.
     *
     * @param from number of the first message of interest
     * @param to number after the last one
     */
    synchronized String report(int from, int to) {
        int missing = Math.max(0, to - from - seen.get(from, Math.max(from, to)).cardinality());
        return "count="
                + count
                + " highest="
                + (seen.length() - 1)
                + " missing="
                + missing
                + " doubled="
                + doubled
                + " damaged="
                + damaged
                + " overtaken="
                + overtaken
                + " silence="
                + TimeUnit.NANOSECONDS.toMicros(longestSilence);
    }
}
