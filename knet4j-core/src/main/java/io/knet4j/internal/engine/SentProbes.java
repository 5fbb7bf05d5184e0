package io.knet4j.internal.engine;

import java.util.Arrays;

/** Remembers the sizes of the probes that were sent lately, to tell answers from forgeries. */
final class SentProbes {
    private static final int REMEMBERED = 64;

    private final int[] packets = new int[REMEMBERED];
    private final int[] unanswered = new int[REMEMBERED];
    private int next;

    /** A probe was sent. */
    void sent(int packetBytes) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (packets[i] == packetBytes) {
                unanswered[i]++;
                return;
            }
        }
        packets[next] = packetBytes;
        unanswered[next] = 1;
        next = (next + 1) % REMEMBERED;
    }

    /** Answers to what was sent so far do not count any more. */
    void forget() {
        Arrays.fill(unanswered, 0);
    }

    /** An answer came. Returns whether a probe waits for it; each takes one. */
    boolean answered(int packetBytes) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (packets[i] == packetBytes && unanswered[i] > 0) {
                unanswered[i]--;
                return true;
            }
        }
        return false;
    }
}
