package io.knet4j.internal.node;

import java.nio.ByteBuffer;

/** What tests of the ring put into it and take out. */
final class Messages {
    private Messages() {}

    /** Offers a message that consists of its tag. */
    static boolean offer(MessageRing ring, char tag, int length) {
        return ring.offer(tag, null, filled(tag, length), 0, length);
    }

    private static ByteBuffer filled(char tag, int length) {
        ByteBuffer payload = ByteBuffer.allocate(length);
        while (payload.hasRemaining()) {
            payload.put((byte) tag);
        }
        return payload;
    }

    /** The same by a claim. */
    static boolean claim(MessageRing ring, char tag, int length) {
        int slot = ring.claim(tag, null, length);
        if (slot < 0) {
            return false;
        }
        ring.room(slot).put(filled(tag, length).flip());
        ring.commit(slot);
        return true;
    }

    /** Takes out what is there: the tags, with a {@code !} behind what is damaged. */
    static void take(MessageRing ring, StringBuilder taken) {
        ring.releaseAborted();
        int count = ring.available(Integer.MAX_VALUE);
        for (int i = 0; i < count; i++) {
            char tag = (char) ring.tag(i);
            taken.append(tag);
            for (int at = 0; at < ring.length(i); at++) {
                if (ring.data().get(ring.offset(i) + at) != (byte) tag) {
                    taken.append('!');
                    break;
                }
            }
        }
        if (count > 0) {
            ring.release(count);
        }
    }

    /** What was taken in the end: all that is left, and whether the ring knows that it is empty. */
    static String drained(MessageRing ring, StringBuilder taken) {
        take(ring, taken); // what is in front of aborted claims
        take(ring, taken); // what is behind them
        ring.releaseAborted();
        return ring.isEmpty() && !ring.hasMessage() ? taken.toString() : taken + " and more";
    }
}
