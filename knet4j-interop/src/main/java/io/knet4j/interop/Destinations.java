package io.knet4j.interop;

import java.util.List;

/** What the destination filter of a {@link CNode} decides about every message to send. */
public sealed interface Destinations {
    /** Every reachable host gets it. */
    record Broadcast() implements Destinations {}

    /**
     * Only these hosts get it.
     *
     * @param hostIds at most 65536 host ids; the library rejects an empty list
     */
    record Unicast(List<Integer> hostIds) implements Destinations {
        /** Copies the list. */
        public Unicast {
            if (hostIds.size() > LibKnet.MAX_HOST) {
                throw new IllegalArgumentException(hostIds.size() + " hosts");
            }
            hostIds = List.copyOf(hostIds);
        }
    }

    /** The filter fails, nobody gets it. */
    record Drop() implements Destinations {}

    /** {@return every reachable host} */
    static Destinations broadcast() {
        return new Broadcast();
    }

    /**
     * Exactly these hosts.
     *
     * @param hostIds the host ids
     * @return the decision
     */
    static Destinations to(Integer... hostIds) {
        return new Unicast(List.of(hostIds));
    }

    /** {@return nobody} */
    static Destinations drop() {
        return new Drop();
    }
}
