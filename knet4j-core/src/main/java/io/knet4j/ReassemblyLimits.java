package io.knet4j;

import java.time.Duration;

/**
 * Bounds for messages whose fragments have not all arrived. A host that floods first fragments
 * harms itself only: when it has too many incomplete messages, its oldest one is given up, and when
 * all hosts together hold too much memory, the oldest one of the host that holds most.
 *
 * @param messagesPerHost incomplete messages per host, 32 to 4096; default 64
 * @param bytesTotal memory for the incomplete messages of all hosts, at least 1 MiB; default 16 MiB
 * @param lifetime how long after its first fragment a message may stay incomplete, 100 ms to 10
 *     minutes; default 5 seconds
 */
public record ReassemblyLimits(int messagesPerHost, int bytesTotal, Duration lifetime) {

    /** 64 messages per host, 16 MiB in total, 5 seconds. */
    public static final ReassemblyLimits DEFAULT =
            new ReassemblyLimits(64, 16 << 20, Duration.ofSeconds(5));

    /**
     * Checks every value.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed
     */
    public ReassemblyLimits {
        Checks.range("messagesPerHost", messagesPerHost, 32, 4096);
        Checks.range("bytesTotal", bytesTotal, 1 << 20, Integer.MAX_VALUE);
        Checks.range("lifetime", lifetime, Duration.ofMillis(100), Duration.ofMinutes(10));
    }
}
