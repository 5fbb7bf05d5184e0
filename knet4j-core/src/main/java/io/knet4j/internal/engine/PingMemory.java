package io.knet4j.internal.engine;

/** Remembers the last pings, so that copies are recognised: anybody can record and repeat pings. */
final class PingMemory {
    private static final int REMEMBERED = 1024;

    private final long[] seen = new long[REMEMBERED];
    private int next;

    /**
     * Whether a ping came before. If not, it is remembered.
     *
     * @param token a hash of its token
     */
    boolean isCopy(long token) {
        for (long earlier : seen) {
            if (earlier == token) {
                return true;
            }
        }
        seen[next] = token;
        next = (next + 1) % REMEMBERED;
        return false;
    }
}
