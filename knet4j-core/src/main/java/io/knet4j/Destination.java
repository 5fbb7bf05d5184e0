package io.knet4j;

import java.util.Arrays;

/** Who gets a message. Instances are immutable; reuse them on a hot path. */
public sealed interface Destination {

    /** All hosts that are reachable, and the local node if it has a loopback link. */
    record Broadcast() implements Destination {
        static final Broadcast INSTANCE = new Broadcast();
    }

    /** A list of hosts. */
    final class Unicast implements Destination {
        private final int[] hosts;

        private Unicast(int... hosts) {
            this.hosts = hosts;
        }

        /**
         * Number of hosts.
         *
         * @return 0 or more
         */
        public int size() {
            return hosts.length;
        }

        /**
         * One of the hosts.
         *
         * @param index 0 to size - 1
         * @return its id
         */
        public int host(int index) {
            return hosts[index];
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Unicast that && Arrays.equals(hosts, that.hosts);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(hosts);
        }

        @Override
        public String toString() {
            return (hosts.length == 1 ? "host " + hosts[0] : "hosts " + Arrays.toString(hosts));
        }
    }

    /**
     * All reachable hosts.
     *
     * @return always the same instance
     */
    static Destination broadcast() {
        return Broadcast.INSTANCE;
    }

    /**
     * One host.
     *
     * @param id 0 to 65535
     * @return the destination
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the id is out of range
     */
    static Destination host(int id) {
        return new Unicast(checked(id));
    }

    /**
     * Several hosts. Those that are unknown or not reachable are skipped when sending; one that is
     * named twice gets one copy.
     *
     * @param ids each 0 to 65535
     * @return the destination
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if an id is out of range
     */
    static Destination hosts(int... ids) {
        return new Unicast(Arrays.stream(ids).map(Destination::checked).distinct().toArray());
    }

    private static int checked(int id) {
        return Checks.range("destination", id, 0, Knet.MAX_HOST_ID);
    }
}
